import { simd } from "./simd.js";

/** Decodes Base64 by the fastest function of the engine. */
function decoded(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  if (globalThis.Buffer?.from) return globalThis.Buffer.from(text, "base64");
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** Makes an instance of the module inside the script. It does so without `await`, which CommonJS and service workers forbid. */
export function load(text, imports) {
  if (!simd) {
    throw new Error(
      "oath-totp: this engine has no WebAssembly SIMD128. Import oath-totp/embed instead, and start it with oath-totp/wasm/codes.wasm",
    );
  }
  return new WebAssembly.Instance(new WebAssembly.Module(decoded(text)), imports);
}
