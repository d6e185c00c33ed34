import { readFileSync } from "node:fs";

/** At once: to compile so little elsewhere takes longer than to compile it. */
export function load(url, name, glue) {
  const module = new WebAssembly.Module(readFileSync(url));
  start(new WebAssembly.Instance(module, { [`./${name}_bg.js`]: glue }), glue);
}

function start({ exports }, glue) {
  glue.__wbg_set_wasm(exports);
  exports.__wbindgen_start();
}
