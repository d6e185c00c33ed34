import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { runInNewContext } from "node:vm";
import { Hotp, HotpState, KeyUri, OathError, RefusedError, Secret, Totp, TotpState, check, generate, verify } from "oath-totp";

const BASE32 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const RFC = Secret.fromBase32(BASE32);
const NOW = 1_700_000_015;
const fresh = TotpState.fresh();
const refused = (code) => ({ name: "OathError", code });

/** What a call throws. */
function thrown(call) {
  try {
    call();
  } catch (error) {
    return error;
  }
  assert.fail("nothing was thrown");
}

test("a code is accepted once, and a used one looks like a wrong one", async () => {
  const totp = new Totp(RFC);
  const { state, step } = totp.verify(totp.generate(NOW), fresh, { at: NOW });
  assert.deepEqual(state, { last_step: step, drift: 0 });
  const used = thrown(() => totp.verify(totp.generate(NOW), state, { at: NOW }));
  const wrong = thrown(() => totp.verify("000000", state, { at: NOW }));
  assert.deepEqual([used.reason, wrong.reason], ["replayed", "mismatch"]);
  const { app } = await import("./shown.js");
  for (const shown of [JSON.stringify, (error) => inspect({ ...error }), String, app]) assert.equal(shown(used), shown(wrong));
  const withoutStack = (error) => inspect(error, { showHidden: false }).replaceAll(/^ +at .*$/gm, "");
  assert.equal(withoutStack(used), withoutStack(wrong));
});

test("a refusal is an Error like any other", () => {
  const error = thrown(() => new Totp(RFC).verify("000000", fresh, { at: NOW }));
  assert.ok(error instanceof RefusedError && error instanceof OathError && error instanceof Error);
  assert.ok(Object.prototype.toString.call(error) === "[object Error]" && (Error.isError?.(error) ?? true));
  assert.match(error.stack, /codes\.test\.js/);
  assert.match(inspect(error), /^RefusedError: the code is not valid\n +at /);
  const copy = structuredClone(error);
  assert.ok(copy instanceof Error);
  assert.deepEqual([copy.message, copy.reason], ["the code is not valid", undefined]);
  assert.equal(error.code, "refused");
  assert.ok(!Object.keys(error).includes("reason"));
});

test("check returns what verify throws", () => {
  const totp = new Totp(RFC);
  const code = totp.generate(NOW);
  const first = totp.check(code, fresh, { at: NOW });
  assert.deepEqual(first, { ok: true, ...totp.verify(code, fresh, { at: NOW }) });
  assert.deepEqual(totp.check(code, first.state, { at: NOW }), { ok: false, reason: "replayed" });
  assert.deepEqual(totp.check("000000", fresh, { at: NOW }), { ok: false, reason: "mismatch" });
  assert.deepEqual(totp.check("none", fresh, { at: NOW }), { ok: false, reason: "malformed" });
  assert.throws(() => totp.check(code, undefined), TypeError);
  const hotp = new Hotp(RFC);
  assert.deepEqual(hotp.check("755224", HotpState.fresh()), { ok: true, state: { counter: 1 }, counter: 0 });
  assert.deepEqual(hotp.check("000000", HotpState.fresh()), { ok: false, reason: "mismatch" });
  assert.deepEqual(hotp.check("", HotpState.fresh()), { ok: false, reason: "malformed" });
});

test("one call from Base32 to the verdict", () => {
  const code = generate(BASE32, { at: NOW });
  assert.equal(code, new Totp(RFC).generate(NOW));
  const { state } = verify(BASE32, code, fresh, { at: NOW });
  assert.deepEqual(check(BASE32, code, fresh, { at: NOW }), { ok: true, ...verify(BASE32, code, fresh, { at: NOW }) });
  assert.deepEqual(check(BASE32, code, state, { at: NOW }), { ok: false, reason: "replayed" });
  assert.deepEqual(check(BASE32, "x", state, { at: NOW }), { ok: false, reason: "malformed" });
  assert.throws(() => verify(BASE32, code, state, { at: NOW }), { name: "RefusedError", reason: "replayed" });
  assert.throws(() => verify("GEZDGNBV0", code, fresh), refused("secret"));
  assert.throws(() => verify("GEZDGNBVGY3TQOJQ", code, fresh), refused("secret"));
  const long = { at: 1_111_111_109, digits: 8, step: 30, algorithm: "SHA1", t0: 0 };
  assert.equal(generate(BASE32, long), "07081804");
  assert.equal(verify(BASE32, "07081804", fresh, { ...long, window: 0 }).step, 37037036);
});

