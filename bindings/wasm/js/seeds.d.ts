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
 * Nothing leaves the machine: the file is read in the memory of a WebAssembly module. A large one belongs in a worker.
 *
 * @module
 */

import type { Algorithm, Bytes, Count, Moment, Secret } from "./index.js";

/** One token, as plain data. `secret` is masked unless it was asked for. */
export interface RecordObject {
  /** The line of the file. */
  line: number;
  /** The user. */
  upn: string | null;
  /** The number on the back. */
  serial: string;
  secret: string;
  algorithm: Algorithm;
  digits: number;
  /** Seconds; null where it counts events. */
  step: number | null;
  /** Null where it counts events. */
  t0: Count | null;
  /** The next one; null where it tells the time. */
  counter: Count | null;
  manufacturer: string;
  model: string;
}

/** One token. */
export class Record implements Omit<RecordObject, "secret"> {
  private constructor();
  readonly line: number;
  readonly upn: string | null;
  readonly serial: string;
  /** A copy, to be freed by itself. */
  readonly secret: Secret;
  readonly algorithm: Algorithm;
  readonly digits: number;
  readonly step: number | null;
  readonly t0: Count | null;
  readonly counter: Count | null;
  readonly manufacturer: string;
  readonly model: string;
  /**
   * Gives the token to a user, or with null to nobody. A name is taken as the directory shows it and as the upload writes
   * it (`o'neil@…`, `o''neil@…`); what could be put right safely, and a guest, is among what is returned.
   * @throws OathError where it is no name: the token stays whose it was.
   */
  assign(upn: string | null): readonly Finding[];
  /** With `exposeSecret`, the secret in Base32. */
  toObject(options?: { exposeSecret?: boolean }): RecordObject;
}

/** The records of a file, in its order, made one by one when they are asked for. */
export class Records implements Iterable<Record> {
  private constructor();
  readonly length: number;
  /** From the end where it is negative; undefined where there is none. */
  at(index: number): Record | undefined;
  [Symbol.iterator](): IterableIterator<Record>;
  toObjects(options?: { exposeSecrets?: boolean }): RecordObject[];
  /**
   * Whom the tokens are for, as they stand now: those without a user, guests, users with more than five. Of the findings
   * of the file, those about the `upn` of these records told what was so when it was read.
   */
  holders(): readonly Finding[];
  /**
   * Gives each token to the user beside its serial number in a file with two such columns (`serial number`, and `upn` or
   * `userPrincipalName`).
   * @throws OathError where it is no such file: nothing has changed then.
   */
  fillIn(users: ArrayBuffer | ArrayBufferView | string): FilledIn;
  /**
   * Whose token is this? Those that show these codes, one to three in a row, the older one first, within `radius` steps
   * (10 unless given) of `at`; without replay protection. One code fits one in 50,000 tokens by chance, or one in 170
   * where the radius is 2880: two settle it. `first` and `count` search a part, to look up in between.
   * @throws OathError `malformed`.
   */
  whose(codes: string | Iterable<string>, options?: { at?: Moment; radius?: number; first?: number; count?: number }): Owner[];
  /** Wipes all secrets now. */
  free(): void;
  [Symbol.dispose](): void;
}

/** A token that shows the codes asked for. */
export interface Owner {
  /** Its index among the records. */
  index: number;
  /** The step of the last code. */
  step: Count;
  /** By how many steps its clock is ahead; behind where negative. */
  drift: Count;
}

/** What a file of users did. */
export interface FilledIn {
  /** Tokens that had no user. */
  filled: number;
  /** Tokens that had another one. */
  changed: number;
  unchanged: number;
  /** With the lines of the file of users. A row with an error changed nothing. */
  findings: readonly Finding[];
}

/** A record that a format cannot carry. */
export interface LeftOut {
  /** Which of those asked about. */
  index: number;
  serial: string;
  obstacles: { code: string; message: string }[];
}

/** A row that is no record, as far as it may be shown. */
export interface FailedRow {
  readonly line: number;
  readonly upn: string | null;
  readonly serial: string | null;
}

/** Something about a file that a person should know: where, what was found (never the secret), what to do. */
export interface Finding {
  /** A stable name. */
  readonly code: string;
  readonly severity: "error" | "warning" | "note";
  /** From 1; null where it is about the whole file. */
  readonly line: number | null;
  /** From 1. */
  readonly column: number | null;
  readonly field: string | null;
  readonly message: string;
  readonly action: string;
  /** What `repairs: "apply"` would do. */
  readonly repair: string | null;
  /** Whether it has been done. */
  readonly repaired: boolean;
}

export class SeedFile {
  private constructor();
  readonly format: string;
  readonly encoding: string;
  readonly records: Records;
  readonly findings: readonly Finding[];
  /** The rows that are no records. */
  readonly failed: readonly FailedRow[];
  /** A CSV file of the errors, to be corrected row by row; {@link failuresName} names it. */
  failures(): Bytes;
  /** Wipes the records now. */
  free(): void;
  [Symbol.dispose](): void;
}

/** The names of the formats that are read and written. */
export function formats(): string[];

/**
 * Reads a file. The format is recognised where none is named.
 *
 * A row that is no record is an error among the findings; a file that is no seed file throws an `OathError` whose `code`
 * says what it is.
 */
export function read(
  source: ArrayBuffer | ArrayBufferView | string,
  options?: {
    format?: string;
    /** Of an encrypted file. */
    password?: string | Uint8Array;
    key?: string | Uint8Array;
    /** Whether a row without a user is an error, as in Entra ID's upload, or goes into the inventory. */
    upn?: "required" | "optional";
    /** Whether what can be repaired safely is. */
    repairs?: "offer" | "apply";
    /** Called now and then with the bytes read and their number. What it throws ends the reading, and is thrown. */
    progress?: (done: number, total: number) => void;
  },
): SeedFile;

/** All records, or, where the format cannot carry one of them, an `OathError` with the code `cannot-carry`, and nothing. */
export function write(
  records: Records | Iterable<Record>,
  format: string,
  options?: {
    /** Whether a record without a user is carried. */
    upn?: "required" | "optional";
  },
): Bytes;

/** Those of the records that `write` would refuse, and why. */
export function obstacles(
  records: Records | Iterable<Record>,
  format: string,
  options?: { upn?: "required" | "optional" },
): LeftOut[];

/** `Failures_tokens.csv` for `tokens.csv`. */
export function failuresName(uploaded: string): string;
