/// <reference lib="esnext.disposable" />
/**
 * One-time codes (RFC 4226 HOTP, RFC 6238 TOTP) with replay protection, otpauth URIs and QR codes.
 *
 * ```js
 * import { Secret, Totp, TotpState } from "oath-totp";
 * const totp = new Totp(Secret.fromBase32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"));
 * const { state } = totp.verify("287 082", TotpState.fresh(), { at: 59 }); // throws, or returns the state to store
 * totp.verify("287 082", state, { at: 59 }); // throws: a code is accepted once
 * ```
 *
 * Arguments of a wrong type throw a `TypeError`, values out of range a `RangeError`. Every other error is an
 * {@link OathError}, and a code that is not accepted a {@link RefusedError}.
 *
 * @module
 */

/**
 * A moment: Unix seconds, or a `Date`; left out, the current time. A number must be below 1e11, so that milliseconds are
 * noticed; a bigint may reach 2^64 - 1.
 */
export type Moment = number | bigint | Date;

/** A step or a counter: a number below 2^53, a bigint from there on. Both are accepted everywhere. */
export type Count = number | bigint;

/** A Uint8Array of its own memory, for TypeScript from 5.2 on: later versions call it `Uint8Array<ArrayBuffer>`. */
export type Bytes = ReturnType<Uint8Array["slice"]>;

export type Algorithm = "SHA1" | "SHA256" | "SHA512";

/**
 * What a server stores for a TOTP token: plain JSON, and the same in Python and Rust.
 *
 * Store it with a compare-and-set before you let the user in: until then the code can be used again.
 */
export interface TotpState {
  /** The highest step ever accepted; null before the first. It must never decrease. */
  last_step: Count | null;
  /** The number of steps that the token's clock was ahead at the last sign-in; negative where it was behind. */
  drift: Count;
}

export const TotpState: {
  /** The state of a token that was never used. Where a stored state is missing, do not use this: a code could be used again. */
  fresh(): TotpState;
};

/** What a server stores for a HOTP token. */
export interface HotpState {
  /** The counter of the next code. It must never decrease. */
  counter: Count;
}

export const HotpState: {
  /** The state of a token that was never used: its counter is 0. */
  fresh(): HotpState;
};

/** A code of a time-based token that was accepted. */
export interface Accepted {
  /** What to store. */
  state: TotpState;
  /** The step that the code belongs to. */
  step: Count;
}

/** A code of a counter-based token that was accepted. */
export interface AcceptedCounter {
  /** What to store. */
  state: HotpState;
  /** The counter that the code belongs to. */
  counter: Count;
}

/** Why a code is not accepted: wrong, used before, or matching more than one place of a wide search. */
export type Reason = "mismatch" | "replayed" | "ambiguous";

/** What `check` returns for a code that is not accepted. `malformed` is a text that is not a code. */
export interface NotAccepted {
  ok: false;
  /** For an audit log. Do not show it to the user: a used code must look like a wrong one. */
  reason: "mismatch" | "replayed" | "malformed";
}

export type Checked = ({ ok: true } & Accepted) | NotAccepted;
export type CheckedCounter = ({ ok: true } & AcceptedCounter) | NotAccepted;

/** The steps that a sign-in accepts. A number means as many before as after. */
export type Window =
  | number
  | {
      /** Steps before, 0 to 255. */
      back: number;
      /** Steps after, 0 to 255. */
      ahead: number;
      /** Search only around the recorded drift, not around the server's own step as well; false unless given. */
      recordedOnly?: boolean;
      /** The largest drift that is used and recorded, in steps; 2880 unless given. */
      maxDrift?: number;
    };

/** Stable names of errors. An error of a seed file has the code of a finding. */
export type OathErrorCode =
  | "refused"
  | "ambiguous"
  | "malformed"
  | "secret"
  | "uri"
  | "uri-too-long"
  | "no-randomness"
  | "freed"
  | "not-started"
  | "stopped"
  | (string & {});

/** An error of this package that is not a `TypeError` or a `RangeError`. */
export class OathError extends Error {
  constructor(code: OathErrorCode, message: string, action?: string, line?: number | null, options?: ErrorOptions);
  readonly name: string;
  /** A stable name. */
  readonly code: OathErrorCode;
  /** What to do. */
  readonly action: string;
  /** The line of a seed file; null for every other error. */
  readonly line: number | null;
}

/**
 * A code that is not accepted. The state to keep is the old one.
 *
 * `code` and `message` are the same for a wrong and a used code (`refused`), because a person who types a used code must
 * not learn that it was correct. `ambiguous` asks for the next code as well.
 */
