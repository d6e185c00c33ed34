// An uncaught error of the package prints short lines, and with source maps the place in the sources.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const folder = new URL("./node_modules/oath-totp/", import.meta.url);
const text = (name) => readFileSync(new URL(name, folder), "utf8");
const scripts = readdirSync(folder).filter((name) => /\.c?js$/.test(name));

/** Runs a program that does not catch an error, and returns what it prints. */
function uncaught(...flags) {
  const program = `import { Secret, Totp } from "oath-totp"; new Totp(Secret.fromHex("00"));`;
  const { status, stderr } = spawnSync(process.execPath, [...flags, "--input-type=module", "-e", program], { encoding: "utf8" });
  assert.equal(status, 1);
  return stderr;
}

test("an uncaught error prints the line that threw it", () => {
  const printed = uncaught();
  assert.match(printed, /^\s*throw /m);
  assert.match(printed, /^OathError: the secret is too short/m);
  const longest = Math.max(...printed.split("\n").map((line) => line.length));
  assert.ok(longest < 300, `${longest}`);
});

test("with source maps, an uncaught error names the source files of the package", () => {
  const printed = uncaught("--enable-source-maps");
  assert.match(printed, /throw new OathError\(code, thrown\);/);
  assert.match(printed, /at new Totp \(.*oath-totp\/source\/totp\.js:\d+:\d+\)/);
});

test("every script has short lines except for the module, and a source map with its sources", () => {
  assert.equal(scripts.length, 10);
  for (const name of scripts) {
    const lines = text(name).split("\n");
    const long = lines.filter((line) => line.length >= 1000);
    assert.equal(long.length, /^(index|seeds)\./.test(name) ? 1 : 0, name);
    assert.ok(long.every((line) => /^[^"]{0,40}"[\w+/]+=*"[^"]{0,40}$/.test(line)), `${name}: a long line that is not Base64`);
    assert.equal(lines.findLast((line) => line !== ""), `//# sourceMappingURL=${name}.map`);
    const { sources, sourcesContent } = JSON.parse(text(`${name}.map`));
    assert.ok(sources.length > 0 && sources.every((source) => source.startsWith("source/")), `${name}: ${sources}`);
    assert.equal(sourcesContent.filter((source) => source).length, sources.length, name);
  }
});
