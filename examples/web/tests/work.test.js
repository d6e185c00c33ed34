// A file is repaired, its tokens are assigned to users, and it is written.
import assert from "node:assert/strict";
import { test } from "node:test";
import { base32, choose, dialog, downloaded, fileOf, HEADER, inBrowser, key, row, sample, secretsSent, token, watchSent, withPage } from "./page.js";

inBrowser();

const figures = (page) => page.locator(".figures li").allTextContents();
const figure = (page, text) => page.locator(".figures li", { hasText: text }).waitFor();

test("repairs are shown before they are applied, and can be undone", () =>
  withPage({}, async (page) => {
    await sample(page);
    await page.getByRole("button", { name: "Repair 4" }).click();
    const open = dialog(page);
    await open.getByText("4 repairs would turn 4 failed rows into tokens.").waitFor();
    assert.match(await open.locator("tbody tr").nth(2).textContent(), /^line 60950380265.*write the upn as shaun\.o''neil@contoso\.com$/);
    assert.deepEqual((await figures(page))[0], "4 tokens", "nothing has been repaired yet");
    await open.getByRole("button", { name: "Repair 4 rows" }).click();
    await figure(page, "8 tokens");
    assert.match(await row(page, "0950380265").textContent(), /shaun\.o'neil@contoso\.com/);
    await row(page, "0950380265").click();
    assert.match(await dialog(page).textContent(), /Repaired: write the upn as/);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Repaired" }).click();
    await dialog(page).getByText("4 of 4 rows are repaired.").waitFor();
    await dialog(page).getByLabel("Repair all rows").uncheck();
    await dialog(page).getByRole("button", { name: "Undo the repairs" }).click();
    await figure(page, "4 tokens");
  }));

test("repairs are applied one by one", () =>
  withPage({}, async (page) => {
    await sample(page);
    await page.getByRole("button", { name: "Repair 4" }).click();
    const open = dialog(page);
    const all = open.getByLabel("Repair all rows");
    await all.uncheck();
    assert.equal(await open.getByRole("button", { name: "Undo the repairs" }).isDisabled(), true);
    await open.getByLabel("Repair line 6").check();
    assert.equal(await all.evaluate((box) => box.indeterminate), true);
    await open.getByRole("button", { name: "Repair 1 row" }).click();
    await figure(page, "5 tokens");
    assert.match(await row(page, "0950380265").textContent(), /shaun\.o'neil@contoso\.com/);
    assert.match(await row(page, "0950380263").textContent(), /The secret key is 40 hex digits/, "the others are as before");
    await page.getByRole("button", { name: "Repair 3" }).click();
    await open.getByText("1 of 4 rows is repaired.").waitFor();
    assert.equal(await open.getByLabel("Repair line 6").isChecked(), true);
    assert.equal(await open.getByLabel("Repair line 4").isChecked(), false);
    await open.getByLabel("Repair line 6").uncheck();
    await open.getByLabel("Repair line 4").check();
    await open.getByRole("button", { name: "Repair 1 row" }).click();
    await row(page, "shaun.o’neil@contoso.com").waitFor();
    assert.equal((await figures(page))[0], "5 tokens");
  }));

test("a long list of repairs has one box for the rows after it", () =>
  withPage({}, async (page) => {
    await choose(page, "tokens.csv", fileOf(Array.from({ length: 230 }, (_, n) => token(n, `o'neil${n}@example.com`))));
    await figure(page, "230 rows failed");
    await page.getByRole("button", { name: "Repair 230" }).click();
    await dialog(page).getByLabel("and 30 more rows").uncheck();
    await dialog(page).getByRole("button", { name: "Repair 200 rows" }).click();
    await figure(page, "30 rows failed");
    await page.getByRole("button", { name: "Repair 30" }).click();
    await dialog(page).getByLabel("Repair all rows").check();
    await dialog(page).getByRole("button", { name: "Repair 230 rows" }).click();
    await figure(page, "230 tokens");
  }));

test("a typed user name is checked, and repairs keep the user", () =>
  withPage({}, async (page) => {
    await sample(page);
    await row(page, "0950380269").click();
    const name = dialog(page).getByLabel("User principal name");
    const give = dialog(page).getByRole("button", { name: "Assign the token" });
    await name.fill("nobody");
    await give.click();
    await dialog(page).getByText("The user name is not of the form name@domain").waitFor();
    assert.equal(await name.getAttribute("aria-invalid"), "true");
    await name.fill("o'neil@contoso.com");
    await give.click();
    await row(page, "o'neil@contoso.com").waitFor();
    await dialog(page).getByText("The user of the token is o'neil@contoso.com now.").waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.name), "upn", "the input has the focus again");
    await page.keyboard.press("Escape");
    await figure(page, "0 without a user");
    await page.getByRole("button", { name: "Repair 4" }).click();
    await dialog(page).getByRole("button", { name: /^Repair \d+ rows?$/ }).click();
    await figure(page, "8 tokens");
    assert.match(await row(page, "0950380269").textContent(), /o'neil@contoso\.com/);
    await row(page, "0950380269").click();
    await dialog(page).getByRole("button", { name: "Remove the user" }).click();
    await figure(page, "1 without a user");
  }));

test("users are assigned from a second file, and the limits are checked", () =>
  withPage({}, async (page) => {
    await choose(page, "tokens.csv", fileOf([1, 2, 3, 4, 5, 6, 7, 8].map((n) => token(n, ""))));
    await figure(page, "8 without a user");
    await page.getByRole("button", { name: "Users", exact: true }).click();
    const users = ["userPrincipalName;serial number;userType", ...[1, 2, 3, 4, 5, 6].map((n) => `alice@example.com;S00000${n};Member`), "bob@example.com;S000009;Member", "eve@example.com;S000007;Guest"].join("\n");
    await dialog(page).getByLabel("File of users").setInputFiles({ name: "users.csv", mimeType: "text/csv", buffer: Buffer.from(users) });
    await dialog(page).getByText("Assigned 6 tokens. Changed: 0. Unchanged: 0.").waitFor();
    const said = await dialog(page).textContent();
    assert.match(said, /line 8, serial number.*No token has the serial number "S000009"/);
    assert.match(said, /line 9, upn.*a hardware token cannot be assigned to a guest/);
    await page.keyboard.press("Escape");
    await figure(page, "2 without a user");
    assert.match(await row(page, "S000006").textContent(), /This is token 6 of alice@example\.com; a user can have 5/);
    await page.getByRole("button", { name: "Users", exact: true }).click();
    await dialog(page).getByLabel("File of users").setInputFiles({ name: "users.csv", mimeType: "text/csv", buffer: Buffer.from("name\nx\n") });
    await dialog(page).getByText("no column for the serial number and none for the user").waitFor();
  }));

test("the written file has the shown tokens; tokens that the format cannot represent are named and left out", () =>
  withPage({}, async (page) => {
    await choose(page, "May.csv", fileOf([token(1), token(2, ""), `carol@example.com,S000003,${key(3).toString("hex")},30,Contoso,Key`]));
    await figure(page, "1 row failed");
    await page.getByRole("button", { name: "Export" }).click();
    const open = dialog(page);
    await open.getByText("1 of 2 tokens can be written.").waitFor();
    assert.match(await open.textContent(), /1 would be left out:1: it has no upn, which is needed\. S000002/);
    const written = await open.locator("#export-format option").allTextContents();
    assert.equal(written.length, 14);
    assert.ok(written[0] === "entra-csv" && written.includes("pskc") && !written.includes("aegis-json"));
    const press = () => open.getByRole("button", { name: "Download the tokens" }).click();
    assert.deepEqual(await downloaded(page, press), { name: "May-entra-csv.csv", text: fileOf([token(1)]) });
    await open.getByLabel(/Include tokens without a user/).check();
    await open.getByText("2 of 2 tokens can be written.").waitFor();
    assert.equal((await downloaded(page, press)).text, fileOf([token(1), token(2, "")]));
    const failures = await downloaded(page, () => open.getByRole("button", { name: "Download the failures file" }).click());
    assert.equal(failures.name, "Failures_May.csv");
    assert.match(failures.text, /^place,upn,serial,field,code,what is wrong,what to do\r\nline 4,carol@example\.com,S000003,secret key,secret-hex,/);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Repair 1" }).click();
    await dialog(page).getByRole("button", { name: /^Repair \d+ rows?$/ }).click();
    await figure(page, "3 tokens");
    await page.getByRole("button", { name: "Export" }).click();
    const repaired = await downloaded(page, () => dialog(page).getByRole("button", { name: "Download the tokens" }).click());
    assert.ok(repaired.text.startsWith(HEADER) && repaired.text.includes(`carol@example.com,S000003,${base32(key(3))},30`));
  }));

test("values that a format has no place for are named, and given up only by consent", () =>
  withPage({}, async (page) => {
    await choose(page, "May.csv", fileOf([token(1), token(2)]));
    await figure(page, "2 tokens");
    await page.getByRole("button", { name: "Export" }).click();
    const open = dialog(page);
    await open.locator("#export-format").selectOption("linotp-csv");
    await open.getByText("0 of 2 tokens can be written.").waitFor();
    assert.equal(await open.getByLabel(/Include tokens without a user/).isVisible(), false);
    assert.match(await open.textContent(), /2: manufacturer has no place in the format\. S000001, S000002/);
    assert.equal(await open.getByRole("button", { name: "Download the tokens" }).isDisabled(), true);
    await open.getByLabel("Write 2 tokens without these values").check();
    await open.getByText("2 of 2 tokens can be written.").waitFor();
    const linotp = await downloaded(page, () => open.getByRole("button", { name: "Download the tokens" }).click());
    assert.equal(linotp.name, "May-linotp-csv.csv");
    assert.match(linotp.text, /^S000001,[0-9a-f]{40},/i);
    await open.locator("#export-format").selectOption("pskc");
    await open.getByText("2 of 2 tokens can be written.").waitFor();
    assert.equal(await open.locator("#export-loss").isChecked(), false, "consent is for one format");
    const pskc = await downloaded(page, () => open.getByRole("button", { name: "Download the tokens" }).click());
    assert.equal(pskc.name, "May-pskc.xml");
    assert.equal(pskc.text.match(/<(\w+:)?KeyPackage>/g).length, 2);
    await open.locator("#export-format").selectOption("otpauth-lines");
    await open.getByText(/would be left out|These values would be lost/).first().waitFor();
  }));

test("the secrets of a PSKC file are encrypted with a password that is typed twice", () =>
  withPage({}, async (page) => {
    await choose(page, "May.csv", fileOf([token(1), token(2)]));
    await figure(page, "2 tokens");
    await page.getByRole("button", { name: "Export" }).click();
    const open = dialog(page);
    const press = () => open.getByRole("button", { name: "Download the tokens" }).click();
    const encrypt = open.getByLabel("Encrypt the secrets with a password");
    assert.equal(await encrypt.isVisible(), false, "no other format can be encrypted");
    await open.locator("#export-format").selectOption("pskc");
    assert.equal(await open.getByLabel("Password", { exact: true }).isVisible(), false);
    await encrypt.check();
    await press();
    await open.getByText("Type a password, or write the file without encryption.").waitFor();
    await open.getByLabel("Password", { exact: true }).fill("correct horse");
    await open.getByLabel("The same password again").fill("correct house");
    await press();
    await open.getByText("The two passwords differ.").waitFor();
    assert.equal(await open.getByLabel("The same password again").getAttribute("aria-invalid"), "true");
    await open.getByLabel("The same password again").fill("correct horse");
    await watchSent(page);
    const { name, text } = await downloaded(page, press);
    await open.getByText("Its secrets are encrypted").waitFor();
    assert.deepEqual(await secretsSent(page, "write"), [Array("correct horse".length).fill(0)], "bytes, which are wiped");
    assert.equal(name, "May-pskc.xml");
    assert.ok(text.includes("EncryptedValue") && !text.includes(key(1).toString("base64")));
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Close the file" }).click();
    await choose(page, "May.xml", text);
    await dialog(page).getByLabel("Password", { exact: true }).fill("correct horse");
    await dialog(page).getByRole("button", { name: "Open the file" }).click();
    await figure(page, "2 tokens");
  }));

test("the page asks before it discards changes that were not exported", () =>
  withPage({}, async (page) => {
    const asked = [];
    page.on("dialog", (question) => asked.push(question.type()) && question.dismiss());
    const leave = async (event) => {
      const happened = page.waitForEvent(event);
      await page.close({ runBeforeUnload: true });
      await happened;
    };
    const close = page.getByRole("button", { name: "Close the file" });
    const repair = async () => {
      await page.getByRole("button", { name: "Repair 4" }).click();
      await dialog(page).getByRole("button", { name: /^Repair \d+ rows?$/ }).click();
      await figure(page, "8 tokens");
    };
    await sample(page);
    await repair();
    await leave("dialog");
    assert.deepEqual(asked, ["beforeunload"]);
    await close.click();
    await dialog(page).getByRole("button", { name: "Keep it open" }).click();
    assert.equal((await figures(page))[0], "8 tokens");
    await page.getByRole("button", { name: "Export" }).click();
    await downloaded(page, () => dialog(page).getByRole("button", { name: "Download the tokens" }).click());
    await page.keyboard.press("Escape");
    await close.click();
    await page.getByRole("button", { name: "Try with a sample" }).waitFor();
    await sample(page);
    await repair();
    await close.click();
    await dialog(page).getByRole("button", { name: "Close it" }).click();
    await page.getByRole("button", { name: "Try with a sample" }).waitFor();
    // No change is left, so the page closes without a question.
    await leave("close");
    assert.deepEqual(asked, ["beforeunload"]);
  }));
