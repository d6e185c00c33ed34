// Codes are shown, tested, searched for, and accepted once.
import assert from "node:assert/strict";
import { test } from "node:test";
import { base32, choose, code, counted, dialog, early, fileOf, hotp, inBrowser, key, row, token, withPage } from "./page.js";

inBrowser();

const digits = (text) => text.replaceAll(" ", "");

async function three(page) {
  await choose(page, "tokens.csv", fileOf([token(1), token(2), token(3, "user3@example.com", 60)]));
  await row(page, "S000003").waitFor();
}

async function tried(page, serial, codes) {
  await row(page, serial).click();
  await dialog(page).getByLabel("Code on the display").fill(codes[0]);
  await dialog(page).getByLabel("Next code").fill(codes[1] ?? "");
  await dialog(page).getByRole("button", { name: "Test", exact: true }).click();
  await dialog(page).locator(".outcome strong").first().waitFor();
  const said = await dialog(page).locator(".outcome").last().textContent();
  await page.keyboard.press("Escape");
  return said;
}

test("codes are hidden until the user asks for them, then shown with the seconds until they change", () =>
  withPage({}, async (page) => {
    await three(page);
    assert.doesNotMatch(await page.locator(".rows").textContent(), /\d{3} \d{3}/);
    await early();
    await page.getByRole("button", { name: "Show codes" }).click();
    const shown = row(page, "S000001").locator(".code");
    await shown.waitFor();
    assert.equal(digits(await shown.locator(".digits").textContent()), code(1));
    const left = Number.parseInt(await shown.locator(".left").textContent(), 10);
    await page.waitForFunction((before) => Number.parseInt(document.querySelector(".rows .code .left").textContent, 10) < before, left);
    assert.equal(digits(await row(page, "S000003").locator(".digits").textContent()), code(3, 0, 60));
    await page.getByRole("button", { name: "Hide codes" }).click();
    assert.doesNotMatch(await page.locator(".rows").textContent(), /\d{3} \d{3}/);
    await row(page, "S000002").click();
    assert.doesNotMatch(await dialog(page).textContent(), /\d{3} \d{3}/);
    await early();
    await dialog(page).getByRole("button", { name: "Show the code" }).click();
    await dialog(page).locator(".digits:not(input)").waitFor();
    assert.equal(digits(await dialog(page).locator(".digits:not(input)").textContent()), code(2));
    await dialog(page).getByRole("button", { name: "Hide the code" }).click();
    await counted(dialog(page).locator(".digits:not(input)"), 0);
  }));

test("the test of a token finds its drift, another token of the file, or none", () =>
  withPage({}, async (page) => {
    await three(page);
    await early();
    assert.match(await tried(page, "S000001", [code(1)]), /The code matches: the clock is correct\..*One wrong code in 174 matches some step\. Type the next code to be certain/);
    assert.match(await tried(page, "S000001", [code(1, -4), code(1, -3)]), /The codes match: the clock is 3 steps \(1 min 30 s\) behind\./);
    assert.match(await tried(page, "S000001", [code(1, 2879), code(1, 2880)]), /2,880 steps|2880 steps \(1 d\) ahead/);
    assert.match(await tried(page, "S000003", [code(3, 4, 60), code(3, 5, 60)]), /5 steps \(5 min\) ahead/);
    assert.match(await tried(page, "S000001", [code(2, 1), code(2, 2)]), /The codes match none of the 5,761.*The codes match another token:S000002 user2@example\.com: the clock is 2 steps \(1 min\) ahead/);
    assert.match(await tried(page, "S000001", [code(9, 1), code(9, 2)]), /No other token of this file matches either/);
    assert.match(await tried(page, "S000001", [`${code(1).slice(0, 3)} ${code(1).slice(3)}`]), /The code matches: /);
    await row(page, "S000001").click();
    await dialog(page).getByLabel("Code on the display").fill("12a456");
    await dialog(page).getByRole("button", { name: "Test", exact: true }).click();
    await dialog(page).getByText(/Enter the 6, 7 or 8 digits that the token shows/).waitFor();
  }));

