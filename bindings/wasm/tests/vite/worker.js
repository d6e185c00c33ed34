import * as codes from "oath-totp/web";
import * as seeds from "oath-totp/web-seeds";
import { run } from "./testkit.js";

self.onmessage = ({ data }) => {
  try {
    self.postMessage({ count: run(data, codes, seeds) });
  } catch (error) {
    self.postMessage({ error: error.message });
  }
};
// Sent last: a message that arrives before the handler above is set is lost.
self.postMessage({ ready: true });
