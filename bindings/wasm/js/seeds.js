// Seed files: read, checked, written in another format, and searched for a secret's parameters.
import {
  Selection, assumed, failures_name, formats as formatList, most_codes, probe as probeInner, read as readInner,
  targets as targetList,
} from "./wasm/seeds.js";
import { exposeQrSvg } from "./codes.js";
import { CODE, flag, integer, options, seconds, string } from "./arguments.js";
import { MADE } from "./held.js";
import { RADIUS, Records, bare, freed, frozen, orThrow, placeOf, recordsOf } from "./records.js";
import { keyBytes, textBytes, wiping } from "./secret-bytes.js";
import { decoder } from "./text.js";

export { Record, Records } from "./records.js";

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
    given, "format", "target", "password", "key", "type", "algorithm", "digits", "interval", "repairs", "lenient", "refuseWeak",
    "progress",
  );
  const { format, target, password, key, type, algorithm, digits, interval, repairs = "offer", lenient = false, refuseWeak = false } = known;
  const { progress } = known;
  if (format !== undefined) string(format, FORMAT);
  if (target !== undefined) string(target, TARGET);
  if (type !== undefined) string(type, "type is 'totp' or 'hotp'");
  if (algorithm !== undefined) string(algorithm, "algorithm is 'SHA1', 'SHA256' or 'SHA512'");
  if (digits !== undefined) integer(digits, 255, "digits is 6, 7 or 8");
  if (interval !== undefined) integer(interval, 0xffff_ffff, "interval is a number of seconds");
  const repaired = Array.isArray(repairs) ? BigUint64Array.from(repairs, numberOf) : undefined;
  const repair = repaired ? "apply" : string(repairs, REPAIRS);
  flag(lenient, "lenient is true or false");
  flag(refuseWeak, "refuseWeak is true or false");
  if (progress !== undefined && typeof progress !== "function") throw new TypeError("progress is a function (done, total)");
  return wiping((kept) => {
    const passwordBytes = kept(password === undefined ? undefined : textBytes(password, PASSWORD));
    const secretKey = kept(key === undefined ? undefined : keyBytes(key));
    const bytes = kept(textBytes(source, SOURCE));
    const assume = assumed(type, algorithm, digits, interval);
    try {
      const inner = orThrow(() =>
        readInner(bytes, format, target, repair, repaired, lenient, refuseWeak, passwordBytes, secretKey, assume, progress));
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
