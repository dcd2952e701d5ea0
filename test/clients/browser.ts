import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright } from "playwright-core";

/** A browser, or why there is none here. */
export async function startBrowser(): Promise<Browser | string> {
  try {
    const executablePath = await chromium.executablePath();
    // The package's own list would switch the browser's checks of origins off.
    const args = ["--no-sandbox", "--disable-setuid-sandbox", "--no-zygote", "--disable-gpu"];
    return await playwright.launch({ executablePath, args, headless: true, timeout: 60_000 });
  } catch (thrown) {
    return `Chromium does not start here: ${thrown instanceof Error ? thrown.message.split("\n")[0] : thrown}`;
  }
}

export interface PageServer {
  readonly origin: string;
  close(): Promise<void>;
}

/** Serves an empty page, and files by their path. */
export async function servePage(files: ReadonlyMap<string, string>): Promise<PageServer> {
  const page = `<!doctype html><title>chat</title><p id="text"></p>
<script type="importmap">{"imports":{"sluice/client":"/client/index.js"}}</script>`;
  const server = createServer(({ url = "/" }, response) => {
    const file = files.get(url);
    const type = file === undefined ? "text/html" : "text/javascript";
    response.writeHead(200, { "content-type": `${type}; charset=utf-8` }).end(file ?? page);
  });
  const port = await listening(server);
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}
