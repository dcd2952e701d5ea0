import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { act } from "../act.js";
import { badFlag } from "../bad-flag.js";
import type { GatewayClient } from "../client.js";
import { withClient } from "../connect.js";
import { textOf } from "../fields.js";
import type { GatewayFlags } from "../flags.js";
import { EXIT, type Io } from "../io.js";
import { sessionNamed } from "../session-name.js";

interface ExportOptions extends GatewayFlags {
  readonly format: string;
  readonly output?: string;
  readonly force: boolean;
}

const FORMATS: readonly string[] = ["ndjson", "asciicast"];

/**
 * `sluice sessions export`. A file appears whole or not at all. To standard output the text goes as it is:
 * it is data for a program, and its control characters are escaped by its own format.
 */
export function exportSession(name: string, options: ExportOptions, io: Io): Promise<number> {
  return act(options, io, async (output) => {
    const { format, output: file } = options;
    if (!FORMATS.includes(format)) throw badFlag("--format", `is one of ${FORMATS.join(", ")}.`);
    return withClient(options, io, async (client) => {
      const sessionId = await sessionNamed(name, client);
      const texts = exported(client, sessionId, format);
      if (file === undefined) for await (const text of texts) await output.data(text);
      else {
        const bytes = await writeWhole(file, texts, options.force);
        if (output.json) await output.object({ sessionId, file, bytes });
        else await output.word(`${file}: session ${sessionId}, ${bytes} bytes`);
      }
      return EXIT.ok;
    });
  });
}

async function* exported(client: GatewayClient, sessionId: string, format: string): AsyncGenerator<string> {
  for await (const piece of client.stream("Sessions", "Export", { sessionId, format }))
    yield textOf(piece, "text");
}

/** Session logs hold what people asked: the file is its owner's alone. */
async function writeWhole(path: string, texts: AsyncIterable<string>, force: boolean): Promise<number> {
  if (!force) await (await create(path, path, "wx")).close();
  const part = `${path}.part`;
  const handle = await create(part, path, "w");
  let bytes = 0;
  try {
    for await (const text of texts) bytes += (await handle.write(text)).bytesWritten;
    await handle.sync();
    await handle.close();
    await rename(part, path);
    return bytes;
  } catch (thrown) {
    await handle.close().catch(() => {});
    await rm(part, { force: true });
    if (!force) await rm(path, { force: true });
    throw thrown;
  }
}

async function create(path: string, named: string, flag: "wx" | "w"): Promise<FileHandle> {
  try {
    return await open(path, flag, 0o600);
  } catch (thrown) {
    const isThere = thrown instanceof Error && "code" in thrown && thrown.code === "EEXIST";
    throw badFlag(
      "--output",
      isThere ? `${named} exists; --force replaces it.` : `${named} cannot be written.`,
    );
  }
}
