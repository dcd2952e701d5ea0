import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import { SluiceError } from "../../domain/errors.js";
import type { JsonObject } from "../../domain/json.js";
import type { Principal } from "../../domain/principal.js";
import { toApprovalMessage } from "../approval-message.js";
import { decide, describeApproval, listApprovals } from "../approval-reading.js";
import { drained, type MessageCall, streaming, unary } from "./calls.js";
import { numberField, textField } from "./message-fields.js";
import type { GrpcRoom } from "./room.js";

/** The service `sluice.v1.Approvals`. */
export function approvals(room: GrpcRoom): UntypedServiceImplementation {
  const { deps } = room;
  return {
    List: unary(deps, ({ request, principal }) => listApprovals(deps, queryOf(request), principal)),
    Watch: streaming(deps, (call: MessageCall, { principal }) => watch(room, call, principal)),
    Get: unary(deps, ({ request, principal }) =>
      describeApproval(deps, textField(request, "approvalId"), principal),
    ),
    Decide: unary(deps, ({ request, principal }) => decide(deps, decisionOf(request), principal)),
  };
}

function queryOf(request: JsonObject): Parameters<typeof listApprovals>[1] {
  return {
    state: textField(request, "state"),
    after: textField(request, "after"),
    limit: numberField(request, "limit"),
  };
}

function decisionOf(request: JsonObject): Parameters<typeof decide>[1] {
  return {
    approval: textField(request, "approvalId"),
    verdict: textField(request, "verdict"),
    reason: textField(request, "reason"),
    version: numberField(request, "version"),
    digest: textField(request, "digest"),
  };
}

/** The feed keeps only the newest state of each approval, so that a slow watcher is not a growing one. */
async function watch({ deps }: GrpcRoom, call: MessageCall, viewer: Principal): Promise<void> {
  const stop = new AbortController();
  call.on("cancelled", () => stop.abort());
  if (call.cancelled) return;
  const release = deps.authority.onLost(viewer, (error) => stop.abort(error));
  try {
    for await (const approval of deps.approvals.watch(viewer, stop.signal)) {
      if (call.write({ approval: toApprovalMessage(approval) })) continue;
      await drained(call, stop.signal);
    }
  } finally {
    release();
  }
  const { aborted, reason } = stop.signal;
  if (reason instanceof SluiceError) throw reason;
  if (!aborted) call.end();
}
