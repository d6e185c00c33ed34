// What the page and its worker say to each other. All that is secret stays on the worker's side, until somebody asks for it.
import type { Finding, FilledIn } from "oath-totp/embed";

export type Severity = Finding["severity"];

/** One row of the file: a token, or what failed to be one. */
export interface Row {
  /** Its place among all rows; it stays while the file is open. */
  id: number;
  line: number;
  serial: string | null;
  upn: string | null;
  maker: string;
  token: boolean;
  /** The gravest of its findings. */
  severity: Severity | null;
  findings: number;
  /** The gravest one's message. */
  message: string;
}

/** A row with all that there is to say about it. */
export interface Detail extends Row {
  algorithm: string;
  digits: number;
  step: number | null;
  manufacturer: string;
  model: string;
  all: readonly Finding[];
}

/** All findings of one kind and severity. */
export interface Cause {
  code: string;
  severity: Severity;
  count: number;
  message: string;
  action: string;
  /** Some row has it, so that the table can be narrowed to those. */
  rows: boolean;
}

export interface Summary {
  name: string;
  format: string;
  encoding: string;
  rows: number;
  tokens: number;
  failed: number;
  noUser: number;
  errors: number;
  warnings: number;
  notes: number;
  causes: Cause[];
  /** How many repairs are offered. */
  repairs: number;
  repaired: boolean;
}

export interface Narrowing {
  text: string;
  only: "all" | "error" | "warning" | "no-user" | "fine";
  cause: string | null;
}

export interface Repairs {
  /** So many rows become tokens. */
  rescued: number;
  total: number;
  /** The first of them. */
  list: { line: number | null; serial: string | null; message: string; repair: string }[];
}

export interface ShownCode {
  id: number;
  code: string;
  /** Null where it counts events. */
  remaining: number | null;
  step: number | null;
}

export interface Fit {
  /** Steps that the clock is ahead. */
  drift: number;
  seconds: number;
}

export interface Owner extends Fit {
  id: number;
  serial: string | null;
  upn: string | null;
}

export interface Tested {
  /** Where the token itself fits, the nearest first. */
  fits: Fit[];
  /** Other tokens of the file that fit, where it does not. */
  others: Owner[];
}

export interface Plan {
  tokens: number;
  /** Those that the format cannot carry, by reason. */
  left: { reason: string; count: number; serials: string[] }[];
  leftOut: number;
  failuresName: string | null;
}

export interface Written {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
}

export interface SignUp {
  svg: string;
  uri: string;
  secret: string;
}

export type Answer = { accepted: true; state: string } | { accepted: false; code: string; message: string; action: string };

export interface Bench {
  formats(): string[];
  open(name: string, bytes: Uint8Array<ArrayBuffer>, format: string | null): Summary;
  sample(): Summary;
  close(): null;
  narrow(to: Narrowing): number;
  rows(first: number, count: number): Row[];
  detail(id: number): Detail;
  codes(ids: number[]): ShownCode[];
  assign(id: number, upn: string | null): { said: readonly Finding[]; summary: Summary };
  fillIn(bytes: Uint8Array<ArrayBuffer>): { done: FilledIn; summary: Summary };
  repairs(): Repairs;
  repair(apply: boolean): Summary;
  test(id: number, codes: string[]): Promise<Tested>;
  whose(codes: string[]): Promise<Owner[]>;
  plan(format: string, inventory: boolean): Plan;
  write(format: string, inventory: boolean): Written;
  failures(): Written;
  signUp(account: string, issuer: string): SignUp;
  phone(): ShownCode;
  signIn(code: string): Answer;
  /** Forgets the secret of the sign-up. */
  endSignUp(): null;
}

export type Method = keyof Bench;

export type ToWorker = { id: number; method: Method; args: unknown[] } | { cancel: number };

export interface Refusal {
  code: string;
  message: string;
  action: string;
}

export type FromWorker =
  | { ready: true }
  | { failed: string }
  | { id: number; progress: number }
  | { id: number; value: unknown }
  | { id: number; refused: Refusal };
