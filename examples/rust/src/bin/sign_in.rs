//! An enrolment, a sign-in and a refused replay, stored in SQLite by a compare-and-set.
//!
//! `cargo run -p oath-examples --bin sign_in`

use oath_examples::users::Users;
use oath_totp::UnixTime;
use rusqlite::Connection;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    // A real service takes this key from a secret manager, and a file instead of the memory.
    let users = Users::open(Connection::open_in_memory()?, [7; 32])?;

    // Enrolment: the app of the user computes the codes from now on.
    let app = users.enrol("alice@example.com")?.to_totp()?;

    let now = UnixTime::now();
    let code = app.generate(now).to_string();
    users.sign_in("alice@example.com", &code, now)?;
    println!("signed in; the code changes in {} s", app.time_step().remaining(now));

    match users.sign_in("alice@example.com", &code, now) {
        Ok(()) => Err("a code must be good once".into()),
        Err(refused) => {
            println!("the same code again: {refused}");
            Ok(())
        }
    }
}
