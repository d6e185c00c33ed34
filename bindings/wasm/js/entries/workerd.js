import { imports, start } from "../codes-glue.js";
// workerd compiles WebAssembly only when it loads the program, so the module is an import.
import module from "./wasm/codes-simd.wasm";

start(new WebAssembly.Instance(module, imports));

export * from "../codes.js";
