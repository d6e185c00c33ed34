// Starts a browser, and serves folders to it.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";
import { pathToFileURL } from "node:url";

const TYPES = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};
const QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** Starts Chromium by the Playwright in the folder `tools`. */
export function browse(tools) {
  const { chromium } = createRequire(join(tools, "package.json"))("playwright-core");
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: QUIET });
}

/** Serves a folder on localhost, until it is closed. */
export async function serve(folder) {
  const server = createServer(async ({ url }, response) => {
    const path = normalize(new URL(url, "http://localhost").pathname);
    try {
      const file = join(folder, path === "/" ? "index.html" : path);
      response.setHeader("content-type", TYPES[extname(file)] ?? "application/octet-stream");
      response.end(await readFile(file));
    } catch {
      // The browser requests an icon for every page.
      response.writeHead(path === "/favicon.ico" ? 204 : 404).end();
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { address: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

/** Serves a folder by the development server of the Vite in the folder `tools`. */
export async function develop(tools, folder) {
  const found = createRequire(join(tools, "package.json")).resolve("vite");
  const vite = await import(pathToFileURL(found));
  const options = { root: folder, configFile: join(folder, "vite.config.js"), logLevel: "warn", server: { host: "127.0.0.1" } };
  const server = await vite.createServer(options);
  await server.listen();
  return { address: server.resolvedUrls.local[0], close: () => server.close() };
}
