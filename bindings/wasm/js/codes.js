export { OathError } from "./errors.js";
export { Secret } from "./secret.js";
export { Hotp, Totp } from "./token.js";
export { KeyUri } from "./uri.js";
