// In Node, with node:crypto beside the others. `cargo xtask bench-web` sets it up; `--short` only shows that it runs.
import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
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

// In processes of their own. What an empty module takes is Node's.
const ours = `const { Secret, Totp } = await import("oath-totp");
new Totp(Secret.fromBase32("${SECRET}")).generate();`;
const nothing = `await import("data:text/javascript,export {}");`;
const started = (code) => {
  const timed = `const start = performance.now(); ${code} console.log(performance.now() - start)`;
  return Number(execFileSync(process.execPath, ["--input-type=module", "-e", timed], { encoding: "utf8" }));
};
const pairs = Array.from({ length: short ? 3 : 21 }, () => [started(ours), started(nothing)]);
for (const [index, what] of ["From import to the first code", "From import of an empty module to its end"].entries()) {
  const times = pairs.map((pair) => pair[index]);
  const [middle, least, most] = [median(times), Math.min(...times), Math.max(...times)].map((time) => time.toFixed(1));
  console.log(`\n${what}: ${middle} ms (${least} to ${most})`);
}
