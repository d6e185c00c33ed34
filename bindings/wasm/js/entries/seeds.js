import "./index.js";
import { imports, start } from "../seeds-glue.js";
import text from "../wasm/seeds-simd.wasm?base64";
import { load } from "./load-inline.js";

start(load(text, imports));

export * from "../seeds.js";
