// A file of 100,000 rows: the worker reads it while the page stays responsive, and the page has elements for few rows only.
import assert from "node:assert/strict";
import { test } from "node:test";
import { choose, code, counted, dialog, early, fileOf, inBrowser, row, token, withPage } from "./page.js";

inBrowser();

const MANY = 100_000;
const FILE = fileOf(Array.from({ length: MANY }, (_, n) => (n % 1000 === 999 ? token(n).replace("@", "") : token(n))));

test("the page responds while the worker reads, and shows the progress", () =>
  withPage({}, async (page) => {
    await page.evaluate(() => {
      const bar = document.querySelector(".working progress");
      const seen = (window.seen = { shares: [], answered: null });
      new MutationObserver(() => {
        if (!bar.hasAttribute("value")) return;
        seen.shares.push(bar.value);
        if (seen.shares.length > 1 || bar.value === 1) return;
        // Clicks a button when the progress bar first moves. The worker must still be reading when the dialog has been drawn.
        [...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Sign-up demo").click();
        requestAnimationFrame(() => {
          seen.answered = { open: document.querySelector("dialog[open]") !== null, working: !document.querySelector(".working").hidden, share: bar.value };
        });
      }).observe(bar, { attributes: true, attributeFilter: ["value"] });
    });
    await choose(page, "many.csv", FILE);
    await row(page, "S000000").waitFor();
    const { shares, answered } = await page.evaluate(() => window.seen);
    assert.ok(shares.length > 10 && shares.every((share, i) => i === 0 || share >= shares[i - 1]), shares.join());
    assert.deepEqual([answered.open, answered.working], [true, true]);
    assert.ok(answered.share < 1);
  }));

test("the page has elements for the visible rows only, at every position", () =>
  withPage({}, async (page) => {
    await choose(page, "many.csv", FILE);
    await row(page, "S000000").waitFor();
    assert.deepEqual((await page.locator(".figures li").allTextContents()).slice(0, 2), ["99,900 tokens", "100 rows failed"]);
    const grid = page.getByRole("grid");
    assert.equal(await grid.getAttribute("aria-rowcount"), String(MANY + 1));
    const few = async () => {
      const count = await page.locator(".rows .row").count();
      assert.ok(count > 5 && count < 60, String(count));
    };
    await few();
    for (const share of [0.5, 0.9, 0.1]) {
      await grid.evaluate((element, share) => void (element.scrollTop = share * element.scrollHeight), share);
      await row(page, `S${String(Math.floor(share * MANY + 3)).padStart(6, "0")}`).waitFor();
      await few();
    }
    await grid.focus();
    await page.keyboard.press("End");
    await row(page, "S099999").waitFor();
    await few();
    await page.getByRole("button", { name: "Show codes" }).click();
    await page.locator(".rows .code").first().waitFor();
    await page.getByRole("button", { name: /The user name is not of the form/ }).click();
    await row(page, "S000999").waitFor();
    assert.equal(await page.locator(".shown").textContent(), "100 of 100,000 rows");
    await page.getByRole("button", { name: /Show all causes again/ }).click();
    await page.getByLabel("Search").fill("S054321");
    await row(page, "S054321").waitFor();
    await counted(page.locator(".rows .row"), 1);
    await page.getByRole("button", { name: "Whose token?" }).click();
    await early();
    await dialog(page).getByLabel("Code on the display").fill(code(77777, 2));
    await page.keyboard.press("Enter");
    await dialog(page).locator(".owners", { hasText: "S077777" }).waitFor();
  }));

test("closing the dialog stops its search", () =>
  withPage({}, async (page) => {
    await choose(page, "many.csv", FILE);
    await row(page, "S000000").waitFor();
    await page.getByRole("button", { name: "Whose token?" }).click();
    await dialog(page).getByLabel("Code on the display").fill(code(1_000_000));
    await dialog(page).getByLabel("Next code").fill(code(1_000_000, 1));
    await page.keyboard.press("Enter");
    await page.locator(".working").waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".working").waitFor({ state: "hidden" });
    await page.getByLabel("Search", { exact: true }).fill("S012345");
    await row(page, "S012345").waitFor();
  }));
