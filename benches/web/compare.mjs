// oath-totp beside its peers, in turns within one engine. Each line is the median time of a call, and then its ratio to the time
// of the first line: the median of the rounds, the least and the most.

import { parse } from "csv-parse/sync";
import base32 from "hi-base32";
import { Secret, Totp, check } from "oath-totp";
import { read } from "oath-totp/seeds";
import * as OTPAuth from "otpauth";
import { generateSync, verifySync } from "otplib";

export const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
export const NOW = 1_700_000_015;
const STATE = { last_step: 1, drift: 0 };

/**
 * `now` is a clock in nanoseconds. `more` are rows of other ways to compute a code in this engine. With `short` the figures mean
 * nothing: it only tests the program.
 */
export function compareAll({ now, log, more, short = false }) {
  const [rounds, slice] = short ? [3, 1e6] : [41, 20e6];
  const ours = new Totp(Secret.fromBase32(SECRET));
  const otpauth = new OTPAuth.TOTP({ secret: OTPAuth.Secret.fromBase32(SECRET) });
  const code = ours.generate(NOW);
  const all = Array.from({ length: 1000 }, (_, i) => String(i).padStart(6, "0"));
  const miss = all.find((code) => ours.find(code, { at: NOW, radius: 65535 }).length === 0);

  const timed = (call, count) => {
    const start = now();
    for (let i = 0; i < count; i++) call();
    return (now() - start) / count;
  };

  /** The number of calls that fill a slice of time, found by doubling, because a clock may be coarse. */
  const enough = (call) => {
    let count = 1;
    while (timed(call, count) * count < slice / 4) count *= 2;
    return count;
  };

  /** Each row is a name and a call. The first row is ours. */
  function compare(title, rows, [unit, name] = [1, "ns"], most = rounds) {
    const counts = rows.map(([, call]) => enough(call) * 2);
    const times = rows.map(() => []);
    for (let round = 0; round < Math.min(rounds, most); round++) {
      rows.forEach(([, call], i) => times[i].push(timed(call, counts[i])));
    }
    log(`\n${title}`);
    rows.forEach(([who], i) => {
      const ratios = times[i].map((time, round) => time / times[0][round]);
      const shown = [median(ratios), Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(1));
      const time = (median(times[i]) / unit).toFixed(1);
      log(`  ${who.padEnd(28)}${time.padStart(10)} ${name}   ${shown[0]} (${shown[1]} to ${shown[2]})`);
    });
  }

  must(code === otpauth.generate({ timestamp: NOW * 1000 }) && code === generateSync({ secret: SECRET, epoch: NOW }));
  must(more.every(([, call]) => call() === code));
  compare("One code", [
    ["oath-totp", () => ours.generate(NOW)],
    ["otpauth", () => otpauth.generate({ timestamp: NOW * 1000 })],
    ["otplib", () => generateSync({ secret: SECRET, epoch: NOW })],
    ...more,
  ]);
  compare("Verification, ± 1 step, a hit in the middle", [
    ["oath-totp", () => ours.verify(code, STATE, { at: NOW })],
    ["otpauth", () => must(otpauth.validate({ token: code, timestamp: NOW * 1000, window: 1 }) === 0)],
    ["otplib", () => must(verifySync({ secret: SECRET, token: code, epoch: NOW, epochTolerance: 30 }).valid)],
  ]);
  compare("Verification, ± 1 step, a miss", [
    ["oath-totp, check returns", () => must(ours.check(miss, STATE, { at: NOW }).reason === "mismatch")],
    ["oath-totp, verify throws", () => refused(() => ours.verify(miss, STATE, { at: NOW }))],
    ["otpauth", () => must(otpauth.validate({ token: miss, timestamp: NOW * 1000, window: 1 }) === null)],
    ["otplib", () => must(!verifySync({ secret: SECRET, token: miss, epoch: NOW, epochTolerance: 30 }).valid)],
  ]);
  compare("From Base32 text to the verdict, ± 1 step, a hit in the middle", [
    ["oath-totp", () => must(check(SECRET, code, STATE, { at: NOW }).ok)],
    ["otpauth", () => must(OTPAuth.TOTP.validate({ token: code, secret: OTPAuth.Secret.fromBase32(SECRET), timestamp: NOW * 1000, window: 1 }) === 0)],
    ["otplib", () => must(verifySync({ secret: SECRET, token: code, epoch: NOW, epochTolerance: 30 }).valid)],
  ]);
  compare(
    "Activation, ± 2880 steps, a miss",
    [
      ["oath-totp", () => refused(() => ours.activate(miss, STATE, { at: NOW }))],
      ["otpauth", () => must(otpauth.validate({ token: miss, timestamp: NOW * 1000, window: 2880 }) === null)],
    ],
    [1e3, "µs"],
    15,
  );

  const count = short ? 1000 : 100_000;
  const file = seedFile(count);
  const reading = () => {
    const found = read(file);
    must(found.records.length === count);
    found.free();
  };
  const text = new TextDecoder();
  const byHand = () => {
    const rows = parse(text.decode(file), { columns: true }).map((row) => [row, base32.decode.asBytes(row["secret key"])]);
    must(rows.length === count);
  };
  compare(`A seed file of ${count} rows`, [["seeds.read", reading], ["csv-parse and hi-base32", byHand]], [1e6, "ms"], 15);
}

export const median = (all) => all.toSorted((a, b) => a - b)[all.length >> 1];

function must(right) {
  if (!right) throw new Error("a wrong answer");
}

function refused(call) {
  try {
    call();
  } catch (error) {
    return must(error.reason === "mismatch");
  }
  must(false);
}

function seedFile(count) {
  const raw = [...new TextEncoder().encode("1234567890123456")];
  const seed = (i) => base32.encode([...raw, i >> 24, (i >> 16) & 255, (i >> 8) & 255, i & 255]);
  const row = (_, i) => `user${i}@example.com,${String(i).padStart(8, "0")},${seed(i)},30,Example,One\r\n`;
  const head = "upn,serial number,secret key,time interval,manufacturer,model\r\n";
  return new TextEncoder().encode(head + Array.from({ length: count }, row).join(""));
}
