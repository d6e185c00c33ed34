// The module of the seed files, bound by wasm-bindgen.
import * as glue from "./wasm/seeds.js";

export const imports = { "./seeds_bg.js": glue };

export function start({ exports }) {
  glue.__wbg_set_wasm(exports);
  exports.__wbindgen_start();
}
