// The module of the codes, and the places where numbers and texts pass: those of `src/codes/shared.rs`. All that is called
// takes two numbers and returns one, below zero where it refuses.
import { TWO_53 } from "./arguments.js";
import { OathError, rejected } from "./errors.js";

const TWO_32 = 4294967296;

/** Where each number lies; those of 64 bits take two places, the lower half first. */
export const MOMENT = 0;
export const LAST = 2;
export const DRIFT = 4;
/** Whether what may be missing is there: a last step, an issuer. */
export const GIVEN = 6;
export const BACK = 7;
export const AHEAD = 8;
export const DIGITS = 9;
export const STEP = 10;
export const ALGORITHM = 11;
export const CODES = 12;
const TEXT = 15;
const LENGTH = 16;

export let release, secret, secret_held, secret_shown, secret_length, secret_equals;
export let totp, hotp, typed, generate, verify, resync, find, moment;
export let uri_of, uri_read, uri_shown, uri_token;
let memory, room, place, words;

export function start({ exports }) {
  ({ memory, room, release, secret, secret_held, secret_shown, secret_length, secret_equals } = exports);
  ({ totp, hotp, typed, generate, verify, resync, find, moment, uri_of, uri_read, uri_shown, uri_token } = exports);
  place = exports.numbers(0, 0);
  look();
}

function look() {
  return (words = new Uint32Array(memory.buffer, place, LENGTH + 1));
}

/** The numbers, wherever the memory is that the module has grown into. */
export function numbers() {
  return words.length === 0 ? look() : words;
}

/** Puts a whole number of 64 bits at its place. */
export function put(words, at, whole) {
  if (typeof whole === "bigint") {
    words[at] = Number(BigInt.asUintN(32, whole));
    words[at + 1] = Number(BigInt.asUintN(32, whole >> 32n));
  } else {
    // Of a number an array takes the lower half by itself.
    words[at] = whole;
    words[at + 1] = Math.floor(whole / TWO_32);
  }
}

/** A whole number of 64 bits: as a number where that is exact, else as a bigint. */
export function taken(words, at) {
  return exactly(words[at + 1], words[at]);
}

export function takenSigned(words, at) {
  return exactly(words[at + 1] | 0, words[at]);
}

function exactly(high, low) {
  const whole = high * TWO_32 + low;
  return whole < TWO_53 && whole > -TWO_53 ? whole : (BigInt(high) << 32n) | BigInt(low);
}

export const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function text() {
  const words = numbers();
  return new Uint8Array(memory.buffer, words[TEXT], words[LENGTH]);
}

/** Hands bytes over, which may hold a secret: the module wipes them, and here they are wiped at once. */
export function handed(bytes) {
  try {
    room(bytes.length, 0);
    text().set(bytes);
  } finally {
    bytes.fill(0);
  }
}

/** Hands a text over. */
export function told(text) {
  handed(encoder.encode(text));
}

/** The bytes that the module tells; there they are wiped. */
export function toldBytes() {
  const bytes = text().slice();
  room(0, 0);
  return bytes;
}

/** The text that the module tells. */
export function toldText() {
  const told = decoder.decode(text());
  room(0, 0);
  return told;
}

/** What was returned, unless it refuses: then what was read is wrong, and the error is of this code. */
export function done(status, code) {
  if (status >= 0) return status;
  if (status === -4) throw new OathError(code, toldText());
  if (status === -5) throw new RangeError(toldText());
  throw rejected(status);
}
