// Runs the code of the migration guide together with otpauth and otplib.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";

const guide = readFileSync("node_modules/oath-totp/MIGRATION.md", "utf8");
const blocks = [...guide.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, code]) => code);

test("the guide has a block for each library", () => assert.equal(blocks.length, 2));

blocks.forEach((code, index) => {
  test(`block ${index + 1}`, async () => {
    const module = new URL(`./migration-${index}.mjs`, import.meta.url);
    writeFileSync(module, code);
    await import(module);
  });
});
