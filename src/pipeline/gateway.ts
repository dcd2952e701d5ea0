import { of } from "rxjs";
import { requireTranslatable } from "../dialects/crossing.js";
import type { EchoMemory } from "../dialects/dialect.js";
import { expandRequest, inputOf, refersToEarlier } from "../dialects/openai-responses/conversation.js";
import { sessionOfResponse } from "../dialects/openai-responses/response-id.js";
import type { CompletionRequest } from "../dialects/request.js";
import type { EntryOf } from "../domain/entry.js";
import { asSluiceError, SluiceError } from "../domain/errors.js";
import { inTurns } from "../domain/pace.js";
import { type Principal, samePrincipal } from "../domain/principal.js";
import { makeSessionId, parseSessionId, type SessionId } from "../domain/session-id.js";
import type { ReloadReach } from "../policy/reload-reach.js";
import type { SessionLog } from "../recording/session-log.js";
import type { SessionReader } from "../recording/session-reader.js";
import type { AdmissionGate } from "./admission-gate.js";
import type {
  CancelCode,
  CompletionCall,
  FaultListener,
  Gateway,
  LiveSession,
  ModelInfo,
  TextRestorer,
} from "./call.js";
import { ConversationMemory, type MemoryLimits } from "./conversation-memory.js";
import { EndedRestorations } from "./ended-restorations.js";
import { jsonText } from "./json-text.js";
import { type PepDeps, pep } from "./pep.js";
import { type PseudonymVault, PseudonymVaults } from "./pseudonym-vault.js";
import { conversationOf, type Digests, openedBody, requestDigest } from "./request-record.js";
import { ResponseIndex } from "./response-index.js";
import { PseudonymRestorer, type Restoration } from "./restorer.js";
import type { RoutedModel, Router } from "./router.js";
import { SessionRun } from "./session-run.js";
import { decideInput } from "./stages/judge.js";
import { TurnKeeper, type TurnKeeperOptions } from "./turn-keeper.js";

export interface GatewayOptions extends PepDeps {
  readonly log: SessionLog;
  readonly router: Router;
  readonly keys: Digests;
  readonly randomBytes: (count: number) => Uint8Array;
  /** How long a resumable session goes on without a reader. */
  readonly graceMs: number;
  /** Where beginnings wait for their turn, and are refused beyond capacity. */
  readonly admission: AdmissionGate;
  /** Models of a connection that some policy names for the caller. */
  readonly mayUse: (principal: Principal, connection: string, model: string) => boolean;
  readonly onFault: FaultListener;
  /** How much is kept of conversations that clients go on with by an id. */
  readonly memory?: Partial<MemoryLimits>;
}

/** What a running session needs beyond its log, for whoever reads it as its caller. */
interface Live {
  readonly run: SessionRun;
  readonly principal: Principal;
  readonly request: CompletionRequest;
  readonly echo: EchoMemory;
  readonly vault: PseudonymVault;
  readonly restoration: Restoration;
  readonly call: CompletionCall;
  readonly target: RoutedModel;
}

/** A call as it is judged, and who keeps its turn; null where its API has no turns to go on from. */
interface Recalled {
  readonly call: CompletionCall;
  readonly keeper: (facts: Pick<TurnKeeperOptions, "session" | "vault" | "restoration">) => TurnKeeper | null;
}

const RETRY_MS = 2000;
const MAX_IDEMPOTENCY_KEYS = 10_000;

