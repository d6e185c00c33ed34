// An `import` of what Node has itself takes it two milliseconds, half of all that happens before the first code.
const { readFileSync } = process.getBuiltinModule("node:fs");

/** At once: to compile so little elsewhere takes longer than to compile it. */
export function load(url, imports) {
  return new WebAssembly.Instance(new WebAssembly.Module(readFileSync(url)), imports);
}
