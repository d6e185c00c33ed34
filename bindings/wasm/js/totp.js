import { exact, flag, high, integer, low, options, seconds, signed, string, unsigned } from "./arguments.js";
import { orMalformed, packed, packedConsecutive, packedRun, refusedAs, shown } from "./code.js";
import { RefusedError, freed, orThrow, reasonOf } from "./errors.js";
import { MADE, holdsSecret, notCloneable } from "./held.js";
import { Secret, secretOf, wiped } from "./secret.js";
import { encoder } from "./text.js";
import { Totp as Inner } from "./wasm/codes.js";

export const TotpState = Object.freeze({
  /** The state of a token that was never used. */
  fresh: () => ({ last_step: null, drift: 0 }),
});

const STATE =
  "the state of the token is {last_step, drift} as verify returned it; for a token that was never used pass TotpState.fresh()";
const STATE_KEYS = "a state has the keys last_step and drift, and no other: without one of them a code could be used again";

/** Checks a stored state. */
function checkState(state) {
  if (typeof state !== "object" || state === null) throw new TypeError(STATE);
  for (const key in state) {
    if (key !== "last_step" && key !== "drift") throw new RangeError(STATE_KEYS);
  }
  const { last_step, drift } = state;
  if (last_step === undefined || drift === undefined) throw new RangeError(STATE_KEYS);
  if (last_step !== null) unsigned(last_step, STATE);
  signed(drift, STATE);
  return { last_step, drift };
}

const STEPS = "a window is steps, or {back, ahead, recordedOnly, maxDrift}, with back and ahead from 0 to 255; resync searches further";
const RADIUS = "a radius is 0 to 65535 steps";

function checkWindow(window) {
  if (typeof window !== "object" || window === null) {
    integer(window, 255, STEPS);
    return { back: window, ahead: window, recordedOnly: false, maxDrift: 2880 };
  }
  const { back, ahead, recordedOnly = false, maxDrift = 2880 } = options(window, "back", "ahead", "recordedOnly", "maxDrift");
  integer(back, 255, STEPS);
  integer(ahead, 255, STEPS);
  flag(recordedOnly, "recordedOnly is true or false");
  integer(maxDrift, 65535, "maxDrift is 0 to 65535 steps");
  return { back, ahead, recordedOnly, maxDrift };
}

/** Returns the verdict of the module: the step, or a negative number. `live` throws if an option's getter freed the object. */
function verdictOf(live, code, stored, at, given) {
  const number = packed(code);
  const { last_step: last, drift } = checkState(stored);
  const time = seconds(at);
  const { back, ahead, recordedOnly, maxDrift } = checkWindow(given);
  const has = last !== null;
  return live().verify(
    number, high(time), low(time), back, ahead, recordedOnly, maxDrift,
    has, has ? high(last) : 0, has ? low(last) : 0, high(drift), low(drift),
  );
}

function accepted(inner, verdict) {
  if (verdict < Number.MAX_SAFE_INTEGER) return { state: { last_step: verdict, drift: inner.drift() }, step: verdict };
  const step = exact(inner.whole_step());
  return { state: { last_step: step, drift: exact(inner.whole_drift()) }, step };
}

function orRefused(inner, verdict) {
  if (verdict < 0) throw new RefusedError(reasonOf(verdict));
  return accepted(inner, verdict);
}

function verdictAsObject(inner, verdict) {
  if (verdict < 0) return refusedAs(reasonOf(verdict));
  const { state, step } = accepted(inner, verdict);
  return { ok: true, state, step };
}

/** Checks the parameters of a token, and makes the module's object by `make`, to which the caller adds the secret. */
function made({ digits = 6, step = 30, algorithm = "SHA1", t0 = 0, legacy = false }, make) {
  integer(digits, 255, "digits are 6, 7 or 8");
  integer(step, 0xffff_ffff, "a step is a whole number of seconds, 1 or more");
  string(algorithm, "an algorithm is 'SHA1', 'SHA256' or 'SHA512'");
  unsigned(t0, "t0 is 0 or more seconds since 1970");
  flag(legacy, "legacy is true or false");
  return orThrow("secret", () => make(digits, step, algorithm, high(t0), low(t0), legacy));
}

