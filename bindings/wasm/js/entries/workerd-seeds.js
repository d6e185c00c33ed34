import "./workerd.js";
import { imports, start } from "../seeds-glue.js";
// workerd compiles WebAssembly only when it loads the program, so the module is an import.
import module from "./wasm/seeds-simd.wasm";

start(new WebAssembly.Instance(module, imports));

export * from "../seeds.js";
