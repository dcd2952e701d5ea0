import { createReadStream, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { JsonObject } from "../domain/json.js";
import { act } from "./act.js";
import { badFlag } from "./bad-flag.js";
import { withClient } from "./connect.js";
import { numberOf, objectsOf, textOf, textsOf } from "./fields.js";
import { EXIT, type Io } from "./io.js";
import { type Output, visibleLine } from "./output.js";
import { type PublicKeys, publicKeysOf, signingKeyFiles } from "./public-keys.js";
import { sessionNamed } from "./session-name.js";
import type { VerifyFlags } from "./verify-flags.js";

/** What was found, in one form for all the ways of looking. */
interface Findings {
  readonly intact: boolean;
  readonly problems: readonly { readonly kind: string; readonly detail: string }[];
  readonly problemCount: number;
  readonly records: number;
  readonly sessions: number;
  /** What cannot be known from what was given. */
  readonly unknown: readonly string[];
}

/** `sluice verify`. */
export function verify(session: string | undefined, options: VerifyFlags, io: Io): Promise<number> {
  return act(options, io, async (output) => {
    const findings = await look(session, options, io);
    await print(findings, output);
    return findings.intact ? EXIT.ok : EXIT.no;
  });
}

function look(session: string | undefined, options: VerifyFlags, io: Io): Promise<Findings> {
  const { dir, config, export: exported } = options;
  const isOffline = dir !== undefined || config !== undefined;
  if (exported !== undefined && isOffline) throw badFlag("--export", "goes without --dir and --config.");
  if (session !== undefined && (isOffline || exported !== undefined))
    throw badFlag(
      "<session>",
      "a single session is checked through a running gateway; leave out --dir and --export.",
    );
  if (exported !== undefined) return inExport(exported, options);
  return isOffline ? inFolder(options) : throughGateway(session, options, io);
}

async function inFolder(options: VerifyFlags): Promise<Findings> {
  const [{ verifyDirectory }, place] = await Promise.all([
    import("../recording/verify-directory.js"),
    placeOf(options),
  ]);
  const report = await verifyDirectory({
    path: place.dir,
    anchorFile: options.anchor ?? null,
    signing: keysOf([...options.publicKey, ...place.keyFiles]),
  });
  return {
    intact: report.ok,
    problems: report.problems.map(({ kind, message }) => ({ kind, detail: message })),
    problemCount: report.problemCount,
    records: report.records,
    sessions: report.sessions,
    unknown: report.unknown,
  };
}

interface Place {
  readonly dir: string;
  readonly keyFiles: readonly string[];
}

async function placeOf({ dir, config: file }: VerifyFlags): Promise<Place> {
  if (file === undefined) return { dir: dir ?? "", keyFiles: [] };
  const { loadConfig } = await import("../config/load.js");
  const config = loadConfig(file);
  return { dir: dir ?? config.dataDir, keyFiles: signingKeyFiles(config.keysDir) };
}

function keysOf(files: readonly string[]): PublicKeys | null {
  return files.length === 0 ? null : publicKeysOf(files);
}

async function inExport(file: string, options: VerifyFlags): Promise<Findings> {
  if (options.anchor !== undefined)
    throw badFlag("--anchor", "goes with the ledger, which an export does not hold.");
  const { verifyExport } = await import("../recording/export-ndjson.js");
  const stream = createReadStream(file);
  const readable = new Promise<void>((resolve, reject) => {
    stream.once("open", () => resolve());
    stream.once("error", () => reject(badFlag("--export", `${file} cannot be read.`)));
  });
  await readable;
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  const { ok, records, problem, signature } = await verifyExport(lines, keysOf(options.publicKey));
  stream.destroy();
  return {
    intact: ok,
    problems: problem === null ? [] : [{ kind: "changed", detail: problem }],
    problemCount: problem === null ? 0 : 1,
    records,
    sessions: 1,
    unknown:
      signature === "unknown"
        ? [
            "The signature was not checked: give the key with --public-key. Anybody can write an export whose hashes fit.",
          ]
        : [],
  };
}

async function throughGateway(name: string | undefined, options: VerifyFlags, io: Io): Promise<Findings> {
  if (options.publicKey.length > 0)
    throw badFlag("--public-key", "goes with --dir or --export; a gateway uses its own.");
  const anchors = options.anchor === undefined ? "" : readAnchors(options.anchor);
  return withClient(options, io, async (client) => {
    const sessionId = name === undefined ? "" : await sessionNamed(name, client);
    const answer = await client.call("Sessions", "Verify", { sessionId, anchors });
    const problems = objectsOf(answer, "problems").map((problem: JsonObject) => ({
      kind: textOf(problem, "kind"),
      detail: textOf(problem, "detail"),
    }));
    return {
      intact: answer["intact"] === true,
      problems,
      problemCount: problems.length,
      records: numberOf(answer, "records"),
      sessions: numberOf(answer, "sessions"),
      unknown: textsOf(answer, "unknown"),
    };
  });
}

function readAnchors(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw badFlag("--anchor", `${file} cannot be read.`);
  }
}

async function print(findings: Findings, output: Output): Promise<void> {
  if (output.json) {
    const problems = findings.problems.map(({ kind, detail }) => ({ kind, detail }));
    return output.object({ ...findings, problems, unknown: [...findings.unknown] });
  }
  const { intact, problems, problemCount, records, sessions, unknown } = findings;
  const checked = `${records} records of ${sessions} session${sessions === 1 ? "" : "s"}`;
  await output.data(
    intact
      ? `intact: ${checked}\n`
      : `NOT INTACT: ${problemCount} problem${problemCount === 1 ? "" : "s"} in ${checked}\n`,
  );
  for (const { kind, detail } of problems) await output.data(`  ${kind}: ${visibleLine(detail)}\n`);
  if (problemCount > problems.length) await output.data(`  ... and ${problemCount - problems.length} more\n`);
  for (const sentence of unknown) await output.word(`  not known: ${visibleLine(sentence)}`);
}
