import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface Wire {
  readonly url: string;
  /** Tears every connection that is open. */
  cut(): void;
  close(): void;
}

/** A wire to a port of loopback that can be cut; `onSent` sees what clients send. */
export async function startWire(port: number, onSent: (bytes: Buffer) => void = () => {}): Promise<Wire> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    near.on("data", onSent);
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port: own } = server.address() as AddressInfo;
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${own}`,
    cut,
    close: () => {
      cut();
      server.close();
    },
  };
}
