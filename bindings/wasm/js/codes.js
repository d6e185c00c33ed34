import { Hotp as HotpInner, KeyUri as KeyUriInner, Secret as SecretInner, Totp as TotpInner, typed } from "./wasm/codes.js";
import {
  CODE, aheadOf, backOf, consecutive, copied, exact, flag, high, integer, low, options, seconds, stored, string, unsigned,
} from "./arguments.js";
import { OathError, freed, orThrow, rejected } from "./errors.js";

export { OathError };

const encoder = new TextEncoder();
/** Only this module has it, and so only it can wrap what it made. */
const MADE = Symbol();

/** Hands text with a secret in it over as bytes, which the module owns and wipes, and wipes them here. */
function handed(text, take) {
  return wiped(encoder.encode(text), take);
}

function wiped(bytes, take) {
  try {
    return take(bytes);
  } finally {
    bytes.fill(0);
  }
}

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
  return orThrow("malformed", () => typed(code));
}

/** One code, or one to three: how many, and each. */
function packedAll(codes) {
  const all = consecutive(codes, packed);
  if (all.length < 1 || all.length > 3) throw new RangeError("expected one, two or three consecutive codes");
  return [all.length, all[0], all[1] ?? 0, all[2] ?? 0];
}

/** 10 to the number of digits: what a code is added to for its leading zeros. */
const POWERS = { 6: 1e6, 7: 1e7, 8: 1e8 };

let innerOf;

export class Secret {
  #inner;

  static {
    innerOf = (secret) => {
      if (typeof secret !== "object" || secret === null || !(#inner in secret)) {
        throw new TypeError(
          "a secret is a Secret: Secret.fromBase32(text), Secret.fromHex(text), Secret.fromBytes(data)",
        );
      }
      return secret.#inner ?? freed();
    };
  }

  constructor(made, inner) {
    if (made !== MADE) {
      throw new TypeError("a Secret is made by Secret.generate(), fromBase32(text), fromHex(text) or fromBytes(data)");
    }
    this.#inner = inner;
  }

  static generate() {
    let random;
    try {
      // RFC 4226 §4, R6: 160 bits are recommended.
      random = crypto.getRandomValues(new Uint8Array(20));
    } catch {
      throw new OathError("no-randomness", "crypto.getRandomValues gives nothing to make a secret with");
    }
    return new Secret(MADE, wiped(random, (bytes) => SecretInner.from_bytes(bytes)));
  }

  static fromBase32(text) {
    string(text, "Base32 is a string");
    return new Secret(MADE, orThrow("secret", () => handed(text, (bytes) => SecretInner.from_base32(bytes))));
  }

  static fromHex(text) {
    string(text, "hex is a string");
    return new Secret(MADE, orThrow("secret", () => handed(text, (bytes) => SecretInner.from_hex(bytes))));
  }

  static fromBytes(data) {
    const copy = copied(data, "the bytes of a secret are a Uint8Array, another view or an ArrayBuffer");
    return new Secret(MADE, orThrow("secret", () => wiped(copy, (bytes) => SecretInner.from_bytes(bytes))));
  }

  exposeBase32() {
    return innerOf(this).base32();
  }

  exposeHex() {
    return innerOf(this).hex();
  }

  exposeBytes() {
    return innerOf(this).bytes();
  }

  get byteLength() {
    return innerOf(this).byte_length();
  }

  equals(other) {
    return innerOf(this).equals(innerOf(other));
  }

  free() {
    this.#inner?.free();
    this.#inner = undefined;
  }
}

let totpOf;
let hotpOf;

const TOTP_OPTIONS = ["digits", "step", "algorithm", "t0", "legacy"];
const VERIFY_OPTIONS = ["state", "at", "window"];
const RESYNC_OPTIONS = ["state", "at", "radius"];
const FIND_OPTIONS = ["at", "radius"];
const RADIUS = "a radius is 0 to 65535 steps";

export class Totp {
  #inner;
  #power;
  #digits;

