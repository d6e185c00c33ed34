import type { Written } from "../protocol.js";
import { h } from "./dom.js";

/** Saves a file through the browser. The file comes from a blob of this page, so nothing is sent. */
export function download({ name, bytes }: Written) {
  const url = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  bytes.fill(0);
}
