import { freed } from "./errors.js";
import { done, release, secret_held } from "./module.js";

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

/** Where the engine knows `using`. */
export function disposable({ prototype }) {
  if (Symbol.dispose) prototype[Symbol.dispose] = prototype.free;
}
