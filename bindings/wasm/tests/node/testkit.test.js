import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as codes from "oath-totp";
import * as seeds from "oath-totp/seeds";
import { run } from "./testkit.js";

const vectors = (name) => JSON.parse(readFileSync(new URL(`./testkit/${name}.json`, import.meta.url), "utf8"));

test("every known answer", () => {
  const all = Object.fromEntries(["rfc", "cross_checked", "base32", "collisions"].map((name) => [name, vectors(name)]));
  assert.ok(run(all, codes, seeds) > 100);
});
