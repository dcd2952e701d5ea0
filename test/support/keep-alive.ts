import { after, before } from "node:test";

/** The gateway's timers keep no process alive; its listening sockets do, and a test may have none. */
export function keepAlive(): void {
  let timer: NodeJS.Timeout | undefined;
  before(() => {
    timer = setInterval(() => undefined, 1_000);
  });
  after(() => clearInterval(timer));
}
