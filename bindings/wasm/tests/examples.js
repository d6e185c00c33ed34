// examples.js TOOLS FOLDER: signs up on the example page.
import { strict as assert } from "node:assert";
import { browse, serve } from "./browse.js";

const [tools, folder] = process.argv.slice(2);
const browser = await browse(tools);
const { address, close } = await serve(folder);
const page = await browser.newPage();
const problems = [];
page.on("console", (message) => problems.push(message.text()));
page.on("pageerror", (error) => problems.push(error.message));
await page.goto(address);
await page.waitForSelector("#qr svg");

// The user's authenticator app: the same package, with the secret typed in.
const code = await page.evaluate(async () => {
  const { Secret, Totp } = await import("oath-totp");
  return new Totp(Secret.fromBase32(document.querySelector("#secret").textContent)).generate();
});
const says = async (typed) => {
  await page.fill("#code", typed);
  await page.click("button");
  return page.textContent("output");
};
assert.match(await says("12"), /6, 7 or 8 digits/);
assert.match(await says(code), /^The code is correct/);
assert.match(await says(code), /^the code is not valid: wait for the next code/);
assert.deepEqual(problems, []);
console.log(`${folder}: passed`);
await browser.close();
close();
