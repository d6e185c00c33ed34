// A module with one instruction of SIMD128: `v128.const`, dropped.
const SMALLEST = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 65, 0, 253, 15, 26, 11];

/** Whether the engine has SIMD128. */
export const simd = WebAssembly.validate(new Uint8Array(SMALLEST));
