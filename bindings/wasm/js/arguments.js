// What JavaScript programmers pass, as what the modules take. No text here shows what was given: it may be a secret.

export const TWO_53 = 9007199254740992;

/** A whole number from 0 to `most`, which the module would cut off otherwise. */
export function integer(value, most, expected) {
  if (typeof value !== "number") throw new TypeError(expected);
  if (!(value >= 0 && value <= most && Number.isInteger(value))) throw new RangeError(expected);
  return value;
}

/** Where a number would not be exact, a bigint is taken. */
export function unsigned(value, expected) {
  if (typeof value === "bigint") {
    if (value < 0n || value > 0xffff_ffff_ffff_ffffn) throw new RangeError(expected);
    return value;
  }
  return integer(value, TWO_53 - 1, expected);
}

export const COUNTER = "a counter is a whole number from 0 on: a number below 2**53, or a bigint below 2**64";

function signed(value, expected) {
  if (typeof value === "bigint") {
    if (BigInt.asIntN(64, value) !== value) throw new RangeError(expected);
    return value;
  }
  if (typeof value !== "number") throw new TypeError(expected);
  if (!Number.isSafeInteger(value)) throw new RangeError(expected);
  return value;
}

export function string(value, expected) {
  if (typeof value !== "string") throw new TypeError(expected);
  return value;
}

export function flag(value, expected) {
  if (typeof value !== "boolean") throw new TypeError(expected);
  return value;
}

/**
 * The options of a call: an object with the keys of these names and no other, so that a misspelt `state` is not a forgotten one.
 * Each name is compared by itself: engines take twice as long to look through an array.
 */
export function options(given, a, b, c, d, e, f) {
  if (given === undefined) return {};
  if (typeof given !== "object" || given === null) throw new TypeError(`options are an object with ${listed(a, b, c, d, e, f)}`);
  for (const key in given) {
    if (key !== a && key !== b && key !== c && key !== d && key !== e && key !== f) {
      throw new TypeError(`the options are ${listed(a, b, c, d, e, f)}, and no other`);
    }
  }
  return given;
}

function listed(...names) {
  return names.filter(Boolean).join(", ");
}

const MOMENT = "a time is Unix seconds (number or bigint) or a Date; leave it out for now";
const RANGE = "a time is 0 or more seconds since 1970, as a number below 2**53, as a bigint below 2**64";

/** A moment as whole seconds since 1970. */
export function seconds(at) {
  if (at === undefined) return Math.floor(Date.now() / 1000);
  if (typeof at === "number") {
    if (!(at >= 0 && at < TWO_53)) throw new RangeError(RANGE);
    return Math.floor(at);
  }
  if (typeof at === "bigint") return unsigned(at, RANGE);
  let time;
  try {
    // Of any realm.
    time = Date.prototype.getTime.call(at);
  } catch {
    throw new TypeError(MOMENT);
  }
  if (!(time >= 0)) throw new RangeError("an invalid Date, or one before 1970, is no moment of a code");
  return Math.floor(time / 1000);
}

const STATE = "a state is an object {last_step, drift} as verify returned it, or null before the first";

/** The last step of what was stored, which is checked; null for a token that never signed in. */
export function lastStepOf(state) {
  if (state === undefined || state === null) return null;
  if (typeof state !== "object") throw new TypeError(STATE);
  for (const key in state) {
    if (key !== "last_step" && key !== "drift") {
      throw new RangeError("a state has the keys last_step and drift, and no other");
    }
  }
  const { last_step } = state;
  if (last_step === undefined) throw new RangeError("a state without last_step is none: a code could be used again");
  return last_step === null ? null : unsigned(last_step, STATE);
}

export function driftOf(state) {
  if (state === undefined || state === null) return 0;
  const { drift = 0 } = state;
  return signed(drift, STATE);
}

const WINDOW = "a window is steps, or {back, ahead} in steps, each 0 to 255; use resync to search further";

export function backOf(window) {
  if (typeof window !== "object" || window === null) return integer(window, 255, WINDOW);
  return integer(window.back, 255, WINDOW);
}

export function aheadOf(window) {
  return typeof window === "object" ? integer(window.ahead, 255, WINDOW) : window;
}

/** A copy that the caller wipes. */
export function copied(data, expected) {
  if (data instanceof ArrayBuffer) return new Uint8Array(data.slice(0));
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  throw new TypeError(expected);
}

export const CODE = "a code is a string: as a number it would lose its leading zeros";

/** A code, or one to three of them, each as `read` makes it. Of more than three the fourth is the last. */
export function consecutive(codes, read) {
  if (typeof codes === "string") return [read(codes)];
  if (typeof codes !== "object" || codes === null || typeof codes[Symbol.iterator] !== "function") {
    throw new TypeError("codes are a string, or an array of one to three strings, the older one first");
  }
  const all = [];
  for (const code of codes) {
    // Four are too many, as is what never ends.
    if (all.push(read(code)) > 3) break;
  }
  return all;
}
