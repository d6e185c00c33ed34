import { Selection, formats as names, read as readInner } from "./wasm/seeds.js";
import { Secret } from "./codes.js";
import { copied, exact, flag, options, string } from "./arguments.js";
import { OathError, freed } from "./errors.js";

const MADE = Symbol();
const encoder = new TextEncoder();

/** Calls the module. A text that it throws is an error of the file, as JSON. */
function orThrow(call) {
  try {
    return call();
  } catch (thrown) {
    if (typeof thrown !== "string") throw thrown;
    const { code, message, action, line } = JSON.parse(thrown);
    throw new OathError(code, `${line === null ? "" : `line ${line}: `}${message}`, action, line);
  }
}

function bare(made, name) {
  if (made !== MADE) throw new TypeError(`a ${name} is made by read(source)`);
}

let recordsOf;
let placeOf;

export class Record {
  #records;
  #index;
  #shown;

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
  }

  get line() {
    return this.#shown.line;
  }

  get upn() {
    return this.#shown.upn;
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

  toObject(given) {
    const { exposeSecret = false } = options(given, ["exposeSecret"]);
    flag(exposeSecret, "exposeSecret is true or false");
    return object(this.#shown, exposeSecret ? recordsOf(this.#records).base32(this.#index) : MASK);
  }
}

/** As long for every secret, so that not even its length is shown. */
const MASK = "********";

function object(shown, secret) {
  const { line, upn, serial, algorithm, digits, step, manufacturer, model } = shown;
  const t0 = whole(shown.t0);
  const counter = whole(shown.counter);
  return { line, upn, serial, secret, algorithm, digits, step, t0, counter, manufacturer, model };
}

function whole(text) {
  return text === null ? null : exact(BigInt(text));
}

/** So many records are asked for at once. */
const BLOCK = 256;

export class Records {
  #inner;
  /** The block of records that was asked for last. */
  #first = -1;
  #block = [];

  static {
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
    const first = from - (from % BLOCK);
    if (first !== this.#first) {
      this.#block = JSON.parse(inner.shown(first, BLOCK));
      this.#first = first;
    }
    return new Record(MADE, this, from, this.#block[from - first]);
  }

  *[Symbol.iterator]() {
    const { length } = this;
    for (let index = 0; index < length; index++) yield this.at(index);
  }

  toObjects(given) {
    const { exposeSecrets = false } = options(given, ["exposeSecrets"]);
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

  free() {
    this.#inner?.free();
    this.#inner = undefined;
    this.#block = [];
    this.#first = -1;
  }
}

export class SeedFile {
  #inner;
  #records;
  #findings;

  constructor(made, inner) {
    bare(made, "SeedFile");
    this.#inner = inner;
    this.#records = new Records(MADE, inner.take_records());
  }

  get format() {
    return (this.#inner ?? freed()).format();
  }

  get encoding() {
    return (this.#inner ?? freed()).encoding();
  }

  get records() {
    return this.#records;
  }

  get findings() {
    this.#findings ??= JSON.parse((this.#inner ?? freed()).findings()).map(Object.freeze);
    return this.#findings;
  }

  free() {
    this.#records.free();
    this.#inner?.free();
    this.#inner = undefined;
  }
}

export function formats() {
  return names();
}

const SOURCE = "a source is a Uint8Array, another view, an ArrayBuffer or a string; of a File pass await file.arrayBuffer()";
const READ_OPTIONS = ["format", "password", "key", "upn", "repairs"];

export function read(source, given) {
  const { format, password, key, upn = "required", repairs = "offer" } = options(given, READ_OPTIONS);
  if (format !== undefined) string(format, "a format is named by a string; formats() lists them");
  string(upn, "upn is 'required' or 'optional'");
  string(repairs, "repairs is 'offer' or 'apply'");
  if (password !== undefined || key !== undefined) {
    const what = password !== undefined ? "password" : "key";
    throw new RangeError(`no format that is read is encrypted (${names().join(", ")}): leave the ${what} out`);
  }
  const bytes = typeof source === "string" ? encoder.encode(source) : copied(source, SOURCE);
  try {
    return new SeedFile(MADE, orThrow(() => readInner(bytes, format, upn, repairs)));
  } finally {
    bytes.fill(0);
  }
}

const RECORDS = "records are the records of a file, or an iterable of Record";

export function write(records, format) {
  string(format, "a format is named by a string; formats() lists them");
  const selection = Selection.make();
  try {
    const all = recordsOf(records);
    if (all) {
      selection.add_all(all);
    } else {
      if (typeof records !== "object" || typeof records?.[Symbol.iterator] !== "function") throw new TypeError(RECORDS);
      for (const record of records) {
        const place = placeOf(record);
        if (!place) throw new TypeError(RECORDS);
        selection.add(...place);
      }
    }
    const pieces = orThrow(() => selection.write(format));
    const written = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      written.set(piece, at);
      at += piece.length;
      piece.fill(0);
    }
    return written;
  } finally {
    selection.free();
  }
}

if (Symbol.dispose) {
  for (const { prototype } of [Records, SeedFile]) prototype[Symbol.dispose] = prototype.free;
}
