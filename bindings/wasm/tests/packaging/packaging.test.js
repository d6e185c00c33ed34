// Runs the packed package in compilers, bundlers, test runners and other engines. `cargo xtask npm` sets three variables: TARBALL
// is the file of the package. TOOLS is the folder with Vite and the newest TypeScript. ENGINES is JSON with the program of each
// engine; it is null for an engine that is left out, which `cargo xtask npm` lists.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { promisify } from "node:util";

const { TARBALL, TOOLS } = process.env;
const ENGINES = JSON.parse(process.env.ENGINES);
const kit = Object.fromEntries(["rfc", "cross_checked", "base32", "collisions"].map((name) => [name, JSON.parse(readFileSync(`testkit/${name}.json`, "utf8"))]));
writeFileSync("kit.js", `export default ${JSON.stringify(kit)};`);
writeFileSync("kit.cjs", `module.exports = ${JSON.stringify(kit)};`);
const COUNT = Object.values(kit).flat().length;

/** Runs a command, and returns what it prints. */
async function ran(command, ...words) {
  const options = { maxBuffer: 1 << 26, env: { ...process.env, NODE_ENV: undefined, NODE_TEST_CONTEXT: undefined, NO_COLOR: "1", NEXT_TELEMETRY_DISABLED: "1" } };
  try {
    const { stdout, stderr } = await promisify(execFile)(command, words, options);
    return stdout + stderr;
  } catch (error) {
    throw new Error(`${command} ${words.join(" ")}\n${error.stdout}${error.stderr}`);
  }
}

const installed = (name) => join("node_modules/.bin", name);
const tool = (name) => join(TOOLS, "node_modules/.bin", name);
const node = (...words) => ran(process.execPath, ...words);

/** Checks that a program printed that it ran every vector. */
async function passes(printed) {
  assert.match(await printed, new RegExp(`passed ${COUNT}\\b`));
}

/** Defines a test that needs an engine. It is skipped if the engine is left out. */
function testIn(engine, name, run) {
  const program = ENGINES[engine];
  test(name, { skip: program === null }, () => run(program));
}

for (const [how, file] of [["ES modules", "program.mjs"], ["require", "program.cjs"]]) {
  test(`Node ${process.version}, ${how}`, () => passes(node(file)));
  for (const engine of ["Node 20.16", "Node 22", "Node 24"]) testIn(engine, `${engine}, ${how}`, (program) => passes(ran(program, file)));
}

test("publint", () => ran(installed("publint"), "run", TARBALL, "--strict"));
test("attw", () => ran(installed("attw"), TARBALL));

for (const [name, tsc] of [["5.2", ["node_modules/typescript-5.2/bin/tsc"]], ["of the tools", [join(TOOLS, "node_modules/typescript/bin/tsc")]]]) {
  for (const [module, resolution] of [["node16", "node16"], ["nodenext", "nodenext"], ["esnext", "bundler"]]) {
    for (const file of ["sample.ts", "sample.cts"].slice(0, resolution === "bundler" ? 1 : 2)) {
      test(`TypeScript ${name}, ${resolution}, ${file}`, () => {
        const config = `tsconfig-${name.replaceAll(/\W/g, "")}-${resolution}-${file}.json`;
        const compilerOptions = { module, moduleResolution: resolution };
        writeFileSync(config, JSON.stringify({ extends: "./tsconfig.json", compilerOptions, files: [file] }));
        return node(...tsc, "--project", config);
      });
    }
  }
}

for (const [platform, format] of [["node", "esm"], ["node", "cjs"], ["browser", "iife"], ["neutral", "esm"]]) {
  test(`esbuild for ${platform}, ${format}`, async () => {
    const out = `out/esbuild-${platform}.${format === "esm" ? "mjs" : "cjs"}`;
    await ran(installed("esbuild"), "program.mjs", "--bundle", `--platform=${platform}`, `--format=${format}`, `--outfile=${out}`);
    await passes(node(out));
  });
}

test("rollup", async () => {
  await ran(installed("rollup"), "program.mjs", "--plugin", "node-resolve", "--file", "out/rollup.mjs");
  await passes(node("out/rollup.mjs"));
});

test("webpack 5 for Node and for pages", async () => {
  await node("webpack.mjs");
  await passes(node("out/webpack-node.cjs"));
  await passes(node("out/webpack-web.cjs"));
});

// The browser that opens this page is in tests/browser.js.
test("webpack 5 copies the module of oath-totp/web", async () => {
  await node("webpack.mjs", "./webpack-page.config.cjs");
  writeFileSync("out/webpack-page/index.html", '<!doctype html><title>running</title><script defer src="page.js"></script>');
  const [codes, seeds] = ["codes-simd", "seeds-simd"].map((name) => readFileSync(`node_modules/oath-totp/wasm/${name}.wasm`));
  const copied = readdirSync("out/webpack-page").filter((file) => file.endsWith(".wasm")).map((file) => readFileSync(join("out/webpack-page", file)));
  for (const module of [codes, seeds]) assert.ok(copied.some((file) => file.equals(module)));
});

test("ncc", async () => {
  await ran(installed("ncc"), "build", "program.mjs", "--out", "out/ncc");
  await passes(node(existsSync("out/ncc/index.mjs") ? "out/ncc/index.mjs" : "out/ncc/index.js"));
});

test("vite build --ssr", async () => {
  await ran(tool("vite"), "build", "--ssr", "program.mjs", "--outDir", "out/ssr", "--logLevel", "warn");
  await passes(node("out/ssr/program.js"));
});

// One test for both bundlers, because both write their output to the same folder.
test("Next, both bundlers", async () => {
  for (const file of ["kit.js", "testkit.js", "misuse.js"]) copyFileSync(file, join("next", file));
  for (const bundler of ["--turbopack", "--webpack"]) {
    rmSync("next/.next", { recursive: true, force: true });
    await ran(installed("next"), "build", "next", bundler);
    const page = readFileSync("next/.next/server/app/index.html", "utf8");
    assert.match(page.replaceAll("<!-- -->", ""), new RegExp(`passed ${COUNT}<p>client 287082</p>`));
  }
});

test("vitest", () => ran(installed("vitest"), "run", "example.spec.js"));

// Compiles the test kit to CommonJS, which jest needs.
before(() => ran(installed("esbuild"), "testkit.js", "--bundle", "--format=cjs", "--outfile=testkit.cjs"));
for (const environment of ["node", "jsdom"]) {
  test(`jest, ${environment}`, () => ran(installed("jest"), `--env=${environment}`, "--testMatch=**/example.jest.cjs"));
}

testIn("Bun", "Bun", (bun) => passes(ran(bun, "program.mjs")));
testIn("Bun", "bun build", async (bun) => {
  await ran(bun, "build", "program.mjs", "--outfile=out/bun.mjs", "--target=node");
  await passes(node("out/bun.mjs"));
});

testIn("Deno", "Deno", (deno) => passes(ran(deno, "run", "--no-lock", "--allow-read", "--allow-env", "program.mjs")));

testIn("workerd", "workerd", async (workerd) => {
  const words = ["worker.mjs", "--bundle", "--format=esm", "--conditions=workerd", "--external:*.wasm", "--outfile=out/worker.mjs"];
  await ran(installed("esbuild"), ...words);
  await passes(ran(workerd, "test", "workerd.capnp"));
});
