// Users and their tokens in SQLite. oath-totp decides about a code; each change is stored by compare-and-set.
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import Database from "better-sqlite3";
import { OathError, RefusedError, Secret, Totp } from "oath-totp";

/** After this many wrong codes in a row a user has to wait (RFC 4226 §7.3). */
const FAILURES = 5;
/** Seconds. */
const WAIT = 60;

export class Users {
  #db;
  #key;

  constructor(file, key) {
    this.#key = key;
    this.#db = new Database(file);
    this.#db.pragma("journal_mode = WAL");
    this.#db.exec(`CREATE TABLE IF NOT EXISTS users (
      name TEXT PRIMARY KEY, secret BLOB NOT NULL, active INTEGER NOT NULL DEFAULT 0,
      last_step INTEGER, drift INTEGER NOT NULL DEFAULT 0,
      failures INTEGER NOT NULL DEFAULT 0, locked_until INTEGER NOT NULL DEFAULT 0) STRICT`);
  }

  /** Makes a new token for a user, in place of one that was never confirmed. Returns undefined if the user has a token. */
  enrol(name) {
    const secret = Secret.generate();
    const { changes } = this.#db
      .prepare(`INSERT INTO users (name, secret) VALUES (?, ?)
        ON CONFLICT (name) DO UPDATE SET secret = excluded.secret, last_step = NULL, drift = 0 WHERE active = 0`)
      .run(name, this.#sealed(name, secret));
    return changes === 1 ? secret : undefined;
  }

  /** Checks a code, and confirms the token. Throws an OathError: "refused", "malformed" or "locked". */
  verify(name, code, now = Math.floor(Date.now() / 1000)) {
    for (;;) {
      const user = this.#db.prepare("SELECT * FROM users WHERE name = ?").get(name);
      // An unknown name gets the answer of a wrong code.
      if (user === undefined) throw new RefusedError("mismatch");
      if (user.locked_until > now) throw new OathError("locked", "too many wrong codes; try again later");
      const { state, refusal } = this.#checked(user, code, now);
      if (refusal !== undefined && !(refusal instanceof RefusedError)) throw refusal;
      // A wrong code is counted by the same compare-and-set.
      const failures = refusal === undefined ? 0 : user.failures + 1;
      const { changes } = this.#db
        .prepare(`UPDATE users SET active = ?, last_step = ?, drift = ?, failures = ?, locked_until = ?
          WHERE name = ? AND secret = ? AND last_step IS ? AND drift = ? AND failures = ?`)
        .run(
          refusal === undefined ? 1 : user.active, state.last_step, state.drift, failures % FAILURES,
          failures === FAILURES ? now + WAIT : 0,
          name, user.secret, user.last_step, user.drift, user.failures,
        );
      if (changes === 0) continue;
      if (refusal !== undefined) throw refusal;
      return;
    }
  }

  close() {
    this.#db.close();
  }

  #checked({ name, secret: sealed, last_step, drift }, code, now) {
    const secret = this.#opened(name, sealed);
    const totp = new Totp(secret);
    try {
      return { state: totp.verify(code, { last_step, drift }, { at: now }).state };
    } catch (refusal) {
      if (!(refusal instanceof OathError)) throw refusal;
      return { state: { last_step, drift }, refusal };
    } finally {
      totp.free();
      secret.free();
    }
  }

  /** Encrypts with AES-256-GCM. The user's name is authenticated, so that a secret copied to another row does not decrypt. */
  #sealed(name, secret) {
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce).setAAD(Buffer.from(name));
    const bytes = secret.exposeBytes();
    const sealed = Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    bytes.fill(0);
    return sealed;
  }

  #opened(name, sealed) {
    const cipher = createDecipheriv("aes-256-gcm", this.#key, sealed.subarray(0, 12));
    cipher.setAAD(Buffer.from(name)).setAuthTag(sealed.subarray(-16));
    const bytes = Buffer.concat([cipher.update(sealed.subarray(12, -16)), cipher.final()]);
    const secret = Secret.fromBytes(bytes);
    bytes.fill(0);
    return secret;
  }
}
