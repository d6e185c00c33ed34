// The exports of a module: before its start, in use, and after a trap.
import { OathError } from "./errors.js";

/** Takes the place of the exports until the module has started. */
const NOT_STARTED = new Proxy(
  {},
  {
    get() {
      throw new OathError("not-started", "the WebAssembly module has not been started");
    },
  },
);

/**
 * Wraps the exports so that no call reaches the module after a trap, because its memory may then be inconsistent. Every
 * exception from the module is a trap: the module returns its errors.
 */
function guarded(exports) {
  let trapped = false;
  const refuse = (cause) => {
    throw new OathError("stopped", "the WebAssembly module stopped after an internal error", undefined, null, { cause });
  };
  const guard = (name, call) => (...words) => {
    if (trapped) {
      // The garbage collector calls this too, and nothing would catch the error.
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

/** Returns what a module imports, and what starts it. `glue` is what wasm-bindgen made for the module of this name. */
export function bound(glue, name) {
  glue.__wbg_set_wasm(NOT_STARTED);
  const start = ({ exports }) => {
    glue.__wbg_set_wasm(guarded(exports));
    exports.__wbindgen_start();
  };
  return { imports: { [`./${name}_bg.js`]: glue }, start };
}
