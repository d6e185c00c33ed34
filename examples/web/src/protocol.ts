// The messages between the page and its worker. Secrets and codes stay in the worker until the user asks for them.
import type { Algorithm, FilledIn, Finding, FormatInfo, RecordObject, TargetInfo } from "oath-totp/embed";
import type { Unlocking } from "./secrets.js";

export type Severity = Finding["severity"];

/** One row of the file: a token, or a row that could not be read as one. */
export interface Row {
  /** The index among all rows. It stays the same while the file is open. */
  id: number;
  /** Where it is in the file: `line 3`, `item 2`. */
  place: string;
  serial: string | null;
  /** Issuer and account, for a token without a serial number. */
  account: string | null;
  upn: string | null;
  maker: string;
  token: boolean;
  /** The severity of the worst finding. */
  severity: Severity | null;
  findings: number;
  /** The message of the worst finding. */
  message: string;
}

/** A row with all its data but the secret. */
export interface Detail extends Row {
  /** The token with its secret masked; null for a failed row. */
  shown: RecordObject | null;
  all: readonly Finding[];
}

/** What a file does not say about its tokens. */
export interface Assumed {
  type?: "totp" | "hotp";
  algorithm?: Algorithm;
  digits?: 6 | 7 | 8;
  interval?: number;
  /** Whether a draft of a format is read. */
  lenient?: boolean;
}

/** How a file is read. */
export interface Reading extends Assumed, Unlocking {
  /** Null: recognised. */
  format: string | null;
  /** The system that the tokens are for. Null: that of the format. */
  target: string | null;
}

/** All findings of one kind and severity. */
export interface Cause {
  code: string;
  heading: string;
  severity: Severity;
  count: number;
  message: string;
  action: string;
  /** Whether findings of this cause belong to rows, to which the table can be filtered. */
  rows: boolean;
}

export interface Summary {
  name: string;
  format: string;
  encoding: string;
  /** The system whose rules are checked. */
  target: string;
  /** What the user said about the tokens. */
  assumed: Assumed;
  /** Whether rows failed because the file does not say a parameter. */
  unsaid: boolean;
  rows: number;
  tokens: number;
  failed: number;
  noUser: number;
  errors: number;
  warnings: number;
  notes: number;
  causes: Cause[];
  /** The number of repairs that are offered and not applied. */
  repairs: number;
  /** Whether repairs are applied. */
  repaired: boolean;
}

export interface Narrowing {
  text: string;
  only: "all" | "error" | "warning" | "no-user" | "fine";
  cause: string | null;
}

/** The repairs of one row, which are applied together. */
export interface Mending {
  place: string;
  serial: string | null;
  changes: { message: string; repair: string }[];
  applied: boolean;
}

export interface Repairs {
  /** The number of failed rows that become tokens where all repairs are applied. */
  rescued: number;
  /** The number of repairs. */
  total: number;
  /** The rows with repairs. The page shows a part of a long list. */
  list: Mending[];
  /** The number of rows with repairs after those listed. */
  more: number;
  /** Whether the repairs of all these are applied. */
  moreApplied: boolean;
}

/** Which repairs are applied: those at these places, and those after the list. */
export interface Chosen {
  places: string[];
  more: boolean;
}

export interface ShownCode {
  id: number;
  code: string;
  /** Seconds until the code changes; null for a counter-based token. */
  remaining: number | null;
  step: number | null;
}

export interface Fit {
  /** The number of steps that the clock is ahead, negative where it is behind; of a counter-based token, the number of codes. */
  drift: number;
  /** Null for a counter-based token. */
  seconds: number | null;
}

export interface Owner extends Fit {
  id: number;
  /** The serial number, the account or the place. */
  name: string;
  upn: string | null;
}

/** The tokens of the file that show the codes. */
export interface Match {
  owners: Owner[];
  searched: number;
  /** The number of tokens that are expected to show the codes by chance. */
  chance: number;
}

/** A reading of a seed that gives the codes of its token. */
export interface ProbeReading extends Fit {
  text: string;
  stripped: boolean;
  algorithm: Algorithm;
  digits: number;
  step: number | null;
  counter: string | null;
}

export interface Probed {
  readings: ProbeReading[];
  tried: number;
  /** The number of wrong readings that are expected to give the codes by chance. */
  chance: number;
}

export interface Tested {
  /** The matches of the token itself, the smallest drift first. */
  fits: Fit[];
  /** Other tokens of the file that match; empty if the token itself matches. */
  others: Owner[];
  /** The number of steps or counters of the token that were searched. */
  window: number;
  /** The probability that a wrong code of the token's length matches one of them. */
  chance: number;
}

/** Tokens that have something in common. */
export interface Group {
  reason: string;
  count: number;
  /** The first of them. */
  names: string[];
}

/** How a file is written. */
export interface Writing {
  format: string;
  /** Whether tokens without a user are written to a file for Entra ID. */
  inventory: boolean;
  /** Whether tokens are written without the fields that the format has no place for. */
  acceptLoss: boolean;
  /** Encrypts the secrets. */
  password?: Uint8Array<ArrayBuffer>;
}

export interface Plan {
  tokens: number;
  /** Tokens that the format cannot represent, by reason. */
  left: Group[];
  leftOut: number;
  /** Fields that the format has no place for. */
  lost: Group[];
  /** Tokens that have such fields, and could be written without them. */
  losing: number;
  failuresName: string | null;
}

export interface Written {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** Which QR codes are printed. */
export interface SheetOf {
  /** One code for up to ten tokens, in place of one a token. */
  batches: boolean;
  /** Only the tokens of the rows that the table shows. */
  shown: boolean;
}

export interface SheetPlan {
  tokens: number;
  /** The number of tokens that are drawn. A sheet has a largest number. */
  drawn: number;
  left: Group[];
  leftOut: number;
}

/** A QR code and what stands beneath it. */
export interface Card {
  svg: string;
  title: string;
  lines: string[];
}

export interface Sheet {
  cards: Card[];
  /** Tokens whose QR code would be too large. */
  tooLong: string[];
}

export interface SignUp {
  svg: string;
  uri: string;
  secret: string;
}

export type Answer = { accepted: true; state: string } | { accepted: false; code: string; message: string; action: string };

export interface Bench {
  formats(): { formats: FormatInfo[]; targets: TargetInfo[] };
  open(name: string, bytes: Uint8Array<ArrayBuffer>, reading: Reading): Summary;
  /** Reads the open file again. */
  reread(target: string, assumed: Assumed): Summary;
  sample(): Summary;
  close(): null;
  narrow(to: Narrowing): number;
  rows(first: number, count: number): Row[];
  detail(id: number): Detail;
  codes(ids: number[]): ShownCode[];
  assign(id: number, upn: string | null): { said: readonly Finding[]; summary: Summary };
  fillIn(bytes: Uint8Array<ArrayBuffer>): { done: FilledIn; summary: Summary };
  repairs(): Repairs;
  repair(chosen: Chosen): Summary;
  test(id: number, codes: string[]): Promise<Tested>;
  whose(codes: string[]): Promise<Match>;
  probe(seed: string, codes: { code: string; at: number }[]): Probed;
  plan(writing: Writing): Plan;
  write(writing: Writing): Written;
  failures(): Written;
  sheetPlan(of: SheetOf): SheetPlan;
  sheet(of: SheetOf): Sheet;
  signUp(account: string, issuer: string): SignUp;
  phone(): ShownCode;
  signIn(code: string): Answer;
  /** Wipes the secret of the sign-up. */
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