  static {
    totpOf = (token) => (typeof token === "object" && token !== null && #inner in token ? (token.#inner ?? freed()) : undefined);
  }

  constructor(secret, given, inner) {
    if (secret === MADE) {
      this.#inner = inner;
    } else {
      const of = innerOf(secret);
      const { digits = 6, step = 30, algorithm = "SHA1", t0 = 0, legacy = false } = options(given, TOTP_OPTIONS);
      integer(digits, 255, "digits are 6, 7 or 8");
      integer(step, 0xffff_ffff, "a step is a whole number of seconds, 1 or more");
      string(algorithm, "an algorithm is 'SHA1', 'SHA256' or 'SHA512'");
      unsigned(t0, "t0 is 0 or more seconds since 1970");
      flag(legacy, "legacy is true or false");
      this.#inner = orThrow("secret", () => TotpInner.make(of, digits, step, algorithm, high(t0), low(t0), legacy));
    }
    this.#digits = this.#inner.digits();
    this.#power = POWERS[this.#digits];
  }

  generate(at) {
    const inner = this.#inner ?? freed();
    const time = seconds(at);
    return String(this.#power + inner.generate(high(time), low(time))).slice(1);
  }

  verify(code, given) {
    const inner = this.#inner ?? freed();
    const number = packed(code);
    const { state, at, window = 1 } = options(given, VERIFY_OPTIONS);
    const before = stored(state);
    const time = seconds(at);
    const last = before?.last_step ?? null;
    const has = last !== null;
    const drift = before === undefined ? 0 : before.drift;
    const verdict = inner.verify(
      number, high(time), low(time), backOf(window), aheadOf(window),
      has, has ? high(last) : 0, has ? low(last) : 0, high(drift), low(drift),
    );
    return accepted(inner, verdict);
  }

  resync(codes, given) {
    const inner = this.#inner ?? freed();
    const [count, one, two, three] = packedAll(codes);
    const { state, at, radius = 2880 } = options(given, RESYNC_OPTIONS);
    const { last_step: last = null, drift = 0 } = stored(state) ?? {};
    const time = seconds(at);
    integer(radius, 65535, RADIUS);
    const has = last !== null;
    const verdict = inner.resync(
      count, one, two, three, high(time), low(time), radius,
      has, has ? high(last) : 0, has ? low(last) : 0, high(drift), low(drift),
    );
    return accepted(inner, verdict);
  }

  find(codes, given) {
    const inner = this.#inner ?? freed();
    const [count, one, two, three] = packedAll(codes);
    const { at, radius = 2880 } = options(given, FIND_OPTIONS);
    const time = seconds(at);
    integer(radius, 65535, RADIUS);
    const found = inner.find(count, one, two, three, high(time), low(time), radius);
    return Array.from(found, exact);
  }

  stepAt(at) {
    const inner = this.#inner ?? freed();
    const time = seconds(at);
    return exact(inner.step_at(high(time), low(time)));
  }

  remaining(at) {
    const inner = this.#inner ?? freed();
    const time = seconds(at);
    return exact(inner.remaining(high(time), low(time)));
  }

  get secret() {
    return new Secret(MADE, (this.#inner ?? freed()).secret());
  }

  get algorithm() {
    return (this.#inner ?? freed()).algorithm();
  }

  get digits() {
    return this.#digits;
  }

  get step() {
    return (this.#inner ?? freed()).step();
  }

  get t0() {
    return exact((this.#inner ?? freed()).t0());
  }

  free() {
    this.#inner?.free();
    this.#inner = undefined;
  }
}

function accepted(inner, verdict) {
  if (verdict < 0) throw rejected(verdict);
  if (verdict < 9007199254740992) return { state: { last_step: verdict, drift: inner.drift() }, step: verdict };
  const step = inner.whole_step();
  return { state: { last_step: step, drift: exact(inner.whole_drift()) }, step };
}

const HOTP_OPTIONS = ["digits", "algorithm", "legacy"];
const LOOK_OPTIONS = ["lookAhead"];
const COUNTER = "a counter is a whole number from 0 on: a number below 2**53, or a bigint below 2**64";
const LOOK_AHEAD = "a look-ahead is 0 to 65535 counters";

export class Hotp {
  #inner;
  #power;
  #digits;

  static {
    hotpOf = (token) => (typeof token === "object" && token !== null && #inner in token ? (token.#inner ?? freed()) : undefined);
  }

  constructor(secret, given, inner) {
    if (secret === MADE) {
      this.#inner = inner;
    } else {
      const of = innerOf(secret);
      const { digits = 6, algorithm = "SHA1", legacy = false } = options(given, HOTP_OPTIONS);
      integer(digits, 255, "digits are 6, 7 or 8");
      string(algorithm, "an algorithm is 'SHA1', 'SHA256' or 'SHA512'");
      flag(legacy, "legacy is true or false");
      this.#inner = orThrow("secret", () => HotpInner.make(of, digits, algorithm, legacy));
    }
    this.#digits = this.#inner.digits();
    this.#power = POWERS[this.#digits];
  }

  generate(counter) {
    const inner = this.#inner ?? freed();
    unsigned(counter, COUNTER);
    return String(this.#power + inner.generate(high(counter), low(counter))).slice(1);
  }

  verify(code, counter, given) {
    const inner = this.#inner ?? freed();
    const number = packed(code);
    unsigned(counter, COUNTER);
    const { lookAhead = 10 } = options(given, LOOK_OPTIONS);
    integer(lookAhead, 65535, LOOK_AHEAD);
    return counted(inner, inner.verify(number, high(counter), low(counter), lookAhead));
  }

  resync(codes, counter, given) {
    const inner = this.#inner ?? freed();
    const [count, one, two, three] = packedAll(codes);
    unsigned(counter, COUNTER);
    const { lookAhead = 1000 } = options(given, LOOK_OPTIONS);
    integer(lookAhead, 65535, LOOK_AHEAD);
    return counted(inner, inner.resync(count, one, two, three, high(counter), low(counter), lookAhead));
  }

  get secret() {
    return new Secret(MADE, (this.#inner ?? freed()).secret());
  }

  get algorithm() {
    return (this.#inner ?? freed()).algorithm();
  }

  get digits() {
    return this.#digits;
  }

  free() {
    this.#inner?.free();
    this.#inner = undefined;
  }
}

function counted(inner, verdict) {
  if (verdict < 0) throw rejected(verdict);
  return { counter: exact(inner.counter()), nextCounter: exact(inner.next_counter()) };
}

const URI_OPTIONS = ["account", "issuer", "counter"];

export class KeyUri {
  #inner;

  constructor(given, named, inner) {
    if (given === MADE) {
      this.#inner = inner;
      return;
    }
    const { account, issuer, counter = 0 } = options(named, URI_OPTIONS);
    const totp = totpOf(given);
    const hotp = totp ?? hotpOf(given);
    if (!hotp) throw new TypeError("a KeyUri is made from a Totp or a Hotp; KeyUri.parse(text) reads one");
    string(account, "an account is a string: who the code is for");
    if (issuer !== undefined) string(issuer, "an issuer is a string");
    unsigned(counter, COUNTER);
    this.#inner = totp
      ? KeyUriInner.of_totp(totp, account, issuer)
      : KeyUriInner.of_hotp(hotp, account, issuer, high(counter), low(counter));
  }

  static parse(text) {
    string(text, "an otpauth URI is a string");
    return new KeyUri(MADE, undefined, orThrow("uri", () => handed(text, (bytes) => KeyUriInner.parse(bytes))));
  }

  toString() {
    return (this.#inner ?? freed()).uri();
  }

  qrSvg() {
    const inner = this.#inner ?? freed();
    return orThrow("uri", () => inner.qr_svg());
  }

  qrText() {
    const inner = this.#inner ?? freed();
    return orThrow("uri", () => inner.qr_text());
  }

  toTotp() {
    const inner = this.#inner ?? freed();
    return new Totp(MADE, undefined, orThrow("secret", () => inner.to_totp()));
  }

  toHotp() {
    const inner = this.#inner ?? freed();
    return new Hotp(MADE, undefined, orThrow("secret", () => inner.to_hotp()));
  }

  get secret() {
    const inner = this.#inner ?? freed();
    return new Secret(MADE, orThrow("secret", () => inner.secret()));
  }

  get account() {
    return (this.#inner ?? freed()).account();
  }

  get issuer() {
    return (this.#inner ?? freed()).issuer() ?? null;
  }

  get algorithm() {
    return (this.#inner ?? freed()).algorithm();
  }

  get digits() {
    return (this.#inner ?? freed()).digits();
  }

  get period() {
    return (this.#inner ?? freed()).period() ?? null;
  }

  get counter() {
    const counter = (this.#inner ?? freed()).counter();
    return counter === undefined ? null : exact(counter);
  }

  free() {
    this.#inner?.free();
    this.#inner = undefined;
  }
}

if (Symbol.dispose) {
  for (const { prototype } of [Secret, Totp, Hotp, KeyUri]) prototype[Symbol.dispose] = prototype.free;
}
