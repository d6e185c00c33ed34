// Searches the memory of the modules.
import assert from "node:assert/strict";
import { test } from "node:test";
import { memories } from "./instances.js";

const { KeyUri, Secret, Totp, TotpState, check } = await import("oath-totp");
const { probe, read, write } = await import("oath-totp/seeds");

const TEXT = "HXDMVJECJJWSRB3HWIZR4IFUGFTMXBOZ";

/** The number of memories that contain each needle, summed up. */
function found(needles) {
  const all = memories.map((memory) => Buffer.from(memory.buffer));
  return needles.reduce((count, needle) => count + all.filter((memory) => memory.includes(needle)).length, 0);
}

test("no copy of a secret stays in the memory of a module", () => {
  assert.equal(memories.length, 2);
  const secret = Secret.fromBase32(TEXT);
  const needles = [Buffer.from(secret.exposeBytes()), Buffer.from(TEXT), Buffer.from(secret.exposeHex())];
  assert.ok(found(needles) > 0, "the search finds what is there");
  const totp = new Totp(secret);
  const uri = new KeyUri(totp, { account: "größe@example.com" });
  const again = KeyUri.parse(uri.exposeUri());
  uri.exposeQrSvg();
  uri.exposeQrMatrix();
  uri.exposeQrText();
  secret.exposeBase32();
  secret.equals(Secret.fromHex(secret.exposeHex()));
  const file = read(`upn,serial number,secret key,time interval,manufacturer,model\r\na@b.c,1,${TEXT},30,,\r\n`);
  assert.ok(Buffer.from(write(file.records, "entra-csv")).includes(TEXT));
  const copy = file.records.at(0).secret;
  assert.equal(check(TEXT, totp.generate(59), TotpState.fresh(), { at: 59 }).ok, true);
  for (const held of [secret, totp, uri, again, file, copy]) held.free();
  globalThis.gc();
});

test("passwords, keys and seed texts are wiped when the call returns", () => {
  const password = "a password in memory";
  const key = Uint8Array.from({ length: 32 }, (_, index) => index * 7 + 3);
  const seed = "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP";
  const { records } = read(`upn,serial number,secret key,time interval,manufacturer,model\r\na@b.c,1,${TEXT},30,,\r\n`);
  for (const protection of [{ password }, { password: Buffer.from(password) }, { key }, { key: Buffer.from(key).toString("hex") }]) {
    const file = write(records, "pskc", protection);
    read(file, protection).free();
    assert.throws(() => read(file, { password: `${password}, wrong`, key: key.toReversed() }));
  }
  probe(seed, "123456", { at: 59, radius: 9 }).records.free();
  probe(Buffer.from(seed), "123456", { at: 59, radius: 9 }).records.free();
  records.free();
  assert.equal(found([password, seed].map((text) => Buffer.from(text))), 0);
  assert.equal(found([Buffer.from(key), Buffer.from(key.toReversed())]), 0);
});

test("freed secrets are wiped", async () => {
  // The garbage collector frees the objects that were not freed above.
  for (let i = 0; i < 10; i++) {
    globalThis.gc();
    await new Promise((done) => setTimeout(done, 10));
  }
  const raw = Buffer.from(Secret.fromBase32(TEXT).exposeBytes());
  for (let i = 0; i < 20 && found([raw, Buffer.from(TEXT)]) > 0; i++) {
    globalThis.gc();
    await new Promise((done) => setTimeout(done, 20));
  }
  assert.equal(found([raw, Buffer.from(TEXT)]), 0);
});
