use crate::failure::{Exit, Failure};
use crate::output::{Cell, GOOD, STRONG, json, shown, table};
use crate::shell::Shell;
use oath_directory::rights::{self, Role, Roles};
use oath_directory::{Upn, User};
use pollster::block_on;
use serde_json::{Map, Value, json};

/// `oath roles`: who may do what.
pub(crate) fn table_of_rights(shell: &mut Shell<'_>) -> Result<Exit, Failure> {
    let rows = rights::table();
    let Some((heading, rows)) = rows.split_first() else { return Ok(Exit::Done) };
    let out = &mut *shell.streams.out;
    if shell.json {
        for row in rows {
            let cells = heading.iter().zip(row).map(|(name, cell)| ((*name).to_owned(), json!(cell)));
            json(out, &Value::Object(cells.collect::<Map<_, _>>()))?;
        }
    } else {
        let cells: Vec<_> = rows.iter().map(|row| row.iter().map(|cell| Cell::new(*cell)).collect()).collect();
        table(out, heading, &cells)?;
    }
    Ok(Exit::Done)
}

/// `oath users roles UPN [--add ROLE] [--remove ROLE]`.
pub(crate) fn of_user(shell: &mut Shell<'_>, upn: &Upn, add: &[Role], remove: &[Role]) -> Result<Exit, Failure> {
    let directory = shell.directory()?;
    let user: User = if add.is_empty() && remove.is_empty() {
        block_on(directory.user(shell.now, upn))?.user
    } else {
        let [add, remove] = [add, remove].map(|roles| roles.iter().copied().collect::<Roles>());
        block_on(directory.change_roles(&shell.actor, shell.now, upn, add, remove))?
    };
    let names: Vec<&str> = user.roles.iter().map(Role::name).collect();
    shell.answer(&json!({"upn": user.upn.as_str(), "roles": names}), |out| {
        writeln!(out, "{STRONG}{}{STRONG:#}: {GOOD}{}{GOOD:#}", shown(user.upn.as_str()), user.roles)
    })?;
    Ok(Exit::Done)
}
