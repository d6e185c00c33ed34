// Checks arguments, and converts them for the modules. No error text repeats a value, because the value may be a secret.

const TWO_32 = 4294967296;
const TWO_53 = 9007199254740992;

/** The upper 32 bits of a 64-bit integer. */
export function high(whole) {
  return typeof whole === "bigint" ? Number(BigInt.asIntN(32, whole >> 32n)) : Math.floor(whole / TWO_32);
}

/** The lower 32 bits. The module takes a number modulo 2^32. */
export function low(whole) {
  return typeof whole === "bigint" ? Number(BigInt.asIntN(32, whole)) : whole;
}

/** Converts a bigint to a number where that is exact; returns other bigints as they are. */
export function exact(whole) {
  return whole < TWO_53 && whole > -TWO_53 ? Number(whole) : whole;
}

/** Checks for an integer from 0 to `most`. The module would truncate any other number without an error. */
export function integer(value, most, expected) {
  if (typeof value !== "number") throw new TypeError(expected);
  if (!(value >= 0 && value <= most && Number.isInteger(value))) throw new RangeError(expected);
  return value;
}

/** Checks for an integer from 0 to 2^64 - 1. From 2^53 on it must be a bigint. */
export function unsigned(value, expected) {
  if (typeof value === "bigint") {
    if (value < 0n || value > 0xffff_ffff_ffff_ffffn) throw new RangeError(expected);
    return value;
  }
  return integer(value, TWO_53 - 1, expected);
}

/** Checks for a signed 64-bit integer. */
export function signed(value, expected) {
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
 * Checks that options are an object with no other keys than these, so that a misspelt option is an error. Each name is a
 * parameter of its own, because engines take twice as long to search an array.
 */
export function options(given, a, b, c, d, e, f, g, h, i, j, k, l) {
  if (given === undefined) return {};
  if (typeof given !== "object" || given === null) throw new TypeError(`options are an object with ${listed(a, b, c, d, e, f, g, h, i, j, k, l)}`);
  for (const key in given) {
    if (key !== a && key !== b && key !== c && key !== d && key !== e && key !== f && key !== g && key !== h && key !== i && key !== j && key !== k && key !== l) {
      throw new TypeError(`the options are ${listed(a, b, c, d, e, f, g, h, i, j, k, l)}, and no other`);
    }
  }
  return given;
}

function listed(...names) {
  return names.filter(Boolean).join(", ");
}

const MOMENT = "a time is Unix seconds (number or bigint) or a Date; leave it out for the current time";
const RANGE = "a time is 0 or more seconds since 1970, as a bigint below 2**64";
const MILLISECONDS =
  "a time is 0 or more seconds since 1970 and below 1e11; this looks like milliseconds: pass a Date, or divide Date.now() by 1000";
/** In seconds the year 5138, in milliseconds 1973. */
const MOST_SECONDS = 1e11;

/** Converts a moment to whole seconds since 1970. */
export function seconds(at) {
  if (at === undefined) return Math.floor(Date.now() / 1000);
  if (typeof at === "number") {
    if (!(at >= 0 && at < MOST_SECONDS)) throw new RangeError(MILLISECONDS);
    return Math.floor(at);
  }
  if (typeof at === "bigint") return unsigned(at, RANGE);
  let time;
  try {
    // A Date of any realm.
    time = Date.prototype.getTime.call(at);
  } catch {
    throw new TypeError(MOMENT);
  }
  if (!(time >= 0)) throw new RangeError("a Date must be valid and not before 1970");
  return Math.floor(time / 1000);
}

/** Copies bytes. The caller wipes the copy. */
export function copied(data, expected) {
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  let copy;
  try {
    // An ArrayBuffer of any realm.
    copy = ArrayBuffer.prototype.slice.call(data, 0);
  } catch {
    throw new TypeError(expected);
  }
  return new Uint8Array(copy);
}

export const CODE = "a code is a string: as a number it would lose its leading zeros";

/** Reads the codes of a search, each by `read`. */
export function several(codes, least, read, expected) {
  if (typeof codes !== "object" || codes === null || typeof codes[Symbol.iterator] !== "function") throw new TypeError(expected);
  const all = [];
  for (const code of codes) {
    // Stops at the fourth code, which is one too many: an iterable may have no end.
    if (all.push(read(code)) > 3) break;
  }
  if (all.length < least || all.length > 3) throw new RangeError(expected);
  return all;
}

/** Reads one code, or an iterable of one to three codes. */
export function oneToThree(codes, read) {
  if (typeof codes === "string") return [read(codes)];
  return several(codes, 1, read, "codes are a string, or an array of one to three strings, the oldest first");
}
