import * as codes from "./module.js";
import * as seeds from "./seeds-glue.js";

export { Hotp, KeyUri, OathError, Secret, Totp } from "./codes.js";
export { Record, Records, SeedFile, failuresName, formats, obstacles, read, write } from "./seeds.js";

/** Once for each: what was made by the first would not be known to a second. */
function starter({ imports, start }) {
  let started;
  return (module) => {
    started ??= WebAssembly.instantiate(module, imports)
      .then((made) => start(made.instance ?? made))
      .catch((error) => {
        // Not with this one; with another perhaps.
        started = undefined;
        throw error;
      });
    return started;
  };
}

export const startCodes = starter(codes);
export const startSeeds = starter(seeds);
