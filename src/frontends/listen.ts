import type { Server } from "node:net";
import { SluiceError } from "../domain/errors.js";
import type { ListenAddress } from "./front-end.js";

/** Binds a server. @throws SluiceError `invalid_config` naming the address and why it cannot be had. */
export function listenOn(server: Server, { host, port }: ListenAddress): Promise<ListenAddress> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      const why = error.code === "EADDRINUSE" ? "the port is in use" : (error.code ?? "it cannot be had");
      reject(new SluiceError("invalid_config", `Cannot listen on ${host}:${port}: ${why}.`));
    };
    server.once("error", onError);
    server.listen(port, host, () => {
      server.off("error", onError);
      const bound = server.address();
      resolve(typeof bound === "object" && bound !== null ? { host, port: bound.port } : { host, port });
    });
  });
}
