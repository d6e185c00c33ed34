// Secrets that are no seed: they go to the module as bytes, because the strings that it makes are not wiped.
import { copied } from "./arguments.js";
import { encoder } from "./text.js";

const KEY = "a key is a Uint8Array, another view, an ArrayBuffer, or a string in hex";

/** A copy of a text with a secret, as bytes. */
export function textBytes(text, expected) {
  return typeof text === "string" ? encoder.encode(text) : copied(text, expected);
}

/** The bytes of a key. */
export function keyBytes(key) {
  if (typeof key !== "string") return copied(key, KEY);
  const digits = key.replaceAll(/\s/g, "");
  if (digits.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(digits)) throw new RangeError(KEY);
  return Uint8Array.from({ length: digits.length / 2 }, (_, index) => parseInt(digits.slice(2 * index, 2 * index + 2), 16));
}

/** Makes a call that gets a function, and wipes all bytes that were given to that function. */
export function wiping(call) {
  const secrets = [];
  try {
    return call((bytes) => {
      if (bytes) secrets.push(bytes);
      return bytes;
    });
  } finally {
    for (const bytes of secrets) bytes.fill(0);
  }
}
