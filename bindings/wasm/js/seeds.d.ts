/// <reference lib="esnext.disposable" />
/**
 * Seed files of hardware tokens: read, checked, repaired, converted.
 *
 * ```js
 * import { read } from "oath-totp/seeds";
 * const file = read(await input.files[0].arrayBuffer());
 * file.findings.filter((found) => found.severity === "error");
 * file.records.at(0)?.serial;
 * ```
 *
 * Nothing leaves the machine: the file is read in the memory of a WebAssembly module. Read a large file in a worker.
 *
 * @module
 */

import type { Algorithm, Bytes, Count, Moment, Secret } from "./index.js";

/** One token, as plain data. `secret` is masked unless it was asked for. */
export interface RecordObject {
  /** Where it stands in its file: `line 3`, `KeyPackage 2`. */
  place: string | null;
  /** The line of the file; null where the place is none. */
  line: number | null;
  /** The user. */
  upn: string | null;
  /** The serial number on the token; null where the format has none. */
  serial: string | null;
  secret: string;
  algorithm: Algorithm;
  digits: number;
  /** Seconds; null for a counter-based token. */
  step: number | null;
  /** Null for a counter-based token. */
  t0: Count | null;
  /** The counter of the next code; null for a time-based token. */
  counter: Count | null;
  manufacturer: string;
  model: string;
  /** Who runs the service. */
  issuer: string | null;
  /** The account at the service. */
  account: string | null;
  /** The identifier of the key. */
  keyId: string | null;
  /** From when the token may be used, in seconds since 1970. */
  start: number | null;
  /** Until when the token may be used, in seconds since 1970. */
  expiry: number | null;
  /** By how many steps the token's clock is ahead. */
  drift: number | null;
  /** When a code was last accepted, in seconds since 1970. */
  lastUsed: number | null;
}

/** One token of a file. */
export class Record implements Omit<RecordObject, "secret"> {
  private constructor();
  readonly place: string | null;
  readonly line: number | null;
  readonly upn: string | null;
  readonly serial: string | null;
  /** A copy. Free it separately. */
  readonly secret: Secret;
  readonly algorithm: Algorithm;
  readonly digits: number;
  readonly step: number | null;
  readonly t0: Count | null;
  readonly counter: Count | null;
  readonly manufacturer: string;
  readonly model: string;
  readonly issuer: string | null;
  readonly account: string | null;
  readonly keyId: string | null;
  readonly start: number | null;
  readonly expiry: number | null;
  readonly drift: number | null;
  readonly lastUsed: number | null;
  /**
   * Assigns the token to a user; null removes its user. A name may be written as the directory shows it (`o'neil@…`) or as
   * the upload file needs it (`o''neil@…`). Returns findings about the name: a safe repair, or a guest account.
   * @throws OathError where the name is malformed. The token then keeps its user.
   */
  assign(upn: string | null): readonly Finding[];
  /** With `exposeSecret`, the secret in Base32. */
  toObject(options?: { exposeSecret?: boolean }): RecordObject;
}

/** The records of a file, in its order. A `Record` is made when it is asked for. */
export class Records implements Iterable<Record> {
  private constructor();
  readonly length: number;
  /** A negative index counts from the end. Undefined where there is no such record. */
  at(index: number): Record | undefined;
  [Symbol.iterator](): IterableIterator<Record>;
  toObjects(options?: { exposeSecrets?: boolean }): RecordObject[];
  /**
   * Checks the current users of the tokens: tokens without a user, guests, and users with more than five tokens. The
   * findings of the file describe the users at the time of reading.
   */
  holders(): readonly Finding[];
  /**
   * Assigns tokens from a file with the columns `serial number` and `upn` (or `userPrincipalName`).
   * @throws OathError where the file has no such columns. Nothing has changed then.
   */
  fillIn(users: ArrayBuffer | ArrayBufferView | string): FilledIn;
  /**
   * Finds the tokens that show these one to three consecutive codes, the oldest first, within `radius` steps (10 unless
   * given) of `at`, or up to twice as many codes after their counter; without replay protection. One code also matches other
   * tokens by chance, so ask for two. `first` and `count` limit the search to a part of the records.
   * @throws OathError `malformed` where a text is not a code.
   */
  whose(codes: string | Iterable<string>, options?: { at?: Moment; radius?: number; first?: number; count?: number }): Owners;
  /** Wipes all secrets now. Every later call throws `freed`. */
  free(): void;
  [Symbol.dispose](): void;
}

