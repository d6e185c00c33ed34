import { copied, string } from "./arguments.js";
import { OathError, freed } from "./errors.js";
import * as module from "./module.js";

/** Only these files have it, and so only they can wrap what the module has made. */
export const MADE = Symbol();

export let handleOf;

const left = new FinalizationRegistry((handle) => module.release(handle, 0));

/** What the module holds for an object, until that is freed or collected. */
export class Held {
  #handle;

  static {
    handleOf = (held) => held.#handle ?? freed();
  }

  constructor(handle) {
    this.#handle = handle;
    left.register(this, handle, this);
  }

  free() {
    if (this.#handle === undefined) return;
    left.unregister(this);
    module.release(this.#handle, 0);
    this.#handle = undefined;
  }
}
if (Symbol.dispose) Held.prototype[Symbol.dispose] = Held.prototype.free;

/** How a secret is passed. */
const BYTES = 0;
const BASE32 = 1;
const HEX = 2;

export class Secret extends Held {
  constructor(made, handle) {
    if (made !== MADE) {
      throw new TypeError("a Secret is made by Secret.generate(), fromBase32(text), fromHex(text) or fromBytes(data)");
    }
    super(handle);
  }

  static generate() {
    let random;
    try {
      // RFC 4226 §4, R6: 160 bits are recommended.
      random = crypto.getRandomValues(new Uint8Array(20));
    } catch {
      throw new OathError("no-randomness", "crypto.getRandomValues gives nothing to make a secret with");
    }
    module.handed(random);
    return read(BYTES);
  }

  static fromBase32(text) {
    module.told(string(text, "Base32 is a string"));
    return read(BASE32);
  }

  static fromHex(text) {
    module.told(string(text, "hex is a string"));
    return read(HEX);
  }

  static fromBytes(data) {
    module.handed(copied(data, "the bytes of a secret are a Uint8Array, another view or an ArrayBuffer"));
    return read(BYTES);
  }

  exposeBase32() {
    module.secret_shown(handleOf(this), BASE32);
    return module.toldText();
  }

  exposeHex() {
    module.secret_shown(handleOf(this), HEX);
    return module.toldText();
  }

  exposeBytes() {
    module.secret_shown(handleOf(this), BYTES);
    return module.toldBytes();
  }

  get byteLength() {
    return module.secret_length(handleOf(this), 0);
  }

  equals(other) {
    return module.secret_equals(handleOf(this), secretHandle(other)) === 1;
  }
}

function read(kind) {
  return new Secret(MADE, module.done(module.secret(kind, 0), "secret"));
}

/** That of what should be a secret. */
export function secretHandle(secret) {
  if (!(secret instanceof Secret)) {
    throw new TypeError("a secret is a Secret: Secret.fromBase32(text), Secret.fromHex(text), Secret.fromBytes(data)");
  }
  return handleOf(secret);
}

/** The secret that a token or a URI holds. */
export function secretOf(held) {
  return new Secret(MADE, module.done(module.secret_held(handleOf(held), 0), "secret"));
}
