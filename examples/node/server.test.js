import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { KeyUri } from "oath-totp";
import { server } from "./server.js";
import { Users } from "./users.js";

const folder = mkdtempSync(join(tmpdir(), "oath-"));
const file = join(folder, "users.db");
const key = Buffer.alloc(32, 7);
const users = new Users(file, key);
const listening = server(users).listen(0, "127.0.0.1");
await once(listening, "listening");
after(() => {
  listening.close();
  users.close();
  rmSync(folder, { recursive: true });
});

const ask = async (path, body) => {
  const { port } = listening.address();
  const headers = { "content-type": "application/json" };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  return { status: response.status, ...(response.status === 204 ? {} : await response.json()) };
};

/** The first code that the token shows at no step within `radius` of this moment. */
function wrongCode(totp, at, radius) {
  for (let number = 0; ; number += 1) {
    const code = String(number).padStart(6, "0");
    if (totp.find(code, { at, radius }).length === 0) return code;
  }
}

test("a user enrols, signs in, and no code is accepted twice", async () => {
  const { status, uri, qr } = await ask("/enrol", { name: "alice" });
  assert.equal(status, 200);
  assert.match(qr, /^<svg /);
  const totp = KeyUri.parse(uri).toTotp();
  const code = totp.generate();
  assert.equal((await ask("/verify", { name: "alice", code })).status, 204);
  const again = await ask("/verify", { name: "alice", code });
  const wrong = await ask("/verify", { name: "alice", code: wrongCode(totp, undefined, 10) });
  const nobody = await ask("/verify", { name: "mallory", code });
  assert.equal(again.status, 401);
  assert.deepEqual(wrong, again);
  assert.deepEqual(nobody, again);
  assert.equal((await ask("/enrol", { name: "alice" })).status, 409);
});

test("a malformed code or request is answered with 400", async () => {
  assert.equal((await ask("/verify", { name: "alice", code: "12x456" })).status, 400);
  assert.equal((await ask("/verify", { name: "alice", code: 123456 })).status, 400);
  assert.equal((await ask("/enrol", {})).status, 400);
});

test("after five wrong codes a user has to wait", () => {
  const totp = KeyUri.parse(`otpauth://totp/bob?secret=${users.enrol("bob").exposeBase32()}`).toTotp();
  const now = 1_800_000_000;
  const wrong = wrongCode(totp, now, 10);
  const refused = (code, at) => assert.throws(() => users.verify("bob", wrong, at), { code });
  for (let attempt = 0; attempt < 5; attempt += 1) refused("refused", now);
  assert.throws(() => users.verify("bob", totp.generate(now), now), { code: "locked" });
  users.verify("bob", totp.generate(now + 60), now + 60);
});

test("of eight processes with the same code, one signs in", async () => {
  const secret = users.enrol("carol");
  const now = 1_800_000_000;
  const code = KeyUri.parse(`otpauth://totp/carol?secret=${secret.exposeBase32()}`).toTotp().generate(now);
  const words = [new URL("race.js", import.meta.url).pathname, file, key.toString("hex"), "carol", code, now];
  const all = Array.from({ length: 8 }, () => promisify(execFile)(process.execPath, words.map(String)));
  const answers = (await Promise.all(all)).map(({ stdout }) => stdout.trim());
  assert.equal(answers.filter((answer) => answer === "in").length, 1, answers.join());
});