export class RefusedError extends OathError {
  constructor(reason: Reason);
  readonly code: "refused" | "ambiguous";
  /** For an audit log. It is not enumerable, so that neither JSON nor a console shows it. */
  readonly reason: Reason;
}

/** An object with a secret in the memory of the WebAssembly module. It cannot be cloned or converted to text. */
interface Wiped {
  /** Wipes the secret now. Every later call throws `freed`. Otherwise the garbage collector frees the object at some later time. */
  free(): void;
  /** For `using`, where the engine or the compiler supports it. */
  [Symbol.dispose](): void;
  /** @throws TypeError */
  toJSON(): never;
  /** @throws TypeError */
  toString(): never;
}

/**
 * The shared secret K. It is wiped when it and the tokens made from it are freed.
 *
 * What the `expose…` methods return belongs to JavaScript, which does not wipe it. Nothing else shows the secret.
 */
export class Secret implements Wiped {
  private constructor();
  /** 160 bits from `crypto.getRandomValues` (RFC 4226 §4 recommends that many). */
  static generate(): Secret;
  /**
   * Base32 in any case, with or without padding, spaces and dashes.
   * @throws OathError `secret`, with the position of the first illegal character, never its neighbours.
   */
  static fromBase32(text: string): Secret;
  /** Hexadecimal digits in any case, with or without spaces, dashes and colons. */
  static fromHex(text: string): Secret;
  /** The bytes of this text in UTF-8. Most secrets are Base32; this is for software that takes the text itself as the key. */
  static fromUtf8(text: string): Secret;
  /** A copy of these bytes; overwrite yours. */
  static fromBytes(data: ArrayBuffer | ArrayBufferView): Secret;
  /** Base32 in capitals, without padding. */
  exposeBase32(): string;
  exposeHex(): string;
  exposeBytes(): Bytes;
  readonly byteLength: number;
  /** Compares in constant time. */
  equals(other: Secret): boolean;
  free(): void;
  [Symbol.dispose](): void;
  toJSON(): never;
  toString(): never;
}

export interface TotpOptions {
  /** 6, 7 or 8; 6 unless given. */
  digits?: number;
  /** Seconds; 30 unless given. */
  step?: number;
  /** SHA-1 unless given, which nearly every token uses. Other spellings are read too: `sha-256`, `HmacSHA256`. */
  algorithm?: Algorithm | (string & {});
  /** When the steps begin, in seconds since 1970; 0 unless given. */
  t0?: Count;
  /** Accepts secrets of 80 to 127 bits too, which some services still issue. */
  legacy?: boolean;
}

/** A token whose codes change with the time. */
export class Totp implements Wiped {
  /** @throws OathError `secret` where it is shorter than 128 bits. */
  constructor(secret: Secret, options?: TotpOptions);
  /** The code that the token shows, with its leading zeros. */
  generate(at?: Moment): string;
  /**
   * Accepts a correct code of the window that was not used before. Every step of the window is computed, whichever matches.
   *
   * `code` is what the user typed: spaces, dashes and full-width digits are allowed. `window` is 1 unless given.
   * @throws RefusedError
   * @throws OathError `malformed` where the text is not a code.
   */
  verify(code: string, state: TotpState, options?: { at?: Moment; window?: Window }): Accepted;
  /** The same without an exception for a code that is not accepted: several times as fast. */
  check(code: string, state: TotpState, options?: { at?: Moment; window?: Window }): Checked;
  /**
   * Finds a token whose clock is wrong, by two or three consecutive codes, the oldest first, within `radius` steps (2880
   * unless given, at most 65535).
   * @throws RefusedError `ambiguous` where the codes match more than one place: ask for the next code as well.
   */
  resync(codes: Iterable<string>, state: TotpState, options?: { at?: Moment; radius?: number }): Accepted;
  /**
   * Finds a token by one code: its activation. A blind guess at six digits matches with a probability of
   * (2 radius + 1) / 1,000,000, 0.6 % with the default of 2880 steps. Limit the attempts, and use {@link resync} wherever
   * the user can give the next code.
   * @throws RefusedError
   */
  activate(code: string, state: TotpState, options?: { at?: Moment; radius?: number }): Accepted;
  /** Every step where these one to three codes end: tests a token, without replay protection. */
  find(codes: string | Iterable<string>, options?: { at?: Moment; radius?: number }): Count[];
  stepAt(at?: Moment): Count;
  /** Seconds until the code changes. */
  remaining(at?: Moment): number;
  readonly secret: Secret;
  readonly algorithm: Algorithm;
  readonly digits: number;
  readonly step: number;
  readonly t0: Count;
  free(): void;
  [Symbol.dispose](): void;
  toJSON(): never;
  toString(): never;
}

