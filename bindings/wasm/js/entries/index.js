import { imports, start } from "../codes-glue.js";
import text from "../wasm/codes-simd.wasm?base64";
import { load } from "./load-inline.js";

start(load(text, imports));

export * from "../codes.js";
