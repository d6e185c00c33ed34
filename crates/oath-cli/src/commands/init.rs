use crate::failure::{Exit, Failure};
use crate::output::{GOOD, next, pairs};
use crate::shell::Shell;
use serde_json::json;

/// Creates the database and the key ring.
pub(crate) fn init(shell: &mut Shell<'_>) -> Result<Exit, Failure> {
    let files = shell.files()?;
    files.create(&shell.actor, shell.now)?;
    let database = files.0.database.to_string_lossy().into_owned();
    let keys = files.0.keys.to_string_lossy().into_owned();
    shell.answer(&json!({"database": database, "keys": keys}), |out| {
        writeln!(out, "{GOOD}Created{GOOD:#} a directory of OATH tokens.")?;
        pairs(
            out,
            &[
                ("database", database.clone()),
                ("key ring", format!("{keys}: keep it secret, and keep a copy of it elsewhere than the database's")),
            ],
        )?;
        next(out, "Next, the people who can hold tokens:", "oath users add alice@example.com")
    })?;
    Ok(Exit::Done)
}
