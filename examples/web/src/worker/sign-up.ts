// A server in small: it makes a secret, shows it once as a QR code, and lets codes in, each once.
import { KeyUri, OathError, Secret, Totp } from "oath-totp/embed";
import type { TotpState } from "oath-totp/embed";
import { held } from "./held.js";
import type { Answer, ShownCode, SignUp } from "../protocol.js";

export class SignUpDemo {
  #totp: Totp | null = null;
  /** What a server would store, with a compare-and-set. */
  #state: TotpState | null = null;

  begin(account: string, issuer: string): SignUp {
    this.end();
    return held(Secret.generate(), (secret) => {
      const totp = new Totp(secret);
      this.#totp = totp;
      const label = issuer === "" ? { account } : { account, issuer };
      return held(new KeyUri(totp, label), (uri) => ({ svg: uri.qrSvg(), uri: String(uri), secret: secret.exposeBase32() }));
    });
  }

  /** What the app on the telephone shows. */
  phone(): ShownCode {
    const totp = this.#started();
    return { id: 0, code: totp.generate(), remaining: Number(totp.remaining()), step: totp.step };
  }

  signIn(code: string): Answer {
    try {
      const { state } = this.#started().verify(code, { state: this.#state });
      this.#state = state;
      return { accepted: true, state: JSON.stringify(state) };
    } catch (error) {
      if (!(error instanceof OathError)) throw error;
      return { accepted: false, code: error.code, message: error.message, action: error.action };
    }
  }

  end() {
    this.#totp?.free();
    this.#totp = null;
    this.#state = null;
  }

  #started(): Totp {
    if (!this.#totp) throw new Error("the sign-up has not begun");
    return this.#totp;
  }
}
