// The comparison in Node, with node:crypto as one more peer. Run by `cargo xtask bench-web`; `--short` only tests the program.
import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { NOW, SECRET, compareAll, median } from "./compare.mjs";

const short = process.argv.includes("--short");
const RAW = Buffer.from("12345678901234567890");

function oneLiner() {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(NOW / 30)));
  const digest = createHmac("sha1", RAW).update(counter).digest();
  return String((digest.readUInt32BE(digest[19] & 15) & 0x7fffffff) % 1e6).padStart(6, "0");
}

console.log(`Node ${process.version}`);
const now = () => Number(process.hrtime.bigint());
compareAll({ now, log: console.log, more: [["createHmac in one line", oneLiner]], short });

// Each start in a process of its own. The time to import an empty package is Node's.
mkdirSync("node_modules/empty", { recursive: true });
writeFileSync("node_modules/empty/package.json", '{ "type": "module", "exports": "./index.js" }');
writeFileSync("node_modules/empty/index.js", "export {};");
const starts = {
  "an empty package": `await import("empty");`,
  "oath-totp": `const { Secret, Totp } = await import("oath-totp");
    new Totp(Secret.fromBase32("${SECRET}")).generate();`,
  otpauth: `const { Secret, TOTP } = await import("otpauth");
    new TOTP({ secret: Secret.fromBase32("${SECRET}") }).generate();`,
};
const started = (code) => {
  const timed = `const start = performance.now(); ${code} console.log(performance.now() - start)`;
  return Number(execFileSync(process.execPath, ["--input-type=module", "-e", timed], { encoding: "utf8" }));
};
const rounds = Array.from({ length: short ? 3 : 31 }, () => Object.values(starts).map(started));
console.log("\nFrom import to the first code, and the same minus that of an empty package");
for (const [index, who] of Object.keys(starts).entries()) {
  const shown = (times) => [median(times), Math.min(...times), Math.max(...times)].map((time) => time.toFixed(1));
  const whole = shown(rounds.map((round) => round[index]));
  const ours = shown(rounds.map((round) => round[index] - round[0]));
  console.log(`  ${who.padEnd(28)}${whole[0].padStart(10)} ms (${whole[1]} to ${whole[2]})   ${ours[0]} (${ours[1]} to ${ours[2]})`);
}
