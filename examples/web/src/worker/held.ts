/** Calls `use` with an object that holds a secret, then frees the object. Not every browser has `using` yet. */
export function held<T extends { free(): void }, R>(thing: T, use: (thing: T) => R): R {
  try {
    return use(thing);
  } finally {
    thing.free();
  }
}