/** Options of a call that makes a token, uses it once and frees it. */
export interface OnceOptions extends TotpOptions {
  at?: Moment;
  window?: Window;
}

/**
 * {@link Totp.verify} for a secret in Base32: nothing is left to free.
 *
 * ```js
 * import { TotpState, verify } from "oath-totp";
 * verify("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "287082", TotpState.fresh(), { at: 59 }).state; // what to store
 * ```
 */
export function verify(secretText: string, code: string, state: TotpState, options?: OnceOptions): Accepted;

/** {@link Totp.check} for a secret in Base32: nothing is left to free. */
export function check(secretText: string, code: string, state: TotpState, options?: OnceOptions): Checked;

/** {@link Totp.generate} for a secret in Base32: nothing is left to free. */
export function generate(secretText: string, options?: Omit<OnceOptions, "window">): string;

/** A token whose codes change when its button is pressed. */
export class Hotp implements Wiped {
  /** @throws OathError `secret` where it is shorter than 128 bits. */
  constructor(secret: Secret, options?: Pick<TotpOptions, "digits" | "algorithm" | "legacy">);
  generate(counter: Count): string;
  /**
   * Accepts the code of the expected counter, or of one of the next `lookAhead` (10 unless given, at most 255).
   * @throws RefusedError
   * @throws OathError `malformed` where the text is not a code.
   */
  verify(code: string, state: HotpState, options?: { lookAhead?: number }): AcceptedCounter;
  /** The same without an exception for a code that is not accepted. */
  check(code: string, state: HotpState, options?: { lookAhead?: number }): CheckedCounter;
  /** Finds a token whose button was pressed many times, by two or three consecutive codes (`lookAhead`: 1000 unless given). */
  resync(codes: Iterable<string>, state: HotpState, options?: { lookAhead?: number }): AcceptedCounter;
  /** Finds a token by one code: its activation. Limit the attempts: a blind guess matches with 0.1 % at 1000 counters. */
  activate(code: string, state: HotpState, options?: { lookAhead?: number }): AcceptedCounter;
  readonly secret: Secret;
  readonly algorithm: Algorithm;
  readonly digits: number;
  free(): void;
  [Symbol.dispose](): void;
  toJSON(): never;
  toString(): never;
}

/** A drawing of a QR code. */
export interface QrOptions {
  /** Light modules around the code; 4 unless given, which readers expect. */
  margin?: number;
  /** Pixels of a side; as large as the container unless given. */
  size?: number;
}

/**
 * Draws any URI with secrets, such as `otpauth-migration://…`, as an SVG document. Of a token pass
 * {@link KeyUri.exposeQrSvg}.
 * @throws OathError `uri-too-long` beyond 2331 bytes.
 */
export function exposeQrSvg(uri: string, options?: QrOptions): string;

/** An `otpauth://` URI, which QR codes carry. */
export class KeyUri implements Wiped {
  /** `counter` is that of the next code of a Hotp. The account must not be empty. */
  constructor(token: Totp | Hotp, options: { account: string; issuer?: string; counter?: Count });
  /** @throws OathError `uri`, which names the part that is wrong. */
  static parse(text: string): KeyUri;
  /** The URI with the secret. */
  exposeUri(): string;
  /** An `<svg>` for a page. Show it once, and keep no copy. */
  exposeQrSvg(options?: QrOptions): string;
  /** The same as a data URI, for the `src` of an `<img>`. */
  exposeQrDataUri(options?: QrOptions): string;
  /** Row by row, whether a module is dark: for your own drawing. */
  exposeQrMatrix(options?: Pick<QrOptions, "margin">): boolean[][];
  /** A drawing for a terminal with light text on a dark background. */
  exposeQrText(): string;
  /** @throws RangeError where the URI has a counter. */
  toTotp(options?: Pick<TotpOptions, "legacy">): Totp;
  /** @throws RangeError where the URI has a period. */
  toHotp(options?: Pick<TotpOptions, "legacy">): Hotp;
  readonly secret: Secret;
  readonly account: string;
  /** The parameter `issuer`, or else the label's prefix. */
  readonly issuer: string | null;
  /** The label before its first colon. */
  readonly prefix: string | null;
  readonly algorithm: Algorithm;
  readonly digits: number;
  /** Seconds; null for a counter-based secret. */
  readonly period: number | null;
  /** The counter of the next code; null for a time-based secret. */
  readonly counter: Count | null;
  free(): void;
  [Symbol.dispose](): void;
  toJSON(): never;
  toString(): never;
}
