import * as codes from "../codes-glue.js";
import * as seeds from "../seeds-glue.js";

export * from "../codes.js";
export * from "../seeds.js";

/** Starts a module once: a second instance would not know the objects of the first. */
function starter({ imports, start }) {
  let started;
  return (module) => {
    started ??= WebAssembly.instantiate(module, imports)
      .then((made) => start(made.instance ?? made))
      .catch((error) => {
        // Another module may work.
        started = undefined;
        throw error;
      });
    return started;
  };
}

export const startCodes = starter(codes);
export const startSeeds = starter(seeds);
