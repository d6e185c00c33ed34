// Codes that users typed.
import { CODE, oneToThree, several } from "./arguments.js";
import { orThrow } from "./errors.js";
import { typed } from "./wasm/codes.js";

/** A code as the module takes it: its number, and above 27 bits how many digits it has more than six. */
export function packed(code) {
  if (typeof code !== "string") throw new TypeError(CODE);
  // Six to eight digits and nothing else need not be passed as a text. The library reads everything else.
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

/** Codes of a search that lets no user in. */
export function packedRun(codes) {
  return Uint32Array.from(oneToThree(codes, packed));
}

const TWO_OR_THREE = "codes are an array of two or three strings, the oldest first; activate(code, …) searches by one code";

/** Codes of a resynchronization. */
export function packedConsecutive(codes) {
  return Uint32Array.from(several(codes, 2, packed, TWO_OR_THREE));
}

const POWERS = { 6: 1e6, 7: 1e7, 8: 1e8 };

/** A number as a code of so many digits: those of a number that is longer by one digit, without its first. */
export function shown(number, digits) {
  return String(POWERS[digits] + number).slice(1);
}

/** What a call that returns its verdict gives for a code that was not accepted. */
export function refusedAs(reason) {
  return { ok: false, reason };
}

/** The verdict of a code, or what `check` returns for a text that is no code. */
export function orMalformed(call) {
  try {
    return call();
  } catch (error) {
    if (error.code !== "malformed") throw error;
    return refusedAs("malformed");
  }
}
