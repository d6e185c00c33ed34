import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { Hotp, KeyUri, OathError, Secret, Totp } from "oath-totp";

const BASE32 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const RFC = Secret.fromBase32(BASE32);
const NOW = 1_700_000_015;
const refused = (code) => ({ name: "OathError", code });

test("a code is good once, and reads like a wrong one then", () => {
  const totp = new Totp(RFC);
  const { state, step } = totp.verify(totp.generate(NOW), { at: NOW });
  assert.deepEqual(state, { last_step: step, drift: 0 });
  const texts = [];
  for (const [code, call] of [
    ["replayed", () => totp.verify(totp.generate(NOW), { state, at: NOW })],
    ["mismatch", () => totp.verify("000000", { state, at: NOW })],
  ]) {
    assert.throws(call, (error) => texts.push(error.message) && error instanceof OathError && error.code === code);
  }
  assert.deepEqual(texts, ["the code is not valid", "the code is not valid"]);
});

test("states are plain JSON", () => {
  const totp = new Totp(RFC);
  const { state } = totp.verify(totp.generate(NOW - 30), { at: NOW });
  assert.deepEqual(JSON.parse(JSON.stringify(state)), { last_step: Math.floor(NOW / 30) - 1, drift: -1 });
  assert.equal(totp.verify(totp.generate(NOW), { state: JSON.parse(JSON.stringify(state)), at: NOW }).state.drift, 0);
  for (const fresh of [null, undefined, { last_step: null, drift: 0 }, { last_step: null }]) {
    assert.equal(totp.verify(totp.generate(NOW), { state: fresh, at: NOW }).state.drift, 0);
  }
  for (const wrong of [{}, { drift: 0 }, { last_step: 1, drift: 0, more: 1 }, { last_step: -1 }, { last_step: 1.5 }]) {
    assert.throws(() => totp.verify("123456", { state: wrong, at: NOW }), RangeError);
  }
  assert.throws(() => totp.verify("123456", { stat: state }), TypeError);
});

test("what people type is taken, what is no code is said to be none", () => {
  const totp = new Totp(RFC);
  for (const typed of ["287082", "287 082", " 287-082\n", "２８７０８２", "287\u200b082"]) {
    assert.equal(totp.verify(typed, { at: 59 }).step, 1);
  }
  for (const typed of ["", "28708", "287o82", "2870820000", "28708\u{1d7d0}", "\ud800".repeat(6)]) {
    assert.throws(() => totp.verify(typed, { at: 59 }), refused("malformed"));
  }
  for (const code of [287082, 287082n, null, undefined, ["287082"], new String("287082")]) {
    assert.throws(() => totp.verify(code, { at: 59 }), { name: "TypeError", message: /leading zeros/ });
  }
  // Codes of another length are wrong, not malformed.
  assert.throws(() => totp.verify("94287082", { at: 59 }), refused("mismatch"));
});

test("moments in every form", () => {
  const totp = new Totp(RFC);
  const shown = new Set([NOW, BigInt(NOW), NOW + 0.9, new Date(NOW * 1000)].map((at) => totp.generate(at)));
  assert.equal(shown.size, 1);
  assert.ok([totp.generate(new Date()), totp.generate(new Date())].includes(totp.generate()));
  for (const at of [-1, NaN, Infinity, 2 ** 53, -1n, 1n << 64n, new Date(NaN), new Date(-1)]) {
    assert.throws(() => totp.generate(at), RangeError);
  }
  for (const at of ["now", true, null, {}, [], Symbol("now")]) assert.throws(() => totp.generate(at), TypeError);
});

test("numbers beyond 2^53 are bigints, and exact", () => {
  const totp = new Totp(RFC, { step: 1 });
  const far = (1n << 63n) + 5n;
  const accepted = totp.verify(totp.generate(far), { at: far, window: 0 });
  assert.equal(accepted.step, far);
  assert.deepEqual(accepted.state, { last_step: far, drift: 0 });
  assert.throws(() => totp.verify(totp.generate(far), { at: far, state: accepted.state }), refused("replayed"));
  assert.equal(totp.stepAt(2 ** 53 - 1), 2 ** 53 - 1);
  assert.equal(totp.stepAt(2n ** 53n), 2n ** 53n);
  const hotp = new Hotp(RFC);
  const last = (1n << 64n) - 2n;
  assert.deepEqual(hotp.verify(hotp.generate(last), last, { lookAhead: 0 }), { counter: last, nextCounter: last + 1n });
  assert.throws(() => hotp.generate(2 ** 53), RangeError);
  assert.equal(hotp.generate(2n ** 53n).length, 6);
});

test("a lost token is found by two codes", () => {
  const totp = new Totp(RFC);
  const codes = [totp.generate(NOW + 3000), totp.generate(NOW + 3030)];
  assert.equal(totp.resync(codes, { at: NOW }).state.drift, 101);
  assert.ok(totp.find(codes[0], { at: NOW }).includes(totp.stepAt(NOW + 3000)));
  assert.throws(() => totp.resync(codes.reverse(), { at: NOW }), refused("mismatch"));
  for (const wrong of [[], ["1", "2"], Array(4).fill(codes[0])]) {
    assert.throws(() => totp.resync(wrong, { at: NOW }), Error);
  }
  const twice = totp.find(codes[0], { at: NOW, radius: 65535 });
  assert.ok(twice.every((step) => totp.generate(step * 30) === codes[0]));
  assert.equal(totp.remaining(NOW), 30 - (NOW % 30));
  assert.equal(new Hotp(RFC).resync(["359152", "969429"], 0).nextCounter, 4);
});

