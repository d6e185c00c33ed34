// size.js PACKAGE ENTRY PART: what a page loads for an entry, each file gzipped; the last line is their sum.
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { gzipSync } from "node:zlib";

const [folder, entry, part] = process.argv.slice(2);
const found = new Set();
const follow = (file) => {
  if (found.has(file)) return;
  found.add(file);
  const text = readFileSync(file, "utf8");
  for (const [, from] of text.matchAll(/(?:import|export)[^;]*?"(\.[^"]+\.js)"/g)) follow(join(dirname(file), from));
};
follow(join(folder, entry));
// An entry that builds on the other one is counted without it.
if (part === "seeds") {
  const core = new Set(found);
  found.clear();
  follow(join(folder, "index-web.js"));
  for (const file of found) core.delete(file);
  found.clear();
  for (const file of core) found.add(file);
}
const zipped = (bytes) => gzipSync(bytes, { level: 9 }).length;
const scripts = zipped([...found].map((file) => readFileSync(file, "utf8")).join("\n"));
const modules = ["", "-simd"].map((kind) => [`wasm/${part}${kind}.wasm`, zipped(readFileSync(join(folder, `wasm/${part}${kind}.wasm`)))]);
console.log(`${entry} with ${[...found].map((file) => relative(folder, file)).join(", ")}: gzipped ${scripts}`);
for (const [name, size] of modules) console.log(`${name}: gzipped ${size}`);
console.log(`${part}: JavaScript and the larger module, gzipped ${scripts + Math.max(...modules.map(([, size]) => size))}`);
