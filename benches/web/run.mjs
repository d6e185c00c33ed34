// oath-totp beside otpauth, otplib and node:crypto, in turns within one process.
//
// Each line is the median of a call, then how many times as long it takes as ours: the median of the rounds, the least and
// the most. `cargo xtask bench-web` sets it up; `--short` only shows that it runs.

import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { parse } from "csv-parse/sync";
import base32 from "hi-base32";
import { Secret, Totp } from "oath-totp";
import { read } from "oath-totp/seeds";
import * as OTPAuth from "otpauth";
import { generateSync, verifySync } from "otplib";

const SHORT = process.argv.includes("--short");
const [ROUNDS, SLICE] = SHORT ? [3, 1e6] : [41, 20e6];
const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const RAW = Buffer.from("12345678901234567890");
const NOW = 1_700_000_015;

const ours = new Totp(Secret.fromBase32(SECRET));
const otpauth = new OTPAuth.TOTP({ secret: OTPAuth.Secret.fromBase32(SECRET) });
const CODE = ours.generate(NOW);
const MISS = Array.from({ length: 1000 }, (_, i) => String(i).padStart(6, "0")).find((code) => !ours.find(code, { at: NOW, radius: 65535 }).length);
const STATE = { last_step: 1, drift: 0 };

function oneLiner() {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(NOW / 30)));
  const digest = createHmac("sha1", RAW).update(counter).digest();
  return String((digest.readUInt32BE(digest[19] & 15) & 0x7fffffff) % 1e6).padStart(6, "0");
}

const median = (all) => all.toSorted((a, b) => a - b)[all.length >> 1];
const timed = (call, count) => {
  const start = process.hrtime.bigint();
  for (let i = 0; i < count; i++) call();
  return Number(process.hrtime.bigint() - start) / count;
};

/** Rows are a name and a call; the first one is ours. */
function compare(title, rows, [unit, name] = [1, "ns"], rounds = ROUNDS) {
  const counts = rows.map(([, call]) => Math.max(1, Math.floor(SLICE / Math.min(...[0, 0, 0].map(() => timed(call, 3))))));
  const times = rows.map(() => []);
  rows.forEach(([, call], i) => timed(call, counts[i]));
  for (let round = 0; round < rounds; round++) rows.forEach(([, call], i) => times[i].push(timed(call, counts[i])));
  console.log(`\n${title}`);
  rows.forEach(([who], i) => {
    const ratios = times[i].map((time, round) => time / times[0][round]);
    const shown = [median(ratios), Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(1));
    console.log(`  ${who.padEnd(28)}${(median(times[i]) / unit).toFixed(1).padStart(10)} ${name}   ${shown[0]} (${shown[1]} to ${shown[2]})`);
  });
}

const must = (right) => {
  if (!right) throw new Error("a wrong answer");
};
const refused = (call) => {
  try {
    call();
  } catch (error) {
    return must(error.code === "mismatch");
  }
  must(false);
};

must(CODE === otpauth.generate({ timestamp: NOW * 1000 }) && CODE === oneLiner() && CODE === generateSync({ secret: SECRET, epoch: NOW }));
compare("One code", [
  ["oath-totp", () => ours.generate(NOW)],
  ["otpauth", () => otpauth.generate({ timestamp: NOW * 1000 })],
  ["otplib", () => generateSync({ secret: SECRET, epoch: NOW })],
  ["createHmac in one line", oneLiner],
]);
compare("Verification, ± 1 step, a hit in the middle", [
  ["oath-totp", () => ours.verify(CODE, { state: STATE, at: NOW })],
  ["otpauth", () => must(otpauth.validate({ token: CODE, timestamp: NOW * 1000, window: 1 }) === 0)],
  ["otplib", () => must(verifySync({ secret: SECRET, token: CODE, epoch: NOW, epochTolerance: 30 }).valid)],
]);
compare("Verification, ± 1 step, a miss", [
  ["oath-totp", () => refused(() => ours.verify(MISS, { state: STATE, at: NOW }))],
  ["otpauth", () => must(otpauth.validate({ token: MISS, timestamp: NOW * 1000, window: 1 }) === null)],
  ["otplib", () => must(!verifySync({ secret: SECRET, token: MISS, epoch: NOW, epochTolerance: 30 }).valid)],
]);
compare(
  "Resynchronization, ± 2880 steps, a miss",
  [
    ["oath-totp", () => refused(() => ours.resync(MISS, { at: NOW }))],
    ["otpauth", () => must(otpauth.validate({ token: MISS, timestamp: NOW * 1000, window: 2880 }) === null)],
  ],
  [1e3, "µs"],
  Math.min(ROUNDS, 15),
);

const COUNT = SHORT ? 1000 : 100_000;
const HEAD = "upn,serial number,secret key,time interval,manufacturer,model\r\n";
const seed = (i) => base32.encode([...RAW.subarray(0, 16), i >> 24, (i >> 16) & 255, (i >> 8) & 255, i & 255]);
const FILE = Buffer.from(HEAD + Array.from({ length: COUNT }, (_, i) => `user${i}@example.com,${String(i).padStart(8, "0")},${seed(i)},30,Example,One\r\n`).join(""));
const reading = () => {
  const file = read(FILE);
  must(file.records.length === COUNT);
  file.free();
};
const byHand = () => must(parse(FILE, { columns: true }).map((row) => [row, base32.decode.asBytes(row["secret key"])]).length === COUNT);
compare(`A seed file of ${COUNT} rows`, [["seeds.read", reading], ["csv-parse and hi-base32", byHand]], [1e6, "ms"], Math.min(ROUNDS, 15));

const FIRST = `const start = performance.now(); const { Secret, Totp } = await import("oath-totp");
new Totp(Secret.fromBase32("${SECRET}")).generate(); console.log(performance.now() - start)`;
const starts = Array.from({ length: SHORT ? 3 : 21 }, () => Number(execFileSync(process.execPath, ["--input-type=module", "-e", FIRST], { encoding: "utf8" })));
console.log(`\nFrom import to the first code, in Node: ${median(starts).toFixed(1)} ms (${Math.min(...starts).toFixed(1)} to ${Math.max(...starts).toFixed(1)})`);
