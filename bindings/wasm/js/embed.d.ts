/**
 * All of the package for whoever brings the modules along: a page in one file, a content security policy that forbids every
 * connection, a worker made of a text.
 *
 * ```js
 * import { Secret, Totp, startCodes } from "oath-totp/embed";
 * await startCodes(bytes); // those of oath-totp/wasm/codes-simd.wasm, however they came here
 * ```
 *
 * The policy needs `'wasm-unsafe-eval'` in `script-src`, and no `connect-src`. `codes.wasm` and `seeds.wasm` are for every
 * engine, `codes-simd.wasm` and `seeds-simd.wasm` for those with SIMD128 (browsers since 2023) and several times as fast.
 *
 * Nothing here works before its module has started. What this entry makes is not known to the other two.
 *
 * @module
 */

export * from "./index.js";
export * from "./seeds.js";

/** Starts the codes, of the bytes of their module or the module itself. Once: what is passed a second time is not looked at. */
export function startCodes(module: BufferSource | WebAssembly.Module): Promise<void>;

/** Starts the seed files. The secret of a record is a `Secret`, so that {@link startCodes} comes first where it is asked for. */
export function startSeeds(module: BufferSource | WebAssembly.Module): Promise<void>;
