// The calls that the worker answers. The library makes every decision; this file converts its results for the page.
import { Hotp, RefusedError, Totp, failuresName, formatInfo, formats, obstacles, targetInfo, targets, write } from "oath-totp/embed";
import type { Record as Token } from "oath-totp/embed";
import type { Bench, Fit, Group, Owner, Plan, ShownCode, Writing, Written } from "../protocol.js";
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
/** The most entries of a list. */
const LISTED = 200;
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

function fitsOf(token: Token, codes: string[]): Fit[] {
  const { counter } = token;
  if (counter !== null) {
    try {
      const [code, ...more] = codes;
      const found = withHotp(token, (hotp) =>
        more.length > 0 ? hotp.resync(codes, { counter }) : hotp.activate(code ?? "", { counter }));
      return [{ drift: Number(found.counter) - Number(counter), seconds: 0 }];
    } catch (error) {
      if (error instanceof RefusedError && error.reason === "mismatch") return [];
      throw error;
    }
  }
  return withTotp(token, (totp) => {
    const now = Number(totp.stepAt());
    const drifts = totp.find(codes, { radius: RADIUS }).map((step) => Number(step) - now);
    return drifts.sort((a, b) => Math.abs(a) - Math.abs(b)).map((drift) => ({ drift, seconds: drift * totp.step }));
  });
}

/** The ending of a file name by the format. */
const ENDS: [RegExp, string][] = [[/csv$/, "csv"], [/json$/, "json"], [/pskc|xml/, "xml"]];

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

  /** Searches all tokens in slices, with a pause after each. */
  async function search(task: Task, codes: string[], not = -1): Promise<Owner[]> {
    const { records } = file();
    const radius = codes.length > 1 ? RADIUS : NARROW;
    const count = Math.max(256, Math.floor(SLICE / (2 * radius + 1)));
    const owners: Owner[] = [];
    for (let first = 0; first < records.length; first += count) {
      for (const { index, drift } of records.whose(codes, { radius, first, count })) {
        const id = file().idOf(index);
        if (id === not || owners.length >= LISTED) continue;
        const { serial, account, place, upn } = file().row(id);
        const steps = Number(drift);
        owners.push({ id, name: serial ?? account ?? place, upn, drift: steps, seconds: steps * (records.at(index)?.step ?? 0) });
      }
      task.progress(Math.min(first + count, records.length), records.length);
      await task.pause();
    }
    return owners.sort((a, b) => Math.abs(a.drift) - Math.abs(b.drift));
  }

  /** The options of a file that is written, and the tokens that are left out of it. */
  function carried({ format, inventory, acceptLoss }: Writing) {
    const options = { acceptLoss, ...(inventory ? { target: "inventory" } : {}) };
    return { options, left: obstacles(file().records, format, options) };
  }

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
      const repaired = file().read(true, task);
      try {
        const done = repaired.findings.filter(({ repaired: was }) => was);
        const list = done.slice(0, LISTED).map(({ place, message, repair }) => ({ place: place ?? "", serial: file().serialAt(place), message, repair: repair ?? "" }));
        return { rescued: repaired.records.length - file().records.length, total: done.length, list };
      } finally {
        repaired.free();
      }
    },

    repair(task, apply) {
      file().reread(apply, task);
      return file().summary();
    },

    async test(task, id, codes) {
      const token = file().record(id);
      const fits = token ? fitsOf(token, codes) : [];
      return { fits, others: fits.length > 0 ? [] : await search(task, codes, id) };
    },

    whose: (task, codes) => search(task, codes),

    plan(_, writing): Plan {
      // Without the accepted losses, to show them in any case.
      const { left } = carried({ ...writing, acceptLoss: false });
      const out = left.filter(({ obstacles: why }) => why.length > 0);
      const losing = left.filter(({ obstacles: why }) => why.length === 0);
      const { failed } = file().file;
      return {
        tokens: file().records.length,
        left: grouped(out.flatMap(({ name, obstacles: why }) => why.map(({ message }): [string, string] => [message, name]))),
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
      return { name: `${stem}-${format}.${end}`, bytes: write(kept, format, options) };
    },

    failures: () => ({ name: failuresName(file().name), bytes: file().file.failures() }),

    signUp: (_, account, issuer) => demo.begin(account, issuer),
    phone: () => demo.phone(),
    signIn: (_, code) => demo.signIn(code),
    endSignUp() {
      demo.end();
      return null;
    },
  };
}
