// bundle.js SOURCES PACKAGE: writes each entry as one file, because Node takes a millisecond to find a file. The entries of the
// seed files import the shared code from the entries of the codes.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";

const [sources, folder] = process.argv.slice(2);

/** Class names stay because a console shows them, and line breaks because an uncaught error prints its line. */
const keepNames = { function: false, class: true };
const minify = { compress: { keepNames }, mangle: { keepNames }, codegen: { removeWhitespace: false } };

/** The bytes of a module as Base64. No source map repeats them. */
const base64 = {
  name: "base64",
  resolveId: (id) => (id.endsWith("?base64") ? join(folder, id.replace("../", "")) : null),
  load(id) {
    if (!id.endsWith("?base64")) return null;
    const text = readFileSync(id.replace("?base64", "")).toString("base64");
    return { code: `export default "${text}";`, map: { version: 3, names: [], sources: [], mappings: "" } };
  },
};

/** Files whose classes must be the same objects in both entries. */
const SHARED = ["./codes.js", "./errors.js", "../codes.js"];

function sharedFrom(entry) {
  return { name: "shared", resolveId: (id) => (SHARED.includes(id) || id === "./index.js" || id === entry ? { id: entry, external: true } : null) };
}

const external = [/^\.\/wasm\/.*-simd\.wasm$/];
/** wasm-bindgen reads these classes from the global scope, which lacks them in jest-environment-jsdom. */
const inject = Object.fromEntries(["TextDecoder", "TextEncoder"].map((name) => [name, [join(sources, "text.js"), name]]));

async function write(entry, format, end, shared) {
  const bundle = await rolldown({
    input: `${sources}/entries/${entry}.js`,
    plugins: shared ? [sharedFrom(shared), base64] : [base64],
    transform: { inject },
    external,
    treeshake: { moduleSideEffects: true },
  });
  const file = join(folder, `${entry}.${end}`);
  // Places inside the package, which a debugger and a stack trace show.
  const sourcemapPathTransform = (path) => path.replace(/^.*?sources\//, "source/");
  await bundle.write({ file, format, minify, comments: false, sourcemap: true, sourcemapPathTransform });
  await bundle.close();
  // The bundler names each source in a comment. The lines stay, for the source map.
  writeFileSync(file, readFileSync(file, "utf8").replaceAll(/^\/\/ .*sources\/.*$/gm, ""));
}

for (const [codes, seeds] of [["index", "seeds"], ["web", "web-seeds"], ["workerd", "workerd-seeds"]]) {
  await write(codes, "esm", "js");
  await write(seeds, "esm", "js", `./${codes}.js`);
}
await write("embed", "esm", "js");
await write("index", "cjs", "cjs");
await write("seeds", "cjs", "cjs", "./index.cjs");
await write("embed", "cjs", "cjs");

// Declarations of the CommonJS build, and of the entries with the same exports as others.
const declared = (name) => readFileSync(join(folder, `${name}.d.ts`), "utf8");
for (const name of ["index", "seeds", "embed"]) {
  writeFileSync(join(folder, `${name}.d.cts`), declared(name).replaceAll(/"(\.\/\w+)\.js"/g, '"$1.cjs"'));
}
for (const [name, same] of [["web", "index"], ["web-seeds", "seeds"]]) writeFileSync(join(folder, `${name}.d.ts`), `export * from "./${same}.js";\n`);
