import { freed } from "./errors.js";
import { ALGORITHM, DIGITS, MOMENT, STEP, done, numbers, release, secret_held, taken } from "./module.js";

/** Only these files have it, and so only they can wrap what the module has made. */
export const MADE = Symbol();

// Where there is none, what nobody frees stays.
const left = typeof FinalizationRegistry === "undefined" ? undefined : new FinalizationRegistry((handle) => release(handle, 0));

/** What the module holds for an object, until it is freed or collected with that. */
export class Held {
  #handle;

  constructor(handle) {
    this.#handle = handle;
    left?.register(this, handle, this);
  }

  /** The handle. To be asked for in the call itself: whatever of somebody else's runs before may have freed it. */
  live() {
    return this.#handle ?? freed();
  }

  /** That of the secret in it. */
  secret() {
    return new Held(done(secret_held(this.live(), 0), "secret"));
  }

  free() {
    if (this.#handle === undefined) return;
    left?.unregister(this);
    release(this.#handle, 0);
    this.#handle = undefined;
  }
}

/** As the module numbers them. */
const ALGORITHMS = ["SHA1", "SHA256", "SHA512"];

/** A token or a URI, with what the module tells of it when it has made it. */
export class Described extends Held {
  #parameters;

  constructor(handle) {
    super(handle);
    const words = numbers();
    const digits = words[DIGITS];
    this.#parameters = {
      algorithm: ALGORITHMS[words[ALGORITHM]],
      digits,
      /** What a code is added to for its leading zeros. */
      power: 10 ** digits,
      /** In seconds; 0 for a URI that counts. */
      step: words[STEP],
      /** T0, or the counter of a URI that counts. */
      moment: taken(words, MOMENT),
    };
  }

  parameters() {
    this.live();
    return this.#parameters;
  }
}

/** Where the engine knows `using`. */
export function disposable({ prototype }) {
  if (Symbol.dispose) prototype[Symbol.dispose] = prototype.free;
}
