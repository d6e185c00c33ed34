// Mistakes in the use of the package, and the error that each must give. `run` of the test kit calls this in every environment.

const BASE32 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const SECRETS = [BASE32, "12345678901234567890", "3132333435363738393031323334353637383930"];

/** Rows of a name, a call, and what its error must have; `text` is a part of the message. */
function table({ Hotp, HotpState, KeyUri, OathError, Secret, Totp, TotpState, check, generate, verify }) {
  const secret = Secret.fromBase32(BASE32);
  const totp = new Totp(secret);
  const hotp = new Hotp(secret);
  const uri = new KeyUri(totp, { account: "a" });
  const freed = new Totp(secret);
  freed.free();
  const fresh = TotpState.fresh();
  const milliseconds = { kind: RangeError, text: "milliseconds" };
  const state = { kind: TypeError, text: "TotpState.fresh()" };
  const counter = { kind: TypeError, text: "HotpState.fresh()" };
  const exposed = { kind: TypeError, text: "expose" };
  const rows = [
    ["generate at milliseconds", () => totp.generate(Date.now()), milliseconds],
    ["verify at milliseconds", () => totp.verify("287082", fresh, { at: Date.now() }), milliseconds],
    ["check at milliseconds", () => totp.check("287082", fresh, { at: Date.now() }), milliseconds],
    ["one call at milliseconds", () => generate(BASE32, { at: Date.now() }), milliseconds],
    ["verify without a state", () => totp.verify("287082"), state],
    ["verify with undefined as the state", () => totp.verify("287082", undefined, { at: 59 }), state],
    ["verify with null as the state", () => totp.verify("287082", null, { at: 59 }), state],
    ["check without a state", () => totp.check("287082"), state],
    ["activate without a state", () => totp.activate("287082"), state],
    ["resync without a state", () => totp.resync(["287082", "359152"]), state],
    ["one call without a state", () => verify(BASE32, "287082"), state],
    ["one returning call without a state", () => check(BASE32, "287082"), state],
    ["verify with TotpState.fresh, not called", () => totp.verify("287082", TotpState.fresh), state],
    ["verify of a Hotp with HotpState.fresh, not called", () => hotp.verify("287082", HotpState.fresh), counter],
    ["verify of a Hotp without a state", () => hotp.verify("287082"), counter],
    ["a state without its drift", () => totp.verify("287082", { last_step: null }), { kind: RangeError, text: "drift" }],
    ["resync by one code", () => totp.resync("287082", fresh), { kind: TypeError, text: "two or three" }],
    ["a code as a number", () => totp.verify(287082, fresh, { at: 59 }), { kind: TypeError, text: "leading zeros" }],
    ["a misspelt option", () => totp.verify("287082", fresh, { windw: 1 }), { kind: TypeError, text: "at, window" }],
    ["a text that is not a code", () => totp.verify("28708x", fresh), { kind: OathError, code: "malformed" }],
    ["Base32 in place of a Secret", () => new Totp(BASE32), { kind: TypeError, text: "Secret.fromBase32" }],
    ["a Secret made by new", () => new Secret(), { kind: TypeError, text: "fromBase32" }],
    ["a secret of 80 bits", () => new Totp(Secret.fromHex("00112233445566778899")), { kind: OathError, code: "secret" }],
    ["an array in place of bytes", () => Secret.fromBytes([1, 2, 3]), { kind: TypeError, text: "Uint8Array" }],
    ["an empty account", () => new KeyUri(totp, { account: "" }), { kind: RangeError, text: "account" }],
    ["a call after free", () => freed.generate(59), { kind: OathError, code: "freed" }],
  ];
  for (const [name, held] of Object.entries({ secret, totp, hotp, uri })) {
    rows.push([`${name} as JSON`, () => JSON.stringify({ held }), exposed]);
    rows.push([`${name} as text`, () => `${held}`, exposed]);
    if (typeof structuredClone === "function") {
      rows.push([`a clone of ${name}`, () => structuredClone(held), { name: "DataCloneError" }]);
    }
  }
  return rows;
}

function fails(what) {
  throw new Error(`misuse: ${what}`);
}

/** Throws at the first row whose call gives another error than expected, and returns the number of rows. */
export function misuse(codes) {
  const rows = table(codes);
  for (const [name, call, { kind, name: named, code, text }] of rows) {
    let error;
    try {
      call();
    } catch (thrown) {
      error = thrown;
    }
    if (error === undefined) fails(`${name}: no error`);
    if (kind && !(error instanceof kind)) fails(`${name}: ${error.name}: ${error.message}`);
    if (named && error.name !== named) fails(`${name}: ${error.name}, expected ${named}`);
    if (code && error.code !== code) fails(`${name}: code ${error.code}, expected ${code}`);
    if (text && !error.message.includes(text)) fails(`${name}: ${error.message}`);
    if (SECRETS.some((secret) => error.message.includes(secret))) fails(`${name}: the message shows the secret`);
  }
  refusals(codes);
  return rows.length;
}

/** A refusal is an Error like any other, and shows in no public place whether the code was wrong or used. */
function refusals({ RefusedError, Secret, Totp, TotpState }) {
  const totp = new Totp(Secret.fromBase32(BASE32));
  const { state } = totp.verify("287082", TotpState.fresh(), { at: 59 });
  const refusal = (code) => {
    try {
      totp.verify(code, state, { at: 59 });
    } catch (error) {
      return error;
    }
    return fails(`${code} was accepted`);
  };
  // The codes of this window are 755224, 287082 and 359152 (RFC 4226, appendix D).
  const [used, wrong] = ["287082", "000000"].map(refusal);
  for (const [error, reason] of [[used, "replayed"], [wrong, "mismatch"]]) {
    if (!(error instanceof RefusedError && error instanceof Error)) fails("a refusal is an Error");
    if (Error.isError && !Error.isError(error)) fails("Error.isError of a refusal");
    if (error.reason !== reason) fails(`reason ${error.reason}, expected ${reason}`);
    if (typeof error.stack !== "string") fails("a refusal has a stack");
    if (typeof structuredClone === "function" && structuredClone(error).message !== error.message) fails("a clone of a refusal");
  }
  for (const shown of [JSON.stringify, String, ({ code }) => code, (error) => Object.keys(error).join()]) {
    if (shown(used) !== shown(wrong)) fails(`${shown(used)} differs from ${shown(wrong)}`);
  }
}
