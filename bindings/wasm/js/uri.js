import { COUNTER, options, string, unsigned } from "./arguments.js";
import * as module from "./module.js";
import { ALGORITHM, DIGITS, HAS_LAST, MOMENT, STEP, done, encoder, handed, numbers, put, taken, told } from "./module.js";
import { Held, MADE, handleOf, secretOf } from "./secret.js";
import { ALGORITHMS, Hotp, Totp } from "./token.js";


/** What of a URI is shown. */
const URI = 0;
const SVG = 1;
const TEXT = 2;
const ACCOUNT = 3;
const ISSUER = 4;

export class KeyUri extends Held {
  #algorithm;
  #digits;
  #period;
  #counter;

  constructor(given, named, handle) {
    super(given === MADE ? handle : KeyUri.#make(given, named));
    const words = numbers();
    this.#algorithm = ALGORITHMS[words[ALGORITHM]];
    this.#digits = words[DIGITS];
    // Which of the two there is.
    this.#period = words[STEP] || null;
    this.#counter = this.#period === null ? taken(words, MOMENT) : null;
  }

  static #make(token, named) {
    const { account, issuer, counter = 0 } = options(named, "account", "issuer", "counter");
    if (!(token instanceof Totp || token instanceof Hotp)) {
      throw new TypeError("a KeyUri is made from a Totp or a Hotp; KeyUri.parse(text) reads one");
    }
    const handle = handleOf(token);
    string(account, "an account is a string: who the code is for");
    if (issuer !== undefined) string(issuer, "an issuer is a string");
    unsigned(counter, COUNTER);
    // One behind the other.
    const first = encoder.encode(account);
    const second = encoder.encode(issuer ?? "");
    const both = new Uint8Array(first.length + second.length);
    both.set(first);
    both.set(second, first.length);
    handed(both);
    const words = numbers();
    words[HAS_LAST] = issuer === undefined ? 0 : 1;
    put(words, MOMENT, counter);
    return done(module.uri_of(handle, first.length), "secret");
  }

  static parse(text) {
    told(string(text, "an otpauth URI is a string"));
    return new KeyUri(MADE, undefined, done(module.uri_read(0, 0), "uri"));
  }

  toString() {
    return shown(this, URI);
  }

  qrSvg() {
    return shown(this, SVG);
  }

  qrText() {
    return shown(this, TEXT);
  }

  toTotp() {
    return new Totp(MADE, undefined, done(module.uri_token(handleOf(this), 0), "secret"));
  }

  toHotp() {
    return new Hotp(MADE, undefined, done(module.uri_token(handleOf(this), 1), "secret"));
  }

  get secret() {
    return secretOf(this);
  }

  get account() {
    return shown(this, ACCOUNT);
  }

  get issuer() {
    return shown(this, ISSUER);
  }

  get algorithm() {
    handleOf(this);
    return this.#algorithm;
  }

  get digits() {
    handleOf(this);
    return this.#digits;
  }

  get period() {
    handleOf(this);
    return this.#period;
  }

  get counter() {
    handleOf(this);
    return this.#counter;
  }
}

/** Null where there is none. */
function shown(uri, what) {
  return done(module.uri_shown(handleOf(uri), what), "uri") === 0 ? module.toldText() : null;
}
