import { randomBytes, randomUUID } from "node:crypto";
import { routesOf } from "./compose/connections.js";
import { credentialLiterals, loadDetectors } from "./compose/detectors.js";
import { mayUse, policySource, policyText, readPolicies } from "./compose/policies.js";
import type { Address } from "./config/address.js";
import { issuersOf } from "./config/issuers.js";
import type { Config } from "./config/load.js";
import { clientDialects } from "./dialects/index.js";
import { parseSessionId } from "./domain/session-id.js";
import { type Clock, systemClock } from "./domain/time.js";
import type { FrontEnd, FrontEndDeps, TlsMaterial } from "./frontends/front-end.js";
import { createGrpcFrontEnd } from "./frontends/grpc/server.js";
import { createHttpFrontEnd } from "./frontends/http/server.js";
import { createResponsesSocketFrontEnd } from "./frontends/index.js";
import { createWebSocketFrontEnd } from "./frontends/websocket/server.js";
import { Revocation } from "./identity/revocation.js";
import { TokenVerifier } from "./identity/token-verifier.js";
import { Masking } from "./masking/masking.js";
import { RuleCatalogue } from "./patterns/catalogue.js";
import { SluiceGateway } from "./pipeline/gateway.js";
import { FULL_SET } from "./pipeline/request-record.js";
import { Router } from "./pipeline/router.js";
import { ApprovalDesk } from "./policy/approvals/approval-desk.js";
import { PatternScanner } from "./policy/pattern-scanner.js";
import { Pdp } from "./policy/pdp.js";
import { PolicyStore, type Reload } from "./policy/policy-store.js";
import { RateGate } from "./policy/rate-gate.js";
import { WorkerTokenCounter } from "./policy/tokens/worker-token-counter.js";
import { type AnchorSink, anchorFile } from "./recording/anchor-exporter.js";
import { recordKeysOf } from "./recording/record-keys.js";
import { SessionLog } from "./recording/session-log.js";
import { openStore } from "./recording/stores/index.js";
import { type VerifyReport, verifyStore } from "./recording/verify.js";
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
  readonly gateway: SluiceGateway;
  readonly log: SessionLog;
  readonly approvals: ApprovalDesk;
  readonly policies: PolicyStore;
  /** Rules that mask an answer under the built-in set. */
  readonly rulesActive: number;
  /** Reads the policy file again; a bad one leaves the old one in force. */
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

  const routes = routesOf(config, clock);
  opened(async () => {
    await Promise.all(routes.flatMap(({ upstreams }) => upstreams.map((upstream) => upstream.close())));
  });
  const gateway = new SluiceGateway({
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
    maxSessions: written.limits.sessions,
    mayUse: (principal, connection, model) => mayUse(policies.current, principal, connection, model),
    onFault: (session, error) => {
      if (error.code === "internal")
        logger.error({ session, err: error.cause ?? error }, "a session failed internally");
    },
  });
  opened(() => gateway.drain(written.timeouts.drain));

  await gateway.endParked();
  opened(keepWithin(log, written.recording.retention, { clock, logger }));

  const { subjects, killSwitch } = revoked(config);
  const revocation = new Revocation({ subjects, killSwitch });
  const verifier = TokenVerifier.create({ issuers: issuersOf(config), clock, revocation });
  opened(() => verifier.close());
  revocation.onRevoked(({ concerns, error }) => gateway.endWhere(concerns, error));
  policies.onReload((reload) => {
    if (reload.outcome === "refused")
      logger.error({ err: reload.error }, "the new policies were refused; the old ones stay");
    if (reload.outcome === "replaced") void gateway.rejudge();
  });

  // Before the first caller comes: an automaton is built by reading, and the first reader would pay for it.
  const plan = masking.plan(FULL_SET);
  masking.warmUp(plan);
  const frontEnds = await listen(
    config,
    { gateway, verifier, log, approvals, policies: pdp, clock, logger },
    opened,
  );
  return {
    http: frontEnds.http,
    grpc: frontEnds.grpc,
    gateway,
    log,
    approvals,
    policies,
    rulesActive: plan.rulesActive,
    reload: () => {
      const reload = policies.replace(policyText(config));
      log.act({ kind: "reloaded" });
      return reload;
    },
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

/** How long the endings of sessions may take to reach their clients. */
const DRAINED_MS = 1_000;
const RETENTION_MS = 10 * 60_000;
const DAY_MS = 24 * 60 * 60_000;

/** Deletes what is older or more than the configuration keeps, now and every ten minutes. */
function keepWithin(
  log: SessionLog,
  { days, size }: Config["written"]["recording"]["retention"],
  { clock, logger }: Pick<Host, "clock" | "logger">,
): () => void {
  let cancel = (): void => {};
  if (days === undefined && size === undefined) return cancel;
  const policy = {
    ...(days === undefined ? {} : { maxAgeMs: days * DAY_MS }),
    ...(size === undefined ? {} : { maxBytes: size }),
  };
  const run = (): void => {
    log
      .retain(policy)
      .then((deleted) => deleted > 0 && logger.info({ deleted }, "old sessions were deleted"))
      .catch((err: unknown) => logger.error({ err }, "retention failed"))
      .finally(() => {
        cancel = clock.after(RETENTION_MS, run);
      });
  };
  cancel = clock.after(0, run);
  return () => cancel();
}

function revoked(config: Config) {
  const { issuers, revoked: subjects, blockAll } = config.written.identity;
  return {
    killSwitch: blockAll,
    subjects: issuers.flatMap(({ issuer }) => subjects.map((subject) => ({ issuer: issuer.value, subject }))),
  };
}

async function listen(
  config: Config,
  rooms: Omit<FrontEndDeps, "dialects" | "newRequestId">,
  opened: Host["opened"],
): Promise<{ http: Address; grpc: Address; drain: () => Promise<unknown> }> {
  const { limits, timeouts, approvals, tls, origins } = config.written;
  const deps: FrontEndDeps = {
    ...rooms,
    dialects: clientDialects,
    newRequestId: () => `req_${randomUUID()}`,
  };
  const websocket = createWebSocketFrontEnd(deps, {
    origins,
    limits: {
      frameBytes: limits.body,
      streamsPerSocket: limits.streamsPerSocket,
      stallTimeoutMs: timeouts.stall,
    },
  });
  opened(() => websocket.close());
  const responses = createResponsesSocketFrontEnd(deps, {
    origins,
    limits: { frameBytes: limits.body, stallTimeoutMs: timeouts.stall },
    passFields: (model) => passFieldsOf(config, model),
    randomBytes: (count) => randomBytes(count),
  });
  opened(() => responses.close());
  const http = createHttpFrontEnd(deps, {
    limits: {
      bodyBytes: limits.body,
      pendingWaitMs: approvals.plainWait,
      heartbeatMs: approvals.heartbeat,
      stallTimeoutMs: timeouts.stall,
    },
    tls: tlsOf(config, tls.http, "tls.http"),
    origins,
    // The path of the Responses API goes to its own room.
    upgrades: [responses, websocket],
    passFields: (model) => passFieldsOf(config, model),
  });
  const grpc = createGrpcFrontEnd(deps, {
    limits: { messageBytes: limits.body, stallTimeoutMs: timeouts.stall },
    tls: tlsOf(config, tls.grpc, "tls.grpc"),
  });
  return {
    http: await opening(http, config.http, opened),
    grpc: await opening(grpc, config.grpc, opened),
    drain: () => Promise.all([http, grpc, websocket, responses].map((frontEnd) => frontEnd.drain())),
  };
}

async function opening(frontEnd: FrontEnd, address: Address, opened: Host["opened"]): Promise<Address> {
  const bound = await frontEnd.listen(address);
  opened(() => frontEnd.close());
  return bound;
}

function tlsOf(config: Config, written: Config["written"]["tls"]["http"], field: string): TlsMaterial | null {
  if (written === undefined) return null;
  const clientCa =
    written.clientCa === undefined ? {} : { clientCa: config.pem(written.clientCa, `${field}.clientCa`) };
  return {
    cert: config.pem(written.cert, `${field}.cert`),
    key: config.pem(written.key, `${field}.key`),
    ...clientCa,
  };
}

function passFieldsOf(config: Config, model: string): readonly string[] {
  const found = config.written.connections.find(
    ({ models, aliases }) => aliases.has(model) || models.some((glob) => glob === model),
  );
  return found?.passFields ?? [];
}
