"""FastAPI: enrolment with the address of an image, and a sign-in. Functions without `async` run in a thread."""

from contextlib import closing

import store
from fastapi import Body, FastAPI, HTTPException
from oath_totp import KeyUri, Rejected, Totp


def create_app(path: str) -> FastAPI:
    app = FastAPI()

    @app.post("/enrol/{name}")
    def enrol(name: str) -> dict[str, str]:
        with closing(store.connect(path)) as connection:
            uri = KeyUri(Totp(store.enrol(connection, name)), account=name, issuer="Example")
        return {"image": uri.qr_data_uri()}

    @app.post("/sign-in/{name}")
    def sign_in(name: str, code: str = Body(embed=True)) -> dict[str, str]:
        try:
            with closing(store.connect(path)) as connection:
                store.sign_in(connection, name, code)
        except Rejected as refused:
            raise HTTPException(401) from refused
        return {"signed_in": name}

    return app
