import { randomBytes, randomUUID } from "node:crypto";
import { admissionOf } from "./compose/admission.js";
import { routesOf } from "./compose/connections.js";
import { credentialLiterals, loadDetectors } from "./compose/detectors.js";
import { listen } from "./compose/front-ends.js";
import { notifierOf } from "./compose/notifications.js";
import { mayUse, policySource, readPolicies } from "./compose/policies.js";
import { reloadAuthority } from "./compose/reload.js";
import { keepWithin } from "./compose/retention.js";
import { revocationsOf } from "./compose/revocations.js";
import type { Address } from "./config/address.js";
import { issuersOf } from "./config/issuers.js";
import type { Config } from "./config/load.js";
import { parseSessionId } from "./domain/session-id.js";
import { type Clock, systemClock } from "./domain/time.js";
import { serveMetrics } from "./frontends/metrics-server.js";
import type { IssuerStatus } from "./identity/key-source.js";
import { Revocation } from "./identity/revocation.js";
import { TokenVerifier } from "./identity/token-verifier.js";
import { Masking } from "./masking/masking.js";
import { Metrics } from "./metrics/metrics.js";
import { RuleCatalogue } from "./patterns/catalogue.js";
import { SluiceGateway } from "./pipeline/gateway.js";
import { FULL_SET } from "./pipeline/request-record.js";
import { Router } from "./pipeline/router.js";
import { ApprovalDesk } from "./policy/approvals/approval-desk.js";
import { PatternScanner } from "./policy/pattern-scanner.js";
import { Pdp } from "./policy/pdp.js";
import { PolicyStore, type Reload } from "./policy/policy-store.js";
import { RateGate } from "./policy/rate-gate.js";
import { reachOf } from "./policy/reload-reach.js";
import { WorkerTokenCounter } from "./policy/tokens/worker-token-counter.js";
import { type AnchorSink, anchorFile } from "./recording/anchor-exporter.js";
import { recordKeysOf } from "./recording/record-keys.js";
import { SessionLog } from "./recording/session-log.js";
import { openStore } from "./recording/stores/index.js";
import { verifyStore } from "./recording/verify.js";
import type { VerifyReport } from "./recording/verify-report.js";
import { KeyRing } from "./sealing/key-ring.js";
import { SealedFiles } from "./sealing/sealed-files.js";

/** Where the gateway writes what an operator should know; pino's logger has this shape. */
export interface Logger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface Running {
  readonly http: Address;
  readonly grpc: Address;
  /** Where figures are served; null: nowhere. */
  readonly metrics: Address | null;
  readonly gateway: SluiceGateway;
  readonly log: SessionLog;
  readonly approvals: ApprovalDesk;
  readonly policies: PolicyStore;
  /** Rules that mask an answer under the built-in set. */
  readonly rulesActive: number;
  /** Reads configuration and policies again; what is refused leaves the old in force. */
  reload(): Reload;
  /** Checks the log of one session, or everything. */
  verify(session?: string): Promise<VerifyReport>;
  /** Refuses new work, waits for what runs, ends the rest, and closes everything in reverse order. */
  close(): Promise<void>;
}

