/**
 * One-time codes (RFC 4226 HOTP, RFC 6238 TOTP) with replay protection, otpauth URIs and QR codes.
 *
 * ```js
 * import { Secret, Totp } from "oath-totp";
 * const totp = new Totp(Secret.fromBase32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"));
 * const { state } = totp.verify("287 082", { at: 59 }); // throws an OathError, or returns the state to store
 * totp.verify("287 082", { state, at: 59 }); // throws: a code is good once
 * ```
 *
 * Arguments of a wrong type throw a `TypeError`, values out of range a `RangeError`; everything else that is refused is an
 * {@link OathError}.
 *
 * @module
 */

/** A moment: Unix seconds, or a `Date`. Left out, it is now. A bigint may reach 2^64 - 1, a number 2^53 - 1. */
export type Moment = number | bigint | Date;

/** A step, or a counter: a number below 2^53, from there on a bigint. Both are taken. */
export type Count = number | bigint;

export type Algorithm = "SHA1" | "SHA256" | "SHA512";

/**
 * What a server stores for a TOTP token: plain JSON, and the same in Python and Rust.
 *
 * Store it with a compare-and-set before you let anyone in: until then the code can be used again.
 */
export interface TotpState {
  /** The highest step ever accepted; null before the first. It must never go down. */
  last_step: Count | null;
  /** By how many steps the token's clock was ahead when it was last seen; behind where negative. */
  drift: Count;
}

/** A right code of a time-based token. */
export interface Accepted {
  /** What to store. */
  state: TotpState;
  /** The step that the code belongs to. */
  step: Count;
}

/** A right code of a counter-based token. */
export interface AcceptedCounter {
  /** The counter that the code belongs to. */
  counter: Count;
  /** What to store. */
  nextCounter: Count;
}

/** Steps before and after, each 0 to 255. A number means as many on either side. */
export type Window = number | { back: number; ahead: number };

/** The stable names of what is refused. A seed file's are the codes of its findings. */
export type OathErrorCode =
  | "mismatch"
  | "replayed"
  | "ambiguous"
  | "malformed"
  | "secret"
  | "uri"
  | "no-randomness"
  | "freed"
  | (string & {});

/**
 * Whatever this package refuses.
 *
 * A wrong code is `mismatch`, a used one `replayed`: the same text, for a stranger must not learn that a code was right.
 * `ambiguous` asks for the next code as well. `malformed` is no code at all.
 *
 * The first three are outcomes, not mistakes of the program, and carry no stack.
 */
export class OathError extends Error {
  constructor(code: OathErrorCode, message: string, action?: string, line?: number | null);
  readonly name: "OathError";
  /** A stable name. */
  readonly code: OathErrorCode;
  /** What to do. */
  readonly action: string;
  /** The line of a seed file, where it is about one. */
  readonly line: number | null;
}

/** What holds a secret until it is freed, by `free`, by `using`, or by the garbage collector some time. */
interface Wiped {
  /** Wipes it now. Whatever is called afterwards throws `freed`. */
  free(): void;
  /** For `using`, where the engine or the compiler knows it. */
  [Symbol.dispose](): void;
}

/**
 * The shared secret K, in the memory of the WebAssembly module; wiped when it and the tokens made from it are freed.
 *
 * What the `expose…` methods return belongs to JavaScript, and nobody wipes it. Nothing else shows the secret.
 */
export class Secret implements Wiped {
  private constructor();
  /** 160 bits from `crypto.getRandomValues` (RFC 4226 §4 recommends that many). */
  static generate(): Secret;
  /**
   * Base32 in any case, with or without padding, spaces and dashes.
   * @throws OathError `secret`, with the place of the first character that is none, never its neighbours.
   */
  static fromBase32(text: string): Secret;
  /** Hexadecimal digits in any case, with or without spaces, dashes and colons. */
  static fromHex(text: string): Secret;
  /** A copy of these bytes; overwrite yours. */
  static fromBytes(data: ArrayBuffer | ArrayBufferView): Secret;
  /** Base32 in capitals, without padding. */
  exposeBase32(): string;
  exposeHex(): string;
  exposeBytes(): Uint8Array<ArrayBuffer>;
  readonly byteLength: number;
  /** In constant time. */
  equals(other: Secret): boolean;
  free(): void;
  [Symbol.dispose](): void;
}

