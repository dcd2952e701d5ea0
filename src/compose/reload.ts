import type { Config } from "../config/load.js";
import { plain } from "../config/plain.js";
import { asSluiceError } from "../domain/errors.js";
import type { Revocation } from "../identity/revocation.js";
import type { Metrics } from "../metrics/metrics.js";
import type { PolicyStore, Reload } from "../policy/policy-store.js";
import type { SessionLog } from "../recording/session-log.js";
import { policyText } from "./policies.js";
import { revocationsOf } from "./revocations.js";

interface ReloadDeps {
  readonly policies: PolicyStore;
  readonly revocation: Revocation;
  readonly log: Pick<SessionLog, "act">;
  readonly metrics: Metrics;
  readonly logger: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
}

/** What a running gateway takes up anew, and whether it could. */
export interface Reloads {
  /** Whether the last reload was refused: what is in force is then older than the files. */
  readonly refused: boolean;
  /** Hash of the policies in force. */
  readonly version: string;
  /**
   * Reads the configuration and its policies again. Policies, revocations and kill switches take effect at
   * once; everything else at the next start. A file that is refused changes nothing.
   */
  reload(): Reload;
}

export function reloadAuthority(started: Config, deps: ReloadDeps): Reloads {
  const { policies, revocation, log, metrics, logger } = deps;
  const count = metrics.counter("sluice_reloads_total", "Reloads by what they came to.");
  metrics.gauge("sluice_reload_refused", "1 while the last reload was refused and older rules serve.", () =>
    policies.lastRefusal === null ? 0 : 1,
  );
  policies.onReload((reload) => {
    count({ outcome: reload.outcome });
    if (reload.outcome === "refused")
      logger.error({ err: reload.error }, "the reload was refused; what was in force stays");
    if (reload.outcome === "replaced")
      logger.info({ version: reload.to.version }, "new policies are in force");
  });
  let current = started;
  const takeUp = (next: Config): void => {
    const changed = changedSections(current, next);
    const before = JSON.stringify(revocationsOf(current));
    current = next;
    revocation.replace(revocationsOf(next));
    if (JSON.stringify(revocationsOf(next)) !== before)
      logger.info({}, "new revocations are in force; open sessions of whom they name have ended");
    if (changed.length > 0)
      logger.warn({ changed }, "these parts of the configuration take effect at the next start");
  };
  return {
    get refused() {
      return policies.lastRefusal !== null;
    },
    get version() {
      return policies.current.version;
    },
    reload: () => {
      try {
        const next = current.reread();
        const text = policyText(next);
        // A subject is shut out even where the policies, in a file of their own, are refused.
        if (!next.policiesInline) takeUp(next);
        const reload = policies.replace(text);
        if (reload.outcome === "refused") return reload;
        if (next.policiesInline) takeUp(next);
        log.act({ kind: "reloaded" });
        return reload;
      } catch (thrown) {
        return policies.refuse(asSluiceError(thrown));
      }
    },
  };
}

/** Sections that differ and that a running gateway does not take up. */
function changedSections(before: Config, after: Config): readonly string[] {
  return Object.entries(settled(after)).flatMap(([name, text]) =>
    settled(before)[name] === text ? [] : [name],
  );
}

function settled({ written }: Config): Readonly<Record<string, string>> {
  const { identity, topics: _topics, tests: _tests, ...rest } = written;
  const lasting = { ...identity, revoked: [], blockAll: false };
  const issuers = identity.issuers.map((issuer) => ({ ...issuer, blocked: false }));
  const sections = { ...rest, identity: { ...lasting, issuers } };
  return Object.fromEntries(
    Object.entries(sections).map(([name, section]) => [name, JSON.stringify(plain(section))]),
  );
}
