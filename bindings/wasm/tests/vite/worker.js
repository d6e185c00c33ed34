import { run } from "./testkit.js";

self.onmessage = ({ data }) => {
  try {
    self.postMessage({ count: run(data) });
  } catch (error) {
    self.postMessage({ error: error.message });
  }
};
// The module was waited for: a message that came before would have found nobody.
self.postMessage({ ready: true });
