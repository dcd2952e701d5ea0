import { promptView } from "../dialects/request.js";
import { SluiceError } from "../domain/errors.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../domain/json.js";
import type { Principal } from "../domain/principal.js";
import type { PolicyExplanation, Resolution } from "../policy/explain.js";
import { compact } from "./compact.js";
import type { FrontEndDeps } from "./front-end.js";
import { sluiceCallOf } from "./sluice-call.js";

/** The message `ExplainResponse` for an `ExplainRequest`. Nothing is sent or recorded.
 *  @throws SluiceError `invalid_request`, `permission_denied`, `model_not_found` */
export async function explainPolicy(
  deps: Pick<FrontEndDeps, "policies">,
  request: JsonObject,
  viewer: Principal,
): Promise<JsonObject> {
  const principal = isJsonObject(request["as"]) ? otherPrincipal(request["as"], viewer) : viewer;
  const asked = isJsonObject(request["request"]) ? request["request"] : null;
  const model = text(request["model"]) || text(asked?.["model"]);
  if (model === "") throw new SluiceError("invalid_request", "The field model is empty.", { field: "model" });
  const connection = text(request["connection"]);
  const call =
    asked === null ? null : await sluiceCallOf({ ...asked, model }, { principal, frontEnd: "grpc" });
  const prompt = call === null ? {} : { prompt: promptView(call.request) };
  const explanation = await deps.policies.explain({
    principal,
    model,
    ...(connection === "" ? {} : { connection }),
    ...prompt,
  });
  const [resolution] = explanation.resolutions;
  if (resolution === undefined) {
    throw new SluiceError("model_not_found", "No connection serves this model.", { field: "model" });
  }
  return toExplanation(resolution, explanation.policyVersion);
}

/** Without a prompt, what depends on it is shown as allowed; the trace says on which rules. */
function toExplanation(resolution: Resolution, policyVersion: string): JsonObject {
  const { effect, reasons, obligations, policies } = resolution;
  return compact({
    effect: effect === "depends" ? "allow" : effect,
    trace: policies.flatMap(stepsOf),
    reasons: reasons.map(({ policy, rule, effect: what, message }) =>
      compact({ policy, rule, effect: what, message }),
    ),
    obligationsJson: JSON.stringify(obligations),
    policyVersion,
  });
}

function stepsOf({ policy, applies, why, rules }: PolicyExplanation): readonly JsonObject[] {
  const own = compact({ policy, applied: applies, why });
  const steps = rules.map((rule) =>
    compact({
      policy,
      rule: rule.rule,
      applied: rule.effect !== "none",
      effect: rule.effect === "none" ? "" : rule.effect,
      why: rule.why,
    }),
  );
  return [own, ...steps];
}

function otherPrincipal(as: JsonObject, viewer: Principal): Principal {
  if (!viewer.roles.includes("operator")) {
    throw new SluiceError("permission_denied", "Only operators may ask for somebody else.", { field: "as" });
  }
  const issuer = text(as["issuer"]) || viewer.issuer;
  const groups = Array.isArray(as["groups"]) ? as["groups"].map(text) : [];
  return {
    issuer,
    subject: text(as["subject"]),
    groups,
    roles: ["caller"],
    team: text(as["team"]) || null,
    tenant: text(as["tenant"]) || issuer,
    attributes: {},
    expiresAtMs: viewer.expiresAtMs,
  };
}

function text(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}
