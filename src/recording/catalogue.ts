import type { PrincipalName } from "../domain/principal.js";
import type { SessionId } from "../domain/session-id.js";
import {
  AREA,
  areaRange,
  type IndexField,
  indexPrefix,
  principalValue,
  SESSION_BYTES,
  sessionBytes,
  sessionFromBytes,
  sessionKey,
} from "./keys.js";
import type { Store } from "./stores/store.js";
import type { SessionSummary } from "./summary.js";

/** Which sessions; members are ANDed, values of one member ORed. */
export interface SessionFilter {
  /** Opened at or after, and before; milliseconds since the epoch. */
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly principals?: readonly PrincipalName[];
  readonly teams?: readonly string[];
  readonly connections?: readonly string[];
  readonly decisions?: readonly ("allow" | "deny" | "review")[];
  readonly entities?: readonly string[];
  /** Outcomes, and `live` for those that have not ended. */
  readonly ends?: readonly (NonNullable<SessionSummary["outcome"]> | "live")[];
}

export interface SessionPage {
  /** Newest first. */
  readonly items: readonly SessionSummary[];
  /** What to pass as `after` for the next page; null: there is none. A page may be short, even empty, and
   *  still have a next one: the work for one page is bounded. */
  readonly next: string | null;
}

export interface PageRequest {
  readonly after?: string | null;
  /** 1 to 1,000. */
  readonly limit: number;
}

/** Most ids that one page looks at before it gives back what it has. */
const MOST_STEPS = 5000;
/** A list whose ids are wanted one after the other is read in ever longer pages; one that is leapt through,
 *  since another list is sparser, in the shortest. */
const FIRST_IDS = 128;
const LEAST_IDS = 8;
const MOST_IDS = 2048;
const SUMMARIES_PER_READ = 128;

/**
 * Finds sessions by index. Every filter is one or several lists of ids in the order of time; they are
 * intersected by leaping: each list in turn is asked for the newest id not newer than the last answer,
 * so that a rare value makes a common one cheap.
 */
export class Catalogue {
  readonly #store: Store;
  readonly #nameKey: Buffer;

  constructor(store: Store, nameKey: Buffer) {
    this.#store = store;
    this.#nameKey = nameKey;
  }

