/**
 * The whole package for a program that brings the bytes of the modules: a page in one file, a content security policy that
 * forbids every connection, a worker made from a text.
 *
 * ```js
 * import { Secret, Totp, startCodes } from "oath-totp/embed";
 * await startCodes(codes); // the bytes of oath-totp/wasm/codes-simd.wasm
 * ```
 *
 * The policy needs `'wasm-unsafe-eval'` in `script-src`, and no `connect-src`. `codes.wasm` and `seeds.wasm` run in every
 * engine, `codes-simd.wasm` and `seeds-simd.wasm` need SIMD128 (browsers since 2023) and are several times as fast.
 *
 * Before its module has started, every call throws an OathError `not-started`. The objects of this entry are not known to
 * the other entries.
 *
 * @module
 */

export * from "./index.js";
export * from "./seeds.js";

/** The bytes of a module, or a `WebAssembly.Module`. */
export type ModuleSource = ArrayBuffer | ArrayBufferView | object;

/** Starts the codes. A module starts once: later calls return the first promise. */
export function startCodes(module: ModuleSource): Promise<void>;

/** Starts the seed files. The secret of a record is a `Secret`, so that {@link startCodes} comes first where it is asked for. */
export function startSeeds(module: ModuleSource): Promise<void>;
