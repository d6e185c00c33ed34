// The open file: what the library read, and the users that were assigned since. Applying or undoing repairs reads the file
// again; the users are then assigned again.
import { read } from "oath-totp/embed";
import type { Finding, RecordObject, Records, SeedFile } from "oath-totp/embed";
import type { Assumed, Cause, Detail, Mending, Narrowing, Reading, Row, Severity, Summary } from "../protocol.js";
import { forget } from "../secrets.js";
import type { Task } from "./task.js";

const GRAVITY: Record<Severity, number> = { error: 0, warning: 1, note: 2 };
const byGravity = (a: { severity: Severity }, b: { severity: Severity }) => GRAVITY[a.severity] - GRAVITY[b.severity];

/** The number in a place: 3 of `line 3`. */
const numberOf = (place: string) => Number(/\d+$/.exec(place)?.[0] ?? 0);

/** `Example: alice@example.com`. */
const accountOf = (shown: RecordObject | null) => [shown?.issuer, shown?.account].filter(Boolean).join(": ") || null;

/** The systems of Microsoft, whose users can have five tokens. */
const ENTRA = ["entra", "graph"];

interface Place {
  place: string;
  /** The index among the records; null for a row that failed. */
  record: number | null;
  shown: RecordObject | null;
  serial: string | null;
  upn: string | null;
  findings: Finding[];
}

export class OpenFile {
  readonly name: string;
  readonly #source: Uint8Array<ArrayBuffer>;
  #reading: Reading;
  #file!: SeedFile;
  /** All repairs, or those of these places. */
  #applied: "apply" | string[] = [];
  #places: Place[] = [];
  #byPlace = new Map<string, Place>();
  #byRecord: number[] = [];
  #findings: Finding[] = [];
  /** Users who were typed or taken from a second file, by place. Null: the user was removed. */
  readonly #given = new Map<string, string | null>();
  #narrowed: number[] = [];
  #narrowing: Narrowing = { text: "", only: "all", cause: null };

  constructor(name: string, source: Uint8Array<ArrayBuffer>, reading: Reading, task: Task) {
    this.name = name;
    this.#source = source;
    this.#reading = reading;
    try {
      this.reread([], task);
    } catch (error) {
      forget(reading);
      throw error;
    }
  }

  get file(): SeedFile {
    return this.#file;
  }

  get records(): Records {
    return this.#file.records;
  }

  /** Reads the source again, with these repairs. Other rows may be tokens then. */
  reread(applied: "apply" | string[], task: Task) {
    const file = this.#read(applied, task);
    this.#file?.free();
    this.#file = file;
    this.#applied = applied;
    if (this.#given.size > 0) {
      for (const record of file.records) {
        const upn = this.#given.get(record.place ?? "");
        if (upn !== undefined) record.assign(upn);
      }
    }
    this.settle();
  }

