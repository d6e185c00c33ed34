// The exports of a module before it starts, while it works, and after it has trapped.
import { OathError } from "./errors.js";

/** Stands for the exports of a module that has not started. */
export const NOT_STARTED = new Proxy(
  {},
  {
    get() {
      throw new OathError("not-started", "the WebAssembly module has not been started");
    },
  },
);

/**
 * The exports, for which a trap is final. Every exception that leaves the module is one: the module returns what it refuses.
 * Its memory may be inconsistent then, so no further call reaches it.
 */
export function guarded(exports) {
  let trapped = false;
  const refuse = (cause) => {
    throw new OathError("stopped", "the WebAssembly module stopped after an internal error", undefined, null, { cause });
  };
  const guard = (name, call) => (...words) => {
    if (trapped) {
      // The garbage collector frees objects as well, and nothing catches its errors.
      if (name.endsWith("_free")) return undefined;
      refuse();
    }
    try {
      return call(...words);
    } catch (error) {
      trapped = true;
      return refuse(error);
    }
  };
  const all = Object.entries(exports).map(([name, made]) => [name, typeof made === "function" ? guard(name, made) : made]);
  return Object.fromEntries(all);
}
