// A service worker, which may not wait for a module with `await`.
import * as codes from "./node_modules/oath-totp/index.js";
import * as seeds from "./node_modules/oath-totp/seeds.js";
import { run } from "./testkit.js";

self.addEventListener("message", ({ data, source }) => {
  try {
    source.postMessage(run(data, codes, seeds));
  } catch (error) {
    source.postMessage(error.message);
  }
});