export interface TotpOptions {
  /** 6, 7 or 8; else 6. */
  digits?: number;
  /** Seconds; else 30. */
  step?: number;
  /** Else SHA-1, what nearly every token computes. Any spelling is read: `sha-256`, `HmacSHA256`. */
  algorithm?: Algorithm | (string & {});
  /** When the steps begin, in seconds since 1970; else 0. */
  t0?: Count;
  /** Takes secrets of 80 to 127 bits too, which some services still hand out. */
  legacy?: boolean;
}

/** A token whose codes change with the time. */
export class Totp implements Wiped {
  /** @throws OathError `secret` where it is shorter than 128 bits. */
  constructor(secret: Secret, options?: TotpOptions);
  /** The code that the token shows, with its leading zeros. */
  generate(at?: Moment): string;
  /**
   * Is this code right, now, and unused? Every step of the window is computed, whatever fits.
   *
   * `code` is what somebody typed: spaces, dashes and full-width digits are taken. `window` is 1 step either way unless it
   * is given.
   * @throws OathError `mismatch`, `replayed` or `malformed`; the state to keep is then the old one.
   */
  verify(code: string, options?: { state?: TotpState | null; at?: Moment; window?: Window }): Accepted;
  /**
   * Finds a token whose clock is off, by one to three consecutive codes within `radius` steps (2880 unless given, at most
   * 65535), the older one first.
   * @throws OathError `ambiguous` where they fit more than one place: ask for the next code as well.
   */
  resync(codes: string | Iterable<string>, options?: { state?: TotpState | null; at?: Moment; radius?: number }): Accepted;
  /** Every step where these codes end: to test a token, without replay protection. */
  find(codes: string | Iterable<string>, options?: { at?: Moment; radius?: number }): Count[];
  stepAt(at?: Moment): Count;
  /** Seconds until the code changes. */
  remaining(at?: Moment): Count;
  readonly secret: Secret;
  readonly algorithm: Algorithm;
  readonly digits: number;
  readonly step: number;
  readonly t0: Count;
  free(): void;
  [Symbol.dispose](): void;
}

/** A token whose codes change when its button is pressed. */
export class Hotp implements Wiped {
  /** @throws OathError `secret` where it is shorter than 128 bits. */
  constructor(secret: Secret, options?: Pick<TotpOptions, "digits" | "algorithm" | "legacy">);
  generate(counter: Count): string;
  /**
   * Is this the code of `counter`, the next one expected, or of one of the `lookAhead` behind it (10 unless given)?
   * @throws OathError `mismatch` or `malformed`.
   */
  verify(code: string, counter: Count, options?: { lookAhead?: number }): AcceptedCounter;
  /** Finds a token whose button was pressed many times, by one to three consecutive codes (`lookAhead`: 1000 unless given). */
  resync(codes: string | Iterable<string>, counter: Count, options?: { lookAhead?: number }): AcceptedCounter;
  readonly secret: Secret;
  readonly algorithm: Algorithm;
  readonly digits: number;
  free(): void;
  [Symbol.dispose](): void;
}

/** `otpauth://`, what QR codes carry. */
export class KeyUri implements Wiped {
  /** `counter` is the next one of a Hotp. */
  constructor(token: Totp | Hotp, options: { account: string; issuer?: string; counter?: Count });
  /** @throws OathError `uri`, which names the part that is wrong. */
  static parse(text: string): KeyUri;
  /** The URI, secret included. */
  toString(): string;
  /** A drawing for a page: an `<svg>` as large as where it is put. Show it once, keep no copy. */
  qrSvg(): string;
  /** A drawing for a terminal with light letters on a dark ground. */
  qrText(): string;
  /** @throws RangeError where the URI carries a counter. */
  toTotp(): Totp;
  /** @throws RangeError where the URI carries a period. */
  toHotp(): Hotp;
  readonly secret: Secret;
  readonly account: string;
  readonly issuer: string | null;
  readonly algorithm: Algorithm;
  readonly digits: number;
  /** Seconds; null where it counts. */
  readonly period: number | null;
  /** The next one; null where it tells the time. */
  readonly counter: Count | null;
  free(): void;
  [Symbol.dispose](): void;
}