/** The result of {@link Records.whose}. */
export interface Owners {
  /** The tokens that show the codes, those with the smallest drift first. */
  owners: Owner[];
  /** How many tokens were searched: those whose codes have as many digits. */
  searched: number;
  /** How many steps or counters of each. */
  window: number;
  /** How many of them are expected to show the codes by chance. Near or above 1, the result says nothing. */
  chance: number;
}

/** A token that shows the given codes. */
export interface Owner {
  /** Its index among the records. */
  index: number;
  /** The number of steps that its clock is ahead, negative where it is behind; of a counter-based token, the number of codes. */
  drift: number;
}

/** The result of {@link Records.fillIn}. */
export interface FilledIn {
  /** Tokens that had no user before. */
  filled: number;
  /** Tokens that had another user before. */
  changed: number;
  unchanged: number;
  /** Their lines are those of the file of users. A row with an error changes nothing. */
  findings: readonly Finding[];
}

/** A record that a format cannot represent, or not without a loss. */
export interface LeftOut {
  /** The position among the given records. */
  index: number;
  /** The serial number, or else issuer and account, the user or the place. */
  name: string;
  serial: string | null;
  /** Why it cannot be written at all. */
  obstacles: { code: string; message: string }[];
  /** The fields that would be lost, where that was not accepted. */
  losses: string[];
}

/** A row that could not be read as a record, without its secret. */
export interface FailedRow {
  readonly place: string | null;
  readonly line: number | null;
  readonly upn: string | null;
  readonly serial: string | null;
}

/** A problem or a note about a file: where, what was found (never the secret), what to do. */
export interface Finding {
  /** A stable name. */
  readonly code: string;
  /** What it is, in a few words: "Secret is hex, not Base32". */
  readonly heading: string;
  readonly severity: "error" | "warning" | "note";
  /** Where: `line 3`, `KeyPackage 2`; null for the whole file. */
  readonly place: string | null;
  /** From 1; null where the place is not a line. */
  readonly line: number | null;
  /** From 1. */
  readonly column: number | null;
  readonly field: string | null;
  readonly message: string;
  readonly action: string;
  /** What `repairs: "apply"` does. */
  readonly repair: string | null;
  /** Whether the repair was applied. */
  readonly repaired: boolean;
}

export class SeedFile {
  private constructor();
  readonly format: string;
  /** The system whose rules the records were checked against. */
  readonly target: string;
  readonly encoding: string;
  readonly records: Records;
  readonly findings: readonly Finding[];
  /** The rows that could not be read as records. */
  readonly failed: readonly FailedRow[];
  /** A CSV file of the errors, for correction row by row. {@link failuresName} gives its name. */
  failures(): Bytes;
  /** Wipes the records now. Every later call throws `freed`. */
  free(): void;
  [Symbol.dispose](): void;
}

/** The names of the supported formats. */
export function formats(): string[];

/** The names of the systems that files are checked for. */
export function targets(): string[];

/**
 * Describes a format.
 * @throws RangeError where there is no such format.
 */
export function formatInfo(name: string): FormatInfo;

/** A format. */
export interface FormatInfo {
  readonly name: string;
  /** The name for people. */
  readonly title: string;
  /** Whether `write` writes it. Every format is read. */
  readonly written: boolean;
}

/**
 * Describes a system that takes tokens.
 * @throws RangeError where there is no such system.
 */
export function targetInfo(name: string): TargetInfo;

/** A system that takes tokens. */
export interface TargetInfo {
  readonly name: string;
  /** The name for people. */
  readonly title: string;
}

/**
 * Reads a file. Without `format`, the format is recognised.
 *
 * A row that cannot be read is an error among the findings. A file that is not a seed file throws an `OathError`, whose
 * `code` names the kind of file.
 */
