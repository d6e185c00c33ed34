// The calls that the worker answers. The library makes every decision; this file converts its results for the page.
import { Hotp, OathError, Totp, exposeQrSvgs, failuresName, formatInfo, formats, obstacles, probe, read, targetInfo, targets, write } from "oath-totp/embed";
import type { Record as Token } from "oath-totp/embed";
import type { Bench, Card, Group, Match, Owner, Plan, SheetOf, ShownCode, Writing, Written } from "../protocol.js";
import { forget } from "../secrets.js";
import { held } from "./held.js";
import { OpenFile } from "./open-file.js";
import { SAMPLE, SAMPLE_NAME } from "./sample.js";
import { SignUpDemo } from "./sign-up.js";
import type { Task } from "./task.js";

/** The radius of a search in steps: a day before and after now for a token of 30 s, as for an activation. */
const RADIUS = 2880;
/** The radius of a search of all tokens by one code. In the wide radius, one code matches many tokens by chance. */
const NARROW = 10;
/** About how many codes are computed before the worker reads its messages again. */
const SLICE = 1_000_000;
/** The result of no search. */
const NONE = { owners: [], window: 0, chance: 0 };
/** The most entries of a list. */
const LISTED = 200;
/** The most QR codes of a sheet: fifty pages. */
const MOST_CARDS = 600;
/** How many serial numbers are listed with a reason that applies to many tokens. */
const EXAMPLES = 5;

type Served = { [M in keyof Bench]: (task: Task, ...args: Parameters<Bench[M]>) => ReturnType<Bench[M]> };

function withTotp<R>(token: Token, use: (totp: Totp) => R): R {
  const { digits, algorithm, step, t0 } = token;
  const options = { digits, algorithm, step: step ?? 30, t0: t0 ?? 0, legacy: true };
  return held(token.secret, (secret) => held(new Totp(secret, options), use));
}

function withHotp<R>(token: Token, use: (hotp: Hotp) => R): R {
  const { digits, algorithm } = token;
  return held(token.secret, (secret) => held(new Hotp(secret, { digits, algorithm, legacy: true }), use));
}

function codeOf(id: number, token: Token): ShownCode {
  const { counter } = token;
  if (counter !== null) return { id, code: withHotp(token, (hotp) => hotp.generate(counter)), remaining: null, step: null };
  return withTotp(token, (totp) => ({ id, code: totp.generate(), remaining: totp.remaining(), step: totp.step }));
}

/** The ending of a file name by the format. */
const ENDS: [RegExp, string][] = [[/csv$/, "csv"], [/json$/, "json"], [/pskc|xml/, "xml"]];

/** The user, the serial number and the account of a token: those that it has. */
function captions({ upn, serial, issuer, account, place }: Token): string[] {
  const of = account === upn ? issuer : [issuer, account].filter(Boolean).join(": ");
  const all = [upn, serial, of].filter((text) => text !== null && text !== "");
  return all.length > 0 ? (all as string[]) : [place ?? ""];
}

/** The QR codes for up to ten tokens each, with the names of the tokens. */
function batchesOf(tokens: Token[], format: string): Card[] {
  const svgs = exposeQrSvgs(tokens, format, { acceptLoss: true });
  // Each line of the file is the URI of one QR code; how many tokens it holds is in it.
  const bytes = write(tokens, format, { acceptLoss: true });
  let first = 0;
  let start = 0;
  try {
    return svgs.map((svg, index) => {
      const end = bytes.indexOf(10, start);
      const part = held(read(bytes.subarray(start, end), { format, target: "any" }), ({ records }) => tokens.slice(first, first + records.length));
      start = end + 1;
      first += part.length;
      return { svg, title: `Code ${index + 1} of ${svgs.length}`, lines: part.map((token) => captions(token).slice(0, 2).join(", ")) };
    });
  } finally {
    bytes.fill(0);
  }
}

