// The errors of the package that are not a TypeError or a RangeError.

/** The action for each code. Errors of seed files have their own actions. */
const ACTIONS = {
  refused: "wait for the next code and enter that one",
  ambiguous: "enter the next code of the token as well",
  malformed: "enter the 6, 7 or 8 digits that the token shows",
  secret: "compare the secret with its source",
  uri: "scan the QR code again, or compare the URI with its source",
  "uri-too-long": "leave the token out, or type its secret in",
  "no-randomness": "use an engine with crypto.getRandomValues, or pass 20 random bytes to Secret.fromBytes",
  freed: "make a new object, and call free() last",
  "not-started": "await startCodes(bytes), and startSeeds(bytes) for seed files, before any other call",
  stopped: "reload the page or restart the process, and report the first error",
};

export class OathError extends Error {
  constructor(code, message, action = ACTIONS[code] ?? "", line = null, options = undefined) {
    super(message, options);
    this.code = code;
    this.action = action;
    this.line = line;
  }
}

/** A code that was not accepted. Wrong and used codes have the same public `code`; only `reason` differs. */
export class RefusedError extends OathError {
  #reason;

  constructor(reason) {
    const ambiguous = reason === "ambiguous";
    super(ambiguous ? "ambiguous" : "refused", ambiguous ? AMBIGUOUS : INVALID);
    this.#reason = reason;
  }

  /** A getter of the prototype, so that it is not among the keys, and a clone of the error does not have it. */
  get reason() {
    return this.#reason;
  }
}

const INVALID = "the code is not valid";
const AMBIGUOUS = "the code matches more than one moment";

for (const { name, prototype } of [OathError, RefusedError]) {
  Object.defineProperty(prototype, "name", { value: name, configurable: true, writable: true });
}

const REASONS = [undefined, "mismatch", "replayed", "ambiguous"];

/** The reason for a negative verdict of the module. */
export function reasonOf(verdict) {
  return REASONS[-verdict];
}

/** Calls the module. A text that the module throws is the message of an error with this code. */
export function orThrow(code, call) {
  try {
    return call();
  } catch (thrown) {
    if (typeof thrown !== "string") throw thrown;
    throw new OathError(code, thrown);
  }
}

export function freed() {
  throw new OathError("freed", "the object has been freed, and its secret wiped");
}
