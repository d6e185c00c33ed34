// The records of a file. They stay in the module: an object of these classes says which they are.
import { OathError, Secret } from "./codes.js";
import { CODE, copied, flag, integer, oneToThree, options, seconds, string } from "./arguments.js";
import { MADE, MASK } from "./held.js";
import { encoder } from "./text.js";

/** Calls the module. A text that it throws is an error of the file, encoded as JSON. */
export function orThrow(call) {
  try {
    return call();
  } catch (thrown) {
    if (typeof thrown !== "string") throw thrown;
    const { code, message, action, line } = JSON.parse(thrown);
    throw new OathError(code, `${line === null ? "" : `line ${line}: `}${message}`, action, line);
  }
}

export function freed() {
  throw new OathError("freed", "the object has been freed, and its secret wiped");
}

export function bare(made, name) {
  if (made !== MADE) throw new TypeError(`a ${name} is made by read(source)`);
}

/** Decodes an array of objects, and freezes each. */
export function frozen(json) {
  return JSON.parse(json).map(Object.freeze);
}

/** The records of the module that an object stands for. */
export let recordsOf;
/** The records that a record is of, and its index. */
export let placeOf;
/** Reads the data of a record from the module. */
let shownOf;
/** How often the users of these records have changed. */
let ageOf;
/** Counts a change of users. */
let changed;

export class Record {
  #records;
  #index;
  #shown;
  #age;

  static {
    placeOf = (record) => {
      if (typeof record !== "object" || record === null || !(#index in record)) return undefined;
      return [recordsOf(record.#records), record.#index];
    };
  }

  constructor(made, records, index, shown) {
    bare(made, "Record");
    this.#records = records;
    this.#index = index;
    this.#shown = shown;
    this.#age = ageOf(records);
  }

  /** Reads the data again if users have changed since. Nothing else of a record changes. */
  #current() {
    const age = ageOf(this.#records);
    if (age !== this.#age) {
      this.#shown = shownOf(this.#records, this.#index);
      this.#age = age;
    }
    return this.#shown;
  }

  get place() {
    return this.#shown.place;
  }

  get line() {
    return this.#shown.line;
  }

  get upn() {
    return this.#current().upn;
  }

  assign(upn) {
    const inner = recordsOf(this.#records);
    if (upn !== null) string(upn, "a user is named by a string; null takes the token from its user");
    const said = frozen(orThrow(() => inner.assign(this.#index, upn ?? undefined)));
    changed(this.#records);
    return said;
  }

  get serial() {
    return this.#shown.serial;
  }

  get secret() {
    const bytes = recordsOf(this.#records).bytes(this.#index);
    try {
      return Secret.fromBytes(bytes);
    } finally {
      bytes.fill(0);
    }
  }

  get algorithm() {
    return this.#shown.algorithm;
  }

  get digits() {
    return this.#shown.digits;
  }

  get step() {
    return this.#shown.step;
  }

  get t0() {
    return whole(this.#shown.t0);
  }

  get counter() {
    return whole(this.#shown.counter);
  }

  get manufacturer() {
    return this.#shown.manufacturer;
  }

  get model() {
    return this.#shown.model;
  }

  get issuer() {
    return this.#shown.issuer;
  }

  get account() {
    return this.#shown.account;
  }

  get keyId() {
    return this.#shown.keyId;
  }

  get start() {
    return this.#shown.start;
  }

  get expiry() {
    return this.#shown.expiry;
  }

  get drift() {
    return this.#shown.drift;
  }

  get lastUsed() {
    return this.#shown.lastUsed;
  }

  toObject(given) {
    const { exposeSecret = false } = options(given, "exposeSecret");
    flag(exposeSecret, "exposeSecret is true or false");
    return object(this.#current(), exposeSecret ? recordsOf(this.#records).base32(this.#index) : MASK);
  }
}

function object(shown, secret) {
  const { place, line, upn, serial, algorithm, digits, step, manufacturer, model, t0: origin, counter: next, ...details } = shown;
  const t0 = whole(origin);
  const counter = whole(next);
  return { place, line, upn, serial, secret, algorithm, digits, step, t0, counter, manufacturer, model, ...details };
}

function whole(text) {
  if (text === null) return null;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

/** How many records one call of the module returns. */
const BLOCK = 256;

export class Records {
  #inner;
  /** The block of records that was read last. */
  #first = -1;
  #block = [];
  #age = 0;

  static {
    ageOf = (records) => records.#age;
    changed = (records) => {
      records.#age += 1;
      records.#first = -1;
    };
    shownOf = (records, index) => records.#shown(index);
    recordsOf = (records) => {
      if (typeof records !== "object" || records === null || !(#inner in records)) return undefined;
      return records.#inner ?? freed();
    };
  }

  constructor(made, inner) {
    bare(made, "Records");
    this.#inner = inner;
  }

  get length() {
    return recordsOf(this).count();
  }

  at(index) {
    const inner = recordsOf(this);
    if (typeof index !== "number") throw new TypeError("an index is a number");
    const length = inner.count();
    const place = Math.trunc(index) || 0;
    const from = place < 0 ? place + length : place;
    if (from < 0 || from >= length) return undefined;
    return new Record(MADE, this, from, this.#shown(from));
  }

  #shown(index) {
    const first = index - (index % BLOCK);
    if (first !== this.#first) {
      this.#block = JSON.parse(recordsOf(this).shown(first, BLOCK));
      this.#first = first;
    }
    return this.#block[index - first];
  }

  *[Symbol.iterator]() {
    const { length } = this;
    for (let index = 0; index < length; index++) yield this.at(index);
  }

  toObjects(given) {
    const { exposeSecrets = false } = options(given, "exposeSecrets");
    flag(exposeSecrets, "exposeSecrets is true or false");
    const inner = recordsOf(this);
    const length = inner.count();
    const all = [];
    for (let first = 0; first < length; first += BLOCK) {
      for (const shown of JSON.parse(inner.shown(first, BLOCK))) {
        all.push(object(shown, exposeSecrets ? inner.base32(all.length) : MASK));
      }
    }
    return all;
  }

  holders() {
    return frozen(recordsOf(this).holders());
  }

  fillIn(users) {
    const inner = recordsOf(this);
    const bytes = typeof users === "string" ? encoder.encode(users) : copied(users, USERS);
    const { findings, ...counts } = JSON.parse(orThrow(() => inner.fill_in(bytes)));
    changed(this);
    return { ...counts, findings: findings.map(Object.freeze) };
  }

  whose(codes, given) {
    const inner = recordsOf(this);
    const { at, radius = 10, first = 0, count = 0xffff_ffff } = options(given, "at", "radius", "first", "count");
    const moment = seconds(at);
    integer(radius, 65535, RADIUS);
    integer(first, 0xffff_ffff, "first is the index of a record");
    integer(count, 0xffff_ffff, "count is a number of records");
    const typed = oneToThree(codes, (code) => string(code, CODE));
    return JSON.parse(orThrow(() => inner.whose(typed, BigInt(moment), radius, first, count)));
  }

  free() {
    this.#inner?.free();
    this.#inner = undefined;
    this.#block = [];
    this.#first = -1;
  }
}

export const RADIUS = "a radius is 0 to 65535 steps";
const USERS = "a file of users is a Uint8Array, another view, an ArrayBuffer or a string; of a File pass await file.arrayBuffer()";
