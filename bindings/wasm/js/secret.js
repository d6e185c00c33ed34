import { copied, string } from "./arguments.js";
import { OathError } from "./errors.js";
import { Held, MADE, disposable } from "./held.js";
import { done, handed, secret, secret_equals, secret_length, secret_shown, told, toldBytes, toldText } from "./module.js";

/** How a secret is passed. */
const BYTES = 0;
const BASE32 = 1;
const HEX = 2;

/** What is held for what should be a secret. */
export let secretOf;

export class Secret {
  #held;

  static {
    secretOf = (secret) => {
      if (typeof secret !== "object" || secret === null || !(#held in secret)) {
        throw new TypeError("a secret is a Secret: Secret.fromBase32(text), Secret.fromHex(text), Secret.fromBytes(data)");
      }
      return secret.#held;
    };
  }

  constructor(made, held) {
    if (made !== MADE) {
      throw new TypeError("a Secret is made by Secret.generate(), fromBase32(text), fromHex(text) or fromBytes(data)");
    }
    this.#held = held;
  }

  static generate() {
    let random;
    try {
      // RFC 4226 §4, R6: 160 bits are recommended.
      random = crypto.getRandomValues(new Uint8Array(20));
    } catch {
      throw new OathError("no-randomness", "crypto.getRandomValues gives nothing to make a secret with");
    }
    handed(random);
    return read(BYTES);
  }

  static fromBase32(text) {
    told(string(text, "Base32 is a string"));
    return read(BASE32);
  }

  static fromHex(text) {
    told(string(text, "hex is a string"));
    return read(HEX);
  }

  static fromBytes(data) {
    handed(copied(data, "the bytes of a secret are a Uint8Array, another view or an ArrayBuffer"));
    return read(BYTES);
  }

  exposeBase32() {
    secret_shown(this.#held.live(), BASE32);
    return toldText();
  }

  exposeHex() {
    secret_shown(this.#held.live(), HEX);
    return toldText();
  }

  exposeBytes() {
    secret_shown(this.#held.live(), BYTES);
    return toldBytes();
  }

  get byteLength() {
    return secret_length(this.#held.live(), 0);
  }

  equals(other) {
    return secret_equals(this.#held.live(), secretOf(other).live()) === 1;
  }

  free() {
    this.#held.free();
  }
}
disposable(Secret);

function read(kind) {
  return new Secret(MADE, new Held(done(secret(kind, 0), "secret")));
}
