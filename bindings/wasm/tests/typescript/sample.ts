// Code that a strict compiler must accept, and mistakes that it must report.
import { Hotp, HotpState, KeyUri, OathError, RefusedError, Secret, Totp, TotpState, check, exposeQrSvg } from "oath-totp";
import type { Accepted, Count, Moment } from "oath-totp";
import * as embedded from "oath-totp/embed";
import { exposeQrSvgs, failuresName, formatInfo, formats, obstacles, probe, read, targetInfo, targets, write } from "oath-totp/seeds";
import type { FilledIn, Finding, LeftOut, Owners, Probe, RecordObject, SeedFile } from "oath-totp/seeds";

const secret: Secret = Secret.generate();
const totp = new Totp(secret, { digits: 6, step: 30, algorithm: "SHA1", t0: 0 });
const moments: Moment[] = [0, 0n, new Date()];
const codes: string[] = moments.map((at) => totp.generate(at));

export function signIn(code: string, stored: TotpState): TotpState | "no" | "typo" {
  try {
    const { state, step }: Accepted = totp.verify(code, stored, { at: new Date(), window: { back: 1, ahead: 1, recordedOnly: true } });
    const last: Count = step;
    return last === state.last_step ? state : "no";
  } catch (error) {
    if (error instanceof RefusedError) return error.reason === "mismatch" ? "no" : "no";
    if (error instanceof OathError && error.code === "malformed") return "typo";
    throw error;
  }
}

const checked = check("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "123456", TotpState.fresh(), { digits: 6 });
export const next: TotpState | "mismatch" | "replayed" | "malformed" = checked.ok ? checked.state : checked.reason;

const found: Count[] = totp.find(codes.slice(0, 2), { radius: 10 });
const { counter }: HotpState = new Hotp(secret, { digits: 8 }).resync(["1", "2"], { counter: 0n }, { lookAhead: 5 }).state;
const uri = new KeyUri(totp, { account: "a", issuer: "b" });
const shown: string = uri.exposeUri() + uri.exposeQrSvg({ margin: 2, size: 100 }) + uri.exposeQrText() + uri.exposeQrDataUri() + String(uri.exposeQrMatrix()[0]?.[0]) + (uri.issuer ?? "") + uri.toTotp().algorithm;
const file: SeedFile = read(new Uint8Array(), { format: formats()[0]!, target: targets()[0]!, password: "a", key: new Uint8Array(16), type: "totp", algorithm: "SHA256", digits: 8, interval: 60, repairs: "apply", lenient: true });
const errors: Finding[] = file.findings.filter(({ severity }) => severity === "error");
const rows: RecordObject[] = file.records.toObjects();
const bytes: Uint8Array = write([...file.records], "pskc", { password: "a", acceptLoss: true });
const drawn: string[] = [...exposeQrSvgs(file.records, "otpauth-migration", { acceptLoss: true }), exposeQrSvg("otpauth:", { margin: 1 })];
const probed: Probe = probe("a", [codes[0]!, { code: "123456", at: new Date() }], { radius: 9 });
const owners: Owners = file.records.whose(codes, { at: 0, radius: 3, first: 0, count: 9 });
const filled: FilledIn = file.records.fillIn("serial,upn");
const said: readonly Finding[] = file.records.at(0)?.assign(null) ?? file.records.holders();
const left: LeftOut[] = obstacles(file.records, file.format, { target: file.target, acceptLoss: true });
const titles: [string, boolean, string] = [formatInfo(file.format).title, formatInfo("pskc").written, targetInfo("entra").title];
const places: (string | number | null)[] = [rows[0]!.place, rows[0]!.line, file.failed[0]!.place, errors[0]!.place, rows[0]!.serial, left[0]!.name];
const failures: [string, Uint8Array] = [failuresName("a.csv"), file.failures()];
export const started: Promise<void>[] = [embedded.startCodes(bytes), embedded.startSeeds(bytes.buffer)];
read("", { progress: (done: number, total: number) => void (done / total) });
export { bytes, drawn, errors, failures, filled, found, left, counter, owners, places, probed, rows, said, shown, titles };

// @ts-expect-error a secret is not made by new
new Secret();
// @ts-expect-error a code is a string
totp.verify(123456, TotpState.fresh());
// @ts-expect-error the state is an argument
totp.verify("123456");
// @ts-expect-error a state that is missing is not a fresh one
totp.verify("123456", undefined);
// @ts-expect-error one code is not enough
new Hotp(secret).resync("123456", HotpState.fresh()).state.drift;
// @ts-expect-error a misspelt option
totp.verify("123456", TotpState.fresh(), { windw: 1 });
// @ts-expect-error an option of earlier versions
read("", { upn: "optional" });
// @ts-expect-error a length of codes that no token has
read("", { digits: 9 });
// @ts-expect-error a serial number may be missing
rows[0]!.serial.length;
// @ts-expect-error a user is a string or null
file.records.at(0)?.assign(undefined);
// @ts-expect-error properties are read-only
totp.digits = 7;
// @ts-expect-error a secret is a Secret
new Totp("GEZDGNBV");