test("states are plain JSON, and a missing one is an error", () => {
  const totp = new Totp(RFC);
  assert.deepEqual([TotpState.fresh(), HotpState.fresh()], [{ last_step: null, drift: 0 }, { counter: 0 }]);
  assert.notEqual(TotpState.fresh(), TotpState.fresh());
  const { state } = totp.verify(totp.generate(NOW - 30), fresh, { at: NOW });
  assert.deepEqual(JSON.parse(JSON.stringify(state)), { last_step: Math.floor(NOW / 30) - 1, drift: -1 });
  assert.equal(totp.verify(totp.generate(NOW), JSON.parse(JSON.stringify(state)), { at: NOW }).step, Math.floor(NOW / 30));
  const hotp = new Hotp(RFC);
  for (const missing of [undefined, null, "", 0, 5n]) {
    for (const call of ["verify", "check", "activate"]) {
      assert.throws(() => totp[call]("123456", missing), { name: "TypeError", message: /TotpState\.fresh\(\)/ });
      assert.throws(() => hotp[call]("123456", missing), { name: "TypeError", message: /HotpState\.fresh\(\)/ });
    }
    assert.throws(() => totp.resync(["123456", "123456"], missing), /TotpState\.fresh\(\)/);
    assert.throws(() => hotp.resync(["123456", "123456"], missing), /HotpState\.fresh\(\)/);
    assert.throws(() => verify(BASE32, "123456", missing), /TotpState\.fresh\(\)/);
  }
  for (const wrong of [{}, { drift: 0 }, { last_step: null }, { last_step: 1, drift: 0, more: 1 }, { last_step: -1, drift: 0 }, { last_step: 1.5, drift: 0 }]) {
    assert.throws(() => totp.verify("123456", wrong, { at: NOW }), RangeError);
  }
  for (const wrong of [{}, { counter: 1, more: 1 }, { counter: -1 }]) assert.throws(() => hotp.verify("123456", wrong), RangeError);
  assert.throws(() => totp.verify("123456", state, { windw: 1 }), TypeError);
});

test("codes are accepted as users type them, and other texts are malformed", () => {
  const totp = new Totp(RFC);
  for (const typed of ["287082", "287 082", " 287-082\n", "２８７０８２", "287\u200b082"]) {
    assert.equal(totp.verify(typed, fresh, { at: 59 }).step, 1);
  }
  for (const typed of ["", "28708", "287o82", "2870820000", "28708\u{1d7d0}", "\ud800".repeat(6)]) {
    assert.throws(() => totp.verify(typed, fresh, { at: 59 }), refused("malformed"));
  }
  for (const code of [287082, 287082n, null, undefined, ["287082"], new String("287082")]) {
    assert.throws(() => totp.verify(code, fresh, { at: 59 }), { name: "TypeError", message: /leading zeros/ });
  }
  // A code of another length is wrong, not malformed.
  assert.throws(() => totp.verify("94287082", fresh, { at: 59 }), { reason: "mismatch" });
});

test("moments in every form, but milliseconds are noticed", (t) => {
  const totp = new Totp(RFC);
  const shown = new Set([NOW, BigInt(NOW), NOW + 0.9, new Date(NOW * 1000), runInNewContext(`new Date(${NOW * 1000})`)].map((at) => totp.generate(at)));
  assert.equal(shown.size, 1);
  t.mock.timers.enable({ apis: ["Date"], now: NOW * 1000 });
  assert.equal(totp.generate(), totp.generate(NOW));
  for (const at of [-1, NaN, Infinity, 2 ** 53, -1n, 1n << 64n, new Date(NaN), new Date(-1)]) {
    assert.throws(() => totp.generate(at), RangeError);
  }
  for (const at of [NOW * 1000, Date.now()]) {
    for (const call of [() => totp.generate(at), () => totp.verify("123456", fresh, { at }), () => totp.stepAt(at), () => totp.find("123456", { at })]) {
      assert.throws(call, { name: "RangeError", message: /milliseconds/ });
    }
  }
  for (const at of ["now", true, null, {}, [], Symbol("now")]) assert.throws(() => totp.generate(at), TypeError);
});

