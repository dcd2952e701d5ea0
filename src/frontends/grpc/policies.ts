import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import { explainPolicy } from "../policy-explanation.js";
import { unary } from "./calls.js";
import type { GrpcRoom } from "./room.js";

/** The service `sluice.v1.Policies`. */
export function policies({ deps }: GrpcRoom): UntypedServiceImplementation {
  return {
    Explain: unary(deps, ({ request, principal }) => explainPolicy(deps, request, principal)),
  };
}
