import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { choose, counted, dialog, fileOf, HEADER, inBrowser, row, sample, secretsSent, token, watchSent, withPage } from "./page.js";

inBrowser();

test("a file is read, and its findings are shown beside their rows and by cause", () =>
  withPage({}, async (page) => {
    await sample(page);
    await counted(page.getByRole("heading", { name: "sample.csv" }), 1);
    assert.deepEqual(await page.locator(".figures li").allTextContents(), ["4 tokens", "9 rows failed", "2 warnings", "1 without a user"]);
    await counted(page.locator(".rows .row"), 13);
    assert.match(await row(page, "0950380263").textContent(), /carol@contoso\.com.*The secret key is 40 hex digits/);
    assert.match(await row(page, "0950380261").textContent(), /No findings/);
    const causes = await page.locator(".cause-head strong").allTextContents();
    assert.deepEqual(causes.slice(0, 3), ["Secret is hex, not Base32", "Secret holds spaces, dashes, quotes or invisible characters", "The user name holds a typographic quote"]);
    const shown = await page.locator("main").innerHTML();
    for (const secret of ["39e66a110cdf", "4SYD0BQ2AHL0", "G7PWAWF5HA3G", "GEZDGNBV"]) assert.ok(!shown.includes(secret), "no secret is on the page");
  }));

test("the table is filtered by a cause, by a severity and by a text", () =>
  withPage({}, async (page) => {
    await sample(page);
    const rows = page.locator(".rows .row");
    const settled = (count) => page.waitForFunction((wanted) => document.querySelectorAll(".rows .row").length === wanted, count);
    await page.getByRole("button", { name: /The user is missing/ }).click();
    await settled(1);
    assert.equal(await page.locator(".shown").textContent(), "1 of 13 rows");
    await page.getByRole("button", { name: /Show all causes again/ }).click();
    await settled(13);
    await page.getByLabel("Show", { exact: true }).selectOption("fine");
    await settled(2);
    await page.getByLabel("Show", { exact: true }).selectOption("error");
    await settled(9);
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
    assert.match(await open.textContent(), /Secret holds 0, 1, 8 or 9line 8, column 3, secret keyThe secret key has characters that Base32.*position 5: 0 \(probably the letter O\).*Compare with the vendor/);
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
    assert.ok(options.length > 20 && options[0] === "Recognise automatically");
    for (const name of ["entra-csv", "pskc", "safeword", "aegis-json", "otpauth-lines"]) assert.ok(options.includes(name), name);
    await page.locator("#format").selectOption("entra-csv");
    await choose(page, "tokens.csv", fileOf([token(7)]));
    await row(page, "S000007").waitFor();
  }));

const URIS = [
  "otpauth://totp/Example:alice@example.com?secret=HA4TAMJSGM2DKNRXHA4TAMJSGM2DKNRX&issuer=Example&period=60&digits=8",
  "otpauth://hotp/bob@example.com?secret=HA4TAMJSGM2DKNRXHA4TAMJSGM2DKNRY&counter=7",
  "",
].join("\n");

test("tokens without serial numbers are shown by their accounts", () =>
  withPage({}, async (page) => {
    await choose(page, "export.txt", URIS);
    await row(page, "Example: alice@example.com").waitFor();
    assert.match(await page.locator(".facts-bar").textContent(), /otpauth-lines, UTF-8, checked for any system/);
    assert.match(await page.locator(".by-cause").textContent(), /the file has no problems/);
    await row(page, "bob@example.com").click();
    await dialog(page).getByRole("heading", { name: "bob@example.com" }).waitFor();
    assert.match(await dialog(page).textContent(), /Placeline 2.*Codes6 digits, by counter, SHA1Counter7/);
    await page.keyboard.press("Escape");
    await page.getByLabel("Search").fill("example: al");
    await page.waitForFunction(() => document.querySelectorAll(".rows .row").length === 1);
  }));

