// The entry that loads nothing: the modules are handed to it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Secret, Totp, formats, read, startCodes, startSeeds } from "oath-totp/embed";

const bytes = (name) => readFileSync(new URL(import.meta.resolve(`oath-totp/wasm/${name}.wasm`)));

test("nothing works before its module has started; the bytes start it, or the module", async () => {
  assert.throws(() => Secret.generate());
  await assert.rejects(startCodes(new Uint8Array(8)), WebAssembly.CompileError);
  await startCodes(bytes("codes"));
  assert.throws(() => formats());
  await startSeeds(new WebAssembly.Module(bytes("seeds-simd")));
  const file = read("upn,serial number,secret key,time interval,manufacturer,model\na@b.c,1,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ,30,A,B\n");
  const { secret } = file.records.at(0);
  // A second start would forget them.
  await startCodes(bytes("codes-simd"));
  await startSeeds(bytes("seeds"));
  assert.equal(new Totp(secret).generate(59), "287082");
  assert.equal(file.records.length, 1);
});
