/** Uses something that holds a secret, and wipes it. `using` would say it shorter, but not every browser has it yet. */
export function held<T extends { free(): void }, R>(thing: T, use: (thing: T) => R): R {
  try {
    return use(thing);
  } finally {
    thing.free();
  }
}
