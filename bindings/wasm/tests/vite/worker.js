import * as codes from "oath-totp";
import * as seeds from "oath-totp/seeds";
import { run } from "./testkit.js";

self.onmessage = ({ data }) => {
  try {
    self.postMessage({ count: run(data, codes, seeds) });
  } catch (error) {
    self.postMessage({ error: error.message });
  }
};
// A message that came before would have been lost.
self.postMessage({ ready: true });
