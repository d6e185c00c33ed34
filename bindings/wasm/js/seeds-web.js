import { Secret } from "./index-web.js";
import { load } from "./load-web.js";
import { simd } from "./simd.js";
import * as glue from "./wasm/seeds.js";

const url = simd ? new URL("./wasm/seeds-simd.wasm", import.meta.url) : new URL("./wasm/seeds.wasm", import.meta.url);
await load(url, "seeds", glue);

export { Record, Records, SeedFile, failuresName, formats, obstacles, read, write } from "./seeds.js";
