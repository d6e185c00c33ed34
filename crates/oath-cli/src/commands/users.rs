use crate::args::Users;
use crate::failure::{Exit, Failure};
use crate::output::{BAD, Cell, DIM, GOOD, PLAIN, WARN, count, number, shown, table};
use crate::shell::Shell;
use oath_directory::{ImportReport, Upn, User, UserKind, user_file};
use pollster::block_on;
use serde::Serialize;
use serde_json::json;
use std::io::Read;
use std::path::Path;

pub(crate) fn run(shell: &mut Shell<'_>, command: &Users) -> Result<Exit, Failure> {
    match command {
        Users::Add { upn, guest, name } => add(shell, upn, *guest, name.as_deref()),
        Users::Import { file } => import(shell, file),
        Users::List => list(shell),
        Users::Unlock { upn } => {
            let directory = shell.directory()?;
            block_on(directory.unlock_user(&shell.actor, shell.now, upn))?;
            shell.answer(&json!({"upn": upn.as_str(), "unlocked": true}), |out| {
                writeln!(out, "{GOOD}Unlocked{GOOD:#} {}: the next code is read at once.", shown(upn.as_str()))
            })?;
            Ok(Exit::Done)
        }
    }
}

/// A user as it is printed.
#[derive(Serialize)]
struct UserView<'a> {
    upn: &'a str,
    kind: UserKind,
    display_name: Option<&'a str>,
}

impl<'a> From<&'a User> for UserView<'a> {
    fn from(user: &'a User) -> Self {
        Self { upn: user.upn.as_str(), kind: user.kind, display_name: user.display_name.as_deref() }
    }
}

fn add(shell: &mut Shell<'_>, upn: &Upn, guest: bool, name: Option<&str>) -> Result<Exit, Failure> {
    let directory = shell.directory()?;
    let user_kind = if guest { UserKind::Guest } else { UserKind::of_name(upn.as_str()) };
    let user = block_on(directory.add_user(&shell.actor, shell.now, upn, user_kind, name))?;
    shell.answer(&UserView::from(&user), |out| {
        writeln!(out, "{GOOD}Added{GOOD:#} {}, a {}.", shown(user.upn.as_str()), user.kind.name())
    })?;
    Ok(Exit::Done)
}

fn import(shell: &mut Shell<'_>, path: &Path) -> Result<Exit, Failure> {
    let directory = shell.directory()?;
    let mut text = Vec::new();
    let read = shell.open("the users file", path)?.read_to_end(&mut text);
    read.map_err(|error| Failure::file("the users file cannot be read", path, &error))?;
    let rows = user_file::read(&text).map_err(|error| Failure::from(error).at(path))?;
    let report = block_on(directory.import_users(&shell.actor, shell.now, rows))?;
    let ImportReport { added, changed, unchanged, failed } = &report;
    let failures: Vec<_> = failed
        .iter()
        .map(|(line, refusal)| json!({"line": line, "code": refusal.code(), "message": refusal.to_string()}))
        .collect();
    let value = json!({"added": added, "changed": changed, "unchanged": unchanged, "failed": failures});
    shell.answer(&value, |out| {
        let style = if failed.is_empty() { GOOD } else { WARN };
        writeln!(
            out,
            "{style}Imported{style:#} {}: {} added, {} changed, {} unchanged, {} failed.",
            shown(&path.to_string_lossy()),
            count(*added, "user", "users"),
            number(*changed),
            number(*unchanged),
            number(failed.len().try_into().unwrap_or_default())
        )?;
        for (line, refusal) in failed {
            writeln!(out, "  {BAD}line {line}{BAD:#}: {}", shown(&refusal.to_string()))?;
            writeln!(out, "  {DIM}to do:{DIM:#} {}", refusal.action())?;
        }
        Ok(())
    })?;
    Ok(Exit::refused_if(!failed.is_empty()))
}

fn list(shell: &mut Shell<'_>) -> Result<Exit, Failure> {
    let directory = shell.directory()?;
    let users = block_on(directory.users())?;
    let views: Vec<UserView<'_>> = users.iter().map(UserView::from).collect();
    shell.answer(&views, |out| {
        if views.is_empty() {
            return writeln!(
                out,
                "No users yet. Add one with `oath users add UPN`, or many with `oath users import FILE`."
            );
        }
        let rows: Vec<_> = views
            .iter()
            .map(|user| {
                let style = if user.kind == UserKind::Guest { WARN } else { PLAIN };
                let name = user.display_name.unwrap_or("-");
                vec![Cell::new(user.upn), Cell::new(user.kind.name()).styled(style), Cell::new(name)]
            })
            .collect();
        table(out, &["user", "kind", "name"], &rows)
    })?;
    Ok(Exit::Done)
}
