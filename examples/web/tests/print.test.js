// QR codes are printed, and leave nothing in the document.
import assert from "node:assert/strict";
import { test } from "node:test";
import { choose, counted, dialog, fileOf, inBrowser, row, sample, token, withPage } from "./page.js";

inBrowser();

/** The browser has no dialog here: the test looks at the sheet, and then ends the printing. */
const withoutDialog = (page) => page.evaluate(() => void (window.print = () => {}));
const ended = (page) => page.evaluate(() => void window.dispatchEvent(new Event("afterprint")));
const cards = (page) => page.locator(".print .card");

/** The pages of the sheet as a PDF. Printing to a PDF ends with the event that wipes the sheet. */
async function pages(page) {
  const pdf = await page.pdf({ preferCSSPageSize: true });
  return pdf.toString("latin1").match(/\/Type\s*\/Page\b/g).length;
}

test("a sheet has one QR code for each token, with its user and its number, and is wiped afterwards", () =>
  withPage({}, async (page) => {
    await withoutDialog(page);
    await sample(page);
    await page.getByRole("button", { name: "QR codes" }).click();
    await dialog(page).getByText("4 of 4 tokens will be drawn.").waitFor();
    assert.equal(await page.locator(".print").count(), 0, "nothing is drawn before the user prints");
    await dialog(page).getByRole("button", { name: "Print", exact: true }).click();
    await counted(cards(page), 4);
    assert.deepEqual(await cards(page).first().locator("p").allTextContents(), ["alice@contoso.com", "0950380261"]);
    assert.deepEqual(await cards(page).nth(2).locator("p").allTextContents(), ["0950380269"], "a token without a user has its number as title");
    assert.match(await page.locator(".print-head").textContent(), /sample\.csv.*destroy this paper/);
    assert.equal(await page.locator(".print").isVisible(), false, "the screen does not show it");
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator(".print").isVisible(), true);
    assert.equal(await page.locator(".workspace").isVisible(), false);
    assert.equal(await dialog(page).isVisible(), false);
    const { width, height } = await cards(page).first().locator("svg").boundingBox();
    assert.ok(width > 150 && Math.abs(width - height) < 1, `${width} × ${height}`);
    const paths = await page.evaluateHandle(() => [...document.querySelectorAll(".print path")]);
    assert.ok(await paths.evaluate((all) => all.length === 8 && all.every((path) => path.getAttribute("d").length > 10)));
    await page.emulateMedia({ media: "screen" });
    await ended(page);
    await counted(page.locator(".print"), 0);
    assert.ok(await paths.evaluate((all) => all.every((path) => !path.hasAttribute("d"))), "nor in a detached element");
  }));

test("only the tokens that the table shows are drawn, and those that no app can scan are named", () =>
  withPage({}, async (page) => {
    await withoutDialog(page);
    const long = `otpauth://totp/${"a".repeat(2300)}?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP`;
    await choose(page, "uris.txt", `otpauth://totp/Example:alice?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXQ&issuer=Example\n${long}\n`);
    await row(page, "Example: alice").waitFor();
    await page.getByRole("button", { name: "QR codes" }).click();
    await dialog(page).getByRole("button", { name: "Print", exact: true }).click();
    await dialog(page).getByText("1 token has a name that is too long for a QR code").waitFor();
    await counted(cards(page), 1);
    assert.deepEqual(await cards(page).first().locator("p").allTextContents(), ["Example: alice"]);
    // A browser that does not print sends no event.
    await page.keyboard.press("Escape");
    await counted(page.locator(".print"), 0);
    await page.getByLabel("Search").fill("no such thing");
    await counted(page.locator(".rows .row"), 0);
    await page.getByRole("button", { name: "QR codes" }).click();
    await dialog(page).getByLabel("Tokens", { exact: true }).selectOption("shown");
    await dialog(page).getByText("0 of 0 tokens will be drawn.").waitFor();
    assert.equal(await dialog(page).getByRole("button", { name: "Print", exact: true }).isDisabled(), true);
  }));

test("a sheet of many tokens has twelve codes on a page, and none is cut", () =>
  withPage({}, async (page) => {
    await withoutDialog(page);
    await choose(page, "tokens.csv", fileOf(Array.from({ length: 30 }, (_, n) => token(n))));
    await row(page, "S000001").waitFor();
    await page.getByRole("button", { name: "QR codes" }).click();
    const print = dialog(page).getByRole("button", { name: "Print", exact: true });
    await print.click();
    await counted(cards(page), 30);
    assert.equal(await pages(page), 3);
    await counted(page.locator(".print"), 0);
    await dialog(page).getByLabel("Codes", { exact: true }).selectOption("batches");
    await dialog(page).getByText("one after another").waitFor();
    await print.click();
    await counted(cards(page), 3);
    assert.deepEqual(await page.locator(".card-title").allTextContents(), ["Code 1 of 3", "Code 2 of 3", "Code 3 of 3"]);
    const names = await cards(page).nth(1).locator("p").allTextContents();
    assert.equal(names.length, 11);
    assert.equal(names[1], "user10@example.com, S000010");
    assert.equal(await pages(page), 2);
  }));
