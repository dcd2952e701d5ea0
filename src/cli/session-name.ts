import { SluiceError } from "../domain/errors.js";
import { badFlag } from "./bad-flag.js";
import type { GatewayClient } from "./client.js";
import { objectsOf, textOf } from "./fields.js";

const WHOLE = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const PART = /^[0-9a-f-]{4,35}$/i;
const NEWEST = 500;

/**
 * The session that a person named: its id, the beginning or end of the id, or `last`. Parts are looked up
 * among the newest 500 that the caller may see.
 * @throws SluiceError `not_found`; `invalid_request` for what names no session or several.
 */
export async function sessionNamed(name: string, client: GatewayClient): Promise<string> {
  if (WHOLE.test(name)) return name.toLowerCase();
  if (name === "last") {
    const [newest] = await newestIds(client, 1);
    if (newest === undefined) throw new SluiceError("not_found", "There is no session yet that you may see.");
    return newest;
  }
  if (!PART.test(name)) {
    throw badFlag("<session>", "give an id, at least four characters of its beginning or end, or `last`.");
  }
  const part = name.toLowerCase();
  const found = (await newestIds(client, NEWEST)).filter((id) => id.startsWith(part) || id.endsWith(part));
  const [only] = found;
  if (only === undefined)
    throw new SluiceError("not_found", `No session of the newest ${NEWEST} has an id with ${name}.`);
  if (found.length > 1) throw badFlag("<session>", `${found.length} ids have ${name}; give more of it.`);
  return only;
}

async function newestIds(client: GatewayClient, limit: number): Promise<readonly string[]> {
  const page = await client.call("Sessions", "List", { limit });
  return objectsOf(page, "items").map((item) => textOf(item, "sessionId"));
}
