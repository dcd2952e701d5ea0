import type { JsonObject } from "../../domain/json.js";
import { systemClock } from "../../domain/time.js";
import type { SessionQuery } from "../../frontends/session-list.js";
import { act } from "../act.js";
import { badFlag } from "../bad-flag.js";
import { withClient } from "../connect.js";
import { given, numberOf, objectOf, objectsOf, textOf } from "../fields.js";
import type { GatewayFlags } from "../flags.js";
import { EXIT, type Io } from "../io.js";
import type { Output } from "../output.js";
import { table } from "../table.js";
import { parseMoment } from "../time-argument.js";

export interface ListFilters extends SessionQuery {
  readonly all: boolean;
}

/** `sluice sessions list`. With --all and --json each session is a line, since there is no end to them. */
export function list(options: GatewayFlags & ListFilters, io: Io): Promise<number> {
  return act(options, io, (output) =>
    withClient(options, io, async (client) => {
      const query = queryOf(options);
      let after = options.after ?? "";
      for (let page = 0; ; page++) {
        const { next = "", ...answer } = await client.call("Sessions", "List", { ...query, after });
        const items = objectsOf(answer, "items");
        after = typeof next === "string" ? next : "";
        await print(output, { items, next: after, isWhole: options.all, isFirst: page === 0 });
        if (!options.all || after === "") return EXIT.ok;
      }
    }),
  );
}

function queryOf(options: ListFilters): JsonObject {
  const { subject, team, connection, decision, entity, outcome, limit } = options;
  const moment = (flag: "from" | "to"): string | undefined => {
    const written = options[flag];
    if (written === undefined) return undefined;
    try {
      return parseMoment(written, systemClock.nowMs());
    } catch {
      throw badFlag(`--${flag}`, "give a moment (2026-01-31T08:00:00Z) or how long ago it was (2h).");
    }
  };
  const times = { from: moment("from"), to: moment("to") };
  return given({ subject, team, connection, decision, entity, outcome, limit, ...times });
}

interface Page {
  readonly items: readonly JsonObject[];
  readonly next: string;
  readonly isWhole: boolean;
  readonly isFirst: boolean;
}

async function print(output: Output, { items, next, isWhole, isFirst }: Page): Promise<void> {
  if (output.json && isWhole) {
    for (const item of items) await output.line(item);
    return;
  }
  if (output.json) return output.list(items, next || null);
  if (items.length === 0 && isFirst) return output.word("No session fits.");
  await output.data(
    table(["SESSION", "OPENED", "WHO", "MODEL", "DECISION", "OUTCOME", "CHUNKS", "FOUND"], items.map(row)),
  );
  if (next !== "" && !isWhole) await output.word(`more: --after ${next}`);
}

function row(item: JsonObject): readonly string[] {
  const found = objectsOf(item, "findings").reduce((sum, finding) => sum + numberOf(finding, "count"), 0);
  return [
    textOf(item, "sessionId"),
    textOf(item, "openedAt").replace(/\.\d+Z$/, "Z"),
    textOf(objectOf(item, "principal"), "subject"),
    `${textOf(item, "connection")}/${textOf(item, "model")}`,
    textOf(item, "decision") || "-",
    textOf(item, "outcome") || "open",
    String(numberOf(item, "chunks")),
    String(found),
  ];
}