test("the tokens are checked for a chosen system, before the file is opened and after", () =>
  withPage({}, async (page) => {
    await page.locator("#target").selectOption("duo");
    await choose(page, "tokens.csv", fileOf([token(7, undefined, 45), token(8)]));
    await row(page, "S000007").waitFor();
    assert.match(await page.locator(".facts-bar").textContent(), /checked for Duo/);
    assert.deepEqual((await page.locator(".figures li").allTextContents()).slice(0, 2), ["1 token", "1 row failed"]);
    await page.getByRole("button", { name: "Reading", exact: true }).click();
    await dialog(page).getByLabel("Tokens are for").selectOption("any");
    await dialog(page).getByRole("button", { name: "Read the file again" }).click();
    await page.locator(".figures li", { hasText: "2 tokens" }).waitFor();
    await counted(dialog(page), 0);
  }));

test("what the file does not say is asked for", () =>
  withPage({}, async (page) => {
    await page.locator("#format").selectOption("duo-csv");
    await choose(page, "duo.csv", "S000001,31323334353637383930aabbccddeeff00112233\n");
    const open = dialog(page);
    await open.getByRole("heading", { name: "The file needs something from you" }).waitFor();
    await open.getByLabel("Type", { exact: true }).selectOption("totp");
    await open.getByLabel("Digits").selectOption("8");
    await open.getByLabel("Interval in seconds").fill("60");
    await open.getByRole("button", { name: "Open the file" }).click();
    await page.locator(".figures li", { hasText: "1 token" }).waitFor();
    await row(page, "S000001").click();
    assert.match(await dialog(page).textContent(), /Codes8 digits, every 60 s, SHA1/);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Reading", exact: true }).click();
    assert.equal(await dialog(page).getByLabel("Digits").inputValue(), "8", "the dialog shows what was said");
  }));

test("a draft of a format is read on request", () =>
  withPage({}, async (page) => {
    await choose(page, "tokens.xml", await readFile(new URL("../testkit/seeds/pskc/draft-lenient.xml", import.meta.url), "utf8"));
    const open = dialog(page);
    await open.getByText("The file follows a draft of PSKC from before RFC 6030.").waitFor();
    await open.getByLabel("Read drafts of PSKC").check();
    await open.getByRole("button", { name: "Open the file" }).click();
    await page.locator(".cause-head", { hasText: "The file follows a draft of a standard" }).waitFor();
    await page.getByRole("button", { name: "Reading", exact: true }).click();
    assert.equal(await open.getByLabel("Read drafts of PSKC").isChecked(), true);
  }));

test("the password or the key of an encrypted file is asked for", () =>
  withPage({}, async (page) => {
    const file = (name) => readFile(new URL(`../testkit/seeds/pskc/${name}`, import.meta.url), "utf8");
    await watchSent(page);
    await choose(page, "tokens.xml", await file("pbkdf2.xml"));
    const open = dialog(page);
    await open.getByRole("heading", { name: "tokens.xml is encrypted" }).waitFor();
    const submit = open.getByRole("button", { name: "Open the file" });
    await open.getByLabel("Password").fill("correct horse battery stable");
    await submit.click();
    await open.getByText("The password does not open the file").waitFor();
    await open.getByLabel("Password").fill("correct horse battery staple");
    await submit.click();
    await page.locator(".figures li", { hasText: "3 tokens" }).waitFor();
    await page.getByRole("button", { name: "Close the file" }).click();
    await choose(page, "tokens.xml", await file("aes128-cbc.xml"));
    await open.getByLabel("Or the key").fill("00112233445566778899aabbccddee");
    await open.getByLabel("Or the key").press("End");
    await page.keyboard.type("f");
    await submit.click();
    await open.getByText("The key is not in hex").waitFor();
    await open.getByLabel("Or the key").fill("00112233 445566778899aabbccddeeff");
    await submit.click();
    await page.locator(".figures li", { hasText: "3 tokens" }).waitFor();
    assert.ok(!(await page.locator("body").innerHTML()).includes("00112233445566778899"));
    const zeros = (length) => Array(length).fill(0);
    assert.deepEqual(await secretsSent(page, "open"), [zeros(28), zeros(28), zeros(16)], "bytes, which are wiped");
  }));
