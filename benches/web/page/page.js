// The comparison in a browser.
import { compareAll } from "../compare.mjs";

console.log(navigator.userAgent.replace(/.*(Chrome\/\d+).*/, "$1"));
try {
  compareAll({
    now: () => performance.now() * 1e6,
    log: console.log,
    more: [],
  });
  document.title = "passed";
} catch (error) {
  document.title = `failed: ${error.message}`;
}
