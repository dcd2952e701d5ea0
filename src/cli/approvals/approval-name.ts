import { SluiceError } from "../../domain/errors.js";
import type { GatewayClient } from "../client.js";
import { objectsOf, textOf } from "../fields.js";

/** The review that a person named: its id, or `last` for the newest that is pending. */
export async function approvalNamed(name: string, client: GatewayClient): Promise<string> {
  if (name !== "last") return name;
  const page = await client.call("Approvals", "List", { state: "pending", limit: 1 });
  const [newest] = objectsOf(page, "items");
  if (newest === undefined) throw new SluiceError("not_found", "No review is pending that you may see.");
  return textOf(newest, "approvalId");
}
