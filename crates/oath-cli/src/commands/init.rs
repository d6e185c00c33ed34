use crate::failure::{Exit, Failure};
use crate::output::{GOOD, next, pairs};
use crate::shell::Shell;
use oath_directory::Policy;
use pollster::block_on;
use serde_json::json;

/// Creates the database and the key ring.
pub(crate) fn init(shell: &mut Shell<'_>) -> Result<Exit, Failure> {
    let location = shell.location()?;
    block_on(location.create(&shell.actor, shell.now, Policy::default()))?;
    let database = location.database().place();
    let keys = location.keys().to_string_lossy().into_owned();
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
