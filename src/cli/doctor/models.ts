import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectSecure } from "node:tls";
import type { Config } from "../../config/load.js";
import type { WrittenConnection } from "../../config/shapes.js";
import { broken, type Finding, fine, odd, reasonOf } from "./finding.js";

/** Whether each model's host can be reached and its certificate holds. No request and no key is sent. */
export function models(config: Config, timeoutMs: number): Promise<readonly Finding[]> {
  return Promise.all(config.written.connections.map((each) => reach(each, config, timeoutMs)));
}

/** Whether credentials are there; their values are not looked at further. */
export function credentials(config: Config): readonly Finding[] {
  return config.written.connections.flatMap(({ name, credential }) => {
    if (credential === undefined) return [];
    const check = `credential of ${name.value}`;
    const secret = config.secret(credential.value);
    try {
      secret.read();
      return [fine(check, secret.description)];
    } catch (thrown) {
      return [
        broken(
          check,
          reasonOf(thrown),
          "set it in the environment that the gateway runs in, or mount the file",
        ),
      ];
    }
  });
}

async function reach(written: WrittenConnection, config: Config, timeoutMs: number): Promise<Finding> {
  const check = `model ${written.name.value}`;
  const url = written.proxy ?? written.url?.value;
  if (url === undefined) return fine(check, "embedded");
  if (!URL.canParse(url)) return broken(check, `${url} is no URL`, "correct the url of the connection");
  const { hostname, port, protocol, host } = new URL(url);
  const isSecure = protocol === "https:";
  const at = { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || (isSecure ? 443 : 80)) };
  const ca =
    written.ca === undefined || written.proxy !== undefined
      ? undefined
      : config.pem(written.ca, "connections.ca");
  try {
    const ms = await connected(() => openSocket(at, { isSecure, ca }), {
      event: isSecure ? "secureConnect" : "connect",
      timeoutMs,
    });
    const seen = `${host} answers in ${ms.toFixed(0)} ms${written.proxy === undefined ? "" : " (the proxy)"}`;
    return ms > 1000
      ? odd(check, seen, "every first token waits for it; look at the network")
      : fine(check, seen);
  } catch (thrown) {
    return broken(
      check,
      `${host} cannot be reached: ${reasonOf(thrown)}`,
      "look at url, proxy, ca and the network from here",
    );
  }
}

function openSocket(
  at: { readonly host: string; readonly port: number },
  { isSecure, ca }: { readonly isSecure: boolean; readonly ca: string | undefined },
): Socket {
  if (!isSecure) return connectPlain(at);
  return connectSecure({ ...at, servername: at.host, ...(ca === undefined ? {} : { ca }) });
}

function connected(
  open: () => Socket,
  { event, timeoutMs }: { readonly event: string; readonly timeoutMs: number },
): Promise<number> {
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    const socket = open();
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no answer within ${timeoutMs} ms`));
    }, timeoutMs);
    socket.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    socket.once(event, () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(performance.now() - startedMs);
    });
  });
}
