// The entry that loads nothing: the program passes the modules.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { KeyUri, Secret, Totp, TotpState, check, failuresName, formatInfo, formats, generate, obstacles, read, startCodes, startSeeds, targetInfo, targets, verify, write } from "oath-totp/embed";

const BASE32 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const bytes = (name) => readFileSync(new URL(import.meta.resolve(`oath-totp/wasm/${name}.wasm`)));

test("nothing works before its module has started; the bytes start it, or the module", async () => {
  const calls = [
    () => Secret.generate(), () => Secret.fromBase32(BASE32), () => Secret.fromHex("00"), () => Secret.fromUtf8("a"),
    () => Secret.fromBytes(new Uint8Array(20)), () => KeyUri.parse("otpauth://totp/a?secret=GEZDGNBV"), () => generate(BASE32),
    () => verify(BASE32, "123456", TotpState.fresh()), () => check(BASE32, "123456", TotpState.fresh()),
    () => formats(), () => targets(), () => formatInfo("pskc"), () => targetInfo("entra"), () => read(""), () => failuresName("a.csv"), () => write([], "entra-csv"), () => obstacles([], "entra-csv"),
  ];
  for (const call of calls) assert.throws(call, { name: "OathError", code: "not-started", action: /startCodes/ }, String(call));
  await assert.rejects(startCodes(new Uint8Array(8)), WebAssembly.CompileError);
  // A valid module that is not of this package.
  await assert.rejects(startCodes(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)), TypeError);
  await startCodes(bytes("codes"));
  assert.throws(() => formats(), { code: "not-started" });
  await startSeeds(new WebAssembly.Module(bytes("seeds-simd")));
  const file = read("upn,serial number,secret key,time interval,manufacturer,model\na@b.c,1,HA4TAMJSGM2DKNRXHA4TAMJSGM2DKNRX,30,A,B\n");
  const { secret } = file.records.at(0);
  // A second start must keep the objects of the first.
  await startCodes(bytes("codes-simd"));
  await startSeeds(bytes("seeds"));
  assert.equal(new Totp(secret).generate(59), new Totp(Secret.fromBase32("HA4TAMJSGM2DKNRXHA4TAMJSGM2DKNRX")).generate(59));
  assert.equal(file.records.length, 1);
});

test("an object of one entry is not accepted by another", async () => {
  const other = await import("oath-totp");
  const secret = Secret.fromBase32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
  assert.throws(() => new other.Totp(secret), TypeError);
  assert.equal(new Totp(secret).generate(59), "287082");
});

test("the package works without FinalizationRegistry", () => {
  const script = `delete globalThis.FinalizationRegistry;
    const { Secret, Totp } = await import("oath-totp");
    using(new Totp(Secret.fromHex("3132333435363738393031323334353637383930")));
    function using(totp) { console.log(totp.generate(59)); totp.free(); }`;
  assert.equal(execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" }), "287082\n");
});
