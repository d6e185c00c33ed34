"""Flask: enrolment with a QR code, and a sign-in."""

from contextlib import closing

import store
from flask import Flask, abort, render_template_string, request
from oath_totp import KeyUri, Rejected, Totp

PAGE = "<main style='width: 20em'>{{ svg }}</main>"


def create_app(path: str) -> Flask:
    app = Flask(__name__)

    @app.post("/enrol/<name>")
    def enrol(name: str) -> str:
        with closing(store.connect(path)) as connection:
            uri = KeyUri(Totp(store.enrol(connection, name)), account=name, issuer="Example")
        return render_template_string(PAGE, svg=uri.qr_svg())

    @app.post("/sign-in/<name>")
    def sign_in(name: str) -> dict[str, str]:
        try:
            with closing(store.connect(path)) as connection:
                store.sign_in(connection, name, request.form["code"])
        except Rejected:
            abort(401)
        return {"signed_in": name}

    return app
