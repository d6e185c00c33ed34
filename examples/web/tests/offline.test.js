// The page makes no connection by itself, and its policy forbids every connection.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { test } from "node:test";
import { DIST, FILE, inBrowser, launched, opened, row, sample } from "./page.js";

inBrowser();

const TYPES = { html: "text/html", js: "text/javascript", css: "text/css" };

/** Serves the built folder, and records every request. */
async function served(context) {
  const asked = [];
  const server = createServer(async ({ url }, response) => {
    asked.push(url);
    const path = url === "/" ? "index.html" : url.slice(1);
    try {
      response.setHeader("content-type", TYPES[path.split(".").at(-1)] ?? "application/octet-stream");
      response.end(await readFile(new URL(path, DIST)));
    } catch {
      response.setHeader("content-type", "text/html");
      response.end("<!doctype html>");
    }
  });
  server.on("upgrade", ({ url }, socket) => {
    asked.push(url);
    socket.destroy();
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${server.address().port}/`, asked };
}

/** Ways in which an attacker's script in the page or in its worker could connect. */
const ATTEMPTS = {
  fetch: async (to) => (await fetch(to)).status,
  XMLHttpRequest: (to) => new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.onload = () => done(request.status);
    request.onerror = failed;
    request.open("GET", to);
    request.send();
  }),
  WebSocket: (to) => new Promise((done, failed) => {
    const socket = new WebSocket(to.replace("http", "ws"));
    socket.onopen = done;
    socket.onerror = failed;
  }),
  EventSource: (to) => new Promise((done, failed) => {
    const source = new EventSource(to);
    source.onopen = done;
    source.onerror = failed;
  }),
  image: (to) => new Promise((done, failed) => {
    const image = new Image();
    image.onload = done;
    image.onerror = failed;
    image.src = to;
  }),
  script: (to) => new Promise((done, failed) => {
    const script = document.createElement("script");
    script.onload = done;
    script.onerror = failed;
    script.src = to;
    document.head.append(script);
  }),
  style: (to) => new Promise((done, failed) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.onload = done;
    link.onerror = failed;
    link.href = to;
    document.head.append(link);
  }),
  import: (to) => import(to),
  "fetch in a worker": (to) => new Promise((done, failed) => {
    const text = `fetch(${JSON.stringify(to)}).then((r) => postMessage(r.status), () => postMessage("refused"))`;
    const worker = new Worker(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
    worker.onmessage = ({ data }) => (data === "refused" ? failed(data) : done(data));
    worker.onerror = failed;
  }),
  beacon: (to) => navigator.sendBeacon(to, "x"),
};

/** Tries each of them. The caller looks at the requests that arrived, so the result of an attempt does not matter. */
async function attempt(page, to) {
  for (const [name, attempt] of Object.entries(ATTEMPTS)) {
    const patience = new Promise((done) => setTimeout(done, 400));
    await Promise.race([page.evaluate(attempt, `${to}${encodeURIComponent(name)}`).catch(() => {}), patience]);
  }
  await page.waitForTimeout(300);
}

/** Uses the parts of the page. */
async function play(page) {
  await page.getByRole("button", { name: "Sign-up demo" }).click();
  await page.getByRole("button", { name: "Make a secret" }).click();
  await page.locator(".qr svg").waitFor();
  await page.keyboard.press("Escape");
  await sample(page);
  await page.getByRole("button", { name: "Show codes" }).click();
  await page.locator(".rows .code").first().waitFor();
  await row(page, "0950380261").click();
  await page.keyboard.press("Escape");
  await page.evaluate(() => void (window.print = () => (window.printed = true)));
  await page.getByRole("button", { name: "QR codes" }).click();
  await page.getByRole("button", { name: "Print", exact: true }).click();
  await page.waitForFunction(() => window.printed);
  await page.keyboard.press("Escape");
}

test("a page without the policy connects in every one of these ways", async (context) => {
  const [own, other] = [await served(context), await served(context)];
  const page = await launched().newPage();
  await page.goto(`${own.url}nothing`);
  await attempt(page, other.url);
  const arrived = new Set(other.asked.map((url) => decodeURIComponent(url.slice(1))));
  assert.deepEqual(Object.keys(ATTEMPTS).filter((name) => !arrived.has(name)), []);
  await page.close();
});

for (const [what, serve] of [["the one file", null], ["the folder on a server", served]]) {
  test(`${what} makes no request after it is loaded, and cannot`, async (context) => {
    const [server, other] = [await serve?.(context), await served(context)];
    const { page, asked } = await opened({ url: server?.url ?? FILE });
    const inside = (url) => url.startsWith("blob:") || url.startsWith("data:");
    const own = asked.filter((url) => !inside(url));
    assert.ok(own.every((url) => url.startsWith(server?.url ?? FILE)), own.join());
    assert.equal(own.length, server ? 3 : 1, "the requests for the page, its script and its style, or for the one file");
    await play(page);
    await attempt(page, other.url);
    assert.deepEqual(other.asked, [], "no request has arrived");
    if (server) assert.equal(server.asked.length, 3, "no request has arrived at its own server");
    const refused = await page.evaluate((to) => fetch(to).then(() => "it connected", ({ name }) => name), other.url);
    assert.equal(refused, "TypeError");
    await page.context().close();
  });
}

test("the policy forbids by default, and allows inline code only by its hash", async () => {
  const { page } = await opened();
  const policy = await page.locator("meta[http-equiv]").getAttribute("content");
  assert.match(policy, /^default-src 'none'; connect-src 'none'; script-src 'sha256-[^']+' 'wasm-unsafe-eval'; style-src 'sha256-[^']+'; /);
  assert.ok(!policy.includes("unsafe-inline") && !policy.includes("'unsafe-eval'"));
  const ran = await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.ran = true";
    document.head.append(script);
    return "ran" in window;
  });
  assert.equal(ran, false);
  await page.context().close();
});
