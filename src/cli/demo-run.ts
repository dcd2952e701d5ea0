import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { styleText } from "node:util";
import { compose, type Running } from "../compose.js";
import { type Address, formatAddress } from "../config/address.js";
import { removeDemoState, writeDemoState } from "../config/demo-state.js";
import { loadConfig } from "../config/load.js";
import { asSluiceError, SluiceError } from "../domain/errors.js";
import { parseSessionId } from "../domain/session-id.js";
import { systemClock } from "../domain/time.js";
import { EmbeddedIssuer } from "../identity/embedded-issuer.js";
import { TokenVerifier } from "../identity/token-verifier.js";
import { readAll } from "../recording/read-all.js";
import { demoPieces } from "../upstreams/demo-text.js";
import { DemoClient } from "./demo-client.js";
import { writeDemoFiles } from "./demo-files.js";
import { invocation } from "./invocation.js";
import { EXIT, type Io, write } from "./io.js";
import { LineWrap } from "./line-wrap.js";
import { loggerOf } from "./logger.js";

export interface DemoOptions {
  readonly fast: boolean;
  readonly stay: boolean;
  readonly port: number;
}

const SPEED = { slow: 40, fast: 2000 };
const AUTO_APPROVE_MS = { terminal: 5000, slow: 1200, fast: 50 };
const INDENT = "    ";
const LINE = 92;

