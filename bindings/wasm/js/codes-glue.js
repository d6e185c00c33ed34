// The module of the codes, bound by wasm-bindgen.
import { NOT_STARTED, guarded } from "./started.js";
import * as glue from "./wasm/codes.js";

glue.__wbg_set_wasm(NOT_STARTED);

export const imports = { "./codes_bg.js": glue };

export function start({ exports }) {
  glue.__wbg_set_wasm(guarded(exports));
  exports.__wbindgen_start();
}
