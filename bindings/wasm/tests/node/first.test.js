import assert from "node:assert/strict";
import { test } from "node:test";
import { KeyUri, Secret, Totp } from "oath-totp";
import { formats, read } from "oath-totp/seeds";

test("both entries load", () => {
  const totp = new Totp(Secret.fromBase32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"));
  assert.equal(totp.generate(59), "287082");
  assert.equal(KeyUri.parse(String(new KeyUri(totp, { account: "a" }))).account, "a");
  assert.ok(formats().includes("entra-csv"));
  assert.throws(() => read("no seed file"), { name: "OathError", code: "header-missing" });
});
