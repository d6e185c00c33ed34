// The test kit, in whatever runs JavaScript: given the vectors, it throws at the first that fails, and says how many there were.
import { Hotp, OathError, Secret, Totp } from "oath-totp";
import { read, write } from "oath-totp/seeds";

function same(found, expected, what) {
  if (found !== expected) throw new Error(`${what}: ${found}, expected ${expected}`);
}

function refused(code, call, what) {
  try {
    call();
  } catch (error) {
    if (!(error instanceof OathError)) throw error;
    return same(error.code, code, what);
  }
  throw new Error(`${what}: not refused`);
}

const SEEDS = `upn,serial number,secret key,time interval,manufacturer,model\r
alice@example.com,2300001,JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP,30,Contoso,HardwareKey\r
`;

export function run({ rfc, cross_checked, base32, collisions }) {
  for (const [index, known] of [...rfc, ...cross_checked].entries()) {
    const what = `code ${index}`;
    const secret = Secret.fromHex(known.secret_hex);
    const { digits, algorithm, code } = known;
    if (known.counter !== undefined) {
      const hotp = new Hotp(secret, { digits, algorithm, legacy: true });
      same(hotp.generate(known.counter), code, what);
      same(hotp.verify(code, BigInt(known.counter), { lookAhead: 0 }).nextCounter, known.counter + 1, what);
    } else {
      const totp = new Totp(secret, { digits, algorithm, step: known.step_seconds, t0: known.t0, legacy: true });
      same(totp.generate(known.time), code, what);
      same(totp.generate(BigInt(known.time)), code, what);
      same(totp.verify(code, { at: known.time, window: 0 }).step, totp.stepAt(known.time), what);
    }
  }
  for (const { text, hex, why } of base32) {
    if (hex) same(Secret.fromBase32(text).exposeHex(), hex, why);
    else refused("secret", () => Secret.fromBase32(text), why);
  }
  for (const { secret_hex, digits, algorithm, steps, code } of collisions) {
    const totp = new Totp(Secret.fromHex(secret_hex), { digits, algorithm });
    const [first, last] = steps;
    const accepted = totp.verify(code, { at: first * 30, window: { back: 0, ahead: last - first } });
    same(accepted.step, last, code);
    refused("replayed", () => totp.verify(code, { state: accepted.state, at: last * 30 }), code);
  }
  const file = read(SEEDS);
  same(new TextDecoder().decode(write(file.records, file.format)), SEEDS, "a seed file");
  return rfc.length + cross_checked.length + base32.length + collisions.length;
}
