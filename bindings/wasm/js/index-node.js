import { load } from "./load-node.js";
import { simd } from "./simd.js";
import * as glue from "./wasm/codes.js";

const url = simd ? new URL("./wasm/codes-simd.wasm", import.meta.url) : new URL("./wasm/codes.wasm", import.meta.url);
load(url, "codes", glue);

export { Hotp, KeyUri, OathError, Secret, Totp } from "./codes.js";
