// axe finds no problem in any state of the page, in light and dark colours, on wide and narrow screens.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import axe from "axe-core";
import { choose, dialog, inBrowser, row, sample, withPage } from "./page.js";

inBrowser();

const ENCRYPTED = await readFile(new URL("../testkit/seeds/pskc/pbkdf2.xml", import.meta.url), "utf8");

async function clean(page, state) {
  // Evaluates axe through the debugger, because the policy of the page allows no other script.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => axe.run(document, { preload: false }));
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`).join("\n")}`);
  assert.deepEqual(told, [], state);
}

async function everyState(page) {
  await clean(page, "before a file");
  await choose(page, "x.pdf", "%PDF-1.7");
  await page.getByRole("alert").getByText("could not be opened").waitFor();
  await clean(page, "refused");
  await choose(page, "x.xml", ENCRYPTED);
  await dialog(page).getByRole("button", { name: "Open the file" }).waitFor();
  await clean(page, "encrypted");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Sign-up demo" }).click();
  await clean(page, "sign-up");
  await dialog(page).getByRole("button", { name: "Make a secret" }).click();
  await dialog(page).getByRole("button", { name: "Simulate the app" }).click();
  await dialog(page).getByLabel("Code in the app").fill("000000");
  await dialog(page).getByRole("button", { name: "Confirm" }).click();
  await dialog(page).locator(".outcome").waitFor();
  await clean(page, "sign-up, refused");
  await page.keyboard.press("Escape");
  await sample(page);
  await page.getByRole("button", { name: "Show codes" }).click();
  await page.locator(".rows .code").first().waitFor();
  await clean(page, "a file");
  await page.getByRole("button", { name: /The user is missing/ }).click();
  await page.getByRole("button", { name: /Show all causes again/ }).waitFor();
  await clean(page, "narrowed");
  await page.getByRole("button", { name: /Show all causes again/ }).click();
  await row(page, "0950380270").click();
  await dialog(page).getByRole("button", { name: "Show the code" }).click();
  await dialog(page).getByLabel("User principal name").fill("nobody");
  await dialog(page).getByRole("button", { name: "Assign the token" }).click();
  await dialog(page).locator(".outcome.bad").waitFor();
  await dialog(page).getByLabel("Code on the display").fill("123456");
  await dialog(page).getByRole("button", { name: "Test", exact: true }).click();
  await dialog(page).locator(".outcome strong").first().waitFor();
  await clean(page, "a row");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Export", exact: true }).click();
  await dialog(page).locator("#export-format").selectOption("linotp-csv");
  await dialog(page).getByLabel(/without these values/).check();
  await clean(page, "an export with losses");
  await dialog(page).locator("#export-format").selectOption("pskc");
  await dialog(page).getByLabel(/Encrypt the secrets/).check();
  await dialog(page).getByRole("button", { name: "Download the tokens" }).click();
  await dialog(page).locator(".outcome.bad").waitFor();
  await clean(page, "an encrypted export");
  await page.keyboard.press("Escape");
  for (const name of ["Repair 4", "Reading", "Users", "Whose token?", "QR codes", "Check a seed", "Export"]) {
    await page.getByRole("button", { name, exact: true }).click();
    await dialog(page).locator("button, input").nth(1).waitFor();
    await page.waitForTimeout(200);
    await clean(page, name);
    await page.keyboard.press("Escape");
  }
  await page.getByRole("button", { name: "Repair 4" }).click();
  await dialog(page).getByRole("button", { name: "Repair 4 rows" }).click();
  await page.getByRole("button", { name: "Close the file" }).click();
  await dialog(page).getByRole("button", { name: "Keep it open" }).waitFor();
  await clean(page, "closing");
}

for (const scheme of ["light", "dark"]) {
  for (const [width, height] of [[1280, 800], [390, 844]]) {
    test(`${scheme}, ${width} pixels wide`, () =>
      withPage({ scheme, width, height }, async (page) => {
        await everyState(page);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.equal(overflow, 0, "the page is not wider than the screen");
      }));
  }
}
