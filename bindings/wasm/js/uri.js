import { exact, flag, high, integer, low, options, string, unsigned } from "./arguments.js";
import { freed, orThrow } from "./errors.js";
import { MADE, holdsSecret, notCloneable } from "./held.js";
import { COUNTER, Hotp, hotpOf } from "./hotp.js";
import { Secret, wiped } from "./secret.js";
import { encoder } from "./text.js";
import { Totp, totpOf } from "./totp.js";
import { KeyUri as Inner, qr_svg } from "./wasm/codes.js";

const MARGIN = "a margin is 0 to 255 light modules; readers expect 4";

export class KeyUri {
  #inner;
  notCloneable = notCloneable;

  constructor(given, named, inner) {
    this.#inner = given === MADE ? inner : KeyUri.#make(given, named);
  }

  static #make(token, named) {
    const { account, issuer, counter = 0 } = options(named, "account", "issuer", "counter");
    if (!totpOf(token) && !hotpOf(token)) throw new TypeError("a KeyUri is made from a Totp or a Hotp; KeyUri.parse(text) reads one");
    string(account, "an account is a string: the name of the user");
    if (issuer !== undefined) string(issuer, "an issuer is a string");
    unsigned(counter, COUNTER);
    const totp = totpOf(token);
    return orThrow("uri", () =>
      totp ? Inner.of_totp(totp, account, issuer) : Inner.of_hotp(hotpOf(token), account, issuer, high(counter), low(counter)));
  }

  static parse(text) {
    string(text, "an otpauth URI is a string");
    return new KeyUri(MADE, undefined, orThrow("uri", () => wiped(encoder.encode(text), Inner.parse)));
  }

  /** Must be the last step before the call: a getter among the options may free the object. */
  #live() {
    return this.#inner ?? freed();
  }

  exposeUri() {
    return this.#live().uri();
  }

  exposeQrSvg(given) {
    const size = sized(given);
    return orThrow("uri", () => this.#live().qr_svg(...size));
  }

  exposeQrDataUri(given) {
    return `data:image/svg+xml,${encodeURIComponent(this.exposeQrSvg(given))}`;
  }

  exposeQrText() {
    return orThrow("uri", () => this.#live().qr_text());
  }

  exposeQrMatrix(given) {
    const { margin = 4 } = options(given, "margin");
    integer(margin, 255, MARGIN);
    const modules = orThrow("uri", () => this.#live().qr_modules());
    // The module returns the code with a margin of four.
    const known = Math.sqrt(modules.length);
    const side = known - 8 + 2 * margin;
    const dark = (row, column) => row >= 0 && row < known && column >= 0 && column < known && modules[row * known + column] === 1;
    const rows = Array.from({ length: side }, (_, row) =>
      Array.from({ length: side }, (_, column) => dark(row + 4 - margin, column + 4 - margin)));
    modules.fill(0);
    return rows;
  }

  toTotp(given) {
    const legacy = legacyOf(given);
    return new Totp(MADE, undefined, orThrow("uri", () => this.#live().to_totp(legacy)));
  }

  toHotp(given) {
    const legacy = legacyOf(given);
    return new Hotp(MADE, undefined, orThrow("uri", () => this.#live().to_hotp(legacy)));
  }

  get secret() {
    return new Secret(MADE, orThrow("uri", () => this.#live().secret()));
  }

  get account() {
    return this.#live().account();
  }

  get issuer() {
    return this.#live().issuer() ?? null;
  }

  get prefix() {
    return this.#live().prefix() ?? null;
  }

  get algorithm() {
    return this.#live().algorithm();
  }

  get digits() {
    return this.#live().digits();
  }

  get period() {
    return this.#live().period() ?? null;
  }

  get counter() {
    const counter = this.#live().counter();
    return counter === undefined ? null : exact(counter);
  }

  free() {
    this.#inner?.free();
    this.#inner = undefined;
  }
}
holdsSecret(KeyUri, "exposeUri()", ({ account, issuer, algorithm, digits, period, counter }) => ({
  account, issuer, algorithm, digits, period, counter,
}));

/** The margin and the pixels of a drawing. */
function sized(given) {
  const { margin = 4, size } = options(given, "margin", "size");
  integer(margin, 255, MARGIN);
  if (size !== undefined) integer(size, 65535, "a size is a number of pixels");
  return [margin, size ?? 0];
}

export function exposeQrSvg(uri, given) {
  const size = sized(given);
  string(uri, "a URI is a string");
  return orThrow("uri-too-long", () => wiped(encoder.encode(uri), (bytes) => qr_svg(bytes, ...size)));
}

function legacyOf(given) {
  const { legacy = false } = options(given, "legacy");
  return flag(legacy, "legacy is true or false");
}
