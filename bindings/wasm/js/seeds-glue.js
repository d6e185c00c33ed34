// The module of the seed files, bound by wasm-bindgen.
import { NOT_STARTED, guarded } from "./started.js";
import * as glue from "./wasm/seeds.js";

glue.__wbg_set_wasm(NOT_STARTED);

export const imports = { "./seeds_bg.js": glue };

export function start({ exports }) {
  glue.__wbg_set_wasm(guarded(exports));
  exports.__wbindgen_start();
}
