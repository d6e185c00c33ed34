// The test kit. Given the vectors and the package, `run` throws at the first vector or misuse that fails, and returns how many
// vectors there are.
import { misuse } from "./misuse.js";

function same(found, expected, what) {
  if (found !== expected) throw new Error(`${what}: ${found}, expected ${expected}`);
}

function refused(code, kind, call, what) {
  try {
    call();
  } catch (error) {
    if (!(error instanceof kind)) throw error;
    return same(error.code, code, what);
  }
  throw new Error(`${what}: not refused`);
}

const SEEDS = `upn,serial number,secret key,time interval,manufacturer,model\r
alice@example.com,2300001,JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP,30,Contoso,HardwareKey\r
`;

export function run({ rfc, cross_checked, base32, collisions }, codes, { read, write }) {
  const { Hotp, OathError, RefusedError, Secret, Totp, TotpState } = codes;
  for (const [index, known] of [...rfc, ...cross_checked].entries()) {
    const what = `code ${index}`;
    const secret = Secret.fromHex(known.secret_hex);
    const { digits, algorithm, code } = known;
    if (known.counter !== undefined) {
      const hotp = new Hotp(secret, { digits, algorithm, legacy: true });
      same(hotp.generate(known.counter), code, what);
      same(hotp.verify(code, { counter: BigInt(known.counter) }, { lookAhead: 0 }).state.counter, known.counter + 1, what);
    } else {
      const totp = new Totp(secret, { digits, algorithm, step: known.step_seconds, t0: known.t0, legacy: true });
      same(totp.generate(known.time), code, what);
      same(totp.generate(BigInt(known.time)), code, what);
      same(totp.verify(code, TotpState.fresh(), { at: known.time, window: 0 }).step, totp.stepAt(known.time), what);
    }
  }
  for (const { text, hex, why } of base32) {
    if (hex) same(Secret.fromBase32(text).exposeHex(), hex, why);
    else refused("secret", OathError, () => Secret.fromBase32(text), why);
  }
  for (const { secret_hex, digits, algorithm, steps, code } of collisions) {
    const totp = new Totp(Secret.fromHex(secret_hex), { digits, algorithm });
    const [first, last] = steps;
    const accepted = totp.verify(code, TotpState.fresh(), { at: first * 30, window: { back: 0, ahead: last - first } });
    same(accepted.step, last, code);
    refused("refused", RefusedError, () => totp.verify(code, accepted.state, { at: last * 30 }), code);
    same(totp.check(code, accepted.state, { at: last * 30 }).reason, "replayed", code);
  }
  const file = read(SEEDS);
  // The sandbox of jsdom has no TextDecoder, and the file is ASCII.
  same(String.fromCharCode(...write(file.records, file.format)), SEEDS, "a seed file");
  misuse(codes);
  return rfc.length + cross_checked.length + base32.length + collisions.length;
}
