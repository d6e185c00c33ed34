import {
  CODE, COUNTER, aheadOf, backOf, consecutive, driftOf, flag, integer, lastStepOf, options, seconds, string, unsigned,
} from "./arguments.js";
import * as module from "./module.js";
import {
  AHEAD, ALGORITHM, BACK, CODES, DIGITS, DRIFT, HAS_LAST, LAST, MOMENT, STEP, done, numbers, put, taken, takenSigned, told,
} from "./module.js";
import { Held, MADE, handleOf, secretHandle, secretOf } from "./secret.js";

export const ALGORITHMS = ["SHA1", "SHA256", "SHA512"];

let written;

/** A code as somebody typed it: its number, and above 2^27 how many digits it has beyond six. */
function packed(code) {
  if (typeof code !== "string") throw new TypeError(CODE);
  // What is six to eight digits and nothing else need not pass as a text; all else is the library's to read.
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
  told(code);
  return done(module.typed(0, 0), "malformed");
}

/** One code, or one to three. */
function packedAll(codes) {
  const all = consecutive(codes, packed);
  if (all.length < 1 || all.length > 3) throw new RangeError("expected one, two or three consecutive codes");
  return all;
}

const ALGORITHM_NAME = "an algorithm is 'SHA1', 'SHA256' or 'SHA512'";
const RADIUS = "a radius is 0 to 65535 steps";
const LOOK_AHEAD = "a look-ahead is 0 to 65535 counters";

/** What both kinds have. */
class Token extends Held {
  #algorithm;
  #digits;
  #power;

  constructor(handle) {
    super(handle);
    const words = numbers();
    this.#algorithm = ALGORITHMS[words[ALGORITHM]];
    this.#digits = words[DIGITS];
    this.#power = 10 ** this.#digits;
  }

  static {
    written = (token, moment) => {
      const handle = handleOf(token);
      put(numbers(), MOMENT, moment);
      // The leading zeros are those of a number that is longer by one.
      return String(token.#power + module.generate(handle, 0)).slice(1);
    };
  }

  get secret() {
    return secretOf(this);
  }

  get algorithm() {
    handleOf(this);
    return this.#algorithm;
  }

  get digits() {
    handleOf(this);
    return this.#digits;
  }
}

/** Hands over what both are made with. */
function handedOver({ digits = 6, algorithm = "SHA1", legacy = false }) {
  integer(digits, 255, "digits are 6, 7 or 8");
  string(algorithm, ALGORITHM_NAME);
  flag(legacy, "legacy is true or false");
  told(algorithm);
  numbers()[DIGITS] = digits;
  return Number(legacy);
}

function putCodes(codes, radius) {
  const words = numbers();
  codes.forEach((code, index) => {
    words[CODES + index] = code;
  });
  words[BACK] = radius;
  return words;
}

function putState(words, last, drift) {
  words[HAS_LAST] = last === null ? 0 : 1;
  if (last !== null) put(words, LAST, last);
  put(words, DRIFT, drift);
}

export class Totp extends Token {
  #step;
  #t0;

  constructor(secret, given, handle) {
    super(secret === MADE ? handle : Totp.#make(secretHandle(secret), given));
    const words = numbers();
    this.#step = words[STEP];
    this.#t0 = taken(words, MOMENT);
  }

  static #make(secret, given) {
    const { step = 30, t0 = 0, ...same } = options(given, "digits", "step", "algorithm", "t0", "legacy");
    integer(step, 0xffff_ffff, "a step is a whole number of seconds, 1 or more");
    unsigned(t0, "t0 is 0 or more seconds since 1970");
    const legacy = handedOver(same);
    const words = numbers();
    words[STEP] = step;
    put(words, MOMENT, t0);
    return done(module.totp(secret, legacy), "secret");
  }

  generate(at) {
    return written(this, seconds(at));
  }

  verify(code, given) {
    const handle = handleOf(this);
    const number = packed(code);
    const { state, at, window = 1 } = options(given, "state", "at", "window");
    const last = lastStepOf(state);
    const drift = driftOf(state);
    const time = seconds(at);
    const back = backOf(window);
    const ahead = aheadOf(window);
    const words = numbers();
    putState(words, last, drift);
    put(words, MOMENT, time);
    words[BACK] = back;
    words[AHEAD] = ahead;
    return accepted(module.verify(handle, number));
  }

  resync(codes, given) {
    const handle = handleOf(this);
    const all = packedAll(codes);
    const { state, at, radius = 2880 } = options(given, "state", "at", "radius");
    const last = lastStepOf(state);
    const drift = driftOf(state);
    const time = seconds(at);
    integer(radius, 65535, RADIUS);
    const words = putCodes(all, radius);
    putState(words, last, drift);
    put(words, MOMENT, time);
    return accepted(module.resync(handle, all.length));
  }

  find(codes, given) {
    const handle = handleOf(this);
    const all = packedAll(codes);
    const { at, radius = 2880 } = options(given, "at", "radius");
    const time = seconds(at);
    integer(radius, 65535, RADIUS);
    put(putCodes(all, radius), MOMENT, time);
    done(module.find(handle, all.length));
    const found = new Uint32Array(module.toldBytes().buffer);
    return Array.from({ length: found.length / 2 }, (_, index) => taken(found, 2 * index));
  }

  stepAt(at) {
    return moment(this, at, MOMENT);
  }

  remaining(at) {
    return moment(this, at, LAST);
  }

  get step() {
    handleOf(this);
    return this.#step;
  }

  get t0() {
    handleOf(this);
    return this.#t0;
  }
}

function moment(totp, at, place) {
  const handle = handleOf(totp);
  put(numbers(), MOMENT, seconds(at));
  done(module.moment(handle, 0));
  return taken(numbers(), place);
}

function accepted(status) {
  done(status);
  const words = numbers();
  const step = taken(words, MOMENT);
  return { state: { last_step: step, drift: takenSigned(words, DRIFT) }, step };
}


export class Hotp extends Token {
  constructor(secret, given, handle) {
    super(secret === MADE ? handle : Hotp.#make(secretHandle(secret), given));
  }

  static #make(secret, given) {
    const legacy = handedOver(options(given, "digits", "algorithm", "legacy"));
    return done(module.hotp(secret, legacy), "secret");
  }

  generate(counter) {
    return written(this, unsigned(counter, COUNTER));
  }

  verify(code, counter, given) {
    const handle = handleOf(this);
    const number = packed(code);
    unsigned(counter, COUNTER);
    const { lookAhead = 10 } = options(given, "lookAhead");
    integer(lookAhead, 65535, LOOK_AHEAD);
    const words = numbers();
    words[BACK] = lookAhead;
    put(words, MOMENT, counter);
    return counted(module.verify(handle, number));
  }

  resync(codes, counter, given) {
    const handle = handleOf(this);
    const all = packedAll(codes);
    unsigned(counter, COUNTER);
    const { lookAhead = 1000 } = options(given, "lookAhead");
    integer(lookAhead, 65535, LOOK_AHEAD);
    put(putCodes(all, lookAhead), MOMENT, counter);
    return counted(module.resync(handle, all.length));
  }
}

function counted(status) {
  done(status);
  const words = numbers();
  return { counter: taken(words, MOMENT), nextCounter: taken(words, LAST) };
}
