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

import type { Algorithm, Count, Secret } from "./index.js";

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
  /** Wipes all secrets now. */
  free(): void;
  [Symbol.dispose](): void;
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
  },
): SeedFile;

/** All records, or, where the format cannot carry one of them, an `OathError` with the code `cannot-carry`, and nothing. */
export function write(records: Records | Iterable<Record>, format: string): Uint8Array<ArrayBuffer>;
