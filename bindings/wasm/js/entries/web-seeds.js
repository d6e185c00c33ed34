import "./web.js";
import { imports, start } from "../seeds-glue.js";
import { load } from "./load-web.js";
import { simd } from "./simd.js";

// Bundlers copy a file only if its URL is written in this form.
start(await load(simd ? new URL("./wasm/seeds-simd.wasm", import.meta.url) : new URL("./wasm/seeds.wasm", import.meta.url), imports));

export * from "../seeds.js";
