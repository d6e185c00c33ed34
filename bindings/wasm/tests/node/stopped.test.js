// No call reaches a module after a trap.
import assert from "node:assert/strict";
import { test } from "node:test";

let trap = false;
const { Instance } = WebAssembly;
// Wraps the search of the module, so that it traps on demand.
WebAssembly.Instance = function (module, imports) {
  const { exports } = new Instance(module, imports);
  const search = exports.totp_find;
  if (!search) return { exports };
  const trapping = (...words) => {
    if (trap) throw new WebAssembly.RuntimeError("unreachable");
    return search(...words);
  };
  return { exports: { ...exports, totp_find: trapping } };
};
const { OathError, Secret, Totp, generate } = await import("oath-totp");

test("after a trap every later call throws `stopped`", () => {
  const secret = Secret.fromUtf8("12345678901234567890");
  const totp = new Totp(secret);
  assert.equal(totp.find("287082", { at: 59, radius: 2 }).length, 1);
  trap = true;
  assert.throws(() => totp.find("287082", { at: 59 }), (error) => error.code === "stopped" && error.cause instanceof WebAssembly.RuntimeError);
  trap = false;
  for (const call of [() => totp.find("287082"), () => totp.generate(59), () => Secret.generate(), () => generate("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), () => secret.exposeHex()]) {
    assert.throws(call, (error) => error instanceof OathError && error.code === "stopped" && /reload the page or restart/.test(error.action));
  }
  // free() throws nothing, because the garbage collector calls it too.
  totp.free();
  secret.free();
});
