export { OathError, RefusedError } from "./errors.js";
export { Hotp, HotpState } from "./hotp.js";
export { Secret } from "./secret.js";
export { Totp, TotpState, check, generate, verify } from "./totp.js";
export { KeyUri, exposeQrSvg } from "./uri.js";
