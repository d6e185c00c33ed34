import { exact, flag, high, integer, low, options, string, unsigned } from "./arguments.js";
import { orMalformed, packed, packedConsecutive, refusedAs, shown } from "./code.js";
import { RefusedError, freed, orThrow, reasonOf } from "./errors.js";
import { MADE, holdsSecret, notCloneable } from "./held.js";
import { Secret, secretOf } from "./secret.js";
import { Hotp as Inner } from "./wasm/codes.js";

export const HotpState = Object.freeze({
  /** The state of a token that was never used. */
  fresh: () => ({ counter: 0 }),
});

export const COUNTER = "a counter is a whole number from 0 on: a number below 2**53, or a bigint below 2**64";
const STATE = "the state of the token is {counter} as verify returned it; for a token that was never used pass HotpState.fresh()";
const STATE_KEYS = "a state has the key counter, and no other: without it a code could be used again";
const NARROW = "a look-ahead is 0 to 255 counters; resync searches further";
const WIDE = "a look-ahead is 0 to 65535 counters";

/** Checks a stored state, and returns its counter. */
function counterOf(state) {
  if (typeof state !== "object" || state === null) throw new TypeError(STATE);
  for (const key in state) {
    if (key !== "counter") throw new RangeError(STATE_KEYS);
  }
  const { counter } = state;
  if (counter === undefined) throw new RangeError(STATE_KEYS);
  return unsigned(counter, COUNTER);
}

function accepted(inner) {
  return { state: { counter: exact(inner.next_counter()) }, counter: exact(inner.counter()) };
}

function orRefused(inner, verdict) {
  if (verdict < 0) throw new RefusedError(reasonOf(verdict));
  return accepted(inner);
}

/** Returns the module's object for a Hotp, and undefined for anything else. */
export let hotpOf;

export class Hotp {
  #inner;
  #digits;
  notCloneable = notCloneable;

  static {
    hotpOf = (token) => (typeof token === "object" && token !== null && #inner in token ? token.#live() : undefined);
  }

  constructor(secret, given, inner) {
    this.#inner = secret === MADE ? inner : Hotp.#make(secret, given);
    this.#digits = this.#inner.digits();
  }

  static #make(secret, given) {
    secretOf(secret);
    const { digits = 6, algorithm = "SHA1", legacy = false } = options(given, "digits", "algorithm", "legacy");
    integer(digits, 255, "digits are 6, 7 or 8");
    string(algorithm, "an algorithm is 'SHA1', 'SHA256' or 'SHA512'");
    flag(legacy, "legacy is true or false");
    return orThrow("secret", () => Inner.make(secretOf(secret), digits, algorithm, legacy));
  }

  /** Must be the last step before the call: a getter among the options may free the token. */
  #live() {
    return this.#inner ?? freed();
  }

  generate(counter) {
    const inner = this.#live();
    unsigned(counter, COUNTER);
    return shown(inner.generate(high(counter), low(counter)), this.#digits);
  }

  verify(code, state, given) {
    this.#live();
    return orRefused(this.#inner, this.#verdict("verify", packed(code), state, given, 10, 255, NARROW));
  }

  check(code, state, given) {
    this.#live();
    return orMalformed(() => {
      const verdict = this.#verdict("verify", packed(code), state, given, 10, 255, NARROW);
      return verdict < 0 ? refusedAs(reasonOf(verdict)) : { ok: true, ...accepted(this.#inner) };
    });
  }

  resync(codes, state, given) {
    this.#live();
    return orRefused(this.#inner, this.#verdict("resync", packedConsecutive(codes), state, given, 1000, 65535, WIDE));
  }

  activate(code, state, given) {
    this.#live();
    return orRefused(this.#inner, this.#verdict("activate", packed(code), state, given, 1000, 65535, WIDE));
  }

  #verdict(how, codes, state, given, usual, most, expected) {
    const counter = counterOf(state);
    const { lookAhead = usual } = options(given, "lookAhead");
    integer(lookAhead, most, expected);
    return this.#live()[how](codes, lookAhead, high(counter), low(counter));
  }

  get secret() {
    return new Secret(MADE, this.#live().secret());
  }

  get algorithm() {
    return this.#live().algorithm();
  }

  get digits() {
    return this.#live().digits();
  }

  free() {
    this.#inner?.free();
    this.#inner = undefined;
  }
}
holdsSecret(Hotp, "secret.exposeBase32()", ({ algorithm, digits }) => ({ algorithm, digits }));