export function makeBench(): Served {
  let open: OpenFile | null = null;
  const demo = new SignUpDemo();

  const file = (): OpenFile => {
    if (!open) throw new Error("no file is open");
    return open;
  };
  const replace = (next: OpenFile | null) => {
    open?.free();
    open = next;
  };

  /** Searches tokens by codes. */
  function owners(codes: string[], radius: number, first: number, count: number): Match & { window: number } {
    const { records } = file();
    const { owners: found, searched, window, chance } = records.whose(codes, { radius, first, count });
    const owner = ({ index, drift }: { index: number; drift: number }): Owner => {
      const id = file().idOf(index);
      const { serial, account, place, upn } = file().row(id);
      const step = records.at(index)?.step ?? null;
      return { id, name: serial ?? account ?? place, upn, drift, seconds: step === null ? null : drift * step };
    };
    return { owners: found.slice(0, LISTED).map(owner), searched, window, chance };
  }

  /** Searches all tokens in slices, with a pause after each. */
  async function search(task: Task, codes: string[]): Promise<Match> {
    const { records } = file();
    const radius = codes.length > 1 ? RADIUS : NARROW;
    const count = Math.max(256, Math.floor(SLICE / (2 * radius + 1)));
    const all: Match = { owners: [], searched: 0, chance: 0 };
    for (let first = 0; first < records.length; first += count) {
      const found = owners(codes, radius, first, count);
      all.owners.push(...found.owners.slice(0, LISTED - all.owners.length));
      all.searched += found.searched;
      all.chance += found.chance;
      task.progress(Math.min(first + count, records.length), records.length);
      await task.pause();
    }
    all.owners.sort((a, b) => Math.abs(a.drift) - Math.abs(b.drift));
    return all;
  }

  /** The options of a file that is written, and the tokens that are left out of it. */
  function carried({ format, inventory, acceptLoss }: Writing) {
    const options = { acceptLoss, ...(inventory ? { target: "inventory" } : {}) };
    return { options, left: obstacles(file().records, format, options) };
  }

  /** The tokens that are drawn as QR codes, and those that are not. */
  function drawable({ batches, shown }: SheetOf) {
    const all = shown ? file().shown() : [...file().records];
    const format = batches ? "otpauth-migration" : "otpauth-lines";
    // What has no place in a URI is printed beneath the code.
    const left = obstacles(all, format, { acceptLoss: true });
    const out = new Set(left.map(({ index }) => index));
    return { format, all, left, kept: all.filter((_, index) => !out.has(index)).slice(0, MOST_CARDS) };
  }

  const reasons = (left: ReturnType<typeof obstacles>) =>
    grouped(left.flatMap(({ name, obstacles: why }) => why.map(({ message }): [string, string] => [message, name])));

  /** Counts tokens by what they have in common. */
  function grouped(pairs: Iterable<[reason: string, name: string]>): Group[] {
    const groups = new Map<string, Group>();
    for (const [reason, name] of pairs) {
      const known = groups.get(reason) ?? { reason, count: 0, names: [] };
      known.count += 1;
      if (known.names.length < EXAMPLES) known.names.push(name);
      groups.set(reason, known);
    }
    return [...groups.values()];
  }

  return {
    formats: () => ({ formats: formats().map(formatInfo), targets: targets().map(targetInfo) }),

    open(task, name, bytes, reading) {
      replace(new OpenFile(name, bytes, reading, task));
      return file().summary();
    },

    sample(task) {
      replace(new OpenFile(SAMPLE_NAME, new TextEncoder().encode(SAMPLE), { format: null, target: null }, task));
      return file().summary();
    },

    reread(task, target, assumed) {
      file().readFor(target, assumed, task);
      return file().summary();
    },

    close() {
      replace(null);
      return null;
    },

    narrow: (_, to) => file().narrow(to),
    rows: (_, first, count) => file().rows(first, count),
    detail: (_, id) => file().detail(id),

    codes(_, ids) {
      return ids.flatMap((id) => {
        const token = file().record(id);
        return token ? [codeOf(id, token)] : [];
      });
    },

    assign(_, id, upn) {
      const said = file().assign(id, upn);
      return { said, summary: file().summary() };
    },

    fillIn(_, bytes) {
      const done = file().fillIn(bytes);
      return { done, summary: file().summary() };
    },

    repairs(task) {
      const { list, total, rescued } = file().repairs(task);
      const more = list.slice(LISTED);
      return { rescued, total, list: list.slice(0, LISTED), more: more.length, moreApplied: more.every(({ applied }) => applied) };
    },

    repair(task, { places, more }) {
      const { list } = file().repairs(task);
      const chosen = new Set([...places, ...(more ? list.slice(LISTED).map(({ place }) => place) : [])]);
      file().reread(list.every(({ place }) => chosen.has(place)) ? "apply" : [...chosen], task);
      return file().summary();
    },

    async test(task, id, codes) {
      const index = file().indexOf(id);
      const { owners: fits, window, chance } = index === null ? NONE : owners(codes, RADIUS, index, 1);
      const others = fits.length > 0 ? [] : (await search(task, codes)).owners.filter((owner) => owner.id !== id);
      return { fits, others, window, chance };
    },

    whose: (task, codes) => search(task, codes),

    probe(_, seed, codes) {
      const { readings, records, tried, chance } = probe(seed, codes);
      return held(records, () => ({
        tried,
        chance,
        readings: readings.slice(0, LISTED).map(({ text, stripped, drift }, index) => {
          const { algorithm, digits, step, counter } = records.at(index)!;
          const seconds = step === null ? null : drift * step;
          return { text, stripped, drift, seconds, algorithm, digits, step, counter: counter === null ? null : String(counter) };
        }),
      }));
    },

    plan(_, writing): Plan {
      // Without the accepted losses, to show them in any case.
      const { left } = carried({ ...writing, acceptLoss: false });
      const out = left.filter(({ obstacles: why }) => why.length > 0);
      const losing = left.filter(({ obstacles: why }) => why.length === 0);
      const { failed } = file().file;
      return {
        tokens: file().records.length,
        left: reasons(out),
        leftOut: out.length,
        lost: grouped(losing.flatMap(({ name, losses }) => losses.map((field): [string, string] => [field, name]))),
        losing: losing.length,
        failuresName: failed.length > 0 ? failuresName(file().name) : null,
      };
    },

    write(_, writing): Written {
      const { options, left } = carried(writing);
      const out = new Set(left.map(({ index }) => index));
      const { records } = file();
      const kept = out.size === 0 ? records : [...records].filter((_, index) => !out.has(index));
      const { format } = writing;
      const end = ENDS.find(([pattern]) => pattern.test(format))?.[1] ?? "txt";
      const stem = file().name.replace(/\.[^.]*$/, "");
      const { password } = writing;
      try {
        return { name: `${stem}-${format}.${end}`, bytes: write(kept, format, password === undefined ? options : { ...options, password }) };
      } finally {
        forget(writing);
      }
    },

    failures: () => ({ name: failuresName(file().name), bytes: file().file.failures() }),

    sheetPlan(_, of) {
      const { all, left, kept } = drawable(of);
      return { tokens: all.length, drawn: kept.length, left: reasons(left), leftOut: left.length };
    },

    sheet(_, of) {
      const { format, kept } = drawable(of);
      if (of.batches) return { cards: kept.length > 0 ? batchesOf(kept, format) : [], tooLong: [] };
      const tooLong: string[] = [];
      const cards = kept.flatMap((token): Card[] => {
        try {
          const [svg = ""] = exposeQrSvgs([token], format, { acceptLoss: true });
          const [title = "", ...lines] = captions(token);
          return [{ svg, title, lines }];
        } catch (error) {
          if (!(error instanceof OathError) || error.code !== "uri-too-long") throw error;
          tooLong.push(token.serial ?? token.account ?? token.place ?? "");
          return [];
        }
      });
      return { cards, tooLong };
    },

    signUp: (_, account, issuer) => demo.begin(account, issuer),
    phone: () => demo.phone(),
    signIn: (_, code) => demo.signIn(code),
    endSignUp() {
      demo.end();
      return null;
    },
  };
}
