import { readFileSync } from "node:fs";

/** At once: to compile so little elsewhere takes longer than to compile it. */
export function load(url, imports) {
  return new WebAssembly.Instance(new WebAssembly.Module(readFileSync(url)), imports);
}