/** Builds the gateway that a configuration describes and starts it. Whoever opens closes. */
export async function compose(config: Config, logger: Logger, clock: Clock = systemClock): Promise<Running> {
  const closers: (() => Promise<void> | void)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return await start(config, { logger, clock, opened: (closer) => closers.push(closer), close });
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

interface Host {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly opened: (closer: () => Promise<void> | void) => void;
  readonly close: () => Promise<void>;
}

async function start(config: Config, host: Host): Promise<Running> {
  const { logger, clock, opened } = host;
  const { written } = config;
  const metrics = new Metrics();
  const ring = await KeyRing.open({ dir: config.keysDir });
  const loaded = loadDetectors(config);
  for (const note of loaded.notes) logger.warn({}, note);
  const { maxCandidateChars } = written.masking;
  const masking = Masking.create({ ...loaded, literals: credentialLiterals(config), maxCandidateChars });
  const scanner = new PatternScanner(
    new RuleCatalogue(loaded.detectors, { validators: loaded.validators, maxCandidateChars }),
  );
  const source = policySource(config, loaded.detectors, scanner);
  const policies = new PolicyStore(readPolicies(config, source));
  for (const warning of policies.current.warnings) logger.warn({}, warning);

  const tokenizer = new WorkerTokenCounter({
    clock,
    onProblem: (error) => logger.error({ err: error }, "token counter"),
  });
  opened(() => tokenizer.close());
  const pdp = Pdp.create({ policies, scanner, tokenizer, clock });
  const store = await openStore({ kind: written.recording.store, path: config.dataDir });
  const { durability, maxLead, minFree: minFreeBytes } = written.recording;
  const log = await SessionLog.open({
    store,
    clock,
    randomBytes: (count) => randomBytes(count),
    keys: recordKeysOf(ring),
    durability,
    maxLead,
    minFreeBytes,
    anchors: { sinks: anchorSinks(config), everyMs: written.ledger.anchorEvery },
    onNotice: ({ kind, message, session }) => logger.warn({ kind, session }, message),
  });
  opened(() => log.close());
  const approvals = await ApprovalDesk.open({
    store: await SealedFiles.open({ dir: config.approvalsDir, ring }),
    clock,
    newId: () => randomUUID(),
    onProblem: (error) => logger.error({ err: error }, "approvals"),
  });
  opened(() => approvals.close());
  const notifier = await notifierOf(config, { approvals, ring, clock, random: Math.random, metrics, logger });
  opened(() => notifier?.close());

  const routes = routesOf(config, clock);
  opened(async () => {
    await Promise.all(routes.flatMap(({ upstreams }) => upstreams.map((upstream) => upstream.close())));
  });
  const { admission, load } = admissionOf(config, {
    clock,
    logger,
    openSessions: () => gateway.liveSessions,
    beginnings: () => gateway.beginnings,
  });
  opened(() => load.close());
  const gateway: SluiceGateway = new SluiceGateway({
    pdp,
    approvals,
    clock,
    rates: new RateGate({ policies, clock }),
    onProblem: (error) => logger.error({ err: error }, "rates"),
    masking: { current: masking },
    hashKey: (tenant) => ring.hashKey(tenant),
    maxAnswerChars: written.limits.answer,
    log,
    router: new Router(routes),
    keys: ring,
    randomBytes: (count) => randomBytes(count),
    graceMs: written.timeouts.grace,
    admission,
    memory: { bytes: written.limits.conversations, bytesPerCaller: written.limits.callerConversations },
    mayUse: (principal, connection, model) => mayUse(policies.current, principal, connection, model),
    onFault: (session, error) => {
      if (error.code === "internal")
        logger.error({ session, err: error.cause ?? error }, "a session failed internally");
    },
  });
  opened(() => gateway.drain(written.timeouts.drain));

  await gateway.endParked();
  opened(keepWithin(log, written.recording.retention, { clock, logger }));

  const revocation = new Revocation(revocationsOf(config));
  const verifier = TokenVerifier.create({ issuers: issuersOf(config), clock, revocation });
  opened(() => verifier.close());
  revocation.onRevoked(({ concerns, error }) => gateway.endWhere(concerns, error));
  policies.onReload((reload) => {
    if (reload.outcome !== "replaced") return;
    void gateway.rejudge(reachOf(reload.from, reload.to)).then(() => pdp.warmUp());
  });
  const reloads = reloadAuthority(config, { policies, revocation, log, metrics, logger });

  // Before the first caller comes: an automaton is built by reading, and the first reader would pay for it.
  const plan = masking.plan(FULL_SET);
  masking.warmUp(plan);
  await pdp.warmUp();
  // Not waited for: an issuer that is down must not keep the others' callers out. Not before the work above
  // either, which holds the event loop for so long that an answer in time would be taken for none.
  void verifier.warm().then((issuers) => warnOfIssuers(issuers, logger));
  const frontEnds = await listen(
    config,
    { gateway, verifier, authority: revocation, log, approvals, policies: pdp, reloads, clock, logger },
    opened,
  );
  metrics.gauge("sluice_sessions_open", "Sessions open now.", () => gateway.liveSessions);
  metrics.gauge(
    "sluice_issuer_keys",
    "1 where the keys of an issuer serve, 0 where its tokens are refused.",
    () =>
      verifier
        .status()
        .map(({ issuer, state }) => ({ labels: { issuer }, value: state === "unavailable" ? 0 : 1 })),
  );
  const figures = config.metrics === null ? null : await serveMetrics(() => metrics.text(), config.metrics);
  if (figures !== null) opened(() => figures.close());
  return {
    http: frontEnds.http,
    grpc: frontEnds.grpc,
    metrics: figures?.address ?? null,
    gateway,
    log,
    approvals,
    policies,
    rulesActive: plan.rulesActive,
    reload: () => reloads.reload(),
    verify: async (session) => {
      const id = session === undefined ? null : parseSessionId(session);
      return verifyStore(
        store,
        id === null ? { signing: ring.signing } : { signing: ring.signing, session: id },
      );
    },
    close: async () => {
      // Clients are told to go elsewhere while their streams are finished or ended, and only then cut.
      const drained = frontEnds.drain();
      await gateway.drain(written.timeouts.drain);
      await Promise.race([drained, new Promise<void>((resolve) => clock.after(DRAINED_MS, resolve))]);
      await host.close();
    },
  };
}

/** Where signed heads of the ledger go: whoever keeps them elsewhere can later tell what was changed. */
function anchorSinks(config: Config): readonly AnchorSink[] {
  const { anchorFile: file, stdout } = config.written.ledger;
  const sinks: AnchorSink[] = file === undefined ? [] : [anchorFile(config.path(file))];
  if (stdout) sinks.push(async (line) => void process.stdout.write(`${line}\n`));
  return sinks;
}

/** What an operator should know of issuers whose keys could not be had at the start. */
function warnOfIssuers(issuers: readonly IssuerStatus[], logger: Logger): void {
  for (const { issuer, state, lastError } of issuers) {
    if (state === "unavailable")
      logger.warn(
        { issuer, reason: lastError },
        "the keys of an issuer cannot be fetched; its tokens are refused",
      );
  }
}

/** How long the endings of sessions may take to reach their clients. */
const DRAINED_MS = 1_000;