test("numbers beyond 2^53 are bigints, and exact", () => {
  const totp = new Totp(RFC, { step: 1 });
  const far = (1n << 63n) + 5n;
  const accepted = totp.verify(totp.generate(far), fresh, { at: far, window: 0 });
  assert.equal(accepted.step, far);
  assert.deepEqual(accepted.state, { last_step: far, drift: 0 });
  assert.throws(() => totp.verify(totp.generate(far), accepted.state, { at: far }), { reason: "replayed" });
  for (const edge of [2n ** 53n - 2n, 2n ** 53n - 1n, 2n ** 53n]) {
    const { step } = totp.verify(totp.generate(edge), fresh, { at: edge, window: 0 });
    assert.ok(step == edge && (typeof step === "bigint") === edge > Number.MAX_SAFE_INTEGER);
  }
  const hotp = new Hotp(RFC);
  const last = (1n << 64n) - 2n;
  assert.deepEqual(hotp.verify(hotp.generate(last), { counter: last }, { lookAhead: 0 }), { counter: last, state: { counter: last + 1n } });
  assert.throws(() => hotp.generate(2 ** 53), RangeError);
  assert.equal(hotp.generate(2n ** 53n).length, 6);
});

test("a token is resynchronized by two codes, and activated by one", () => {
  const totp = new Totp(RFC);
  const codes = [totp.generate(NOW + 3000), totp.generate(NOW + 3030)];
  assert.equal(totp.resync(codes, fresh, { at: NOW }).state.drift, 101);
  assert.equal(totp.resync([...codes, totp.generate(NOW + 3060)], fresh, { at: NOW }).state.drift, 102);
  assert.equal(totp.activate(codes[0], fresh, { at: NOW, radius: 110 }).state.drift, 100);
  assert.throws(() => totp.resync(codes.toReversed(), fresh, { at: NOW }), { reason: "mismatch" });
  const hotp = new Hotp(RFC);
  for (const wrong of ["287082", [], [codes[0]], Array(4).fill(codes[0]), undefined, 5]) {
    assert.throws(() => totp.resync(wrong, fresh, { at: NOW }), /two or three/);
    assert.throws(() => hotp.resync(wrong, HotpState.fresh()), /two or three/);
  }
  assert.equal(hotp.resync(["359152", "969429"], HotpState.fresh()).state.counter, 4);
  assert.deepEqual(hotp.activate("359152", HotpState.fresh(), { lookAhead: 5 }), { state: { counter: 3 }, counter: 2 });
  assert.throws(() => hotp.verify("359152", HotpState.fresh(), { lookAhead: 256 }), RangeError);
});

test("find returns the steps that have the codes", () => {
  const totp = new Totp(RFC);
  const code = totp.generate(NOW + 3000);
  const found = totp.find(code, { at: NOW, radius: 65535 });
  assert.ok(found.includes(totp.stepAt(NOW + 3000)));
  for (const step of found) assert.equal(totp.generate(step * 30), code);
  assert.deepEqual(totp.find([code, totp.generate(NOW + 3030)], { at: NOW }), [totp.stepAt(NOW + 3030)]);
});

test("remaining is a number", () => {
  assert.equal(new Totp(RFC).remaining(NOW), 30 - (NOW % 30));
  assert.equal(typeof new Totp(RFC, { t0: 1n << 60n }).remaining(NOW), "number");
});

test("a window searches the steps that it names", () => {
  const totp = new Totp(RFC);
  const drifted = { last_step: 1, drift: 10 };
  const own = totp.generate(NOW);
  assert.equal(totp.check(own, drifted, { at: NOW }).ok, true);
  assert.deepEqual(totp.check(own, drifted, { at: NOW, window: { back: 1, ahead: 1, recordedOnly: true } }), { ok: false, reason: "mismatch" });
  const far = totp.generate(NOW + 300);
  assert.equal(totp.check(far, drifted, { at: NOW }).ok, true);
  assert.equal(totp.check(far, drifted, { at: NOW, window: { back: 1, ahead: 1, maxDrift: 2 } }).ok, false);
  for (const window of [256, -1, { back: 1 }, { back: 1, ahead: 1, maxDrift: 65536 }]) assert.throws(() => totp.check(own, fresh, { window }), /window|maxDrift/);
  for (const window of [{ back: 1, ahead: 1, recordedonly: true }, { back: 1, ahead: 1, recordedOnly: 1 }]) {
    assert.throws(() => totp.check(own, fresh, { window }), TypeError);
  }
});

