import { imports, start } from "../codes-glue.js";
// workerd compiles modules only when it loads the program.
import module from "./wasm/codes-simd.wasm";

start(new WebAssembly.Instance(module, imports));

export * from "../codes.js";
