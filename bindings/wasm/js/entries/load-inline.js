import { simd } from "./simd.js";

/** Base64 as bytes, by the fastest way that the engine has. */
function decoded(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  if (globalThis.Buffer?.from) return globalThis.Buffer.from(text, "base64");
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** An instance of a module that the script carries. Without `await`, so that CommonJS and service workers can use it. */
export function load(text, imports) {
  if (!simd) {
    throw new Error(
      "oath-totp: this engine has no WebAssembly SIMD128. Import oath-totp/embed instead, and start it with oath-totp/wasm/codes.wasm",
    );
  }
  return new WebAssembly.Instance(new WebAssembly.Module(decoded(text)), imports);
}
