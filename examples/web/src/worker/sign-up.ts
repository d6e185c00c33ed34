// The server of the sign-up demo. It makes a secret, shows it once as a QR code, and accepts each code once.
import { KeyUri, OathError, RefusedError, Secret, Totp, TotpState } from "oath-totp/embed";
import { held } from "./held.js";
import type { Answer, ShownCode, SignUp } from "../protocol.js";

export class SignUpDemo {
  #totp: Totp | null = null;
  /** A server would store this by compare-and-set. */
  #state = TotpState.fresh();

  begin(account: string, issuer: string): SignUp {
    this.end();
    return held(Secret.generate(), (secret) => {
      const totp = new Totp(secret);
      this.#totp = totp;
      const label = issuer === "" ? { account } : { account, issuer };
      return held(new KeyUri(totp, label), (uri) => ({ svg: uri.exposeQrSvg(), uri: uri.exposeUri(), secret: secret.exposeBase32() }));
    });
  }

  /** The code that an authenticator app shows. */
  phone(): ShownCode {
    const totp = this.#started();
    return { id: 0, code: totp.generate(), remaining: totp.remaining(), step: totp.step };
  }

  signIn(code: string): Answer {
    try {
      const { state } = this.#started().verify(code, this.#state);
      this.#state = state;
      return { accepted: true, state: JSON.stringify(state) };
    } catch (error) {
      if (!(error instanceof OathError)) throw error;
      return { accepted: false, code: error instanceof RefusedError ? error.reason : error.code, message: error.message, action: error.action };
    }
  }

  end() {
    this.#totp?.free();
    this.#totp = null;
    this.#state = TotpState.fresh();
  }

  #started(): Totp {
    if (!this.#totp) throw new Error("the sign-up has not begun");
    return this.#totp;
  }
}
