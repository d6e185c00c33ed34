// The module of the codes, bound by wasm-bindgen.
import { bound } from "./started.js";
import * as glue from "./wasm/codes.js";

export const { imports, start } = bound(glue, "codes");