test("a token is found by its codes", () =>
  withPage({}, async (page) => {
    await choose(page, "tokens.csv", fileOf(Array.from({ length: 2000 }, (_, n) => token(n))));
    await row(page, "S000000").waitFor();
    await page.getByRole("button", { name: "Whose token?" }).click();
    const open = dialog(page);
    await early();
    await open.getByLabel("Code on the display").fill(code(1777, -50));
    await open.getByLabel("Next code").fill(code(1777, -49));
    await page.keyboard.press("Enter");
    await open.getByText("1 token shows these codes:").waitFor();
    assert.match(await open.locator(".owners").textContent(), /^S001777 user1777@example\.com: the clock is 49 steps \(24 min 30 s\) behind\.$/);
    await open.getByLabel("Code on the display").fill(code(5000, 1));
    await open.getByLabel("Next code").fill(code(5000, 2));
    await page.keyboard.press("Enter");
    await open.getByText("No token of this file shows these codes within a day of now.").waitFor();
    await open.getByLabel("Next code").fill("");
    await open.getByLabel("Code on the display").fill(code(3, 1));
    await page.keyboard.press("Enter");
    await open.locator(".owners", { hasText: "S000003" }).waitFor();
  }));

test("a counter-based token is tested by its codes", () =>
  withPage({}, async (page) => {
    await choose(page, "hotp.txt", `otpauth://hotp/alice?secret=${base32(key(1))}&counter=5\n`);
    await row(page, "alice").click();
    const open = dialog(page);
    await open.getByLabel("Code on the display").fill(hotp(1, 8));
    await open.getByLabel("Next code").fill(hotp(1, 9));
    await open.getByRole("button", { name: "Test", exact: true }).click();
    await open.getByText("The codes match: the counter is 3 codes ahead.").waitFor();
  }));

test("the reading of a seed is found by the codes of its token", () =>
  withPage({}, async (page) => {
    await page.getByRole("button", { name: "Check a seed" }).click();
    const open = dialog(page);
    await early();
    await open.getByLabel("Seed").fill(key(1).toString("hex").replace(/(.{4})/g, "$1 "));
    await open.getByLabel("Code on the display").fill(code(1, 1));
    await page.keyboard.press("Enter");
    await open.getByText("hex without blanks and dashes, SHA-1, every 30 s, 6 digits: the clock is 1 step (30 s) ahead.").waitFor();
    assert.match(await open.textContent(), /One in \d+ such searches matches a wrong reading by chance\. Type the next code too/);
    await open.getByLabel("Next code").fill(code(1, 2));
    await page.keyboard.press("Enter");
    await open.getByText("1 reading gives these codes:").waitFor();
    assert.doesNotMatch(await open.textContent(), /such searches/);
    await open.getByLabel("Code on the display").fill(code(2, 1));
    await open.getByLabel("Next code").fill(code(2, 2));
    await page.keyboard.press("Enter");
    await open.getByText(/None of \d+ readings gives these codes\./).waitFor();
    await open.getByLabel("Code on the display").fill("12a456");
    await page.keyboard.press("Enter");
    await open.getByText(/Enter the 6, 7 or 8 digits/).waitFor();
  }));

test("the sign-up demo shows a QR code, confirms it, and refuses the same code", () =>
  withPage({}, async (page) => {
    await page.getByRole("button", { name: "Sign-up demo" }).click();
    const open = dialog(page);
    await open.getByRole("button", { name: "Make a secret" }).click();
    await open.getByRole("img", { name: /QR code/ }).waitFor();
    await open.getByText("Or type the secret").click();
    assert.match(await open.locator(".secret").last().textContent(), /^otpauth:\/\/totp\/Contoso:alice@contoso\.com\?secret=[A-Z2-7]{32}&issuer=Contoso/);
    await open.getByRole("button", { name: "Simulate the app" }).click();
    await early();
    await page.waitForTimeout(1100);
    const now = digits(await open.locator(".big-code .digits").textContent());
    const typed = open.getByLabel("Code in the app");
    await typed.fill(now === "000000" ? "111111" : "000000");
    await open.getByRole("button", { name: "Confirm" }).click();
    await open.getByText("Refused: the code is not valid.").waitFor();
    await typed.fill(now);
    await open.getByRole("button", { name: "Confirm" }).click();
    await open.getByText("Confirmed: the app has the secret.").waitFor();
    assert.match(await open.locator(".outcome code").textContent(), /^\{"last_step":\d+,"drift":-?[01]\}$/);
    await open.getByRole("button", { name: "Sign in" }).click();
    await open.getByText(/The code is correct, but it was used before/).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Sign-up demo" }).click();
    await open.getByRole("button", { name: "Make a secret" }).waitFor();
  }));
