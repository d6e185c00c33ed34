//! Users in a table of SQLite: enrolment, sign-in, and replay protection by one compare-and-set.

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use core::fmt;
use oath_totp::{Algorithm, Code, CodeError, Digits, KeyUri, Secret, TimeStep, Totp, TotpState, UnixTime, Window};
use rusqlite::{Connection, OptionalExtension, params};
use zeroize::Zeroizing;

/// The statement that makes a code good once, on any number of connections: it changes the row only if the state is the
/// one that was read. `IS NOT DISTINCT FROM` matches the NULL of a user who never signed in; `=` never does. The same
/// text works in PostgreSQL with `$1` to `$5` for the places.
const COMPARE_AND_SET: &str = "UPDATE users SET last_step = ?, drift = ?
     WHERE name = ? AND last_step IS NOT DISTINCT FROM ? AND drift = ?";

/// A table of users, and the key that seals their secrets.
pub struct Users {
    database: Connection,
    /// From a secret manager, never from the database.
    sealing_key: Zeroizing<[u8; 32]>,
}

/// The reason why a user was not let in.
#[derive(Debug)]
pub enum SignInError {
    /// The text is not a code. Ask again; this is not an attempt.
    Malformed(CodeError),
    /// The name, the code, or both are wrong, or the code was used. One text for all of them.
    Refused,
    /// The database or the stored secret is at fault: neither a grant nor a wrong code.
    Fault(Box<dyn std::error::Error + Send + Sync>),
}

impl Users {
    /// Opens the table in this database, or makes it.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn open(database: Connection, sealing_key: [u8; 32]) -> Result<Self, rusqlite::Error> {
        database.execute_batch(
            "CREATE TABLE IF NOT EXISTS users (
                name TEXT PRIMARY KEY, sealed BLOB NOT NULL, last_step INTEGER, drift INTEGER NOT NULL DEFAULT 0
            ) STRICT",
        )?;
        Ok(Self { database, sealing_key: Zeroizing::new(sealing_key) })
    }

    /// Adds a user with a new secret. Show the returned URI as a QR code, once.
    ///
    /// # Errors
    /// What SQLite and the system's randomness report.
    pub fn enrol(&self, name: &str) -> Result<KeyUri, Box<dyn std::error::Error + Send + Sync>> {
        let secret = Secret::generate()?;
        let sealed = self.seal(name, &secret)?;
        let state = TotpState::NEW;
        self.database.execute(
            "INSERT INTO users (name, sealed, last_step, drift) VALUES (?, ?, ?, ?)",
            params![name, sealed, state.last_step, state.drift],
        )?;
        Ok(KeyUri::totp(secret, name)?.with_issuer("Example Ltd"))
    }

    /// Lets the user in if the code is right, now, and unused.
    ///
    /// # Errors
    /// [`SignInError`]
    pub fn sign_in(&self, name: &str, typed: &str, now: UnixTime) -> Result<(), SignInError> {
        let code = Code::from_typed(typed).map_err(SignInError::Malformed)?;
        let stored = self
            .database
            .query_row("SELECT sealed, last_step, drift FROM users WHERE name = ?", [name], |row| {
                Ok((row.get::<_, Vec<u8>>(0)?, TotpState { last_step: row.get(1)?, drift: row.get(2)? }))
            })
            .optional()
            .map_err(fault)?;
        // A service also counts wrong codes for each name, known or not, and makes the next try wait.
        let (sealed, state) = stored.ok_or(SignInError::Refused)?;
        let key = self.open_secret(name, &sealed)?.key(Algorithm::Sha1).map_err(fault)?;
        let totp = Totp::new(key, Digits::Six, TimeStep::SECONDS_30);
        let next = totp.verify(&code, now, Window::ONE, &state).map_err(|_| SignInError::Refused)?.next;
        // Another connection may have stored a later state since this one was read: then this code is a used one.
        let changed = self
            .database
            .execute(COMPARE_AND_SET, params![next.last_step, next.drift, name, state.last_step, state.drift])
            .map_err(fault)?;
        if changed == 1 { Ok(()) } else { Err(SignInError::Refused) }
    }

    /// The nonce, then the secret encrypted for this user only: a ciphertext moved to another row does not open.
    fn seal(&self, name: &str, secret: &Secret) -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
        let nonce: [u8; 24] = Secret::generate_bytes(24)?.expose_bytes().try_into()?;
        let mut bytes = Vec::with_capacity(secret.byte_len() + 16);
        bytes.extend_from_slice(secret.expose_bytes());
        self.cipher()
            .encrypt_in_place(&XNonce::from(nonce), name.as_bytes(), &mut bytes)
            .map_err(|_| "sealing failed")?;
        Ok([nonce.as_slice(), &bytes].concat())
    }

    fn open_secret(&self, name: &str, sealed: &[u8]) -> Result<Secret, SignInError> {
        let damaged = || fault(format!("the sealed secret of {name} does not open"));
        let (nonce, sealed) = sealed.split_first_chunk::<24>().ok_or_else(damaged)?;
        let mut bytes = Zeroizing::new(sealed.to_vec());
        self.cipher().decrypt_in_place(&XNonce::from(*nonce), name.as_bytes(), &mut *bytes).map_err(|_| damaged())?;
        Secret::from_bytes(&bytes).map_err(fault)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(*self.sealing_key))
    }
}

fn fault(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> SignInError {
    SignInError::Fault(error.into())
}

impl fmt::Debug for Users {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Users").finish_non_exhaustive()
    }
}

impl fmt::Display for SignInError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => error.fmt(f),
            Self::Refused => f.write_str("the name or the code is not valid"),
            Self::Fault(_) => f.write_str("the sign-in could not be checked; try again later"),
        }
    }
}

impl std::error::Error for SignInError {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error;

    const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

    #[test]
    fn a_code_lets_in_once_and_a_new_users_null_is_matched() -> Result<(), Box<dyn Error + Send + Sync>> {
        let users = Users::open(Connection::open_in_memory()?, [7; 32])?;
        let code = users.enrol("alice")?.to_totp()?.generate(NOW).to_string();
        users.sign_in("alice", &code, NOW)?;
        assert!(matches!(users.sign_in("alice", &code, NOW), Err(SignInError::Refused)));
        assert!(matches!(users.sign_in("bob", &code, NOW), Err(SignInError::Refused)));
        assert!(matches!(users.sign_in("alice", "12345", NOW), Err(SignInError::Malformed(_))));
        Ok(())
    }

    #[test]
    fn of_two_connections_that_read_the_same_state_one_is_let_in() -> Result<(), Box<dyn Error + Send + Sync>> {
        let users = Users::open(Connection::open_in_memory()?, [7; 32])?;
        users.enrol("alice")?;
        let set =
            |step: u64, read: Option<u64>| users.database.execute(COMPARE_AND_SET, params![step, 0, "alice", read, 0]);
        assert_eq!((set(5, None)?, set(5, None)?), (1, 0));
        assert_eq!((set(6, Some(5))?, set(6, Some(5))?), (1, 0));
        Ok(())
    }

    #[test]
    fn a_sealed_secret_opens_in_its_own_row_only() -> Result<(), Box<dyn Error + Send + Sync>> {
        let users = Users::open(Connection::open_in_memory()?, [7; 32])?;
        users.enrol("alice")?;
        users.database.execute("UPDATE users SET name = 'mallory'", [])?;
        let error = users.sign_in("mallory", "123456", NOW).unwrap_err();
        assert!(matches!(error, SignInError::Fault(_)), "{error:?}");
        Ok(())
    }
}
