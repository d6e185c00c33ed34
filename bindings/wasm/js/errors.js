// What to do about a refusal; those of seed files say it themselves.
const ACTIONS = {
  mismatch: "wait for the next code and type that",
  replayed: "wait for the next code and type that",
  ambiguous: "give the next code of the token as well, behind this one",
  malformed: "type the code as the token shows it",
  secret: "compare it with where it came from",
  uri: "scan it again, or compare it with where it came from",
  "no-randomness": "use an engine with crypto.getRandomValues, or Secret.fromBytes with 20 random bytes",
  freed: "make a new one; free() comes last",
};

export class OathError extends Error {
  constructor(code, message, action = ACTIONS[code] ?? "", line = null) {
    super(message);
    this.code = code;
    this.action = action;
    this.line = line;
  }
}
// On the prototype, so that no error has to be given it.
Object.defineProperty(OathError.prototype, "name", { value: "OathError", configurable: true, writable: true });

// The texts of the first two are the same: whoever types a used code must not learn that it was right.
const INVALID = "the code is not valid";
const AMBIGUOUS = "the code fits more than one moment; the next code is needed as well";

/**
 * An outcome, not a mistake of the program: an `OathError` without a stack. Engines make a native error several times as
 * slowly as the module finds that a code is wrong, and guessing is what wrong codes are.
 */
function Outcome(code, message) {
  this.message = message;
  this.code = code;
  this.action = ACTIONS[code];
  this.line = null;
}
Outcome.prototype = OathError.prototype;

/** The verdicts of the module below zero. */
export function rejected(verdict) {
  if (verdict === -1) return new Outcome("mismatch", INVALID);
  if (verdict === -2) return new Outcome("replayed", INVALID);
  return new Outcome("ambiguous", AMBIGUOUS);
}

export function freed() {
  throw new OathError("freed", "it has been freed, and its secret wiped");
}
