"""A user's secret and state in sqlite3, and a sign-in that accepts a code once.

The state is written by compare-and-set: `IS ?` instead of `= ?`, because a new user's last_step is NULL and `NULL = NULL` is not
true. PostgreSQL writes `IS NOT DISTINCT FROM %s`. Of two requests with the same code one changes the row; the other is refused.
"""

import sqlite3

from oath_totp import Accepted, Mismatch, Replayed, Secret, TotpState, verify

SCHEMA = """
CREATE TABLE IF NOT EXISTS otp (
    name TEXT PRIMARY KEY,
    secret TEXT NOT NULL,     -- Base32; encrypt it with a key that is not in this database
    last_step INTEGER,        -- NULL before the first sign-in
    drift INTEGER NOT NULL DEFAULT 0
)
"""


def connect(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(SCHEMA)
    return connection


def enrol(connection: sqlite3.Connection, name: str) -> Secret:
    secret = Secret.generate()
    new = TotpState.new()
    row = (name, secret.expose_base32(), new.last_step, new.drift)
    connection.execute("INSERT INTO otp (name, secret, last_step, drift) VALUES (?, ?, ?, ?)", row)
    return secret


def sign_in(connection: sqlite3.Connection, name: str, code: str, at: float | None = None) -> Accepted:
    """Raises Rejected for everything that the user did wrong. Limit the attempts for each name as well."""
    query = "SELECT secret, last_step, drift FROM otp WHERE name = ?"
    row = connection.execute(query, (name,)).fetchone()
    if row is None:
        raise Mismatch
    secret, last_step, drift = row
    accepted = verify(secret, code, TotpState(last_step, drift), at)
    update = "UPDATE otp SET last_step = ?, drift = ? WHERE name = ? AND last_step IS ? AND drift = ?"
    values = (accepted.state.last_step, accepted.state.drift, name, last_step, drift)
    if connection.execute(update, values).rowcount != 1:
        # Another request was faster with a code of this user.
        raise Replayed
    return accepted
