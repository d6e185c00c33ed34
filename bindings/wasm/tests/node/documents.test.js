// Runs the examples of the README and of the declarations.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";

const SEEDS = "upn,serial number,secret key,time interval,manufacturer,model\r\nalice@example.com,2300001,JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP,30,Contoso,HardwareKey\r\n";

/** The code blocks of a Markdown file, or of the comments of a declaration file. */
function blocks(file) {
  const text = readFileSync(new URL(`./node_modules/oath-totp/${file}`, import.meta.url), "utf8");
  const bare = file.endsWith(".ts") ? text.replaceAll(/^ *\* ?/gm, "") : text;
  return [...bare.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, code]) => code);
}

for (const file of ["README.md", "index.d.ts", "seeds.d.ts", "embed.d.ts"]) {
  const all = blocks(file);
  test(`${file} has examples`, () => assert.ok(all.length > 0));
  all.forEach((code, index) => {
    test(`${file}, example ${index + 1}`, async () => {
      // The globals of a page that the examples use.
      const main = { innerHTML: "" };
      globalThis.document = { querySelector: () => main };
      globalThis.input = { files: [new Blob([SEEDS])] };
      globalThis.passwordField = { value: "correct horse" };
      for (const name of ["codes", "seeds"]) {
        globalThis[name] = readFileSync(new URL(import.meta.resolve(`oath-totp/wasm/${name}.wasm`)));
      }
      const module = new URL(`./${file}-${index}.mjs`, import.meta.url);
      writeFileSync(module, code);
      if (code.includes("throws: a code is accepted once")) await assert.rejects(import(module), { code: "refused" });
      else await import(module);
      if (code.includes("innerHTML")) assert.match(main.innerHTML, /^<svg /);
    });
  });
}
