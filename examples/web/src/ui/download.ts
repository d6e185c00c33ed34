import type { Written } from "../protocol.js";
import { h } from "./dom.js";

/** Hands a file to the browser. It never leaves the machine: its address is that of bytes in this page. */
export function download({ name, bytes }: Written) {
  const url = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  bytes.fill(0);
}
