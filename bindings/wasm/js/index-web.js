import { load } from "./load-web.js";
import { start } from "./module.js";
import { simd } from "./simd.js";

start(await load(simd ? new URL("./wasm/codes-simd.wasm", import.meta.url) : new URL("./wasm/codes.wasm", import.meta.url)));

export { Hotp, KeyUri, OathError, Secret, Totp } from "./codes.js";
