import {
  Selection, assumed, failures_name, formats as formatList, most_codes, probe as probeInner, read as readInner,
  targets as targetList,
} from "./wasm/seeds.js";
import { OathError, Secret, exposeQrSvg } from "./codes.js";
import { CODE, copied, flag, integer, oneToThree, options, seconds, string } from "./arguments.js";
import { MADE, MASK } from "./held.js";
import { keyBytes, textBytes, wiping } from "./secret-bytes.js";
import { decoder, encoder } from "./text.js";

/** Calls the module. A text that it throws is an error of the file, encoded as JSON. */
function orThrow(call) {
  try {
    return call();
  } catch (thrown) {
    if (typeof thrown !== "string") throw thrown;
    const { code, message, action, line } = JSON.parse(thrown);
    throw new OathError(code, `${line === null ? "" : `line ${line}: `}${message}`, action, line);
  }
}

function freed() {
  throw new OathError("freed", "the object has been freed, and its secret wiped");
}

function bare(made, name) {
  if (made !== MADE) throw new TypeError(`a ${name} is made by read(source)`);
}

/** Decodes an array of objects, and freezes each. */
function frozen(json) {
  return JSON.parse(json).map(Object.freeze);
}

let recordsOf;
let placeOf;
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

const RADIUS = "a radius is 0 to 65535 steps";
const USERS = "a file of users is a Uint8Array, another view, an ArrayBuffer or a string; of a File pass await file.arrayBuffer()";

export class SeedFile {
  #inner;
  #records;
  #findings;
  #failed;

  constructor(made, inner) {
    bare(made, "SeedFile");
    this.#inner = inner;
    this.#records = new Records(MADE, inner.take_records());
  }

