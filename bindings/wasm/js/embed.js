import * as codes from "./wasm/codes.js";
import * as seeds from "./wasm/seeds.js";

export { Hotp, KeyUri, OathError, Secret, Totp } from "./codes.js";
export { Record, Records, SeedFile, failuresName, formats, obstacles, read, write } from "./seeds.js";

/** Once for each: what was made by the first would not be known to a second. */
const started = new Map();

function start(module, name, glue) {
  if (!started.has(name)) {
    const starting = instantiate(module, name, glue);
    started.set(name, starting);
    starting.catch(() => started.delete(name));
  }
  return started.get(name);
}

async function instantiate(module, name, glue) {
  const made = await WebAssembly.instantiate(module, { [`./${name}_bg.js`]: glue });
  const { exports } = made.instance ?? made;
  glue.__wbg_set_wasm(exports);
  exports.__wbindgen_start();
}

export function startCodes(module) {
  return start(module, "codes", codes);
}

export function startSeeds(module) {
  return start(module, "seeds", seeds);
}