  /** @param live ids of the sessions that have not ended. */
  async list(filter: SessionFilter, page: PageRequest, live: readonly SessionId[]): Promise<SessionPage> {
    const lists = this.#listsOf(filter, live);
    const lowest = idAt(filter.fromMs ?? 0, "00");
    let top: string | null = page.after == null ? idAt(filter.toMs ?? MAX_MS, "00") : hexOfId(page.after);
    const items: SessionSummary[] = [];
    let ids: string[] = [];
    let steps = 0;
    while (top !== null && items.length < page.limit && steps < MOST_STEPS) {
      const found: { id: string | null; steps: number } = await newestInAll(lists, top);
      steps += found.steps;
      top = found.id !== null && found.id >= lowest ? found.id : null;
      if (top !== null) ids.push(top);
      const isBatch = top === null || ids.length >= Math.min(SUMMARIES_PER_READ, page.limit - items.length);
      if (isBatch || steps >= MOST_STEPS) {
        items.push(...(await this.#summaries(ids, filter)));
        ids = [];
      }
    }
    return { items, next: top === null ? null : idText(top) };
  }

  #listsOf(filter: SessionFilter, live: readonly SessionId[]): readonly IdList[] {
    const lists: IdList[] = [];
    const add = (field: IndexField, values: readonly string[] | undefined): void => {
      if (values === undefined) return;
      const prefixes = values.map((value) => indexPrefix(this.#nameKey, field, value));
      lists.push(anyOf(prefixes.map((prefix) => new StoredIds(this.#store, prefix))));
    };
    add("principal", filter.principals?.map(principalValue));
    add("team", filter.teams);
    add("connection", filter.connections);
    add("decision", filter.decisions);
    add("entity", filter.entities);
    if (filter.ends !== undefined) {
      const ended = filter.ends.filter((end) => end !== "live");
      const parts: IdList[] = ended.map(
        (end) => new StoredIds(this.#store, indexPrefix(this.#nameKey, "end", end)),
      );
      if (filter.ends.includes("live")) parts.push(new KnownIds(live));
      lists.push(anyOf(parts));
    }
    if (lists.length === 0) lists.push(new StoredIds(this.#store, Buffer.of(AREA.summary)));
    return lists;
  }

  async #summaries(ids: readonly string[], filter: SessionFilter): Promise<readonly SessionSummary[]> {
    if (ids.length === 0) return [];
    const keys = ids.map((id) => sessionKey("summary", Buffer.from(id, "hex")));
    const values = await this.#store.getMany(keys);
    const found: SessionSummary[] = [];
    for (const value of values) {
      const summary = value === null ? null : parseSummary(value);
      // An index key holds eight bytes of a hash: what it finds is looked at again.
      if (summary !== null && fits(summary, filter)) found.push(summary);
    }
    return found;
  }

  async summary(session: SessionId): Promise<SessionSummary | null> {
    const [value] = await this.#store.getMany([sessionKey("summary", sessionBytes(session))]);
    return value === null || value === undefined ? null : parseSummary(value);
  }
}

/** Written by this program; a value that is not even JSON is passed over, and `verify` names it. */
export function parseSummary(value: Buffer): SessionSummary | null {
  try {
    const summary: SessionSummary = JSON.parse(value.toString());
    return summary;
  } catch {
    return null;
  }
}

function fits(summary: SessionSummary, filter: SessionFilter): boolean {
  const has = <T>(wanted: readonly T[] | undefined, test: (value: T) => boolean): boolean =>
    wanted === undefined || wanted.some(test);
  return (
    has(filter.principals, (one) => principalValue(one) === principalValue(summary.principal)) &&
    has(filter.teams, (team) => team === summary.principal.team) &&
    has(filter.connections, (connection) => connection === summary.connection) &&
    has(filter.decisions, (decision) => summary.decisions.includes(decision)) &&
    has(filter.entities, (entity) => Object.hasOwn(summary.findings, entity)) &&
    has(filter.ends, (end) => (summary.outcome ?? "live") === end)
  );
}

/** A list of session ids (32 hex digits) that is asked from the newest to the oldest. */
interface IdList {
  /** The newest id that is older than `below`; null: none. */
  newestBelow(below: string): Promise<string | null>;
}

async function newestInAll(
  lists: readonly IdList[],
  top: string,
): Promise<{ id: string | null; steps: number }> {
  let candidate: string | null = null;
  let below = top;
  let agreed = 0;
  let steps = 0;
  for (let index = 0; agreed < lists.length && steps < MOST_STEPS; index = (index + 1) % lists.length) {
    steps++;
    const id: string | null = (await lists[index]?.newestBelow(below)) ?? null;
    if (id === null) return { id: null, steps };
    agreed = id === candidate ? agreed + 1 : 1;
    candidate = id;
    // The next list may answer with this very id, so it is asked for what is older than just above it.
    below = `${id}~`;
  }
  return { id: candidate, steps };
}

function anyOf(lists: readonly IdList[]): IdList {
  const [only] = lists;
  if (lists.length === 1 && only !== undefined) return only;
  return {
    async newestBelow(below) {
      let newest: string | null = null;
      for (const list of lists) {
        const id = await list.newestBelow(below);
        if (id !== null && (newest === null || id > newest)) newest = id;
      }
      return newest;
    },
  };
}

class KnownIds implements IdList {
  readonly #ids: readonly string[];

  constructor(sessions: readonly SessionId[]) {
    this.#ids = sessions.map(hexOfId).sort().reverse();
  }

  async newestBelow(below: string): Promise<string | null> {
    return this.#ids.find((id) => id < below) ?? null;
  }
}

/** The ids behind one prefix, read ahead in short pages. */
class StoredIds implements IdList {
  readonly #store: Store;
  readonly #prefix: Buffer;
  /** Newest first; they are all there are between `#top` and the last of them. */
  #ids: readonly string[] = [];
  #at = 0;
  #top: string | null = null;
  #isLast = false;
  #limit = FIRST_IDS;
  /** Answers out of the ids held. */
  #given = 0;

  constructor(store: Store, prefix: Buffer) {
    this.#store = store;
    this.#prefix = prefix;
  }

  async newestBelow(below: string): Promise<string | null> {
    if (this.#top === null || below > this.#top) await this.#read(below);
    for (;;) {
      for (; this.#at < this.#ids.length; this.#at++) {
        const id = this.#ids[this.#at];
        if (id === undefined || id >= below) continue;
        this.#given++;
        return id;
      }
      if (this.#isLast) return null;
      await this.#read(below);
    }
  }

  async #read(below: string): Promise<void> {
    const to = below.endsWith("~")
      ? Buffer.concat([this.#prefix, Buffer.from(below.slice(0, -1), "hex"), Buffer.of(0)])
      : Buffer.concat([this.#prefix, Buffer.from(below, "hex")]);
    if (this.#top !== null) this.#limit = this.#nextLimit();
    this.#given = 0;
    const query = { from: this.#prefix, to, reverse: true, limit: this.#limit, maxBytes: 1 << 20 };
    const pairs = await this.#store.range(query);
    const at = this.#prefix.length;
    this.#ids = pairs.map(({ key }) => key.toString("hex", at, at + SESSION_BYTES));
    this.#at = 0;
    this.#top = below;
    // A page that ends for its bytes is no last one, however few its ids are.
    this.#isLast = pairs.length === 0;
  }

  #nextLimit(): number {
    const wasUsed = this.#given * 8 >= this.#ids.length;
    return wasUsed ? Math.min(MOST_IDS, this.#limit * 2) : LEAST_IDS;
  }
}

const MAX_MS = 0xffff_ffff_ffff;

/** The lowest id that a session opened at this time can have. */
function idAt(ms: number, fill: string): string {
  const clipped = Math.max(0, Math.min(MAX_MS, Math.ceil(ms)));
  return clipped.toString(16).padStart(12, "0") + fill.repeat(10);
}

function hexOfId(session: string): string {
  return session.replaceAll("-", "").toLowerCase();
}

function idText(hex: string): string {
  return sessionFromBytes(Buffer.from(hex, "hex")) ?? hex;
}

/** All summaries of a store, oldest first, in pages. */
export async function* allSummaries(store: Store): AsyncGenerator<SessionSummary> {
  let { from, to } = areaRange("summary");
  for (;;) {
    const pairs = await store.range({ from, to, limit: 256, maxBytes: 1 << 20 });
    for (const { key, value } of pairs) {
      const summary = parseSummary(value);
      if (summary !== null) yield summary;
      from = Buffer.concat([key, Buffer.of(0)]);
    }
    if (pairs.length === 0) return;
  }
}
