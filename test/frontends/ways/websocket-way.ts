import WebSocket from "ws";
import {
  type Asking,
  type ErrorLike,
  type EventLike,
  type Reading,
  type Seen,
  SeenSoFar,
  type Way,
} from "../../contracts/way.js";
import { requestOf } from "./grpc-way.js";

type Frame = EventLike & { readonly stream?: string; readonly error?: ErrorLike };

/** One socket for each call, as the simplest client does it. */
export function webSocketWay(httpUrl: string): Way {
  const url = `${httpUrl.replace(/^http/, "ws")}/v1/stream`;
  const read = (text: string, token: string | null): Promise<Reading> => begin(url, { text, token });
  const frame = (member: string, message: object): string =>
    JSON.stringify({ stream: "a", [member]: message });
  const toEnd = async (text: string, token: string | null): Promise<Seen> => (await read(text, token)).seen;
  return {
    name: "WebSocket",
    ask: (asking) => toEnd(frame("complete", requestOf(asking)), asking.token),
    begin: (asking: Asking) => read(frame("complete", requestOf(asking)), asking.token),
    attach: ({ token, session, afterSeq }) => toEnd(frame("attach", { sessionId: session, afterSeq }), token),
    malformed: (token) => toEnd('{"stream":"a","complete":', token),
    unknownKey: (token) =>
      toEnd(frame("complete", { ...requestOf({ token, prompt: "hi" }), temprature: 1 }), token),
  };
}

/** Told of the error with which an upgrade was refused. */
export function onRefusal(socket: WebSocket, told: (error: ErrorLike) => void): void {
  socket.on("unexpected-response", (_request, response) => {
    let body = "";
    response.on("data", (piece) => {
      body += piece;
    });
    response.on("end", () => {
      const parsed: { error: ErrorLike } = JSON.parse(body);
      told(parsed.error);
    });
  });
}

function begin(url: string, { text, token }: { text: string; token: string | null }): Promise<Reading> {
  const so = new SeenSoFar();
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  const socket = new WebSocket(url, ["sluice.v1.json"], { headers, perMessageDeflate: false });
  return new Promise((resolve) => {
    const seen = new Promise<Seen>((done) => {
      const finish = (): void => {
        socket.close();
        done(so);
      };
      socket.on("open", () => socket.send(text));
      socket.on("message", (data) => {
        const frame: Frame = JSON.parse(data.toString());
        so.event(frame);
        if (so.session !== "") resolve(reading());
        if (frame.error !== undefined) so.error(frame.error);
        if (frame.error !== undefined || frame.ended?.outcome === "complete") finish();
      });
      onRefusal(socket, (error) => {
        so.error(error);
        done(so);
      });
      socket.on("error", () => {});
      socket.on("close", (code) => {
        if (so.outcome === "") so.outcome = code === 1009 ? "too_large" : `closed-${code}`;
        done(so);
      });
    });
    const reading = (): Reading => ({
      session: so.session,
      firstText: so.firstText,
      seen,
      drop: () => socket.terminate(),
      pause: () => socket.pause(),
      resume: () => socket.resume(),
    });
    void seen.then(() => resolve(reading()));
  });
}
