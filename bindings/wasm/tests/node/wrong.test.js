// No argument of any kind causes a trap, or an error text with the secret.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as codes from "oath-totp";
import * as seeds from "oath-totp/seeds";

const { Hotp, KeyUri, Secret, Totp } = codes;
const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
/** Not the secret of the RFCs, which a seed file may not have. */
const SEED = "HA4TAMJSGM2DKNRXHA4TAMJSGM2DKNRX";
const FILE = `upn,serial number,secret key,time interval,manufacturer,model\r\na@b.c,1,${SEED},30,,\r\n`;
const treacherous = new Proxy({}, { get() { throw new Error("on purpose"); }, has() { throw new Error("on purpose"); }, ownKeys() { throw new Error("on purpose"); } });
const ODD = [
  undefined, null, true, false, 0, -0, -1, 1.5, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 63), NaN, Infinity, 1n, -1n, 1n << 63n, 1n << 64n, 1n << 200n,
  "", "123456", "x".repeat(5000), "\ud800", "\0", "１２３４５６", Symbol("s"), [], [1], ["1"], Array(9).fill("123456"), {}, { back: 1 },
  { back: -1, ahead: 300 }, { last_step: -1 }, { last_step: "1" }, { last_step: 1n << 64n }, { at: {} }, { window: 256 }, { window: { back: 1, ahead: 1, maxDrift: -1 } }, { margin: 1e9 }, { size: -1 }, { radius: 1e9 },
  { digits: 262 }, { step: 0 }, { step: 2 ** 32 }, { algorithm: "MD5" }, { t0: -1n }, { account: 1 }, { account: "\ud800", issuer: null }, { exposeSecret: 1 },
  { format: "none" }, { password: "x" }, { password: 1 }, { key: "0g" }, { target: "none" }, { acceptLoss: "yes" }, { type: "x" }, { interval: 1.5 }, new Uint8Array(9), new ArrayBuffer(0), new DataView(new ArrayBuffer(20)), new Date(NaN), new Map(), () => 1, class {},
  treacherous, globalThis, Object.create(null), Object.create(Totp.prototype), Object.create(Secret.prototype), Secret.fromBase32(SECRET), new Totp(Secret.fromBase32(SECRET)),
  (function* () { for (;;) yield "123456"; })(),
];

function survives(what, call) {
  const attempts = [[], ...ODD.flatMap((odd) => [[odd], [odd, odd], ["123456", odd], [Secret.fromBase32(SECRET), odd], ["123456", { last_step: null, drift: 0 }, odd], ["123456", { counter: 0 }, odd], [["123456", "123456"], { last_step: null, drift: 0 }, odd], [SECRET, "123456", { last_step: null, drift: 0 }, odd], [odd, "entra-csv"]])];
  for (const words of attempts) {
    try {
      call(words);
    } catch (error) {
      assert.ok(error instanceof Error, what);
      assert.ok(!(error instanceof WebAssembly.RuntimeError), `${what}: ${error.stack}`);
      assert.ok(!/unreachable|null pointer|recursive use/.test(error.message), `${what}: ${error.message}`);
      for (const secret of [SECRET, SEED]) assert.ok(!String(error.message).includes(secret), what);
    }
  }
}

const secret = Secret.fromBase32(SECRET);
const things = () => [Secret.fromBase32(SECRET), new Totp(secret), new Hotp(secret), new KeyUri(new Totp(secret), { account: "a" }), seeds.read(FILE), seeds.read(FILE).records, seeds.read(FILE).records.at(0)];

test("constructors and functions", () => {
  for (const [name, made] of [...Object.entries(codes), ...Object.entries(seeds)]) {
    if (!/^[A-Z]/.test(name)) survives(name, (words) => made(...words));
    else {
      survives(`new ${name}`, (words) => new made(...words));
      for (const method of Object.getOwnPropertyNames(made).filter((key) => typeof made[key] === "function")) {
        survives(`${name}.${method}`, (words) => made[method](...words));
      }
    }
  }
});

test("methods", () => {
  for (const thing of things()) {
    const { prototype } = thing.constructor;
    for (const method of Object.getOwnPropertyNames(prototype).filter((key) => key !== "constructor" && key !== "free")) {
      const { value, get } = Object.getOwnPropertyDescriptor(prototype, method);
      survives(`${thing.constructor.name}.${method}`, (words) => (value ?? get).apply(thing, words));
      survives(`${thing.constructor.name}.${method} of another`, (words) => (value ?? get).apply(words[0], words));
    }
  }
});

test("after all these calls, new and old objects still work", () => {
  assert.equal(new Totp(secret).generate(59), "287082");
  for (const thing of things()) {
    thing.free?.();
    for (const method of Object.getOwnPropertyNames(thing.constructor.prototype)) {
      if (method === "constructor" || !thing.free) continue;
      try {
        typeof thing[method] === "function" && thing[method]("123456", 1);
      } catch (error) {
        assert.ok(!(error instanceof WebAssembly.RuntimeError));
      }
    }
  }
});
