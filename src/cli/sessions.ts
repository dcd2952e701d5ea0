import type { Command } from "commander";
import { type GatewayFlags, withGatewayFlags } from "./flags.js";
import type { Io } from "./io.js";
import type { ListFilters } from "./sessions/list.js";
import { parseCount } from "./time-argument.js";

const SESSION = "an id, the beginning or end of one, or `last`";

/** `sluice sessions`: finds, reads and manages recorded sessions. */
export function register(program: Command, io: Io, exit: (code: number) => void): void {
  const sessions = program.command("sessions").description("find, read and manage recorded sessions");
  registerList(sessions, io, exit);
  registerReading(sessions, io, exit);
  registerChanging(sessions, io, exit);
}

function registerList(sessions: Command, io: Io, exit: (code: number) => void): void {
  withGatewayFlags(sessions.command("list").description("list sessions, newest first"))
    .option("--subject <subject>", "of this person or job")
    .option("--team <team>", "of this team")
    .option("--connection <name>", "of this connection")
    .option("--decision <effect>", "allow, deny or review")
    .option("--entity <entity>", "in whose answers this was found, for example CREDIT_CARD")
    .option("--outcome <code>", "complete, an error code, or open for those that run")
    .option("--from <moment>", "opened since: 2026-01-31T08:00:00Z, or 2h for two hours ago")
    .option("--to <moment>", "opened before")
    .option("--after <cursor>", "the page after; `next` of the page before")
    .option("--limit <count>", "sessions on a page", parseCount(1, 500))
    .option("--all", "every page, one after another", false)
    .action(async (options: GatewayFlags & ListFilters) => {
      exit(await (await import("./sessions/list.js")).list(options, io));
    });
}

function registerReading(sessions: Command, io: Io, exit: (code: number) => void): void {
  withGatewayFlags(sessions.command("get").description("tell about one session"))
    .argument("<session>", SESSION)
    .action(async (session: string, options: GatewayFlags) => {
      exit(await (await import("./sessions/get.js")).get(session, options, io));
    });
  withGatewayFlags(sessions.command("outline").description("what happened when, without any text"))
    .argument("<session>", SESSION)
    .action(async (session: string, options: GatewayFlags) => {
      exit(await (await import("./sessions/outline.js")).outline(session, options, io));
    });
  withGatewayFlags(sessions.command("follow").description("read a session and what is appended to it"))
    .argument("<session>", SESSION)
    .option("--after <seq>", "start after this sequence number", parseCount(0, 0xffffffff))
    .option("--raw", "send control characters of the model to the terminal", false)
    .action(async (session: string, options: GatewayFlags & { after?: number; raw: boolean }) => {
      exit(await (await import("./sessions/follow.js")).follow(session, options, io));
    });
  withGatewayFlags(sessions.command("export").description("write a session to a file, verifiable offline"))
    .argument("<session>", SESSION)
    .option("--format <format>", "ndjson or asciicast", "ndjson")
    .option("--output <file>", "file to write; without it, standard output")
    .option("--force", "replace the file", false)
    .action(
      async (
        session: string,
        options: GatewayFlags & { format: string; output?: string; force: boolean },
      ) => {
        exit(await (await import("./sessions/export.js")).exportSession(session, options, io));
      },
    );
}

function registerChanging(sessions: Command, io: Io, exit: (code: number) => void): void {
  withGatewayFlags(sessions.command("stop").description("end a running session; its upstream closes"))
    .argument("<session>", SESSION)
    .option("--reason <text>", "for the caller and the record")
    .action(async (session: string, options: GatewayFlags & { reason?: string }) => {
      exit(await (await import("./sessions/stop.js")).stop(session, options, io));
    });
  withGatewayFlags(sessions.command("rm").description("delete a session; id, hashes and the act remain"))
    .argument("<session>", SESSION)
    .option("--yes", "do not ask", false)
    .action(async (session: string, options: GatewayFlags & { yes: boolean }) => {
      exit(await (await import("./sessions/rm.js")).rm(session, options, io));
    });
}
