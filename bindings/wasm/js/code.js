// Reads codes that users typed.
import { CODE, oneToThree, several } from "./arguments.js";
import { orThrow } from "./errors.js";
import { typed } from "./wasm/codes.js";

/** Packs a code for the module: its number in the lower 27 bits, and above them its number of digits minus six. */
export function packed(code) {
  if (typeof code !== "string") throw new TypeError(CODE);
  // Six to eight ASCII digits are read here, which saves passing a text. The library reads everything else.
  const { length } = code;
  if (length >= 6 && length <= 8) {
    let number = 0;
    let at = 0;
    for (; at < length; at++) {
      const digit = code.charCodeAt(at) - 48;
      if (digit < 0 || digit > 9) break;
      number = number * 10 + digit;
    }
    if (at === length) return number + (length - 6) * 0x800_0000;
  }
  return orThrow("malformed", () => typed(code));
}

/** Packs the codes of a search without replay protection. */
export function packedRun(codes) {
  return Uint32Array.from(oneToThree(codes, packed));
}

const TWO_OR_THREE = "codes are an array of two or three strings, the oldest first; activate(code, …) searches by one code";

/** Packs the codes of a resynchronization. */
export function packedConsecutive(codes) {
  return Uint32Array.from(several(codes, 2, packed, TWO_OR_THREE));
}

const POWERS = { 6: 1e6, 7: 1e7, 8: 1e8 };

/** Formats a number as a code with leading zeros: adds a digit before it, and cuts that digit off the text. */
export function shown(number, digits) {
  return String(POWERS[digits] + number).slice(1);
}

/** The result of `check` for a code that was not accepted. */
export function refusedAs(reason) {
  return { ok: false, reason };
}

/** Returns the verdict of a code, or the result of `check` for a text that is not a code. */
export function orMalformed(call) {
  try {
    return call();
  } catch (error) {
    if (error.code !== "malformed") throw error;
    return refusedAs("malformed");
  }
}
