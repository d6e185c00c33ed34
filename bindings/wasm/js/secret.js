import { copied, string } from "./arguments.js";
import { OathError, freed, orThrow } from "./errors.js";
import { MADE, holdsSecret, notCloneable } from "./held.js";
import { encoder } from "./text.js";
import { Secret as Inner } from "./wasm/codes.js";

/** Passes bytes to the module, which wipes its own copy, and then wipes these. */
export function wiped(bytes, take) {
  try {
    return take(bytes);
  } finally {
    bytes.fill(0);
  }
}

function made(bytes, take) {
  return new Secret(MADE, orThrow("secret", () => wiped(bytes, take)));
}

/** Returns the module's object for a Secret. */
export let secretOf;

export class Secret {
  #inner;
  notCloneable = notCloneable;

  static {
    secretOf = (secret) => {
      if (typeof secret !== "object" || secret === null || !(#inner in secret)) {
        throw new TypeError("a secret is a Secret: Secret.fromBase32(text), Secret.fromHex(text), Secret.fromBytes(data)");
      }
      return secret.#inner ?? freed();
    };
  }

  constructor(made, inner) {
    if (made !== MADE) {
      throw new TypeError("a Secret is made by Secret.generate(), fromBase32(text), fromHex(text), fromUtf8(text) or fromBytes(data)");
    }
    this.#inner = inner;
  }

  static generate() {
    let random;
    try {
      // RFC 4226 §4, R6 recommends 160 bits.
      random = crypto.getRandomValues(new Uint8Array(20));
    } catch {
      throw new OathError("no-randomness", "crypto.getRandomValues is missing or failed");
    }
    return made(random, Inner.from_bytes);
  }

  static fromBase32(text) {
    return made(encoder.encode(string(text, "Base32 is a string")), Inner.from_base32);
  }

  static fromHex(text) {
    return made(encoder.encode(string(text, "hex is a string")), Inner.from_hex);
  }

  static fromUtf8(text) {
    return made(encoder.encode(string(text, "a secret in UTF-8 is a string")), Inner.from_bytes);
  }

  static fromBytes(data) {
    return made(copied(data, "the bytes of a secret are a Uint8Array, another view or an ArrayBuffer"), Inner.from_bytes);
  }

  exposeBase32() {
    return secretOf(this).base32();
  }

  exposeHex() {
    return secretOf(this).hex();
  }

  exposeBytes() {
    return secretOf(this).bytes();
  }

  get byteLength() {
    return secretOf(this).byte_length();
  }

  equals(other) {
    return secretOf(this).equals(secretOf(other));
  }

  free() {
    this.#inner?.free();
    this.#inner = undefined;
  }
}
holdsSecret(Secret, "exposeBase32()", (secret) => ({ byteLength: secret.byteLength }));
