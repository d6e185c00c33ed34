// One-shot calls free what they make, so that a million of them in one synchronous loop do not fill the memory.
import assert from "node:assert/strict";
import { test } from "node:test";
import { memories } from "./instances.js";

const { RefusedError, TotpState, check, generate, verify } = await import("oath-totp");

const BASE32 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const fresh = TotpState.fresh();

const calls = {
  "a code": () => assert.equal(generate(BASE32, { at: 59 }), "287082"),
  "a code that is accepted": () => assert.ok(check(BASE32, "287082", fresh, { at: 59 }).ok),
  "a code that is refused": () => assert.ok(!check(BASE32, "000000", fresh, { at: 59 }).ok),
  "an exception": () => assert.throws(() => verify(BASE32, "000000", fresh, { at: 59 }), RefusedError),
};

function grown(call, count) {
  for (let i = 0; i < 10_000; i++) call();
  globalThis.gc();
  const size = memories[0].buffer.byteLength;
  const before = process.memoryUsage();
  for (let i = 0; i < count; i++) call();
  globalThis.gc();
  const after = process.memoryUsage();
  assert.equal(memories[0].buffer.byteLength, size, "the memory of the module");
  for (const kind of ["external", "arrayBuffers", "heapUsed"]) {
    assert.ok(after[kind] - before[kind] < 4 << 20, `${kind}: ${before[kind]}, ${after[kind]}`);
  }
}

test("a million calls leave the memory as it is", () => grown(calls["a code that is accepted"], 1_000_000));

for (const [name, call] of Object.entries(calls)) {
  test(`${name}: 20,000 calls leave the memory as it is`, () => grown(call, 20_000));
}