test("secrets are not shown, not cloned, and gone once they are freed", () => {
  const token = new Totp(RFC, { digits: 8 });
  const uri = new KeyUri(token, { account: "a", issuer: "b" });
  for (const held of [RFC, token, new Hotp(RFC), uri]) {
    const shown = inspect([held], { depth: 9, showHidden: true }) + inspect({ ...held }) + Object.keys(held);
    assert.ok(!shown.includes(BASE32) && !shown.includes("12345678901234567890"));
    assert.throws(() => JSON.stringify({ user: "a", held }), { name: "TypeError", message: /expose/ });
    assert.throws(() => structuredClone(held), { name: "DataCloneError" });
    assert.throws(() => `${held}`, { name: "TypeError", message: /expose/ });
  }
  assert.equal(inspect(RFC), "Secret { byteLength: 20, secret: '********' }");
  assert.equal(inspect(token), "Totp { algorithm: 'SHA1', digits: 8, step: 30, t0: 0, secret: '********' }");
  assert.match(inspect(uri), /^KeyUri \{\s+account: 'a',\s+issuer: 'b',/);
  assert.equal(Secret.generate().byteLength, 20);
  assert.ok(!Secret.generate().equals(Secret.generate()) && RFC.equals(Secret.fromBytes(RFC.exposeBytes())));
  assert.ok(Secret.fromUtf8("12345678901234567890").equals(RFC));
  assert.throws(() => new Totp(Secret.fromHex("00112233445566778899")), refused("secret"));
  const secret = Secret.fromHex("00112233445566778899");
  const totp = new Totp(secret, { legacy: true });
  secret.free();
  secret.free();
  assert.throws(() => secret.exposeHex(), refused("freed"));
  assert.equal(inspect(secret), "Secret (freed)");
  assert.equal(totp.secret.exposeHex(), "00112233445566778899");
  totp.free();
  assert.throws(() => totp.generate(0), refused("freed"));
  assert.throws(() => new Secret(), /fromBase32/);
  assert.throws(() => new Totp(BASE32), /Secret.fromBase32/);
});

test("bytes of another realm are bytes", () => {
  for (const made of ["new ArrayBuffer(20)", "new Uint8Array(20)", "new DataView(new ArrayBuffer(20))"]) {
    assert.equal(Secret.fromBytes(runInNewContext(made)).exposeHex(), "00".repeat(20));
  }
  for (const wrong of [[1, 2], "bytes", new Proxy(new ArrayBuffer(20), {}), { byteLength: 20 }]) {
    assert.throws(() => Secret.fromBytes(wrong), TypeError);
  }
});

test("without randomness no secret is made", () => {
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

test("URIs are written and read", () => {
  const totp = new Totp(RFC, { digits: 8, step: 60, algorithm: "sha-256" });
  const uri = KeyUri.parse(new KeyUri(totp, { account: "alice@example.com", issuer: "Größe" }).exposeUri());
  const { account, issuer, algorithm, digits, period, counter } = uri;
  assert.deepEqual([account, issuer, algorithm, digits, period, counter], ["alice@example.com", "Größe", "SHA256", 8, 60, null]);
  assert.equal(uri.toTotp().generate(NOW), totp.generate(NOW));
  assert.throws(() => uri.toHotp(), RangeError);
  const hotp = KeyUri.parse(new KeyUri(new Hotp(RFC), { account: "a", counter: 5 }).exposeUri());
  assert.equal(hotp.counter, 5);
  assert.equal(hotp.toHotp().generate(0), "755224");
  assert.throws(() => hotp.toTotp(), RangeError);
  for (const text of ["", "https://example.com", "otpauth://totp/a", "otpauth://totp/a?secret=GEZD&digits=9"]) {
    assert.throws(() => KeyUri.parse(text), refused("uri"));
  }
  assert.throws(() => new KeyUri(new Totp(RFC, { t0: 1 }), { account: "a" }), RangeError);
  assert.throws(() => new KeyUri(totp, { account: "" }), RangeError);
  const label = KeyUri.parse(`otpauth://totp/Example:alice?secret=${BASE32}`);
  assert.deepEqual([label.issuer, label.prefix, label.account], ["Example", "Example", "alice"]);
  const short = KeyUri.parse("otpauth://totp/a?secret=GEZDGNBVGY3TQOJQ");
  assert.throws(() => short.toTotp(), refused("uri"));
  assert.equal(short.toTotp({ legacy: true }).generate(59).length, 6);
});

test("QR codes as SVG, data URI, matrix and text show the same modules", () => {
  const uri = new KeyUri(new Totp(RFC), { account: "alice@example.com", issuer: "Example" });
  const matrix = uri.exposeQrMatrix();
  const side = matrix.length;
  assert.ok(matrix.every((row) => row.length === side));
  const runs = (matrix) => matrix.flatMap((row, y) => [...row.map((dark) => (dark ? "#" : ".")).join("").matchAll(/#+/g)].map(([run], i, all) => [y, run.length]));
  const drawn = (svg) => [...svg.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)].map(([, , y, length]) => [Number(y), Number(length)]);
  assert.ok(runs(matrix).length > 100);
  assert.deepEqual(drawn(uri.exposeQrSvg()), runs(matrix));
  assert.ok(uri.exposeQrSvg().includes(`viewBox="0 0 ${side} ${side}"`) && !uri.exposeQrSvg().includes("width="));
  assert.match(uri.exposeQrSvg({ size: 200 }), /width="200" height="200"/);
  for (const margin of [0, 2, 9]) {
    const other = uri.exposeQrMatrix({ margin });
    assert.equal(other.length, side - 8 + 2 * margin);
    assert.deepEqual(drawn(uri.exposeQrSvg({ margin })), runs(other));
  }
  assert.equal(decodeURIComponent(uri.exposeQrDataUri({ size: 99 }).slice("data:image/svg+xml,".length)), uri.exposeQrSvg({ size: 99 }));
  const halves = { "█": [false, false], "▀": [false, true], "▄": [true, false], " ": [true, true] };
  const lines = uri.exposeQrText().trimEnd().split("\n").map((line) => [...line].map((half) => halves[half]));
  const text = lines.flatMap((line) => [line.map(([upper]) => upper), line.map(([, lower]) => lower)]).slice(0, side);
  assert.deepEqual(text, matrix);
  for (const wrong of [{ margin: -1 }, { margin: 256 }, { size: 1.5 }]) assert.throws(() => uri.exposeQrSvg(wrong), RangeError);
});

test("options may be inherited or getters, and a getter that frees the token is noticed", () => {
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
  // Frees the token of the call, and makes another one, which takes its memory.
  const meddle = (token) => {
    token.free();
    made.push(new Totp(other));
  };
  const code = theirs.generate(NOW);
  for (const call of [
    (token) => token.verify(code, fresh, { get at() { meddle(token); return NOW; } }),
    (token) => token.verify(code, { get last_step() { meddle(token); return null; }, drift: 0 }, { at: NOW }),
    (token) => token.check(code, fresh, { at: NOW, window: { get back() { meddle(token); return 1; }, ahead: 1 } }),
    (token) => token.activate(code, fresh, { get radius() { meddle(token); return 1; } , at: NOW }),
    (token) => token.find((function* () { meddle(token); yield code; })(), { at: NOW }),
  ]) {
    assert.throws(() => call(new Totp(RFC)), refused("freed"));
  }
  const mine = Secret.fromBase32(BASE32);
  assert.throws(() => new Totp(mine, { get step() { mine.free(); made.push(Secret.generate()); return 30; } }), refused("freed"));
  for (const object of made) object.free();
});

test("an object of another class, a proxy or a bare prototype is refused", () => {
  for (const { constructor } of [RFC, new Totp(RFC)]) assert.equal(Object.getPrototypeOf(constructor), Function.prototype);
  const hotp = new Hotp(RFC);
  for (const wrong of [hotp, RFC, Object.create(Totp.prototype), new Proxy(new Totp(RFC), {})]) {
    for (const method of ["generate", "verify", "stepAt"]) assert.throws(() => Totp.prototype[method].call(wrong, "287082", fresh), TypeError);
  }
  assert.throws(() => new Totp(new Proxy(RFC, {})), /a secret is a Secret/);
  assert.throws(() => new KeyUri(new Proxy(hotp, {}), { account: "a" }), /made from a Totp or a Hotp/);
  class Mine extends Totp {}
  assert.equal(new Mine(RFC, { digits: 8 }).generate(59), "94287082");
});
