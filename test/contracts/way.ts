/** A way into the gateway, as its contract suite drives it. */
export interface Way {
  readonly name: string;
  /** Asks and reads to the end, whatever the end is. */
  ask(asking: Asking): Promise<Seen>;
  /** Asks and lets the test decide what happens. */
  begin(asking: Asking): Promise<Reading>;
  /** Goes on with a session after an entry. */
  attach(from: {
    readonly token: string;
    readonly session: string;
    readonly afterSeq: number;
  }): Promise<Seen>;
  /** Something that is no request. */
  malformed(token: string): Promise<Seen>;
  /** A request with a key that does not exist. */
  unknownKey(token: string): Promise<Seen>;
}

export interface Asking {
  /** Null: none is sent. */
  readonly token: string | null;
  readonly prompt: string;
  readonly model?: string;
}

export interface Seen {
  readonly text: string;
  /** `complete`, or the code of the error. */
  readonly outcome: string;
  readonly message: string;
  readonly policy: string;
  readonly rule: string;
  /** Empty where none was begun. */
  readonly session: string;
  /** Sequence numbers of everything that came with one. */
  readonly seqs: readonly number[];
}

/** A session that is being read. */
export interface Reading {
  readonly session: string;
  /** Resolves with the first text. */
  readonly firstText: Promise<void>;
  readonly seen: Promise<Seen>;
  /** Tears the connection. */
  drop(): void;
  /** Stops taking, and takes again. */
  pause(): void;
  resume(): void;
}

export class SeenSoFar {
  text = "";
  outcome = "";
  message = "";
  policy = "";
  rule = "";
  session = "";
  readonly seqs: number[] = [];
  #firstText: () => void = () => {};
  readonly firstText = new Promise<void>((resolve) => {
    this.#firstText = resolve;
  });

  addText(text: string): void {
    this.text += text;
    if (text !== "") this.#firstText();
  }

  /** Takes an event in the contract's JSON form. */
  event(event: EventLike): void {
    if (event.seq !== undefined) this.seqs.push(event.seq);
    if (event.opened !== undefined) this.session = event.opened.sessionId;
    if (event.chunk !== undefined) this.addText(event.chunk.text);
    if (event.ended !== undefined) this.outcome = event.ended.outcome;
    if (event.ended?.error != null) this.error(event.ended.error);
  }

  error({ code, message = "", policy = "", rule = "" }: ErrorLike): void {
    this.outcome = code;
    this.message = message;
    this.policy = policy;
    this.rule = rule;
  }
}

export interface ErrorLike {
  readonly code: string;
  readonly message?: string | undefined;
  readonly policy?: string | undefined;
  readonly rule?: string | undefined;
}

export interface EventLike {
  readonly seq?: number;
  readonly offsetMs?: number;
  readonly opened?: { readonly sessionId: string };
  readonly chunk?: { readonly text: string };
  readonly ended?: { readonly outcome: string; readonly error?: ErrorLike | null };
}
