import { KeyUri, OathError, Secret, Totp, TotpState } from "oath-totp";

const secret = Secret.generate();
const totp = new Totp(secret);
const uri = new KeyUri(totp, { account: "you@example.com", issuer: "Example" });
document.querySelector("#qr").innerHTML = uri.exposeQrSvg();
document.querySelector("#secret").textContent = secret.exposeBase32();

/** A server would store this. */
let state = TotpState.fresh();
const output = document.querySelector("output");

document.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const code = document.querySelector("#code").value;
  try {
    ({ state } = totp.verify(code, state));
    output.textContent = "The code is correct. Enter it again: it is not accepted a second time.";
  } catch (error) {
    if (!(error instanceof OathError)) throw error;
    output.textContent = `${error.message}: ${error.action}.`;
  }
});
