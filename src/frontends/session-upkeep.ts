import { SluiceError } from "../domain/errors.js";
import type { JsonObject } from "../domain/json.js";
import type { Principal } from "../domain/principal.js";
import type { VerifyReport } from "../recording/verify-report.js";
import { compact } from "./compact.js";
import type { FrontEndDeps } from "./front-end.js";
import { sessionIdOf } from "./session-access.js";
import { readerFor } from "./session-reading.js";

type Deps = Pick<FrontEndDeps, "log" | "clock" | "gateway">;

/** Deletes a session that has ended; its id, hashes and the act remain.
 *  @throws SluiceError `permission_denied`, `not_found`, `conflict` (it is open), `storage_failed` */
export async function deleteSession(deps: Deps, id: string, viewer: Principal): Promise<JsonObject> {
  // Who may not even see it must not learn that it is there.
  await readerFor(deps, id, viewer);
  if (!viewer.roles.includes("operator")) {
    throw new SluiceError("permission_denied", "Only operators may delete sessions.");
  }
  await deps.log.delete(sessionIdOf(id), viewer);
  return {};
}

/** The message `VerifyResponse`: one session for whoever may see it, everything for auditors and operators.
 *  @throws SluiceError `permission_denied`, `not_found`, `storage_failed` */
export async function verifyLogs(
  deps: Deps,
  { session, anchors }: { readonly session: string; readonly anchors: string },
  viewer: Principal,
): Promise<JsonObject> {
  if (session !== "") await readerFor(deps, session, viewer);
  else if (!viewer.roles.includes("operator") && !viewer.roles.includes("auditor")) {
    throw new SluiceError(
      "permission_denied",
      "Only auditors and operators may verify everything; name a session.",
    );
  }
  const lines = anchors.split("\n").filter((line) => line.trim() !== "");
  const report = await deps.log.verify({
    anchors: lines,
    ...(session === "" ? {} : { session: sessionIdOf(session) }),
  });
  return toReportMessage(report);
}

function toReportMessage({ ok, problems, records, sessions, unknown }: VerifyReport): JsonObject {
  return compact({
    intact: ok,
    problems: problems.map(({ kind, session, seq, message }) =>
      compact({ kind, sessionId: session, seq, detail: message }),
    ),
    records,
    sessions,
    unknown,
  });
}