  get format() {
    return (this.#inner ?? freed()).format();
  }

  get target() {
    return (this.#inner ?? freed()).target();
  }

  get encoding() {
    return (this.#inner ?? freed()).encoding();
  }

  get records() {
    return this.#records;
  }

  get findings() {
    this.#findings ??= frozen((this.#inner ?? freed()).findings());
    return this.#findings;
  }

  get failed() {
    this.#failed ??= frozen((this.#inner ?? freed()).failed());
    return this.#failed;
  }

  failures() {
    return joined((this.#inner ?? freed()).failures());
  }

  free() {
    this.#records.free();
    this.#inner?.free();
    this.#inner = undefined;
  }
}

/** The names of a list of the module. */
const namesOf = (json) => JSON.parse(json).map(({ name }) => name);

/** The entry of a list of the module with this name. */
function named(json, name, expected) {
  const entry = JSON.parse(json).find((one) => one.name === string(name, expected));
  if (!entry) throw new RangeError(expected);
  return Object.freeze(entry);
}

const FORMAT = "a format is named by a string; formats() lists them";
const TARGET = "a target is named by a string; targets() lists them";

export function formats() {
  return namesOf(formatList());
}

export function formatInfo(name) {
  return named(formatList(), name, FORMAT);
}

const SOURCE = "a source is a Uint8Array, another view, an ArrayBuffer or a string; of a File pass await file.arrayBuffer()";

export function targets() {
  return namesOf(targetList());
}

export function targetInfo(name) {
  return named(targetList(), name, TARGET);
}


const REPAIRS = "repairs is 'offer', 'apply' or an array of the places of findings, such as 'line 3'";

/** The number in a place: 3n of `line 3`. */
function numberOf(place) {
  const [, number] = / (\d{1,15})$/.exec(string(place, REPAIRS)) ?? [];
  if (number === undefined) throw new RangeError(REPAIRS);
  return BigInt(number);
}

const PASSWORD = "a password is a string, or its UTF-8 as a Uint8Array";
const SEED = "a seed is the text of the vendor: a string, or its UTF-8 as a Uint8Array";

export function read(source, given) {
  const known = options(
    given, "format", "target", "password", "key", "type", "algorithm", "digits", "interval", "repairs", "lenient", "progress",
  );
  const { format, target, password, key, type, algorithm, digits, interval, repairs = "offer", lenient = false, progress } = known;
  if (format !== undefined) string(format, FORMAT);
  if (target !== undefined) string(target, TARGET);
  if (type !== undefined) string(type, "type is 'totp' or 'hotp'");
  if (algorithm !== undefined) string(algorithm, "algorithm is 'SHA1', 'SHA256' or 'SHA512'");
  if (digits !== undefined) integer(digits, 255, "digits is 6, 7 or 8");
  if (interval !== undefined) integer(interval, 0xffff_ffff, "interval is a number of seconds");
  const repaired = Array.isArray(repairs) ? BigUint64Array.from(repairs, numberOf) : undefined;
  const repair = repaired ? "apply" : string(repairs, REPAIRS);
  flag(lenient, "lenient is true or false");
  if (progress !== undefined && typeof progress !== "function") throw new TypeError("progress is a function (done, total)");
  return wiping((kept) => {
    const passwordBytes = kept(password === undefined ? undefined : textBytes(password, PASSWORD));
    const secretKey = kept(key === undefined ? undefined : keyBytes(key));
    const bytes = kept(textBytes(source, SOURCE));
    const assume = assumed(type, algorithm, digits, interval);
    try {
      const inner = orThrow(() =>
        readInner(bytes, format, target, repair, repaired, lenient, passwordBytes, secretKey, assume, progress));
      return new SeedFile(MADE, inner);
    } finally {
      assume.free();
    }
  });
}

const RECORDS = "records are the records of a file, or an iterable of Record";

/** Calls with a selection of the module that holds these records. */
function selected(records, call) {
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
    return orThrow(() => call(selection));
  } finally {
    selection.free();
  }
}

/** Joins pieces into one array, and wipes the pieces. */
function joined(pieces) {
  const written = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    written.set(piece, at);
    at += piece.length;
    piece.fill(0);
  }
  return written;
}

/** Checks the format and the rules of a call that writes. */
function ruled(format, { target, acceptLoss = false }) {
  string(format, FORMAT);
  if (target !== undefined) string(target, TARGET);
  flag(acceptLoss, "acceptLoss is true or false");
  return [format, target, acceptLoss];
}

export function write(records, format, given) {
  const known = options(given, "target", "acceptLoss", "password", "key");
  const rules = ruled(format, known);
  const { password, key } = known;
  return wiping((kept) => {
    const passwordBytes = kept(password === undefined ? undefined : textBytes(password, PASSWORD));
    const secretKey = kept(key === undefined ? undefined : keyBytes(key));
    return joined(selected(records, (selection) => selection.write(...rules, passwordBytes, secretKey)));
  });
}

export function obstacles(records, format, given) {
  const rules = ruled(format, options(given, "target", "acceptLoss"));
  return JSON.parse(selected(records, (selection) => selection.obstacles(...rules)));
}

/** The formats that consist of URIs, one a line, that apps scan. */
const SCANNED = ["otpauth-lines", "otpauth-migration"];

export function exposeQrSvgs(records, format, given) {
  const rules = ruled(format, options(given, "target", "acceptLoss"));
  if (!SCANNED.includes(format)) throw new RangeError("QR codes are drawn as 'otpauth-lines' or 'otpauth-migration'");
  const lines = joined(selected(records, (selection) => selection.write(...rules)));
  try {
    return decoder.decode(lines).split("\n").slice(0, -1).map((uri) => exposeQrSvg(uri));
  } finally {
    lines.fill(0);
  }
}

/** What `codes` are, of which so many are taken at the most. */
const seen = (most) => `codes are a code, or an iterable of one to ${most} codes, each a string or an object with \`code\` and \`at\``;

export function probe(seed, codes, given) {
  const { at, radius = 2880 } = options(given, "at", "radius");
  integer(radius, 65535, RADIUS);
  const now = seconds(at);
  const all = typeof codes === "string" ? [codes] : codes;
  const most = most_codes();
  if (typeof all !== "object" || typeof all?.[Symbol.iterator] !== "function") throw new TypeError(seen(most));
  const typed = [];
  const times = [];
  for (const one of all) {
    const { code, at: then } = typeof one === "string" ? { code: one } : options(one ?? null, "code", "at");
    times.push(BigInt(then === undefined ? now : seconds(then)));
    // An iterable may have no end.
    if (typed.push(string(code, CODE)) > most) throw new RangeError(seen(most));
  }
  const inner = wiping((kept) => {
    const bytes = kept(textBytes(seed, SEED));
    return orThrow(() => probeInner(bytes, typed, BigUint64Array.from(times), radius));
  });
  try {
    const { readings, ...found } = JSON.parse(inner.found());
    return { readings, records: new Records(MADE, inner.take_records()), ...found };
  } finally {
    inner.free();
  }
}

export function failuresName(uploaded) {
  return failures_name(string(uploaded, "the name of a file is a string"));
}

if (Symbol.dispose) {
  for (const { prototype } of [Records, SeedFile]) prototype[Symbol.dispose] = prototype.free;
}
