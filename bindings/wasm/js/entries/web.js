import { imports, start } from "../codes-glue.js";
import { load } from "./load-web.js";
import { simd } from "./simd.js";

// Bundlers copy a file only if its URL is written in this form.
start(await load(simd ? new URL("./wasm/codes-simd.wasm", import.meta.url) : new URL("./wasm/codes.wasm", import.meta.url), imports));

export * from "../codes.js";
