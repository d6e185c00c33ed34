// size.js PACKAGE FILE…: prints the gzipped size of each file. The last line is the sum.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const [folder, ...files] = process.argv.slice(2);
const sizes = files.map((file) => gzipSync(readFileSync(join(folder, file)), { level: 9 }).length);
files.forEach((file, index) => console.log(`${file}: gzipped ${sizes[index]}`));
console.log(`${files[0]} in all: gzipped ${sizes.reduce((sum, size) => sum + size)}`);