  /** Reads the source for another system, or with other parameters. */
  readFor(target: string, assumed: Assumed, task: Task) {
    const before = this.#reading;
    const { format, password, key } = before;
    this.#reading = { format, target, ...(password === undefined ? {} : { password }), ...(key === undefined ? {} : { key }), ...assumed };
    try {
      this.reread(this.#applied, task);
    } catch (error) {
      this.#reading = before;
      throw error;
    }
  }

  /** The repairs by row, in the order of the file. */
  repairs(task: Task) {
    const repaired = this.#read("apply", task);
    try {
      const all = repaired.findings.filter((finding) => finding.repaired);
      const rows = new Map<string, Mending>();
      for (const { place, message, repair } of all) {
        const at = place ?? "";
        const row = rows.get(at) ?? { place: at, serial: this.#byPlace.get(at)?.serial ?? null, changes: [], applied: this.#isApplied(at) };
        row.changes.push({ message, repair: repair ?? "" });
        rows.set(at, row);
      }
      return { list: [...rows.values()], total: all.length, rescued: repaired.records.length - this.records.length };
    } finally {
      repaired.free();
    }
  }

  #isApplied(place: string) {
    return this.#applied === "apply" || this.#applied.includes(place);
  }

  #read(repairs: "apply" | string[], task: Task): SeedFile {
    const { format, target, ...said } = this.#reading;
    const options = {
      repairs,
      progress: (done: number, total: number) => task.progress(done, total),
      ...said,
      ...(format === null ? {} : { format }),
    } as const;
    const file = read(this.#source, target === null ? options : { ...options, target });
    // Users can be assigned in the page, so a row without a user is read as a token. The upload of Entra ID needs a user in
    // each row, its interface for programs does not; the other rules of the two are the same.
    if (file.target !== "entra" || !file.findings.some(({ code, severity }) => code === "upn-empty" && severity === "error")) return file;
    file.free();
    return read(this.#source, { ...options, target: "graph" });
  }

  /** Builds the list of rows again after a change. */
  settle() {
    const places: Place[] = this.records
      .toObjects()
      .map((shown, record) => ({ place: shown.place ?? "", record, shown, serial: shown.serial, upn: shown.upn, findings: [] }));
    for (const { place, serial, upn } of this.#file.failed) {
      places.push({ place: place ?? "", record: null, shown: null, serial, upn, findings: [] });
    }
    places.sort((a, b) => numberOf(a.place) - numberOf(b.place));
    const byPlace = new Map(places.map((row) => [row.place, row]));
    // The reader's findings about users describe the file. `holders()` checks the users that the tokens have now.
    const stale = ({ field, repaired, place }: Finding) => field === "upn" && !repaired && byPlace.get(place ?? "")?.record !== null;
    const told = this.#file.findings.filter((finding) => !(byPlace.has(finding.place ?? "") && stale(finding)));
    this.#findings = ENTRA.includes(this.#file.target) ? [...told, ...this.records.holders()] : told;
    for (const finding of this.#findings) byPlace.get(finding.place ?? "")?.findings.push(finding);
    this.#byRecord = [];
    places.forEach(({ record, findings }, id) => {
      if (record !== null) this.#byRecord[record] = id;
      if (findings.length > 1) findings.sort(byGravity);
    });
    this.#places = places;
    this.#byPlace = byPlace;
    this.narrow(this.#narrowing);
  }

  /** Assigns a token to a user, or removes its user, and keeps that for the next read. */
  assign(id: number, upn: string | null): readonly Finding[] {
    const record = this.record(id);
    const said = record?.assign(upn) ?? [];
    if (record) this.#given.set(record.place ?? "", record.upn);
    this.settle();
    return said;
  }

  fillIn(bytes: Uint8Array) {
    const before = this.records.toObjects();
    const done = this.records.fillIn(bytes);
    this.records.toObjects().forEach(({ place, upn }, index) => {
      if (upn !== before[index]?.upn) this.#given.set(place ?? "", upn);
    });
    this.settle();
    return done;
  }

  /** The index among the records; null for a row that failed. */
  indexOf(id: number): number | null {
    return this.#places[id]?.record ?? null;
  }

  record(id: number) {
    const index = this.indexOf(id);
    return index === null ? undefined : this.records.at(index);
  }

  /** The tokens of the rows that the table shows. */
  shown() {
    return this.#narrowed.flatMap((id) => this.record(id) ?? []);
  }

  idOf(record: number): number {
    return this.#byRecord[record] ?? -1;
  }

  narrow(to: Narrowing): number {
    this.#narrowing = to;
    const text = to.text.trim().toLowerCase();
    const fits = ({ serial, upn, shown, findings, record }: Place) => {
      if (to.cause !== null && !findings.some(({ code }) => code === to.cause)) return false;
      if (to.only === "no-user" && (record === null || upn !== null)) return false;
      if (to.only === "fine" && findings.length > 0) return false;
      if ((to.only === "error" || to.only === "warning") && !findings.some(({ severity }) => severity === to.only)) return false;
      if (text === "") return true;
      return [serial, upn, shown?.manufacturer, shown?.model, accountOf(shown)].some((value) => value?.toLowerCase().includes(text));
    };
    this.#narrowed = [];
    this.#places.forEach((place, id) => {
      if (fits(place)) this.#narrowed.push(id);
    });
    return this.#narrowed.length;
  }

  rows(first: number, count: number): Row[] {
    return this.#narrowed.slice(first, first + count).map((id) => this.row(id));
  }

  row(id: number): Row {
    const { place, record, shown, serial, upn, findings } = this.#places[id]!;
    const gravest = findings[0];
    const maker = [shown?.manufacturer, shown?.model].filter(Boolean).join(" ");
    const severity = gravest?.severity ?? null;
    return { id, place, serial, account: accountOf(shown), upn, maker, token: record !== null, severity, findings: findings.length, message: gravest?.message ?? "" };
  }

  detail(id: number): Detail {
    const { shown, findings } = this.#places[id]!;
    return { ...this.row(id), shown, all: findings };
  }

  summary(): Summary {
    const causes = new Map<string, Cause>();
    const counts = { error: 0, warning: 0, note: 0 };
    for (const { code, heading, severity, place, message, action } of this.#findings) {
      counts[severity] += 1;
      const key = `${severity} ${code}`;
      const cause = causes.get(key);
      if (cause) cause.count += 1;
      else causes.set(key, { code, heading, severity, count: 1, message, action, rows: this.#byPlace.has(place ?? "") });
    }
    const { format, target, password, key, ...assumed } = this.#reading;
    return {
      name: this.name,
      format: this.#file.format,
      encoding: this.#file.encoding,
      target: this.#file.target === "graph" && this.#reading.target !== "graph" ? "entra" : this.#file.target,
      assumed,
      unsaid: causes.has("error parameter-unknown"),
      rows: this.#places.length,
      tokens: this.records.length,
      failed: this.#file.failed.length,
      noUser: this.#places.filter(({ record, upn }) => record !== null && upn === null).length,
      errors: counts.error,
      warnings: counts.warning,
      notes: counts.note,
      causes: [...causes.values()].sort((a, b) => byGravity(a, b) || b.count - a.count),
      repairs: this.#findings.filter(({ repair, repaired }) => repair !== null && !repaired).length,
      repaired: this.#applied.length > 0,
    };
  }

  free() {
    this.#file.free();
    this.#source.fill(0);
    forget(this.#reading);
  }
}