export function read(
  source: ArrayBuffer | ArrayBufferView | string,
  options?: {
    format?: string;
    /** The system that the tokens are for: by default `entra` for a file with the header of Entra ID's upload, else `any`. */
    target?: string;
    /** The password of an encrypted file: a string, or its UTF-8 in bytes, which the caller can wipe. */
    password?: ArrayBuffer | ArrayBufferView | string;
    /** The key of an encrypted file: bytes, or hex. */
    key?: ArrayBuffer | ArrayBufferView | string;
    /** What a file means that does not say whether its tokens are time-based or counter-based. */
    type?: "totp" | "hotp";
    /** What a file means that does not name the hash. */
    algorithm?: Algorithm;
    /** What a file means that does not say how long a code is. */
    digits?: 6 | 7 | 8;
    /** What a file means that does not say the interval, in seconds. */
    interval?: number;
    /** Whether safe repairs are applied: none, all, or those at the places of these findings. */
    repairs?: "offer" | "apply" | readonly string[];
    /** Whether a file is read, with warnings, that follows a draft of its format from before the standard. */
    lenient?: boolean;
    /**
     * Whether secrets of 80 to 127 bits are refused for `entra`, `graph` and `inventory`, instead of warned of: with `inventory` and it,
     * the verdict is that of an upload into a directory.
     */
    refuseWeak?: boolean;
    /** Called with the bytes read so far and the size of the file. An exception from it stops the read and is passed on. */
    progress?: (done: number, total: number) => void;
  },
): SeedFile;

/**
 * Writes records. With a password or a key the secrets are encrypted, which of the formats `pskc` alone can.
 * @throws OathError `cannot-carry` where the format cannot represent one of them. Nothing is written then.
 * @throws RangeError where the format is not written, or cannot be encrypted.
 */
export function write(
  records: Records | Iterable<Record>,
  format: string,
  options?: WriteOptions,
): Bytes;

/** What is written. */
export interface WriteRules {
  /** The system that the file is for, where it is not the format's own. */
  target?: string;
  /** Whether records are written of which the format loses something. */
  acceptLoss?: boolean;
}

/** How a file is written. */
export interface WriteOptions extends WriteRules {
  /**
   * Encrypts the secrets under a password: a string, or its UTF-8 in bytes, which the caller can wipe. Every reader of PSKC knows
   * the method: AES-128 with PBKDF2 (RFC 6030, figure 7).
   */
  password?: ArrayBuffer | ArrayBufferView | string;
  /** Encrypts the secrets under a key of 16, 24 or 32 bytes: bytes, or hex. */
  key?: ArrayBuffer | ArrayBufferView | string;
}

/** The records that `write` would refuse, with the reasons. */
export function obstacles(records: Records | Iterable<Record>, format: string, options?: WriteRules): LeftOut[];

/**
 * Draws records as QR codes for an authenticator app, each an SVG document: as `otpauth-lines` one a token, as
 * `otpauth-migration` one for up to ten tokens. They are the secrets in another form.
 * @throws OathError `cannot-carry` as `write`; `uri-too-long` where a URI does not fit into a QR code.
 * @throws RangeError for another format.
 */
export function exposeQrSvgs(records: Records | Iterable<Record>, format: string, options?: WriteRules): string[];

/**
 * Finds which reading of the text of a seed gives the codes that its token shows: Base32, hex, Base64 or the text itself; each
 * hash; intervals of 30 and 60 seconds, and counters. `codes` are one to 16 codes of one token in the order of their display,
 * each with the time at which it was shown; a string was shown at `at`. The first is searched within `radius` steps (2880
 * unless given) of its time. A seed in bytes is its text in UTF-8, which the caller can wipe.
 * @throws OathError `malformed` where a text is not a code.
 */
export function probe(
  seed: ArrayBuffer | ArrayBufferView | string,
  codes: string | Iterable<string | { code: string; at?: Moment }>,
  options?: { at?: Moment; radius?: number },
): Probe;

/** The result of {@link probe}. */
export interface Probe {
  /** The readings that give all codes, the likeliest first. */
  readings: Reading[];
  /** The token of each reading, in the same order, without names. */
  records: Records;
  /** How many readings were tried. */
  tried: number;
  /** How many steps or counters of each were searched for the first code. */
  window: number;
  /** How many wrong readings are expected to give all codes by chance. Near or above 1, the result says nothing. */
  chance: number;
}

/** A reading of a seed that gives the codes. */
export interface Reading {
  /** How the characters are read. */
  text: "Base32" | "hex" | "Base64" | "text";
  /** Whether blanks, dashes and the like were taken out first. */
  stripped: boolean;
  /** The number of steps that the token's clock is ahead; 0 of a counter-based token. */
  drift: number;
}

/** The name for the failures of an uploaded file: `Failures_tokens.csv` for `tokens.csv`. */
export function failuresName(uploaded: string): string;