/** Returns the module's object for a Totp, and undefined for anything else. */
export let totpOf;

export class Totp {
  #inner;
  #digits;
  notCloneable = notCloneable;

  static {
    totpOf = (token) => (typeof token === "object" && token !== null && #inner in token ? token.#live() : undefined);
  }

  constructor(secret, given, inner) {
    if (secret === MADE) {
      this.#inner = inner;
    } else {
      secretOf(secret);
      const known = options(given, "digits", "step", "algorithm", "t0", "legacy");
      this.#inner = made(known, (...words) => Inner.make(secretOf(secret), ...words));
    }
    this.#digits = this.#inner.digits();
  }

  /** Must be the last step before the call: a getter among the options may free the token. */
  #live() {
    return this.#inner ?? freed();
  }

  generate(at) {
    const inner = this.#live();
    const time = seconds(at);
    return shown(inner.generate(high(time), low(time)), this.#digits);
  }

  verify(code, state, given) {
    this.#live();
    const { at, window = 1 } = options(given, "at", "window");
    return orRefused(this.#inner, verdictOf(() => this.#live(), code, state, at, window));
  }

  check(code, state, given) {
    this.#live();
    const { at, window = 1 } = options(given, "at", "window");
    return orMalformed(() => verdictAsObject(this.#inner, verdictOf(() => this.#live(), code, state, at, window)));
  }

  resync(codes, state, given) {
    this.#live();
    return this.#search(packedConsecutive(codes), state, given, "resync");
  }

  activate(code, state, given) {
    this.#live();
    return this.#search(packed(code), state, given, "activate");
  }

  #search(codes, stored, given, how) {
    const { last_step: last, drift } = checkState(stored);
    const { at, radius = 2880 } = options(given, "at", "radius");
    const time = seconds(at);
    integer(radius, 65535, RADIUS);
    const has = last !== null;
    const inner = this.#live();
    const verdict = inner[how](
      codes, high(time), low(time), radius,
      has, has ? high(last) : 0, has ? low(last) : 0, high(drift), low(drift),
    );
    return orRefused(inner, verdict);
  }

  find(codes, given) {
    this.#live();
    const run = packedRun(codes);
    const { at, radius = 2880 } = options(given, "at", "radius");
    const time = seconds(at);
    integer(radius, 65535, RADIUS);
    return Array.from(this.#live().find(run, high(time), low(time), radius), exact);
  }

  stepAt(at) {
    const inner = this.#live();
    const time = seconds(at);
    return exact(inner.step_at(high(time), low(time)));
  }

  remaining(at) {
    const inner = this.#live();
    const time = seconds(at);
    return inner.remaining(high(time), low(time));
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

  get step() {
    return this.#live().step();
  }

  get t0() {
    return exact(this.#live().t0());
  }

  free() {
    this.#inner?.free();
    this.#inner = undefined;
  }
}
holdsSecret(Totp, "secret.exposeBase32()", ({ algorithm, digits, step, t0 }) => ({ algorithm, digits, step, t0 }));

/** Makes a token from Base32, calls `use` with it, and frees it. */
function once(secretText, known, use) {
  string(secretText, "the secret is a string in Base32");
  const inner = made(known, (...words) => wiped(encoder.encode(secretText), (bytes) => Inner.from_base32(bytes, ...words)));
  try {
    return use(inner);
  } finally {
    inner.free();
  }
}

function onceOptions(given) {
  return options(given, "at", "window", "digits", "step", "algorithm", "t0", "legacy");
}

export function verify(secretText, code, state, given) {
  const known = onceOptions(given);
  const { at, window = 1 } = known;
  return once(secretText, known, (inner) => orRefused(inner, verdictOf(() => inner, code, state, at, window)));
}

export function check(secretText, code, state, given) {
  const known = onceOptions(given);
  const { at, window = 1 } = known;
  const checked = (inner) => verdictAsObject(inner, verdictOf(() => inner, code, state, at, window));
  return once(secretText, known, (inner) => orMalformed(() => checked(inner)));
}

export function generate(secretText, given) {
  const known = options(given, "at", "digits", "step", "algorithm", "t0", "legacy");
  const time = seconds(known.at);
  return once(secretText, known, (inner) => shown(inner.generate(high(time), low(time)), inner.digits()));
}