test("secrets are not shown, and gone once they are freed", () => {
  const shown = inspect([RFC, new Totp(RFC), new Hotp(RFC)], { depth: 9, showHidden: true }) + JSON.stringify(RFC);
  assert.ok(!shown.includes(BASE32) && !shown.includes("12345678901234567890"));
  assert.equal(Secret.generate().byteLength, 20);
  assert.ok(!Secret.generate().equals(Secret.generate()) && RFC.equals(Secret.fromBytes(RFC.exposeBytes())));
  assert.throws(() => new Totp(Secret.fromHex("00112233445566778899")), refused("secret"));
  const secret = Secret.fromHex("00112233445566778899");
  const totp = new Totp(secret, { legacy: true });
  secret.free();
  secret.free();
  assert.throws(() => secret.exposeHex(), refused("freed"));
  assert.equal(totp.secret.exposeHex(), "00112233445566778899");
  totp.free();
  assert.throws(() => totp.generate(0), refused("freed"));
  assert.throws(() => new Secret(), /fromBase32/);
  assert.throws(() => new Totp(BASE32), /Secret.fromBase32/);
});

test("a console shows what things are called", () => {
  for (const [name, shown] of Object.entries({ Secret: RFC, Totp: new Totp(RFC), Hotp: new Hotp(RFC), KeyUri: new KeyUri(new Hotp(RFC), { account: "a" }) })) {
    assert.equal(inspect(shown), `${name} {}`);
  }
  assert.throws(() => new Totp(RFC).verify("000000", { at: 59 }), (error) => inspect(error).startsWith("[OathError: the code is not valid]"));
});

test("without randomness nothing is made up", () => {
  const { crypto } = globalThis;
  try {
    for (const none of [undefined, {}, { getRandomValues() { throw new Error("none"); } }]) {
      Object.defineProperty(globalThis, "crypto", { value: none, configurable: true });
      assert.throws(() => Secret.generate(), refused("no-randomness"));
    }
  } finally {
    Object.defineProperty(globalThis, "crypto", { value: crypto, configurable: true });
  }
});

test("URIs are written, read and drawn", () => {
  const totp = new Totp(RFC, { digits: 8, step: 60, algorithm: "sha-256" });
  const uri = KeyUri.parse(String(new KeyUri(totp, { account: "alice@example.com", issuer: "Größe: 1" })));
  const { account, issuer, algorithm, digits, period, counter } = uri;
  assert.deepEqual([account, issuer, algorithm, digits, period, counter], ["alice@example.com", "Größe: 1", "SHA256", 8, 60, null]);
  assert.equal(uri.toTotp().generate(NOW), totp.generate(NOW));
  assert.throws(() => uri.toHotp(), RangeError);
  assert.ok(uri.qrSvg().startsWith("<svg ") && uri.qrText().includes("█"));
  const hotp = KeyUri.parse(String(new KeyUri(new Hotp(RFC), { account: "a", counter: 5 })));
  assert.equal(hotp.counter, 5);
  assert.equal(hotp.toHotp().generate(0), "755224");
  for (const text of ["", "https://example.com", "otpauth://totp/a", "otpauth://totp/a?secret=GEZD&digits=9"]) {
    assert.throws(() => KeyUri.parse(text), refused("uri"));
  }
  assert.throws(() => new KeyUri(new Totp(RFC, { t0: 1 }), { account: "a" }), RangeError);
});

test("options may come from anywhere, and whatever they do, a token answers for itself", () => {
  class Settings {
    get digits() {
      return 8;
    }
  }
  for (const given of [new Settings(), Object.create({ digits: 8 })]) {
    assert.equal(new Totp(RFC, given).digits, 8);
    assert.equal(new Hotp(RFC, given).digits, 8);
  }
  const other = Secret.fromHex("00".repeat(20));
  const theirs = new Totp(other);
  const made = [];
  // Frees the token that is being asked, and has another one made in its place.
  const meddle = (token) => {
    token.free();
    made.push(new Totp(other));
  };
  const code = theirs.generate(NOW);
  for (const call of [
    (token) => token.verify(code, { get at() { meddle(token); return NOW; } }),
    (token) => token.resync([code], { get radius() { meddle(token); return 1; } , at: NOW }),
    (token) => token.find((function* () { meddle(token); yield code; })(), { at: NOW }),
  ]) {
    assert.throws(() => call(new Totp(RFC)), refused("freed"));
  }
  const mine = Secret.fromBase32(BASE32);
  assert.throws(() => new Totp(mine, { get step() { mine.free(); made.push(Secret.generate()); return 30; } }), refused("freed"));
  for (const object of made) object.free();
});

test("nothing but what the module has made has a place in it", () => {
  for (const { constructor } of [RFC, new Totp(RFC)]) assert.equal(Object.getPrototypeOf(constructor), Function.prototype);
  const hotp = new Hotp(RFC);
  for (const wrong of [hotp, RFC, Object.create(Totp.prototype), new Proxy(new Totp(RFC), {})]) {
    for (const method of ["generate", "verify", "stepAt"]) assert.throws(() => Totp.prototype[method].call(wrong, "287082"), TypeError);
  }
  assert.throws(() => new Totp(new Proxy(RFC, {})), /a secret is a Secret/);
  assert.throws(() => new KeyUri(new Proxy(hotp, {}), { account: "a" }), /made from a Totp or a Hotp/);
  class Mine extends Totp {}
  assert.equal(new Mine(RFC, { digits: 8 }).generate(59), "94287082");
});
