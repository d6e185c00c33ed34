// Opens the page in a browser for the tests, by default as the single file, and records its requests and its errors.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before } from "node:test";
import { setTimeout } from "node:timers/promises";
import { chromium } from "playwright-core";

export const DIST = new URL("../dist/", import.meta.url);
export const FILE = new URL("token-workbench.html", DIST).href;
export const QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

let browser;
export const launched = () => browser;

/** Starts a browser before the tests of a file, and closes it after them. */
export function inBrowser() {
  before(async () => {
    browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: QUIET });
  });
  after(() => browser.close());
}

/** Opens the page, and waits until it is ready. Returns it with its requests and its errors. */
export async function opened({ url = FILE, width = 1280, height = 800, scheme = "light" } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, reducedMotion: "reduce" });
  const page = await context.newPage();
  const asked = [];
  const errors = [];
  context.on("request", (request) => asked.push(request.url()));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(url);
  await page.waitForSelector("body[data-ready]");
  return { page, asked, errors };
}

/** Runs a test with a page, and asserts that the page had no error. */
export async function withPage(options, run) {
  const { page, asked, errors } = await opened(options);
  try {
    await run(page, asked);
    assert.deepEqual(errors, []);
  } finally {
    await page.context().close();
  }
}

export const sample = async (page) => {
  await page.getByRole("button", { name: "Try with a sample" }).click();
  await page.locator(".rows .row .serial").first().waitFor();
};

export async function choose(page, name, text) {
  await page.locator("#file").setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
}

/** Waits for a number of elements, and asserts it: a page changes some time after a click. */
export async function counted(locator, expected) {
  for (let tries = 0; tries < 200 && (await locator.count()) !== expected; tries++) await setTimeout(25);
  assert.equal(await locator.count(), expected);
}

/** Keeps what the page sends to its worker from now on. */
export const watchSent = (page) =>
  page.evaluate(() => {
    window.sent = [];
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (message, ...more) {
      window.sent.push(message);
      return post.call(this, message, ...more);
    };
  });

/** The passwords and keys that were sent with calls of a method, as they are now: bytes, or what stands in their place. */
export const secretsSent = (page, method) =>
  page.evaluate((name) => {
    const calls = window.sent.filter(({ method }) => method === name).map(({ args }) => args.at(-1));
    const secrets = calls.flatMap(({ password, key }) => [password, key]).filter((secret) => secret !== undefined);
    return secrets.map((secret) => (secret instanceof Uint8Array ? [...secret] : secret));
  }, method);

export const row = (page, text) => page.locator(".rows .row", { hasText: text });
export const dialog = (page) => page.locator("dialog[open]");
export const HEADER = "upn,serial number,secret key,time interval,manufacturer,model";

/** The secret of a token of the tests: a text of 20 bytes with the number of the token. */
export const key = (number) => Buffer.from(`not a secret ${String(number).padStart(7, "0")}`);
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
export function base32(bytes) {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return bits.match(/.{5}/g).map((five) => LETTERS[Number.parseInt(five, 2)]).join("");
}
export const token = (number, upn = `user${number}@example.com`, step = 30) => `${upn},S${String(number).padStart(6, "0")},${base32(key(number))},${step},Contoso,Key`;
export const fileOf = (rows) => [HEADER, ...rows, ""].join("\r\n");

/** The code of a token some steps from now, by RFC 6238. */
export const code = (number, steps = 0, step = 30) => hotp(number, Math.floor(Date.now() / 1000 / step) + steps);

/** The code of a token for a counter, by RFC 4226. */
export function hotp(number, at) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(at));
  const digest = createHmac("sha1", key(number)).update(counter).digest();
  const offset = digest[19] & 15;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** Waits for a new step if the current one ends soon, so that the page and the test compute the same code. */
export async function early(step = 30) {
  const left = step - ((Date.now() / 1000) % step);
  if (left < 6) await setTimeout((left + 0.2) * 1000);
}

export async function downloaded(page, press) {
  const [download] = await Promise.all([page.waitForEvent("download"), press()]);
  const { readFile } = await import("node:fs/promises");
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
}