/** The data path: what front ends call, and the only place where sessions begin. */
export class SluiceGateway implements Gateway {
  readonly #options: GatewayOptions;
  readonly #live = new Map<SessionId, Live>();
  readonly #vaults: PseudonymVaults;
  readonly #endedRestorations = new EndedRestorations();
  readonly #idempotent = new Map<string, Promise<SessionId>>();
  readonly #memory: ConversationMemory;
  readonly #responses = new ResponseIndex();
  #opening = 0;
  readonly #beginning = new Set<SessionId>();
  #draining = false;
  #whenIdle: (() => void) | null = null;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#vaults = new PseudonymVaults(() => Buffer.from(options.randomBytes(5)).toString("hex"));
    this.#memory = new ConversationMemory({
      randomBytes: options.randomBytes,
      ...(options.memory === undefined ? {} : { limits: options.memory }),
    });
  }

  get draining(): boolean {
    return this.#draining;
  }

  get liveSessions(): number {
    return this.#live.size;
  }

  /** Sessions that are read, masked and judged now, and ask neither a model nor a person yet. */
  get beginnings(): number {
    return this.#opening + this.#beginning.size;
  }

  async complete(call: CompletionCall): Promise<LiveSession> {
    const key = call.idempotencyKey;
    if (key === null) return this.#view(await this.#begin(call), 0);
    const name = this.#options.keys.digest("idempotency", [
      call.principal.issuer,
      call.principal.subject,
      key,
    ]);
    const known = this.#idempotent.get(name);
    if (known !== undefined) return this.attach(await known, call.principal, 0);
    const begun = this.#begin(call);
    this.#remember(
      name,
      begun.then(({ run }) => run.id),
    );
    return this.#view(await begun, 0);
  }

  #remember(name: string, begun: Promise<SessionId>): void {
    if (this.#idempotent.size >= MAX_IDEMPOTENCY_KEYS) {
      this.#idempotent.delete(this.#idempotent.keys().next().value ?? "");
    }
    this.#idempotent.set(name, begun);
    begun.catch(() => this.#idempotent.delete(name));
  }

  async admit(): Promise<void> {
    await this.#options.admission.enter();
    this.#admit();
  }

  async #begin(asked: CompletionCall): Promise<Live> {
    if (asked.isAdmitted === true) this.#admit();
    else await this.admit();
    this.#opening += 1;
    try {
      return await this.#open(asked);
    } finally {
      this.#opening -= 1;
    }
  }

  async #open(asked: CompletionCall): Promise<Live> {
    const recalled = await this.#recalled(asked);
    const { call } = recalled;
    const { log, router, keys, clock, randomBytes, masking, hashKey } = this.#options;
    const target = router.route(call.request.model, call.dialect.name);
    requireTranslatable(call.request, target.upstream.dialect);
    const id = makeSessionId(clock.nowMs(), randomBytes(10));
    const body = await inTurns(jsonText(call.request.native));
    const digest = await inTurns(requestDigest(keys, call, { target, body }));
    const conversation = await inTurns(conversationOf(keys, call));
    const opened = await openedBody(call, target, {
      body,
      facts: { id, nowMs: clock.nowMs(), digest, conversation },
      masking: masking.current,
      hashKey: hashKey(call.principal.tenant),
    });
    // Masking a long prompt takes turns; the gateway may have begun to drain meanwhile, or be full.
    this.#admit();
    const vault = this.#vaults.get(conversation);
    const restoration: Restoration = { rules: null };
    const keeper = recalled.keeper({ session: id, vault, restoration });
    keeper?.saw(opened);
    const run = new SessionRun({
      writer: log.begin(opened),
      clock,
      graceMs: call.resumable ? this.#options.graceMs : 0,
      stalledGraceMs: this.#options.graceMs,
      onEnded: (ended, error) => {
        keeper?.ended(error === null);
        this.#ended(ended, error);
      },
      onAppend: (body) => {
        if (body.type === "upstream_opened" || body.type === "review_requested") this.#beginning.delete(id);
        keeper?.saw(body);
      },
    });
    const live: Live = {
      run,
      principal: call.principal,
      request: call.request,
      echo: new Map(),
      vault,
      restoration,
      call,
      target,
    };
    this.#live.set(id, live);
    this.#beginning.add(id);
    this.#start(call, { target, digest, live });
    return live;
  }

  /**
   * The call with the whole conversation that it stands for, and what keeps its own turn. A connection's own
   * memory comes first; what the caller wants not stored stays in that alone.
   */
  async #recalled(call: CompletionCall): Promise<Recalled> {
    const { principal, request, memory } = call;
    if (request.dialect !== "openai-responses") return { call, keeper: () => null };
    const readable = memory === undefined ? [this.#memory] : [memory, this.#memory];
    const earlier = {
      upTo: (id: string) => first(readable, (known) => known.upTo(principal, id)),
      item: (id: string) => first(readable, (known) => known.item(principal, id)),
    };
    const input = inputOf(request, earlier);
    const isStored = request.native["store"] !== false;
    const memories = readable.filter((known) => isStored || known === memory);
    const expanded = refersToEarlier(request)
      ? { ...call, request: await inTurns(expandRequest(request, earlier)) }
      : call;
    return {
      call: expanded,
      keeper: (facts) => new TurnKeeper({ ...facts, call, input, memories, index: this.#responses }),
    };
  }

  sessionOfResponse(responseId: string, principal: Principal): string {
    const noted = this.#responses.find(principal, responseId);
    const session = noted === undefined ? sessionOfResponse(responseId) : noted;
    if (session === null) throw new SluiceError("not_found", "There is no such response.");
    return session;
  }

  forgetResponse(responseId: string, principal: Principal): void {
    this.#memory.forget(principal, responseId);
    this.#responses.note(principal, responseId, null);
  }

  #admit(): void {
    if (this.#draining) {
      throw new SluiceError("shutdown", "The gateway is shutting down; try again in a moment.", {
        retryAfterMs: RETRY_MS,
      });
    }
    this.#options.admission.check();
  }

  #start(
    call: CompletionCall,
    { target, digest, live }: { target: RoutedModel; digest: string; live: Live },
  ): void {
    const { run, vault, echo, restoration } = live;
    const asked = { run, call, target, digest, vault, echo, restoration };
    run.own(
      of(asked)
        .pipe(pep(this.#options))
        .subscribe({
          error: (thrown) => run.end(asSluiceError(thrown)),
          complete: () => run.end(null),
        }),
    );
  }

  #ended(run: SessionRun, error: SluiceError | null): void {
    const live = this.#live.get(run.id);
    this.#live.delete(run.id);
    this.#beginning.delete(run.id);
    if (live !== undefined) this.#endedRestorations.keep(run.id, live);
    if (error !== null) this.#options.onFault(run.id, error);
    if (this.#live.size === 0) this.#whenIdle?.();
  }

  #view(live: Live, afterSeq: number): LiveSession {
    const { run, echo, request, vault, restoration } = live;
    if (afterSeq > run.writer.lastSeq) {
      throw new SluiceError("invalid_request", `The session has no entry ${afterSeq} yet.`, {
        field: "after",
      });
    }
    const restore = new PseudonymRestorer(vault, restoration, afterSeq);
    return {
      id: run.id,
      cursor: run.ownCursor(restore.active ? 0 : afterSeq),
      echo,
      request,
      restore,
      rates: run.rates,
    };
  }

  async attach(session: string, principal: Principal, afterSeq: number): Promise<LiveSession> {
    const id = parseSessionId(session);
    const live = id === null ? undefined : this.#live.get(id);
    if (live !== undefined && samePrincipal(live.principal, principal)) return this.#view(live, afterSeq);
    const reader = id === null || live !== undefined ? null : await this.#options.log.reader(id);
    if (reader === null || !samePrincipal(reader.opened.principal, principal)) throw notFound();
    return this.#past(reader, afterSeq);
  }

  /** A session that has ended, or that another process began: the values of those cannot be put back. */
  #past(reader: SessionReader, afterSeq: number): LiveSession {
    const id = parseSessionId(reader.opened.session);
    if (id === null) throw notFound();
    const restore = this.#restorer(id, reader.opened.principal, afterSeq);
    const cursor = reader.cursor({ afterSeq: restore === null ? afterSeq : 0, live: true });
    return { id, cursor, echo: new Map(), request: null, restore, rates: [] };
  }

  restorerOf(session: string, principal: Principal): TextRestorer | null {
    const id = parseSessionId(session);
    return id === null ? null : this.#restorer(id, principal, 0);
  }

  #restorer(id: SessionId, principal: EntryOf<"opened">["principal"], afterSeq: number): TextRestorer | null {
    const known = this.#live.get(id) ?? this.#endedRestorations.of(id);
    if (known === undefined || !samePrincipal(known.principal, principal)) return null;
    return new PseudonymRestorer(known.vault, known.restoration, afterSeq);
  }

  async cancel(session: string, principal: Principal): Promise<boolean> {
    const live = await this.#find(session, (opened) => samePrincipal(opened.principal, principal));
    if (live === null) return false;
    const { pendingApproval } = live.run;
    live.run.end(new SluiceError("cancelled", "The caller cancelled the session."));
    if (pendingApproval !== null) await this.#cancelReview(pendingApproval, principal);
    return true;
  }

  /** Who cancels gives the review up too; losing a connection does not, since clients ask again by themselves. */
  async #cancelReview(approval: string, by: Principal): Promise<void> {
    try {
      await this.#options.approvals.cancel(approval, by, "The caller cancelled the session.");
    } catch (thrown) {
      // Somebody decided first: there is nothing left to cancel.
      if (asSluiceError(thrown).code === "internal") this.#options.onProblem(asSluiceError(thrown));
    }
  }

  /**
   * Ends the sessions that waited for a review when the last process died. Their approvals live on: the
   * caller's repeat joins them, and a grant that was given meanwhile is used then.
   */
  async endParked(): Promise<void> {
    const { log } = this.#options;
    for (const id of [...log.parked]) {
      const writer = await log.resume(id);
      const error = new SluiceError(
        "interrupted",
        "The gateway stopped while the session waited; ask again to join its review.",
      );
      new SessionRun({
        writer,
        clock: this.#options.clock,
        graceMs: 0,
        stalledGraceMs: 0,
        onEnded: () => {},
      }).end(error);
    }
  }

  async stop(session: string, principal: Principal, reason: string): Promise<boolean> {
    const text = reason.trim();
    const isOperator = principal.roles.includes("operator");
    const isReviewer = principal.roles.includes("reviewer");
    const live = await this.#find(
      session,
      (opened) =>
        isOperator ||
        samePrincipal(opened.principal, principal) ||
        (isReviewer && principal.tenant === opened.principal.tenant),
    );
    if (text === "" || text.length > 1000) {
      throw new SluiceError("invalid_request", "A stop needs a reason of 1 to 1,000 characters.", {
        field: "reason",
      });
    }
    if (live === null) return false;
    this.#options.log.act({ kind: "stopped", session: live.run.id, by: principal });
    live.run.end(new SluiceError("stopped", `The session was stopped: ${text}`), {
      by: principal,
      reason: text,
    });
    return true;
  }

  /** The running session, null for one that has ended. @throws SluiceError `not_found`. */
  async #find(
    session: string,
    mayEnd: (opened: Pick<EntryOf<"opened">, "principal">) => boolean,
  ): Promise<Live | null> {
    const id = parseSessionId(session);
    const live = id === null ? undefined : this.#live.get(id);
    if (live !== undefined) {
      if (!mayEnd({ principal: live.principal })) throw notFound();
      return live;
    }
    const reader = id === null ? null : await this.#options.log.reader(id);
    if (reader === null || !mayEnd(reader.opened)) throw notFound();
    return null;
  }

  models(principal: Principal): readonly ModelInfo[] {
    const found: ModelInfo[] = [];
    for (const { connection, models, aliases } of this.#options.router.routes) {
      for (const id of [...Object.keys(aliases), ...models]) {
        // A glob is no model that anybody could ask for.
        if (!id.includes("*") && this.#options.mayUse(principal, connection, id))
          found.push({ id, connection });
      }
    }
    return found;
  }

  end(session: SessionId, code: CancelCode, message: string): void {
    this.#live.get(session)?.run.end(new SluiceError(code, message));
  }

  /** Ends every running session that fits, for example when its subject was revoked. */
  endWhere(fits: (principal: Principal) => boolean, error: SluiceError): void {
    for (const { run, principal } of [...this.#live.values()]) if (fits(principal)) run.end(error);
  }

  /** Judges running sessions by the policies now in force; those that they deny end, the plainest first. */
  async rejudge({ concerns, mayGoOn }: ReloadReach): Promise<void> {
    const judged = [...this.#live.values()].flatMap((live) => {
      const { principal, request } = live.call;
      const about = { principal, connection: { name: live.target.route.connection }, model: request.model };
      return concerns(about) ? [{ live, goesOn: mayGoOn(about) }] : [];
    });
    for (const { live } of judged.sort((a, b) => Number(a.goesOn) - Number(b.goesOn))) {
      const { run, call, target } = live;
      if (run.hasEnded) continue;
      const why = await this.#options.pdp.whyEnd(decideInput(run, call, target));
      if (why !== null) run.end(why);
    }
  }

  /** Admits nothing more, waits for what runs, and ends after `drainMs` what still does. */
  async drain(drainMs: number): Promise<void> {
    this.#draining = true;
    if (this.#live.size > 0) {
      await new Promise<void>((resolve) => {
        const cancel = this.#options.clock.after(drainMs, resolve);
        this.#whenIdle = () => {
          cancel();
          resolve();
        };
      });
    }
    for (const { run } of [...this.#live.values()])
      run.end(new SluiceError("shutdown", "The gateway is shutting down."));
  }
}

function first<Found>(
  memories: readonly ConversationMemory[],
  find: (memory: ConversationMemory) => Found | null,
): Found | null {
  for (const memory of memories) {
    const found = find(memory);
    if (found !== null) return found;
  }
  return null;
}

function notFound(): SluiceError {
  return new SluiceError("not_found", "There is no such session.");
}
