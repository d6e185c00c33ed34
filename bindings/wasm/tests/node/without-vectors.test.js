// Simulates an engine without SIMD128: modules with a vector instruction do not validate.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as embed from "oath-totp/embed";
import { run } from "./testkit.js";

const { validate } = WebAssembly;
WebAssembly.validate = (bytes) => validate(bytes) && !bytes.includes(0xfd);

test("the first error says what to import instead", async () => {
  await assert.rejects(import("oath-totp"), /oath-totp\/embed/);
});

test("the modules without vectors give every known answer", async () => {
  const bytes = (name) => readFileSync(new URL(import.meta.resolve(`oath-totp/wasm/${name}.wasm`)));
  await embed.startCodes(bytes("codes"));
  await embed.startSeeds(bytes("seeds"));
  const vectors = (name) => [name, JSON.parse(readFileSync(new URL(`./testkit/${name}.json`, import.meta.url), "utf8"))];
  assert.ok(run(Object.fromEntries(["rfc", "cross_checked", "base32", "collisions"].map(vectors)), embed, embed) > 100);
});
