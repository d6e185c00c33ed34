// screenshots.js FOLDER [--all]: takes the pictures of the README, or of all states, with the sample file.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { FILE, QUIET, dialog, row, sample } from "./page.js";
import { small } from "./png.js";

const [folder] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: QUIET });

async function shot(name, { scheme = "light", width = 1280, height = 800 }, prepare) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.goto(FILE);
  await page.waitForSelector("body[data-ready]");
  await prepare?.(page);
  await page.mouse.move(0, 0);
  await page.waitForTimeout(150);
  await writeFile(join(folder, `${name}.png`), small(await page.screenshot()));
  await context.close();
}

async function tested(page) {
  await sample(page);
  await row(page, "0950380262").first().click();
  await dialog(page).getByRole("button", { name: "Show the code" }).click();
  await dialog(page).locator(".big-code .digits").waitFor();
  const code = await dialog(page).locator(".big-code .digits").textContent();
  await dialog(page).getByLabel("Code on the display").fill(code);
  await dialog(page).getByRole("button", { name: "Test", exact: true }).click();
  await dialog(page).locator(".outcome.good").waitFor();
}

async function signedUp(page) {
  await page.getByRole("button", { name: "Sign-up demo" }).click();
  await dialog(page).getByRole("button", { name: "Make a secret" }).click();
  await dialog(page).getByRole("button", { name: "Simulate the app" }).click();
  await dialog(page).locator(".big-code .digits").waitFor();
  const code = await dialog(page).locator(".big-code .digits").textContent();
  await dialog(page).getByLabel("Code in the app").fill(code);
  await dialog(page).getByRole("button", { name: "Confirm" }).click();
  await dialog(page).locator(".outcome.good").waitFor();
  await dialog(page).getByRole("button", { name: "Sign in" }).click();
  await dialog(page).locator(".outcome.bad").waitFor();
}

const dark = { scheme: "dark" };
const narrow = { width: 390, height: 844 };
await shot("file-light", {}, sample);
await shot("token-dark", dark, tested);
if (process.argv.includes("--all")) {
  await shot("empty-light", {});
  await shot("empty-dark", dark);
  await shot("file-dark", dark, sample);
  await shot("sign-up-light", {}, signedUp);
  await shot("narrow-empty", narrow);
  await shot("narrow-file", { ...narrow, ...dark }, sample);
  await shot("narrow-token", narrow, tested);
  await shot("narrow-sign-up", narrow, signedUp);
}
await browser.close();