/** Runs the four scenes against a gateway of its own, in a folder that it deletes at the end. */
export async function demo(options: DemoOptions, io: Io): Promise<number> {
  const startedMs = performance.now();
  const dir = mkdtempSync(join(tmpdir(), "sluice-demo-"));
  const issuer = await EmbeddedIssuer.start();
  let running: Running | null = null;
  try {
    running = await startGateway(dir, issuer, options);
    writeDemoState({ ...issuer.state(), grpc: formatAddress(running.grpc) });
    await new Scenes({ running, issuer, options, io, dir, readyMs: performance.now() - startedMs }).play();
    if (options.stay) await stay(io, running);
    return EXIT.ok;
  } finally {
    removeDemoState();
    await running?.close();
    await issuer.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function startGateway(
  dir: string,
  issuer: EmbeddedIssuer,
  { fast, port }: DemoOptions,
): Promise<Running> {
  const at = (http: number, grpc: number): Promise<Running> => {
    const file = writeDemoFiles({
      dir,
      issuer: issuer.issuer,
      audience: issuer.audience,
      http: { host: "127.0.0.1", port: http },
      grpc: { host: "127.0.0.1", port: grpc },
      speed: fast ? SPEED.fast : SPEED.slow,
    });
    const config = loadConfig(file);
    return compose(config, loggerOf(config));
  };
  try {
    return await at(port, port === 0 ? 0 : port + 1);
  } catch (thrown) {
    // The usual ports are taken: any free ones do.
    if (asSluiceError(thrown).code !== "invalid_config" || port === 0) throw thrown;
    return at(0, 0);
  }
}

async function stay(io: Io, running: Running): Promise<void> {
  const base = `http://${formatAddress(running.http)}`;
  const sluice = invocation(process.argv[1] ?? "sluice", process.cwd());
  await write(
    io.stdout,
    `
Still running. Try (Ctrl-C stops):
  curl -N ${base}/v1/chat/completions -H "Authorization: Bearer $(${sluice} token developer)" \\
    -H "Content-Type: application/json" \\
    -d '{"model":"demo","stream":true,"messages":[{"role":"user","content":"Draft the reply to the customer"}]}'
  ${sluice} ask --as developer --model demo "Draft the reply to the customer"
  ${sluice} policy explain --as developer --model demo --prompt "project birch"
  ${sluice} sessions list --as developer
  ${sluice} replay last --as developer
  ${sluice} init      write a real configuration
`,
  );
  await new Promise<void>((resolve) => {
    if (io.signal.aborted) resolve();
    else io.signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

interface SceneDeps {
  readonly running: Running;
  readonly issuer: EmbeddedIssuer;
  readonly options: DemoOptions;
  readonly io: Io;
  readonly dir: string;
  readonly readyMs: number;
}

class Scenes {
  readonly #deps: SceneDeps;
  #client: DemoClient;

  constructor(deps: SceneDeps) {
    this.#deps = deps;
    this.#client = new DemoClient(this.#base, "");
  }

  get #base(): string {
    return `http://${formatAddress(this.#deps.running.http)}`;
  }

  async play(): Promise<void> {
    this.#client = new DemoClient(this.#base, await this.#deps.issuer.token("developer"));
    await this.#opening();
    await this.#blocked();
    await this.#masked();
    const session = await this.#approved();
    await this.#replayed(session);
  }

  #say(text: string): Promise<void> {
    return write(this.#deps.io.stdout, `${text}\n`);
  }

  #head(scene: string, name: string, prompt: string): Promise<void> {
    const { io } = this.#deps;
    const label = `${scene} ${name}`.padEnd(14);
    return this.#say(
      `${io.isTerminal ? styleText("bold", label) : label}developer: ${JSON.stringify(prompt)}`,
    );
  }

  async #opening(): Promise<void> {
    const { running, dir, readyMs } = this.#deps;
    const { version, policies } = running.policies.current;
    const grpc: Address = running.grpc;
    await this.#say(`sluice demo: no account, no network; data in ${dir}, deleted on exit
  api      ${this.#base}/v1      grpc ${formatAddress(grpc)}
  policy   demo.yaml ${version.slice(7, 15)}: ${policies.length} policies, ${running.rulesActive} rules      ready in ${(readyMs / 1000).toFixed(1)} s
`);
  }

  async #blocked(): Promise<void> {
    const prompt = "Summarise project alder";
    await this.#head("1/4", "BLOCKED", prompt);
    const answer = await this.#client.ask(prompt, () => {});
    await this.#say(`  x ${answer.status} denied  finance/no-internal-codenames: ${JSON.stringify(answer.error)}
    upstream connections opened: ${await this.#upstreams(answer.session)}                              session ${short(answer.session)}`);
  }

  /** Calls to the model, as the session's own log has them. */
  async #upstreams(session: string): Promise<number> {
    const id = parseSessionId(session);
    const reader = id === null ? null : await this.#deps.running.log.reader(id);
    if (reader === null) throw new SluiceError("not_found", `The session ${session} was not recorded.`);
    let opened = 0;
    for await (const { type } of readAll(reader)) if (type === "upstream_opened") opened++;
    return opened;
  }

  async #masked(): Promise<void> {
    const prompt = "Draft the reply to the customer";
    await this.#head("2/4", "MASKED", prompt);
    const raw = demoPieces(CUSTOMER_EXCERPT).join("|");
    const answer = await this.#client.ask(prompt, () => {});
    const text = answer.pieces.join("");
    const at = text.indexOf("<EMAIL_ADDRESS>");
    const masks = text.match(/<[A-Z_]+>/g)?.length ?? 0;
    await this.#say(`  model     ... ${raw} ...   (| = chunk edge)
  received  ... ${text.slice(text.lastIndexOf(" ", at - 14) + 1, at + 67).trim()} ...
    ${masks} masks, both split across chunks                           session ${short(answer.session)}`);
  }

  async #approved(): Promise<string> {
    const prompt = "What was Q3 revenue?";
    await this.#head("3/4", "APPROVED", prompt);
    const askedMs = performance.now();
    const answering = this.#client.ask(prompt, () => {});
    const verdict = await this.#review(askedMs);
    const answer = await answering;
    const session = short(answer.session);
    if (verdict === "reject") await this.#say(`  x ${JSON.stringify(answer.error)}      session ${session}`);
    else
      await this.#say(
        `  ok        decided again: allow; ${answer.pieces.length} chunks                          session ${session}`,
      );
    return answer.session;
  }

  /** Waits for the review to appear, then for a key or for the time to run out, and votes as the reviewer. */
  async #review(askedMs: number): Promise<"approve" | "reject"> {
    const { running, issuer, options, io } = this.#deps;
    const verifier = TokenVerifier.create({ issuers: [issuer.issuerConfig()], clock: systemClock });
    const reviewer = await verifier.verify(await issuer.token("reviewer"));
    verifier.close();
    const signal = AbortSignal.timeout(20_000);
    for await (const approval of running.approvals.watch(reviewer, signal)) {
      const autoMs = io.isTerminal
        ? AUTO_APPROVE_MS.terminal
        : options.fast
          ? AUTO_APPROVE_MS.fast
          : AUTO_APPROVE_MS.slow;
      const keys = io.isTerminal ? "   [a]pprove [r]eject, Enter (auto 5 s)" : "";
      await this.#say(
        `  review    ${approval.review.policy}/${approval.review.rule}, ${approval.review.approvals} of ${approval.review.reviewers.join(", ")}${keys}`,
      );
      const verdict = await chosen(io, autoMs);
      const { version: expectedVersion, digest } = approval;
      await running.approvals.vote(approval.id, reviewer, {
        verdict,
        reason: "Seen in the demo.",
        expectedVersion,
        digest,
      });
      const seconds = ((performance.now() - askedMs) / 1000).toFixed(1);
      await this.#say(
        `            reviewer ${verdict === "approve" ? "approved" : "rejected"} after ${seconds} s`,
      );
      return verdict;
    }
    return "reject";
  }

  async #replayed(session: string): Promise<void> {
    const speed = this.#deps.options.fast ? 16 : 4;
    await this.#say(`4/4 REPLAYED  sluice replay ${session} --speed ${speed}`);
    const { io, running } = this.#deps;
    await write(io.stdout, INDENT);
    const wrap = new LineWrap(LINE, INDENT);
    const writes: Promise<void>[] = [];
    const records = await this.#client.replay(session, speed, (piece) => {
      writes.push(write(io.stdout, wrap.next(piece)));
    });
    await Promise.all(writes);
    const { ok } = await running.verify(session);
    await this.#say(`\n    ${records} records, chain ${ok ? "intact" : "BROKEN"}`);
  }
}

/** The part of the model's answer that holds what must not leave. */
const CUSTOMER_EXCERPT = "custo|mer@exam|ple.com and refunded the amount to the card 4111 11|11 1111 |1111";

function short(session: string): string {
  return session.slice(-8);
}

async function chosen(io: Io, autoMs: number): Promise<"approve" | "reject"> {
  const timer = AbortSignal.any([AbortSignal.timeout(autoMs), io.signal]);
  return new Promise((resolve) => {
    let lines: Interface | null = null;
    const done = (verdict: "approve" | "reject"): void => {
      lines?.close();
      resolve(verdict);
    };
    timer.addEventListener("abort", () => done("approve"), { once: true });
    if (!io.isTerminal) return;
    lines = createInterface({ input: io.stdin });
    lines.on("line", (line) => done(/^r/i.test(line.trim()) ? "reject" : "approve"));
  });
}
