// The open file: what the library read, and the users that were assigned since. Applying or undoing repairs reads the file
// again; the users are then assigned again.
import { read } from "oath-totp/embed";
import type { Finding, RecordObject, Records, SeedFile } from "oath-totp/embed";
import type { Cause, Detail, Narrowing, Row, Severity, Summary } from "../protocol.js";
import type { Task } from "./task.js";

const GRAVITY: Record<Severity, number> = { error: 0, warning: 1, note: 2 };
const byGravity = (a: { severity: Severity }, b: { severity: Severity }) => GRAVITY[a.severity] - GRAVITY[b.severity];

interface Place {
  line: number;
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
  readonly #format: string | null;
  #file!: SeedFile;
  #repaired = false;
  #places: Place[] = [];
  #byLine = new Map<number, Place>();
  #byRecord: number[] = [];
  #findings: Finding[] = [];
  /** Users who were typed or taken from a second file, by line. Null: the user was removed. */
  readonly #given = new Map<number, string | null>();
  #narrowed: number[] = [];
  #narrowing: Narrowing = { text: "", only: "all", cause: null };

  constructor(name: string, source: Uint8Array<ArrayBuffer>, format: string | null, task: Task) {
    this.name = name;
    this.#source = source;
    this.#format = format;
    this.reread(false, task);
  }

  get file(): SeedFile {
    return this.#file;
  }

  get records(): Records {
    return this.#file.records;
  }

  /** Reads the source again, with or without repairs. Other rows may be tokens then. */
  reread(repaired: boolean, task: Task) {
    const file = this.read(repaired, task);
    this.#file?.free();
    this.#file = file;
    this.#repaired = repaired;
    if (this.#given.size > 0) {
      for (const record of file.records) {
        const upn = this.#given.get(record.line);
        if (upn !== undefined) record.assign(upn);
      }
    }
    this.settle();
  }

  read(repaired: boolean, task: Task): SeedFile {
    return read(this.#source, {
      // Users can be assigned in the page, so a row without a user is read as a token with a warning.
      upn: "optional",
      repairs: repaired ? "apply" : "offer",
      progress: (done, total) => task.progress(done, total),
      ...(this.#format === null ? {} : { format: this.#format }),
    });
  }

  /** Builds the list of rows again after a change. */
  settle() {
    const places: Place[] = this.records
      .toObjects()
      .map((shown, record) => ({ line: shown.line, record, shown, serial: shown.serial, upn: shown.upn, findings: [] }));
    for (const { line, serial, upn } of this.#file.failed) {
      places.push({ line, record: null, shown: null, serial, upn, findings: [] });
    }
    places.sort((a, b) => a.line - b.line);
    const byLine = new Map(places.map((place) => [place.line, place]));
    // The reader's findings about users describe the file. `holders()` checks the users that the tokens have now.
    const stale = ({ field, repaired, line }: Finding) => field === "upn" && !repaired && byLine.get(line ?? 0)?.record !== null;
    const told = this.#file.findings.filter((finding) => !(byLine.has(finding.line ?? 0) && stale(finding)));
    this.#findings = [...told, ...this.records.holders()];
    for (const finding of this.#findings) byLine.get(finding.line ?? 0)?.findings.push(finding);
    this.#byRecord = [];
    places.forEach(({ record, findings }, id) => {
      if (record !== null) this.#byRecord[record] = id;
      if (findings.length > 1) findings.sort(byGravity);
    });
    this.#places = places;
    this.#byLine = byLine;
    this.narrow(this.#narrowing);
  }

  /** Assigns a token to a user, or removes its user, and keeps that for the next read. */
  assign(id: number, upn: string | null): readonly Finding[] {
    const record = this.record(id);
    const said = record?.assign(upn) ?? [];
    if (record) this.#given.set(record.line, record.upn);
    this.settle();
    return said;
  }

  fillIn(bytes: Uint8Array) {
    const before = this.records.toObjects();
    const done = this.records.fillIn(bytes);
    this.records.toObjects().forEach(({ line, upn }, index) => {
      if (upn !== before[index]?.upn) this.#given.set(line, upn);
    });
    this.settle();
    return done;
  }

  record(id: number) {
    const index = this.#places[id]?.record;
    return index === null || index === undefined ? undefined : this.records.at(index);
  }

  idOf(record: number): number {
    return this.#byRecord[record] ?? -1;
  }

  serialOn(line: number | null): string | null {
    return this.#byLine.get(line ?? 0)?.serial ?? null;
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
      return [serial, upn, shown?.manufacturer, shown?.model].some((value) => value?.toLowerCase().includes(text));
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
    const { line, record, shown, serial, upn, findings } = this.#places[id]!;
    const gravest = findings[0];
    const maker = [shown?.manufacturer, shown?.model].filter(Boolean).join(" ");
    const severity = gravest?.severity ?? null;
    return { id, line, serial, upn, maker, token: record !== null, severity, findings: findings.length, message: gravest?.message ?? "" };
  }

  detail(id: number): Detail {
    const { shown, findings } = this.#places[id]!;
    const { algorithm = "", digits = 0, step = null, manufacturer = "", model = "" } = shown ?? {};
    return { ...this.row(id), algorithm, digits, step, manufacturer, model, all: findings };
  }

  summary(): Summary {
    const causes = new Map<string, Cause>();
    const counts = { error: 0, warning: 0, note: 0 };
    for (const { code, severity, line, message, action } of this.#findings) {
      counts[severity] += 1;
      const key = `${severity} ${code}`;
      const cause = causes.get(key);
      if (cause) cause.count += 1;
      else causes.set(key, { code, severity, count: 1, message, action, rows: this.#byLine.has(line ?? 0) });
    }
    return {
      name: this.name,
      format: this.#file.format,
      encoding: this.#file.encoding,
      rows: this.#places.length,
      tokens: this.records.length,
      failed: this.#file.failed.length,
      noUser: this.#places.filter(({ record, upn }) => record !== null && upn === null).length,
      errors: counts.error,
      warnings: counts.warning,
      notes: counts.note,
      causes: [...causes.values()].sort((a, b) => byGravity(a, b) || b.count - a.count),
      repairs: this.#findings.filter(({ repair, repaired }) => repair !== null && !repaired).length,
      repaired: this.#repaired,
    };
  }

  free() {
    this.#file.free();
    this.#source.fill(0);
  }
}
