import { load } from "./load-node.js";
import { start } from "./module.js";
import { simd } from "./simd.js";

start(load(simd ? new URL("./wasm/codes-simd.wasm", import.meta.url) : new URL("./wasm/codes.wasm", import.meta.url)));

export { Hotp, KeyUri, OathError, Secret, Totp } from "./codes.js";
