const PREFIX = "resp_";

/** The id of a response whose upstream speaks another dialect: its session's. */
export function responseIdOf(session: string): string {
  return PREFIX + session;
}

/** The session that a response's id names; null where the id is a provider's own. */
export function sessionOfResponse(id: string): string | null {
  const session = id.startsWith(PREFIX) ? id.slice(PREFIX.length) : "";
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(session) ? session : null;
}
