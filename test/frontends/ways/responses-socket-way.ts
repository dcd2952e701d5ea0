import WebSocket from "ws";
import {
  type Asking,
  type ErrorLike,
  type Reading,
  type Seen,
  SeenSoFar,
  type Way,
} from "../../contracts/way.js";
import { onRefusal } from "./websocket-way.js";

interface Frame {
  readonly type: string;
  readonly delta?: string;
  readonly error?: ErrorLike | null;
  readonly response?: { readonly error?: ErrorLike | null };
}

/** The WebSocket mode of the Responses API, one socket for each call. */
export function responsesSocketWay(httpUrl: string): Pick<Way, "name" | "ask" | "begin"> {
  const url = `${httpUrl.replace(/^http/, "ws")}/v1/responses`;
  return {
    name: "Responses WebSocket",
    begin: async (asking) => begin(url, asking),
    ask: async (asking) => begin(url, asking).seen,
  };
}

function begin(url: string, { token, prompt, model = "demo" }: Asking): Reading {
  const so = new SeenSoFar();
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  const socket = new WebSocket(url, { headers, perMessageDeflate: false });
  const seen = new Promise<Seen>((done) => {
    const finish = (outcome: string): void => {
      so.outcome ||= outcome;
      socket.close();
      done(so);
    };
    socket.on("open", () => socket.send(JSON.stringify({ type: "response.create", model, input: prompt })));
    socket.on("message", (data) => {
      const frame: Frame = JSON.parse(data.toString());
      if (frame.type === "response.output_text.delta") so.addText(frame.delta ?? "");
      const error = frame.error ?? frame.response?.error;
      if (error != null) so.error(error);
      if (frame.type === "response.completed") finish("complete");
      if (frame.type === "error" || frame.type === "response.failed") finish(frame.type);
    });
    onRefusal(socket, (error) => {
      so.error(error);
      done(so);
    });
    socket.on("error", () => {});
    socket.on("close", (code) => finish(`closed-${code}`));
  });
  return {
    session: "",
    firstText: so.firstText,
    seen,
    drop: () => socket.terminate(),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  };
}
