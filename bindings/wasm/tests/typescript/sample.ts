// What a strict compiler must take, and what it must not.
import { Hotp, KeyUri, OathError, Secret, Totp } from "oath-totp";
import type { Accepted, Count, Moment, TotpState } from "oath-totp";
import { formats, read, write } from "oath-totp/seeds";
import type { Finding, RecordObject, SeedFile } from "oath-totp/seeds";

const secret: Secret = Secret.generate();
const totp = new Totp(secret, { digits: 6, step: 30, algorithm: "SHA1", t0: 0 });
const moments: Moment[] = [0, 0n, new Date()];
const codes: string[] = moments.map((at) => totp.generate(at));

export function signIn(code: string, stored: TotpState | null): TotpState | "no" | "typo" {
  try {
    const { state, step }: Accepted = totp.verify(code, { state: stored, at: new Date(), window: { back: 1, ahead: 1 } });
    const last: Count = step;
    return last === state.last_step ? state : "no";
  } catch (error) {
    if (!(error instanceof OathError)) throw error;
    switch (error.code) {
      case "mismatch":
      case "replayed":
        return "no";
      default:
        return "typo";
    }
  }
}

const found: Count[] = totp.find(codes.slice(0, 2), { radius: 10 });
const { nextCounter }: { nextCounter: Count } = new Hotp(secret, { digits: 8 }).resync(["1", "2"], 0n, { lookAhead: 5 });
const uri = new KeyUri(totp, { account: "a", issuer: "b" });
const shown: string = `${uri}` + uri.qrSvg() + uri.qrText() + (uri.issuer ?? "") + uri.toTotp().algorithm;
const file: SeedFile = read(new Uint8Array(), { format: formats()[0]!, upn: "optional", repairs: "apply" });
const errors: Finding[] = file.findings.filter(({ severity }) => severity === "error");
const rows: RecordObject[] = file.records.toObjects();
const bytes: Uint8Array = write([...file.records], file.format);
export { bytes, errors, found, nextCounter, rows, shown };

// @ts-expect-error a secret is not made by new
new Secret();
// @ts-expect-error a code is a string
totp.verify(123456);
// @ts-expect-error a misspelt option
totp.verify("123456", { stat: null });
// @ts-expect-error nothing is set
totp.digits = 7;
// @ts-expect-error a secret is a Secret
new Totp("GEZDGNBV");
