import { COUNTER, options, string, unsigned } from "./arguments.js";
import { Described, MADE, disposable } from "./held.js";
import * as module from "./module.js";
import { GIVEN, MOMENT, done, encoder, handed, numbers, put, told } from "./module.js";
import { Secret } from "./secret.js";
import { Hotp, Totp, hotpOf, totpOf } from "./token.js";

/** What of a URI is shown. */
const URI = 0;
const SVG = 1;
const TEXT = 2;
const ACCOUNT = 3;
const ISSUER = 4;

export class KeyUri {
  #held;

  constructor(given, named, held) {
    this.#held = given === MADE ? held : KeyUri.#make(given, named);
  }

  static #make(token, named) {
    const { account, issuer, counter = 0 } = options(named, "account", "issuer", "counter");
    const held = totpOf(token) ?? hotpOf(token);
    if (!held) throw new TypeError("a KeyUri is made from a Totp or a Hotp; KeyUri.parse(text) reads one");
    held.live();
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
    words[GIVEN] = issuer === undefined ? 0 : 1;
    put(words, MOMENT, counter);
    return new Described(done(module.uri_of(held.live(), first.length), "secret"));
  }

  static parse(text) {
    told(string(text, "an otpauth URI is a string"));
    return new KeyUri(MADE, undefined, new Described(done(module.uri_read(0, 0), "uri")));
  }

  toString() {
    return shown(this.#held, URI);
  }

  qrSvg() {
    return shown(this.#held, SVG);
  }

  qrText() {
    return shown(this.#held, TEXT);
  }

  toTotp() {
    return new Totp(MADE, undefined, new Described(done(module.uri_token(this.#held.live(), 0), "secret")));
  }

  toHotp() {
    return new Hotp(MADE, undefined, new Described(done(module.uri_token(this.#held.live(), 1), "secret")));
  }

  get secret() {
    return new Secret(MADE, this.#held.secret());
  }

  get account() {
    return shown(this.#held, ACCOUNT);
  }

  get issuer() {
    return shown(this.#held, ISSUER);
  }

  get algorithm() {
    return this.#held.parameters().algorithm;
  }

  get digits() {
    return this.#held.parameters().digits;
  }

  get period() {
    return this.#held.parameters().step || null;
  }

  get counter() {
    const { step, moment } = this.#held.parameters();
    return step === 0 ? moment : null;
  }

  free() {
    this.#held.free();
  }
}
disposable(KeyUri);

/** Null where there is none. */
function shown(held, what) {
  return done(module.uri_shown(held.live(), what), "uri") === 0 ? module.toldText() : null;
}
