import {
  CODE, COUNTER, aheadOf, backOf, consecutive, driftOf, flag, integer, lastStepOf, options, seconds, string, unsigned,
} from "./arguments.js";
import { Described, MADE, disposable } from "./held.js";
import * as module from "./module.js";
import {
  AHEAD, BACK, CODES, DIGITS, DRIFT, GIVEN, LAST, MOMENT, STEP, done, numbers, put, taken, takenSigned, told,
} from "./module.js";
import { Secret, secretOf } from "./secret.js";

const RADIUS = "a radius is 0 to 65535 steps";
const LOOK_AHEAD = "a look-ahead is 0 to 65535 counters";

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

function putCodes(codes, radius) {
  const words = numbers();
  codes.forEach((code, index) => {
    words[CODES + index] = code;
  });
  words[BACK] = radius;
  return words;
}

function putState(words, last, drift) {
  words[GIVEN] = last === null ? 0 : 1;
  if (last !== null) put(words, LAST, last);
  put(words, DRIFT, drift);
}

/** Looks at what both kinds of token are made with. */
function checked(digits, algorithm, legacy) {
  integer(digits, 255, "digits are 6, 7 or 8");
  string(algorithm, "an algorithm is 'SHA1', 'SHA256' or 'SHA512'");
  flag(legacy, "legacy is true or false");
}

/** The code of a moment or counter, with its leading zeros: those of a number that is longer by one digit. */
function shown(held, moment) {
  const { power } = held.parameters();
  put(numbers(), MOMENT, moment);
  return String(power + module.generate(held.live(), 0)).slice(1);
}

/** What is held for a Totp; undefined for anything else. */
export let totpOf;

export class Totp {
  #held;

  static {
    totpOf = (token) => (typeof token === "object" && token !== null && #held in token ? token.#held : undefined);
  }

  constructor(secret, given, held) {
    this.#held = secret === MADE ? held : Totp.#make(secretOf(secret), given);
  }

  static #make(secret, given) {
    secret.live();
    const known = options(given, "digits", "step", "algorithm", "t0", "legacy");
    const { digits = 6, step = 30, algorithm = "SHA1", t0 = 0, legacy = false } = known;
    checked(digits, algorithm, legacy);
    integer(step, 0xffff_ffff, "a step is a whole number of seconds, 1 or more");
    unsigned(t0, "t0 is 0 or more seconds since 1970");
    told(algorithm);
    const words = numbers();
    words[DIGITS] = digits;
    words[STEP] = step;
    put(words, MOMENT, t0);
    return new Described(done(module.totp(secret.live(), Number(legacy)), "secret"));
  }

  generate(at) {
    const held = this.#held;
    held.live();
    return shown(held, seconds(at));
  }

  verify(code, given) {
    const held = this.#held;
    held.live();
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
    return accepted(module.verify(held.live(), number));
  }

  resync(codes, given) {
    const held = this.#held;
    held.live();
    const all = packedAll(codes);
    const { state, at, radius = 2880 } = options(given, "state", "at", "radius");
    const last = lastStepOf(state);
    const drift = driftOf(state);
    const time = seconds(at);
    integer(radius, 65535, RADIUS);
    const words = putCodes(all, radius);
    putState(words, last, drift);
    put(words, MOMENT, time);
    return accepted(module.resync(held.live(), all.length));
  }

  find(codes, given) {
    const held = this.#held;
    held.live();
    const all = packedAll(codes);
    const { at, radius = 2880 } = options(given, "at", "radius");
    const time = seconds(at);
    integer(radius, 65535, RADIUS);
    put(putCodes(all, radius), MOMENT, time);
    done(module.find(held.live(), all.length));
    const found = new Uint32Array(module.toldBytes().buffer);
    return Array.from({ length: found.length / 2 }, (_, index) => taken(found, 2 * index));
  }

  stepAt(at) {
    return moment(this.#held, at, MOMENT);
  }

  remaining(at) {
    return moment(this.#held, at, LAST);
  }

  get secret() {
    return new Secret(MADE, this.#held.secret());
  }

  get algorithm() {
    return this.#held.parameters().algorithm;
  }

  get digits() {
    return this.#held.parameters().digits;
  }

  get step() {
    return this.#held.parameters().step;
  }

  get t0() {
    return this.#held.parameters().moment;
  }

  free() {
    this.#held.free();
  }
}
disposable(Totp);

function moment(held, at, place) {
  held.live();
  const time = seconds(at);
  put(numbers(), MOMENT, time);
  done(module.moment(held.live(), 0));
  return taken(numbers(), place);
}

function accepted(status) {
  done(status);
  const words = numbers();
  const step = taken(words, MOMENT);
  return { state: { last_step: step, drift: takenSigned(words, DRIFT) }, step };
}

/** What is held for a Hotp; undefined for anything else. */
export let hotpOf;

export class Hotp {
  #held;

  static {
    hotpOf = (token) => (typeof token === "object" && token !== null && #held in token ? token.#held : undefined);
  }

  constructor(secret, given, held) {
    this.#held = secret === MADE ? held : Hotp.#make(secretOf(secret), given);
  }

  static #make(secret, given) {
    secret.live();
    const { digits = 6, algorithm = "SHA1", legacy = false } = options(given, "digits", "algorithm", "legacy");
    checked(digits, algorithm, legacy);
    told(algorithm);
    numbers()[DIGITS] = digits;
    return new Described(done(module.hotp(secret.live(), Number(legacy)), "secret"));
  }

  generate(counter) {
    const held = this.#held;
    held.live();
    return shown(held, unsigned(counter, COUNTER));
  }

  verify(code, counter, given) {
    const held = this.#held;
    held.live();
    const number = packed(code);
    unsigned(counter, COUNTER);
    const { lookAhead = 10 } = options(given, "lookAhead");
    integer(lookAhead, 65535, LOOK_AHEAD);
    const words = numbers();
    words[BACK] = lookAhead;
    put(words, MOMENT, counter);
    return counted(module.verify(held.live(), number));
  }

  resync(codes, counter, given) {
    const held = this.#held;
    held.live();
    const all = packedAll(codes);
    unsigned(counter, COUNTER);
    const { lookAhead = 1000 } = options(given, "lookAhead");
    integer(lookAhead, 65535, LOOK_AHEAD);
    put(putCodes(all, lookAhead), MOMENT, counter);
    return counted(module.resync(held.live(), all.length));
  }

  get secret() {
    return new Secret(MADE, this.#held.secret());
  }

  get algorithm() {
    return this.#held.parameters().algorithm;
  }

  get digits() {
    return this.#held.parameters().digits;
  }

  free() {
    this.#held.free();
  }
}
disposable(Hotp);

function counted(status) {
  done(status);
  const words = numbers();
  return { counter: taken(words, MOMENT), nextCounter: taken(words, LAST) };
}
