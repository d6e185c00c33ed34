import assert from "node:assert/strict";
import { test } from "node:test";
import { HEADER, choose, counted, dialog, fileOf, inBrowser, row, sample, token, withPage } from "./page.js";

inBrowser();

test("a file is read, and its findings are shown beside their rows and by cause", () =>
  withPage({}, async (page) => {
    await sample(page);
    await counted(page.getByRole("heading", { name: "sample.csv" }), 1);
    assert.deepEqual(await page.locator(".figures li").allTextContents(), ["5 tokens", "8 rows failed", "4 warnings", "2 without a user"]);
    await counted(page.locator(".rows .row"), 13);
    assert.match(await row(page, "0950380263").textContent(), /carol@contoso\.com.*The secret key is 40 hex digits/);
    assert.match(await row(page, "0950380261").textContent(), /No findings/);
    const causes = await page.locator(".cause-head strong").allTextContents();
    assert.deepEqual(causes.slice(0, 3), ["Secret is hex, not Base32", "Secret contains separators", "User name has a typographic quote"]);
    const shown = await page.locator("main").innerHTML();
    for (const secret of ["39e66a110cdf", "4SYD0BQ2AHL0", "G7PWAWF5HA3G", "GEZDGNBV"]) assert.ok(!shown.includes(secret), "no secret is on the page");
  }));

test("the table is filtered by a cause, by a severity and by a text", () =>
  withPage({}, async (page) => {
    await sample(page);
    const rows = page.locator(".rows .row");
    const settled = (count) => page.waitForFunction((wanted) => document.querySelectorAll(".rows .row").length === wanted, count);
    await page.getByRole("button", { name: /User is missing/ }).click();
    await settled(2);
    assert.equal(await page.locator(".shown").textContent(), "2 of 13 rows");
    await page.getByRole("button", { name: /Show all causes again/ }).click();
    await settled(13);
    await page.getByLabel("Show", { exact: true }).selectOption("fine");
    await settled(2);
    await page.getByLabel("Show", { exact: true }).selectOption("error");
    await settled(8);
    await page.getByLabel("Search").fill("FRANK");
    await settled(1);
    assert.match(await rows.first().textContent(), /0950380267/);
    await page.getByLabel("Search").fill("no such thing");
    await settled(0);
  }));

test("a row opens with all its data", () =>
  withPage({}, async (page) => {
    await sample(page);
    await row(page, "0950380267").click();
    const open = dialog(page);
    assert.equal(await open.getByRole("heading", { level: 2 }).textContent(), "0950380267");
    assert.match(await open.textContent(), /Secret has characters that look like othersline 8, column 3, secret keyThe secret key has characters that Base32.*position 5: 0 \(probably the letter O\).*Compare with the vendor/);
    assert.equal(await open.getByRole("button", { name: "Show the code" }).count(), 0, "a failed row has no code");
    await page.keyboard.press("Escape");
    await counted(dialog(page), 0);
  }));

test("a file can be dropped", () =>
  withPage({}, async (page) => {
    const text = fileOf([token(1), token(2)]);
    await page.evaluate((text) => {
      const data = new DataTransfer();
      data.items.add(new File([text], "dropped.csv"));
      document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true }));
    }, text);
    await row(page, "S000001").waitFor();
    assert.match(await page.locator(".by-cause").textContent(), /the file has no problems/);
    assert.match(await page.title(), /dropped\.csv/);
    await page.getByRole("button", { name: "Close the file" }).click();
    await counted(page.getByRole("heading", { name: "Drop a seed file here" }), 1);
  }));

test("a file that is not a seed file is refused with its kind and what to do; another file can be chosen then", () =>
  withPage({}, async (page) => {
    await choose(page, "tokens.xlsx", "PK\u0003\u0004 and more");
    const alert = page.getByRole("alert");
    await alert.getByText("tokens.xlsx could not be opened.").waitFor();
    assert.match(await alert.textContent(), /a ZIP archive or an Excel workbook.*save it as "CSV UTF-8"/);
    await choose(page, "tokens.csv", `${HEADER}\r\n${token(7)}`);
    await row(page, "S000007").waitFor();
  }));

test("the formats of the library are listed, and one can be chosen", () =>
  withPage({}, async (page) => {
    const options = await page.locator("#format option").allTextContents();
    assert.deepEqual(options, ["Recognise automatically", "entra-csv"]);
    await page.locator("#format").selectOption("entra-csv");
    await choose(page, "tokens.csv", fileOf([token(7)]));
    await row(page, "S000007").waitFor();
  }));
