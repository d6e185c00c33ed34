// Runs the code of the migration guide together with otpauth and otplib.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import * as otpauth from "otpauth";
import * as otplib from "otplib";

const guide = readFileSync("node_modules/oath-totp/MIGRATION.md", "utf8");
const blocks = [...guide.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, code]) => code);

/** The names of the static and of the instance members of a class. */
const members = (made) => [made, made.prototype].flatMap((object) => Object.getOwnPropertyNames(object));
const COMMON = new Set(members(class {}));

test("the guide names every member of otpauth, and every function of otplib", () => {
  const [, fromOtpauth, fromOtplib] = guide.split(/^## /m);
  const names = [otpauth.HOTP, otpauth.TOTP, otpauth.Secret, otpauth.URI].flatMap(members).filter((name) => !COMMON.has(name));
  const options = Object.keys(new otpauth.TOTP());
  assert.ok(names.length > 15 && options.length > 5);
  const functions = Object.keys(otplib).filter((name) => /^(generate|verify)/.test(name));
  assert.ok(functions.length > 4);
  for (const [section, all] of [[fromOtpauth, [...names, ...options]], [fromOtplib, functions]]) {
    for (const name of all) assert.match(section, new RegExp(`\\b${name}\\b`), name);
  }
});

test("the guide has a block for each library", () => assert.equal(blocks.length, 2));

blocks.forEach((code, index) => {
  test(`block ${index + 1}`, async () => {
    const module = new URL(`./migration-${index}.mjs`, import.meta.url);
    writeFileSync(module, code);
    await import(module);
  });
});
