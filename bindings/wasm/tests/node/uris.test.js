// The otpauth URIs of the test kit, which Rust and Python read too: the reading is the same in every language.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { KeyUri, OathError, exposeQrSvg } from "oath-totp";

const cases = JSON.parse(readFileSync(new URL("./testkit/uris.json", import.meta.url), "utf8"));
const read = cases.filter((known) => known.error === undefined);
const refused = cases.filter((known) => known.error !== undefined);

function reading(uri) {
  const { account, issuer, prefix, algorithm, digits, period, counter } = uri;
  const shared = { secret_hex: uri.secret.exposeHex(), issuer, prefix, account, algorithm, digits };
  if (counter === null) return { type: "totp", ...shared, period };
  assert.equal(period, null);
  return { type: "hotp", ...shared, counter: String(counter) };
}

function refusal(text) {
  try {
    KeyUri.parse(text);
  } catch (error) {
    return error;
  }
  return assert.fail("not refused");
}

test("URIs of the field are read as in every language", () => {
  assert.ok(read.length > 0);
  for (const { name, uri: text, ...expected } of read) {
    const uri = KeyUri.parse(text);
    assert.deepEqual(reading(uri), expected, name);
    assert.deepEqual(reading(KeyUri.parse(uri.exposeUri())), expected, `${name}: what is written reads the same`);
  }
});

test("URIs that would give wrong codes are refused, and each text of a refusal has one cause", () => {
  assert.ok(refused.length > 0);
  const causes = new Map();
  for (const { name, uri: text, error: cause } of refused) {
    const error = refusal(text);
    assert.ok(error instanceof OathError, name);
    assert.equal(error.code, "uri", name);
    assert.ok(!error.message.includes("GEZDGNBV"), name);
    assert.equal(causes.get(error.message) ?? cause, cause, name);
    causes.set(error.message, cause);
  }
  assert.deepEqual(new Set(causes.values()), new Set(refused.map(({ error }) => error)));
});

test("any URI is drawn, if it fits", () => {
  const uri = KeyUri.parse("otpauth://totp/a?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
  const size = { margin: 2, size: 90 };
  assert.ok(exposeQrSvg(uri.exposeUri(), size) === uri.exposeQrSvg(size));
  assert.match(exposeQrSvg("otpauth-migration://offline?data=AAAA"), /^<svg /);
  assert.throws(() => exposeQrSvg("a".repeat(2332)), { name: "OathError", code: "uri-too-long" });
  assert.throws(() => exposeQrSvg(1), TypeError);
  assert.throws(() => exposeQrSvg("a", { margin: 256 }), RangeError);
});
