import type {
  DialectName,
  EndedBody,
  EntryBody,
  FrontEnd,
  OpenedBody,
  RecordedPrincipal,
} from "../domain/entry.js";
import type { Finding } from "../domain/finding.js";

/** What a list shows of a session. Derived from its log; kept beside it and removed with it. */
export interface SessionSummary {
  readonly session: string;
  readonly openedAtMs: number;
  readonly principal: RecordedPrincipal;
  readonly connection: string;
  readonly model: string;
  readonly dialect: DialectName;
  readonly frontEnd: FrontEnd;
  readonly labels: Readonly<Record<string, string>>;
  readonly conversation: string | null;
  /** Every effect that was decided, in order, each once. */
  readonly decisions: readonly ("allow" | "deny" | "review")[];
  /** Findings by entity. */
  readonly findings: Readonly<Record<string, number>>;
  /** How it ended; null while it has not. */
  readonly outcome: EndedBody["outcome"] | null;
  /** Sequence number of the last committed entry. */
  readonly lastSeq: number;
  readonly chunks: number;
  /** UTF-16 units of released text. */
  readonly characters: number;
  /** Offset of the last entry, microseconds. */
  readonly durationUs: number;
  /** Bytes of its records. */
  readonly recordBytes: number;
}

/** Keeps the figures of a summary while a log grows. */
export class Tally {
  readonly decisions: ("allow" | "deny" | "review")[] = [];
  readonly findings = new Map<string, number>();
  outcome: EndedBody["outcome"] | null = null;
  chunks = 0;
  characters = 0;
  durationUs = 0;
  recordBytes = 0;

  /** Returns true when the entry shows something that the indexes do not know yet. */
  add(body: EntryBody): boolean {
    switch (body.type) {
      case "chunk":
        this.chunks++;
        this.characters += body.text.length;
        return body.findings.length > 0 && this.#addFindings(body.findings);
      case "output":
        return body.findings.length > 0 && this.#addFindings(body.findings);
      case "decided":
        if (this.decisions.includes(body.effect)) return false;
        this.decisions.push(body.effect);
        return true;
      case "ended":
        this.outcome = body.outcome;
        return true;
      default:
        return false;
    }
  }

  #addFindings(findings: readonly Finding[]): boolean {
    let isNew = false;
    for (const { entity } of findings) {
      const before = this.findings.get(entity);
      if (before === undefined) isNew = true;
      this.findings.set(entity, (before ?? 0) + 1);
    }
    return isNew;
  }

  summary(opened: OpenedBody, lastSeq: number): SessionSummary {
    const { issuer, subject, team, tenant } = opened.principal;
    return {
      session: opened.session,
      openedAtMs: opened.openedAtMs,
      principal: { issuer, subject, team, tenant },
      connection: opened.connection,
      model: opened.model,
      dialect: opened.dialect,
      frontEnd: opened.frontEnd,
      labels: opened.labels,
      conversation: opened.conversation,
      decisions: [...this.decisions],
      findings: Object.fromEntries(this.findings),
      outcome: this.outcome,
      lastSeq,
      chunks: this.chunks,
      characters: this.characters,
      durationUs: this.durationUs,
      recordBytes: this.recordBytes,
    };
  }
}
