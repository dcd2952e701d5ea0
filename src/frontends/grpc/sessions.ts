import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import { SluiceError } from "../../domain/errors.js";
import type { JsonObject } from "../../domain/json.js";
import { replayFromOf } from "../replay-request.js";
import { exportSession } from "../session-export.js";
import { listSessions, type SessionQuery } from "../session-list.js";
import { outlineSession } from "../session-outline.js";
import { readPage } from "../session-page.js";
import { asReading, describeSession, followOf, replayOf } from "../session-reading.js";
import { deleteSession, verifyLogs } from "../session-upkeep.js";
import { drained, type MessageCall, type StreamCall, streaming, unary } from "./calls.js";
import { numberField, textField } from "./message-fields.js";
import type { GrpcRoom } from "./room.js";

/** The service `sluice.v1.Sessions`. */
export function sessions(room: GrpcRoom): UntypedServiceImplementation {
  const { deps } = room;
  return {
    List: unary(deps, ({ request, principal }) => listSessions(deps, queryOf(request), principal)),
    Get: unary(deps, ({ request, principal }) => describeSession(deps, idOf(request), principal)),
    Replay: streaming(deps, async (call: StreamCall, { request, principal }) => {
      const from = replayFromOf(request);
      room.events(call, asReading(await replayOf(deps, idOf(request), { viewer: principal, from })));
    }),
    Follow: streaming(deps, async (call: StreamCall, { request, principal }) => {
      const afterSeq = numberField(request, "afterSeq");
      room.events(call, asReading(await followOf(deps, idOf(request), { viewer: principal, afterSeq })));
    }),
    Read: unary(deps, ({ request, principal }) => {
      const page = { afterSeq: numberField(request, "afterSeq"), limit: numberField(request, "limit") };
      return readPage(deps, idOf(request), { viewer: principal, ...page });
    }),
    Outline: unary(deps, ({ request, principal }) => outlineSession(deps, idOf(request), principal)),
    Export: streaming(deps, async (call: MessageCall, { request, principal }) => {
      const format = textField(request, "format");
      await sendAll(call, await exportSession(deps, idOf(request), { viewer: principal, format }));
    }),
    Stop: unary(deps, async ({ request, principal }) => ({
      wasRunning: await deps.gateway.stop(
        idOf(request).toLowerCase(),
        principal,
        textField(request, "reason"),
      ),
    })),
    Delete: unary(deps, ({ request, principal }) => deleteSession(deps, idOf(request), principal)),
    Verify: unary(deps, ({ request, principal }) => {
      const what = { session: textField(request, "sessionId"), anchors: textField(request, "anchors") };
      return verifyLogs(deps, what, principal);
    }),
  };
}

function idOf(request: JsonObject): string {
  const id = textField(request, "sessionId");
  if (id !== "") return id;
  throw new SluiceError("invalid_request", "The field sessionId is empty.", { field: "sessionId" });
}

function queryOf(request: JsonObject): SessionQuery {
  const text = (name: string): string => textField(request, name);
  return {
    subject: text("subject"),
    team: text("team"),
    connection: text("connection"),
    decision: text("decision"),
    entity: text("entity"),
    outcome: text("outcome"),
    from: text("from"),
    to: text("to"),
    after: text("after"),
    limit: numberField(request, "limit"),
  };
}

/** Pieces are made as they are taken. */
async function sendAll(call: MessageCall, pieces: AsyncIterable<string>): Promise<void> {
  const stop = new AbortController();
  call.on("cancelled", () => stop.abort());
  for await (const text of pieces) {
    if (stop.signal.aborted) return;
    if (!call.write({ text })) await drained(call, stop.signal);
  }
  if (!stop.signal.aborted) call.end();
}
