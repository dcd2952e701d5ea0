/** The messages of `sluice.v1` as `/v1/stream` carries them; proto/sluice/v1 describes each field. A field that
 *  holds its default is absent. */

export interface TextPart {
  readonly text: string;
}

export type Part =
  | TextPart
  | { readonly refusal: string }
  | { readonly reasoning: { readonly text: string; readonly signature?: string } }
  | { readonly toolCall: { readonly id: string; readonly name: string; readonly arguments: string } }
  | {
      readonly toolResult: { readonly toolCallId: string; readonly text: string; readonly isError?: boolean };
    }
  | { readonly image: { readonly mediaType: string; readonly data: string } };

export interface Message {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly parts: readonly Part[];
}

export interface CompleteRequest {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly tools?: readonly {
    readonly name: string;
    readonly description?: string;
    readonly parametersJson?: string;
    readonly strict?: boolean;
  }[];
  readonly toolChoice?: { readonly mode: "auto" | "none" | "required" | "tool"; readonly name?: string };
  readonly parallelToolCalls?: boolean;
  readonly maxTokens?: number;
  readonly choices?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly stop?: readonly string[];
  readonly seed?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  readonly responseFormat?: {
    readonly type: "text" | "json_object" | "json_schema";
    readonly name?: string;
    readonly schemaJson?: string;
    readonly strict?: boolean;
  };
  readonly reasoningEffort?: string;
  readonly logprobs?: boolean;
  readonly topLogprobs?: number;
  readonly labels?: readonly { readonly key: string; readonly value: string }[];
  readonly idempotencyKey?: string;
}

export interface Finding {
  readonly entity: string;
  readonly detector: string;
  readonly start?: number;
  readonly end?: number;
  readonly action: "mask" | "observe" | "cut";
}

export interface ErrorMessage {
  readonly code: string;
  readonly message: string;
  readonly policy?: string;
  readonly rule?: string;
  readonly field?: string;
  readonly approvalId?: string;
  readonly retryAfterMs?: number;
}

export interface Ended {
  readonly outcome: string;
  readonly error?: ErrorMessage;
  readonly stoppedBy?: string;
  readonly reason?: string;
  readonly chunks?: number;
  readonly characters?: number;
  readonly findings?: readonly { readonly entity: string; readonly count?: number }[];
}

export interface OutputItem {
  readonly message?: {
    readonly choice?: number;
    readonly role?: string;
    readonly responseId?: string;
    readonly model?: string;
  };
  readonly channel?: {
    readonly channel?: number;
    readonly kind?: string;
    readonly choice?: number;
    readonly index?: number;
    readonly toolCallId?: string;
    readonly toolName?: string;
  };
  readonly channelClosed?: { readonly channel?: number };
  readonly finish?: { readonly choice?: number; readonly reason: string; readonly native?: string };
  readonly usage?: {
    readonly promptTokens?: number;
    readonly completionTokens?: number;
    readonly totalTokens?: number;
    readonly reasoningTokens?: number;
    readonly cachedTokens?: number;
  };
}

/** One entry of a session log; exactly one member beside `seq` and `offsetMs` is there. */
export interface SluiceEvent {
  readonly seq: number;
  readonly offsetMs?: number;
  readonly opened?: { readonly sessionId: string; readonly connection?: string; readonly model?: string };
  readonly decided?: { readonly effect: "allow" | "deny" | "review"; readonly policyVersion?: string };
  readonly reviewRequested?: {
    readonly approvalId: string;
    readonly policy?: string;
    readonly rule?: string;
    readonly reviewers?: readonly string[];
    readonly approvalsNeeded?: number;
    readonly expiresAt?: string;
  };
  readonly reviewDecided?: { readonly approvalId: string; readonly outcome: string };
  readonly upstreamOpened?: { readonly connection?: string; readonly model?: string };
  readonly chunk?: {
    readonly channel?: number;
    readonly text: string;
    readonly findings?: readonly Finding[];
    readonly logprobsJson?: string;
  };
  readonly output?: { readonly items: readonly OutputItem[] };
  readonly segment?: { readonly cause: "review" | "restart"; readonly at?: string };
  readonly ended?: Ended;
}

/** A frame of the gateway. */
export interface ServerFrame extends Partial<SluiceEvent> {
  readonly stream?: string;
  readonly error?: ErrorMessage;
}
