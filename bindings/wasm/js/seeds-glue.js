// The module of the seed files, bound by wasm-bindgen.
import { bound } from "./started.js";
import * as glue from "./wasm/seeds.js";

export const { imports, start } = bound(glue, "seeds");
