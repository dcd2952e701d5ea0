import type { DialectName, FrontEnd } from "../domain/entry.js";
import { matchesGlob } from "./glob.js";
import type { ScanRule } from "./scanner.js";

/** What a policy may refer to, and where its rules would have to hold. */
export interface Surroundings {
  readonly connections: readonly ConnectionFacts[];
  /** No configuration is known: connections are taken as policies name them, whatever they serve. */
  readonly asWritten?: boolean;
  readonly detectors: readonly DetectorFacts[];
  /** Where callers come in. */
  readonly surfaces: readonly Surface[];
  /** Configured issuers and what their tokens can say; left out: not checked. */
  readonly issuers?: readonly IssuerFacts[];
  /** The pattern engine's own lint; see `PromptScanner.problems`. */
  readonly lint: (rule: ScanRule) => readonly string[];
}

export interface IssuerFacts {
  readonly issuer: string;
  /** Attributes that it maps a claim to. */
  readonly attributes: readonly string[];
  /** What its groups begin with; null: its tokens give none. */
  readonly groupsPrefix: string | null;
  /** Whether its tokens can name a team, and a tenant other than the issuer. */
  readonly teams: boolean;
  readonly tenants: boolean;
}

export interface ConnectionFacts {
  readonly name: string;
  /** Globs of the models that it serves. A model goes to the first connection that serves it. */
  readonly models: readonly string[];
  /** As the configuration names it: `openai`, `anthropic`, `demo`, ... */
  readonly dialect: string;
}

export interface DetectorFacts {
  readonly id: string;
  readonly entity: string;
}

export interface Surface {
  readonly frontEnd: FrontEnd;
  readonly dialect: DialectName;
}

/** Entities that are in the catalogue but not in the built-in set: prose is full of them. */
export const NOT_BY_DEFAULT: readonly string[] = ["URL", "DATE_TIME"];

/** The detectors that a selector (entity, id, or either with `*`) names. */
export function selectDetectors(
  selector: string,
  detectors: readonly DetectorFacts[],
): readonly DetectorFacts[] {
  const fits = /[*?]/.test(selector)
    ? (name: string) => matchesGlob(selector, name)
    : (name: string) => name === selector;
  return detectors.filter(({ id, entity }) => fits(id) || fits(entity));
}

/** The full built-in set as selectors: every entity but `NOT_BY_DEFAULT`. */
export function builtInSet(detectors: readonly DetectorFacts[]): readonly string[] {
  const entities = new Set(detectors.map(({ entity }) => entity));
  return [...entities].filter((entity) => !NOT_BY_DEFAULT.includes(entity)).sort();
}
