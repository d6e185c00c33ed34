import "./index-web.js";
import { load } from "./load-web.js";
import { imports, start } from "./seeds-glue.js";
import { simd } from "./simd.js";

const url = simd ? new URL("./wasm/seeds-simd.wasm", import.meta.url) : new URL("./wasm/seeds.wasm", import.meta.url);
start(await load(url, imports));

export { Record, Records, SeedFile, failuresName, formats, obstacles, read, write } from "./seeds.js";
