import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import { SluiceError } from "../../domain/errors.js";
import type { LiveSession } from "../../pipeline/call.js";
import { sluiceCallOf } from "../sluice-call.js";
import { type Asked, idMetadata, type StreamCall, streaming, textsOf, unary } from "./calls.js";
import { numberField, textField } from "./message-fields.js";
import type { GrpcRoom } from "./room.js";

/** The service `sluice.v1.Completions`. */
export function completions(room: GrpcRoom): UntypedServiceImplementation {
  const { deps } = room;
  return {
    Complete: streaming(deps, (call: StreamCall, asked) => complete(room, call, asked)),
    Attach: streaming(deps, async (call: StreamCall, { request, principal }) => {
      const session = textField(request, "sessionId").toLowerCase();
      const live = await deps.gateway.attach(session, principal, numberField(request, "afterSeq"));
      serve(room, call, live);
    }),
    Cancel: unary(deps, async ({ request, principal }) => {
      const session = textField(request, "sessionId").toLowerCase();
      return { wasRunning: await deps.gateway.cancel(session, principal) };
    }),
  };
}

async function complete(
  room: GrpcRoom,
  call: StreamCall,
  { request, principal, metadata }: Asked,
): Promise<void> {
  const [traceparent] = textsOf(metadata, "traceparent") ?? [];
  const asked = await sluiceCallOf(request, { principal, frontEnd: "grpc", traceparent });
  const live = await room.deps.gateway.complete(asked);
  serve(room, call, live);
}

const DEADLINE_SLACK_MS = 100;

function serve(room: GrpcRoom, call: StreamCall, live: LiveSession): void {
  if (call.cancelled) {
    live.cursor.close();
    return;
  }
  const { gateway, clock, newRequestId } = room.deps;
  call.sendMetadata(idMetadata(newRequestId(), live.id));
  room.events(call, live, () => {
    // The deadline is the caller's word on the session, not only on the connection. The caller's own clock
    // began earlier, by the way of the request, so its cancel comes a little before the deadline seen here.
    if (clock.nowMs() + DEADLINE_SLACK_MS < deadlineOf(call)) return;
    gateway.end(live.id, "deadline_exceeded", "The caller's deadline passed.");
  });
}

function deadlineOf(call: StreamCall): number {
  const deadline = call.getDeadline();
  return typeof deadline === "number" ? deadline : deadline.getTime();
}

/** Told to a reader that is cut; its session is not touched. */
export function stalled(): SluiceError {
  return new SluiceError(
    "stalled",
    "The stream accepted nothing for too long and was cut; attach again to go on.",
  );
}
