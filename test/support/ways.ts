import type { Way } from "../contracts/way.js";
import { GrpcClient, grpcWay } from "../frontends/ways/grpc-way.js";
import { CHAT, COMPLETIONS, httpWay, MESSAGES, RESPONSES } from "../frontends/ways/http-way.js";
import { responsesSocketWay } from "../frontends/ways/responses-socket-way.js";
import { webSocketWay } from "../frontends/ways/websocket-way.js";

/** A way into a gateway whose models a test speaks for, and the model that it asks for. */
export interface ToldWay {
  readonly name: string;
  readonly model: string;
  /** Whether text comes before the answer is whole. */
  readonly streams: boolean;
  readonly begin: Way["begin"];
  readonly ask: Way["ask"];
}

const FORMS = { chat: CHAT, completions: COMPLETIONS, responses: RESPONSES, messages: MESSAGES };

/** Every way by which a caller can ask: each front end, each dialect, streamed and plain. */
export function everyWay(place: { readonly url: string; readonly grpcAddress: string }): {
  readonly ways: readonly ToldWay[];
  close(): void;
} {
  const client = new GrpcClient(place.grpcAddress);
  const own = [grpcWay(client), webSocketWay(place.url), responsesSocketWay(place.url)].map((way) => ({
    ...way,
    model: "gpt-told",
    streams: true,
  }));
  const http = Object.entries(FORMS).flatMap(([name, form]) =>
    [true, false].map((stream) => ({
      ...httpWay(place.url, { ...form, name: `HTTP ${name}, ${stream ? "streamed" : "plain"}`, stream }),
      model: name === "messages" ? "claude-told" : "gpt-told",
      streams: stream,
    })),
  );
  return { ways: [...own, ...http], close: () => client.close() };
}
