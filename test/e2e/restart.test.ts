/** The gateway as its own process, killed while it streams, and started again on the same folder. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { type GatewayFolder, MODEL_CREDENTIAL, openFolder } from "../support/gateway.js";
import { chatStream } from "../support/streams.js";

const STREAMS = 4;
const PROMPT = "A prompt about jane.roe@example.com and ghp_Zq7Rw2Lk9Tb4Zq7Rw2Lk9Tb4Zq7Rw2Lk9Tb4.";
const WORDS = Array.from({ length: 400 }, (_, index) => `word${index} `);

/** A process of the gateway, with everything that it printed. */
interface Process {
  readonly child: ChildProcess;
  readonly url: string;
  readonly printed: () => string;
}

interface SessionEvent {
  readonly seq: number;
  readonly chunk?: { readonly text: string };
  readonly ended?: { readonly outcome: string };
}

let place: GatewayFolder;
let token = "";
let running: Process;
let printed = "";

before(async () => {
  place = await openFolder("log: { level: info }\n");
  token = await place.token("jane");
  running = await serve();
});
after(async () => {
  running.child.kill("SIGKILL");
  await place.close();
});

function serve(): Promise<Process> {
  const child = spawn(process.execPath, ["--import", "tsx", "src/main.ts", "serve", "--config", place.file]);
  let output = "";
  return new Promise((resolve, reject) => {
    const take = (bytes: Buffer): void => {
      output += bytes;
      const http = output.match(/http (127\.0\.0\.1:\d+)/)?.[1];
      if (http !== undefined) resolve({ child, url: `http://${http}`, printed: () => output });
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.on("exit", (code) => reject(new Error(`exit ${code}: ${output}`)));
    setTimeout(() => reject(new Error(`not ready: ${output}`)), 20_000).unref();
  });
}

async function ask(prompt: string): Promise<Response> {
  return fetch(`${running.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "gpt-told", stream: true, messages: [{ role: "user", content: prompt }] }),
  });
}

/** What a client had when the connection went away, and whether it ended as a whole answer does. */
async function untilCut(
  response: Response,
  onText: () => void,
): Promise<{ text: string; last: number; done: boolean }> {
  let body = "";
  try {
    if (response.body !== null)
      for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
        body += piece;
        if (body.includes("word9 ")) onText();
      }
  } catch {
    // The connection was torn, as it should be.
  }
  const whole = body.slice(0, body.lastIndexOf("\n\n") + 2);
  const text = [...whole.matchAll(/"content":"([^"]*)"/g)].map(([, words]) => words).join("");
  const last = Number([...whole.matchAll(/^id: (\d+)$/gm)].at(-1)?.[1] ?? 0);
  return { text, last, done: whole.includes("[DONE]") };
}

async function attach(session: string, after: number): Promise<readonly SessionEvent[]> {
  const response = await fetch(`${running.url}/v1/sessions/${session}/stream?after=${after}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  assert.equal(response.status, 200);
  return (await response.text())
    .split("\n")
    .filter((line) => line.startsWith("data: "))
    .map((line): SessionEvent => JSON.parse(line.slice(6)));
}

function textOf(events: readonly SessionEvent[]): string {
  return events.map(({ chunk }) => chunk?.text ?? "").join("");
}

describe("a gateway that is killed in the middle of its streams", () => {
  const sessions: {
    readonly id: string;
    readonly text: string;
    readonly last: number;
    readonly done: boolean;
  }[] = [];

  test("tears its streams, which nobody can take for whole ones", async () => {
    place.model.tell(() => ({ body: chatStream(WORDS), cuts: 3, paceMs: 10, end: "open" }));
    let reading = 0;
    const reached = new Promise<void>((resolve) => {
      const isReached = Array.from({ length: STREAMS }, () => false);
      const each = Array.from({ length: STREAMS }, async (_, index) => {
        const response = await ask(`${PROMPT} ${index}`);
        const id = response.headers.get("x-sluice-session") ?? "";
        const seen = await untilCut(response, () => {
          if (!isReached[index]) reading++;
          isReached[index] = true;
          if (reading === STREAMS) resolve();
        });
        sessions.push({ id, ...seen });
      });
      void Promise.all(each).then(() => resolve());
    });
    await reached;
    running.child.removeAllListeners("exit");
    const gone = new Promise((resolve) => running.child.on("exit", resolve));
    running.child.kill("SIGKILL");
    await gone;
    printed += running.printed();
    for (let waited = 0; sessions.length < STREAMS && waited < 100; waited++)
      await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(sessions.length, STREAMS);
    for (const { text, done } of sessions) {
      assert.ok(text.startsWith("word0 word1 "));
      assert.equal(done, false);
    }
  });

  test("starts again and has closed every session as interrupted", async () => {
    running = await serve();
    for (const { id } of sessions) {
      const response = await fetch(`${running.url}/v1/sessions/${id}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const { session }: { session: { outcome: string } } = JSON.parse(await response.text());
      assert.equal(session.outcome, "interrupted");
    }
  });

  test("has in its log everything that a client saw, and attaching gives the rest and the ending", async () => {
    for (const { id, text, last } of sessions) {
      const whole = await attach(id, 0);
      const rest = await attach(id, last);
      assert.ok(textOf(whole).startsWith(text));
      assert.equal(text + textOf(rest), textOf(whole));
      assert.ok(WORDS.join("").startsWith(textOf(whole)));
      assert.equal(rest[0]?.seq, last + 1);
      assert.equal(rest.at(-1)?.ended?.outcome, "interrupted");
    }
  });

  test("serves new requests", async () => {
    place.model.tell(() => ({ body: chatStream(["still ", "here"]) }));
    const response = await ask("Hello");
    assert.match(await response.text(), /still.*\[DONE\]/s);
  });

  test("leaves no prompt, token or credential in the data, the approvals or the log output", async () => {
    // A request that waits for its review lies on the disk, sealed.
    const waiting = await ask(`What was q3 revenue? ${PROMPT} A phrase that only this prompt holds.`);
    assert.equal(waiting.status, 200);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const approvals = await place.written("approvals");
    assert.ok(approvals.length > 0, "the approval was written");
    printed += running.printed();
    await waiting.body?.cancel();
    const secrets = [
      "jane.roe@example.com",
      "ghp_Zq7Rw2",
      token,
      token.split(".")[2] ?? token,
      MODEL_CREDENTIAL,
    ];
    for (const where of [approvals, await place.written("data"), printed])
      for (const secret of secrets) assert.ok(!where.includes(secret), secret.slice(0, 12));
    assert.ok(!approvals.includes("only this prompt holds"));
    assert.ok(!printed.includes("only this prompt holds"));
  });

  test("exits with 0 when it is asked to stop", async () => {
    running.child.removeAllListeners("exit");
    const code = new Promise((resolve) => running.child.on("exit", resolve));
    running.child.kill("SIGTERM");
    assert.equal(await code, 0);
  });
});
