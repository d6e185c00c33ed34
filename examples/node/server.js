// POST /enrol {name} returns the QR code. POST /verify {name, code} returns 204, or an error with an action.
import express from "express";
import { KeyUri, OathError, Totp } from "oath-totp";

const STATUS = { malformed: 400, locked: 429 };

export function server(users) {
  const app = express();
  app.use(express.json({ limit: "1kb" }));

  app.post("/enrol", (request, response) => {
    const name = text(request.body?.name);
    const secret = users.enrol(name);
    if (secret === undefined) return response.status(409).json({ error: "a token is in use" });
    const totp = new Totp(secret);
    const uri = new KeyUri(totp, { account: name, issuer: "Example" });
    try {
      // The reply contains the secret, so it must not be stored.
      response.set("cache-control", "no-store").json({ uri: uri.exposeUri(), qr: uri.exposeQrSvg() });
    } finally {
      for (const held of [uri, totp, secret]) held.free();
    }
  });

  app.post("/verify", (request, response) => {
    users.verify(text(request.body?.name), text(request.body?.code));
    response.status(204).end();
  });

  app.use((error, request, response, next) => {
    if (response.headersSent) return next(error);
    if (error instanceof OathError) {
      // A wrong and a used code get the same reply.
      return response.status(STATUS[error.code] ?? 401).json({ error: error.message, action: error.action });
    }
    response.status(error.status ?? 500).json({ error: error.status ? error.message : "internal error" });
  });
  return app;
}

function text(value) {
  if (typeof value === "string" && value.length >= 1 && value.length <= 200) return value;
  throw Object.assign(new Error("name and code are texts of 1 to 200 characters"), { status: 400 });
}
