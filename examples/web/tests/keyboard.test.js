// The page is used by keyboard alone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { choose, dialog, fileOf, inBrowser, sample, token, withPage } from "./page.js";

inBrowser();

/** The role, the number and the serial number of the table's active row, as a screen reader gets them. */
const active = (page) =>
  page.evaluate(() => {
    const row = document.getElementById(document.activeElement.getAttribute("aria-activedescendant"));
    return row && [row.getAttribute("role"), Number(row.getAttribute("aria-rowindex")), row.querySelector(".serial")?.textContent ?? ""];
  });

test("from the first key to an open row and back", () =>
  withPage({}, async (page) => {
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the content");
    for (let i = 0; i < 12 && !(await page.evaluate(() => document.activeElement.textContent)).startsWith("Try"); i++) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator(".rows .row .serial").first().waitFor();
    await page.getByRole("grid").focus();
    assert.deepEqual(await active(page), ["row", 2, "0950380261"]);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    assert.deepEqual(await active(page), ["row", 4, "0950380263"]);
    await page.keyboard.press("Enter");
    await dialog(page).getByRole("heading", { name: "0950380263" }).waitFor();
    // The focus stays inside the dialog.
    for (let i = 0; i < 6; i++) {
      await page.keyboard.press("Tab");
      assert.ok(await page.evaluate(() => document.activeElement === document.body || document.activeElement.closest("dialog") !== null));
    }
    await page.keyboard.press("Escape");
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute("role")), "grid", "the grid has the focus again");
    await page.keyboard.press("End");
    assert.deepEqual(await active(page), ["row", 14, "0950380272"]);
    await page.keyboard.press("Home");
    assert.deepEqual(await active(page), ["row", 2, "0950380261"]);
  }));

test("keys scroll a long table by pages", () =>
  withPage({}, async (page) => {
    await choose(page, "tokens.csv", fileOf(Array.from({ length: 500 }, (_, n) => token(n))));
    await page.locator(".rows .row .serial").first().waitFor();
    const grid = page.getByRole("grid");
    assert.equal(await grid.getAttribute("aria-rowcount"), "501");
    await grid.focus();
    await page.keyboard.press("PageDown");
    const [, down] = await active(page);
    assert.ok(down > 8 && down < 40, String(down));
    await page.keyboard.press("PageUp");
    assert.equal((await active(page))[1], 2);
    await page.keyboard.press("End");
    await page.waitForFunction(() => document.getElementById("row-499")?.querySelector(".serial"));
    assert.deepEqual(await active(page), ["row", 501, "S000499"]);
    assert.ok(await page.locator("#row-499").isVisible());
  }));

test("screen readers are told the results", () =>
  withPage({}, async (page) => {
    const said = page.locator("#announcer");
    await sample(page);
    assert.match(await said.textContent(), /13 rows|sample\.csv: 4 tokens/);
    await page.getByLabel("Search").fill("alice");
    await page.waitForFunction(() => document.querySelector("#announcer").textContent === "1 of 13 rows");
  }));
