use super::backup::all_codes_are_refused;
use super::roles;
use super::token_view::TokenView;
use crate::args::Users;
use crate::failure::{Exit, Failure};
use crate::listing::{Line, Listing, PAGE, pages};
use crate::output::{
    BAD, Cell, DIM, GOOD, PLAIN, STRONG, WARN, count, duration, nothing_changed, number, pairs, shown, table, time,
    word,
};
use crate::progress::Turning;
use crate::shell::Shell;
use oath_directory::rights::Role;
use oath_directory::user_file::UserFile;
use oath_directory::{
    ImportReport, Leavers, Removed, SyncOptions, SyncReport, Upn, User, UserDetails, UserKind, UserQuery, UserStatus,
};
use pollster::block_on;
use serde::Serialize;
use serde_json::{Value, json};
use std::io::{self, Read, Write};
use std::path::Path;

pub(crate) fn run(shell: &mut Shell<'_>, command: &Users) -> Result<Exit, Failure> {
    match command {
        Users::Add { upn, guest, name } => add(shell, upn, *guest, name.as_deref()),
        Users::Import { file, dry_run } => {
            sync(shell, file, SyncOptions { dry_run: *dry_run, ..SyncOptions::default() }, true)
        }
        Users::Sync { file, leavers, dry_run, yes } => {
            let options = SyncOptions { leavers: *leavers, many_leavers: *yes, dry_run: *dry_run };
            sync(shell, file, options, false)
        }
        Users::List { locked } => list(shell, *locked),
        Users::Show { upn } => show(shell, upn),
        Users::Rename { upn, new } => {
            let user = block_on(shell.directory()?.rename_user(&shell.actor, shell.now, upn, new))?;
            changed(shell, &user, "Renamed: the user is now")
        }
        Users::Disable { upn } => {
            let user = block_on(shell.directory()?.enable_user(&shell.actor, shell.now, upn, false))?;
            changed(shell, &user, "Disabled")
        }
        Users::Enable { upn } => {
            let user = block_on(shell.directory()?.enable_user(&shell.actor, shell.now, upn, true))?;
            changed(shell, &user, "Enabled")
        }
        Users::Remove { upn, dry_run } => remove(shell, upn, *dry_run),
        Users::Roles { upn, add, remove } => roles::of_user(shell, upn, add, remove),
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
    enabled: bool,
    object_id: Option<&'a str>,
    roles: Vec<&'static str>,
}

impl<'a> From<&'a User> for UserView<'a> {
    fn from(user: &'a User) -> Self {
        let User { upn, kind, display_name, enabled, object_id, roles, .. } = user;
        let (display_name, object_id) = (display_name.as_deref(), object_id.as_deref());
        let roles = roles.iter().map(Role::name).collect();
        Self { upn: upn.as_str(), kind: *kind, display_name, enabled: *enabled, object_id, roles }
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

fn changed(shell: &mut Shell<'_>, user: &User, what: &str) -> Result<Exit, Failure> {
    shell.answer(&UserView::from(user), |out| writeln!(out, "{GOOD}{what}{GOOD:#} {}.", shown(user.upn.as_str())))?;
    Ok(Exit::Done)
}

fn show(shell: &mut Shell<'_>, upn: &Upn) -> Result<Exit, Failure> {
    let directory = shell.directory()?;
    let UserDetails { user, tokens, failures, wait, locked_until, known_sources, refused_until } =
        block_on(directory.user(shell.now, upn))?;
    let views: Vec<TokenView<'_>> = tokens.iter().map(|token| TokenView::of(token, shell.now)).collect();
    let mut value = serde_json::to_value(UserView::from(&user)).unwrap_or_default();
    if let Some(fields) = value.as_object_mut() {
        fields.insert("failed_attempts".to_owned(), failures.into());
        fields.insert("retry_after".to_owned(), wait.into());
        fields.insert("locked_until".to_owned(), locked_until.map(time).into());
        fields.insert("refused_until".to_owned(), refused_until.map(time).into());
        fields.insert("known_sources".to_owned(), known_sources.into());
        fields.insert("tokens".to_owned(), serde_json::to_value(&views).unwrap_or_default());
    }
    shell.answer(&value, |out| {
        writeln!(out, "{STRONG}{}{STRONG:#}", shown(user.upn.as_str()))?;
        let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        let signs_in = if user.enabled { "may sign in" } else { "disabled" };
        let wait = wait.map_or_else(
            || "none".to_owned(),
            |seconds| format!("{}; to end it: oath users unlock {}", duration(seconds), word(user.upn.as_str())),
        );
        pairs(
            out,
            &[
                ("kind", user.kind.name().to_owned()),
                ("name", or_dash(&user.display_name)),
                ("object ID", or_dash(&user.object_id)),
                ("account", signs_in.to_owned()),
                ("roles", user.roles.to_string()),
                ("wrong codes", failures.to_string()),
                ("wait", wait),
                ("locked until", locked_until.map_or_else(|| "-".to_owned(), time)),
                ("known devices", known_sources.to_string()),
            ],
        )?;
        if let Some(until) = refused_until.map(time) {
            all_codes_are_refused(out, &until)?;
        }
        if views.is_empty() {
            return writeln!(out, "No tokens.");
        }
        table(out, TokenView::HEAD, &views.iter().map(Line::cells).collect::<Vec<_>>())
    })?;
    Ok(Exit::Done)
}

fn remove(shell: &mut Shell<'_>, upn: &Upn, dry_run: bool) -> Result<Exit, Failure> {
    let directory = shell.directory()?;
    let Removed { available, deleted } = if dry_run {
        block_on(directory.preview_removal(&shell.actor, shell.now, upn))?
    } else {
        block_on(directory.remove_user(&shell.actor, shell.now, upn))?
    };
    let value = json!({
        "upn": upn.as_str(), "dry_run": dry_run, "removed": !dry_run, "available": available, "deleted": deleted,
    });
    shell.answer(&value, |out| {
        let what = if dry_run { "Would remove" } else { "Removed" };
        writeln!(out, "{GOOD}{what}{GOOD:#} {}.", shown(upn.as_str()))?;
        let (again, gone) =
            if dry_run { ("would be available again", "would be deleted") } else { ("available again", "deleted") };
        for (serials, one, many, what) in [(&available, "token", "tokens", again), (&deleted, "app", "apps", gone)] {
            if !serials.is_empty() {
                let number = count(serials.len().try_into().unwrap_or(u64::MAX), one, many);
                writeln!(out, "{number} {what}: {}.", shown(&serials.join(", ")))?;
            }
        }
        if dry_run { nothing_changed(out) } else { Ok(()) }
    })?;
    Ok(Exit::Done)
}

fn read(shell: &mut Shell<'_>, path: &Path) -> Result<UserFile, Failure> {
    let mut text = Vec::new();
    let read = shell.open("the users file", path)?.read_to_end(&mut text);
    read.map_err(|error| Failure::file("the users file cannot be read", path, &error))?;
    UserFile::read(&text).map_err(|error| Failure::from(error).at(path))
}

/// An import is a synchronization that touches no user who is not in the file.
fn sync(shell: &mut Shell<'_>, path: &Path, options: SyncOptions, is_import: bool) -> Result<Exit, Failure> {
    let directory = shell.directory()?;
    let UserFile { rows, columns, passed_over } = read(shell, path)?;
    let turning = Turning::new("comparing the users", shell.surroundings.watched);
    let report = block_on(directory.sync_users(&shell.actor, shell.now, rows, options))?;
    drop(turning);
    let SyncReport { rows: ImportReport { added, changed, unchanged, failed }, left, freed, stuck } = &report;
    let failures: Vec<_> = failed
        .iter()
        .map(|(line, refusal)| json!({"line": line, "code": refusal.code(), "message": refusal.to_string(), "action": refusal.action()}))
        .collect();
    let mut value = json!({"added": added, "changed": changed, "unchanged": unchanged, "failed": failures});
    if let Some(fields) = value.as_object_mut().filter(|_| !is_import) {
        let stuck: Vec<_> = stuck
            .iter()
            .map(|(upn, refusal)| json!({"upn": upn, "code": refusal.code(), "message": refusal.to_string(), "action": refusal.action()}))
            .collect();
        fields.insert("left".to_owned(), json!(left));
        fields.insert("available".to_owned(), json!(freed));
        fields.insert("not_removed".to_owned(), json!(stuck));
    }
    if let Some(fields) = value.as_object_mut() {
        fields.insert("dry_run".to_owned(), options.dry_run.into());
        let named = columns.iter().map(|(what, name)| ((*what).to_owned(), json!(name)));
        fields.insert("columns".to_owned(), Value::Object(named.collect()));
        fields.insert("passed_over".to_owned(), json!(passed_over));
    }
    let sound = failed.is_empty() && stuck.is_empty();
    shell.answer(&value, |out| {
        let style = if sound { GOOD } else { WARN };
        let done = match (options.dry_run, is_import) {
            (true, true) => "Would import",
            (true, false) => "Would synchronize",
            (false, true) => "Imported",
            (false, false) => "Synchronized",
        };
        writeln!(
            out,
            "{style}{done}{style:#} {}: {} added, {} changed, {} unchanged, {} failed.",
            shown(&path.to_string_lossy()),
            count(*added, "user", "users"),
            number(*changed),
            number(*unchanged),
            number(failed.len().try_into().unwrap_or_default())
        )?;
        columns_read(out, &columns, &passed_over)?;
        for (line, refusal) in failed {
            writeln!(out, "  {BAD}line {line}{BAD:#}: {}", shown(&refusal.to_string()))?;
            writeln!(out, "  {DIM}to do:{DIM:#} {}", refusal.action())?;
        }
        for (upn, refusal) in stuck {
            writeln!(out, "  {BAD}not removed{BAD:#} {}: {}", shown(upn), shown(&refusal.to_string()))?;
            writeln!(out, "  {DIM}to do:{DIM:#} {}", refusal.action())?;
        }
        leavers(out, left, freed, options)?;
        if options.dry_run { nothing_changed(out) } else { Ok(()) }
    })?;
    Ok(Exit::refused_if(!sound))
}

/// What the columns of the file were taken for: one that was not recognised could say that a user may not sign in.
fn columns_read(out: &mut dyn Write, columns: &[(&'static str, String)], passed_over: &[String]) -> io::Result<()> {
    let told = |(what, name): &(&str, String)| {
        if name.eq_ignore_ascii_case(what) { (*what).to_owned() } else { format!("{what} ({})", shown(name)) }
    };
    let read: Vec<String> = columns.iter().map(told).collect();
    writeln!(out, "{DIM}Columns read:{DIM:#} {}.", read.join(", "))?;
    if !passed_over.is_empty() {
        writeln!(out, "{DIM}Columns passed over:{DIM:#} {}.", shown(&passed_over.join(", ")))?;
    }
    if columns.iter().any(|(what, _)| matches!(*what, "accountEnabled" | "blockCredential")) {
        return Ok(());
    }
    writeln!(
        out,
        "{DIM}No column says who may sign in (accountEnabled): new users may, and others stay as they are.{DIM:#}"
    )
}

/// How many users who left are named.
const FIRST: usize = 20;

fn leavers(out: &mut dyn Write, left: &[String], freed: &[String], options: SyncOptions) -> io::Result<()> {
    let what = match options.leavers {
        Leavers::Keep => return Ok(()),
        Leavers::Disable => "disabled",
        Leavers::Remove => "removed",
    };
    if left.is_empty() {
        return writeln!(out, "No user leaves.");
    }
    let would = if options.dry_run { " would be" } else { "" };
    let users = count(left.len().try_into().unwrap_or(u64::MAX), "user", "users");
    writeln!(out, "{users} not in the file{would} {what}.")?;
    for upn in left.iter().take(FIRST) {
        writeln!(out, "  {}", shown(upn))?;
    }
    if left.len() > FIRST {
        let more = left.len().saturating_sub(FIRST).try_into().unwrap_or(u64::MAX);
        writeln!(out, "  {DIM}and {} more{DIM:#}", number(more))?;
    }
    if !freed.is_empty() {
        let again = if options.dry_run { "Would be available again" } else { "Available again" };
        writeln!(out, "{again}: {}.", shown(&freed.join(", ")))?;
    }
    Ok(())
}

/// A user of the list.
#[derive(Serialize)]
struct UserLine<'a> {
    #[serde(flatten)]
    user: UserView<'a>,
    failed_attempts: u32,
    locked_until: Option<String>,
}

impl<'a> From<&'a UserStatus> for UserLine<'a> {
    fn from(UserStatus { user, failures, locked_until }: &'a UserStatus) -> Self {
        Self { user: user.into(), failed_attempts: *failures, locked_until: locked_until.map(time) }
    }
}

impl Line for UserLine<'_> {
    const HEAD: &'static [&'static str] = &["user", "kind", "account", "wrong codes", "name"];

    fn cells(&self) -> Vec<Cell> {
        let Self { user, failed_attempts, locked_until } = self;
        let style = if user.kind == UserKind::Guest { WARN } else { PLAIN };
        let (account, colour) = match (user.enabled, locked_until) {
            (false, _) => ("disabled".to_owned(), BAD),
            (true, Some(until)) => (format!("locked until {until}"), BAD),
            (true, None) => ("enabled".to_owned(), PLAIN),
        };
        vec![
            Cell::new(user.upn),
            Cell::new(user.kind.name()).styled(style),
            Cell::new(account).styled(colour),
            Cell::number(u64::from(*failed_attempts)),
            Cell::new(user.display_name.unwrap_or("-")),
        ]
    }
}

fn list(shell: &mut Shell<'_>, locked: bool) -> Result<Exit, Failure> {
    let directory = shell.directory()?;
    let now = shell.now;
    let (out, mut listing) = (&mut *shell.streams.out, Listing::new::<UserLine<'_>>(shell.json));
    let next = |last: Option<&UserStatus>| {
        let after = last.map(|status| &status.user.upn);
        Ok(block_on(directory.users_after(now, UserQuery { locked }, after, PAGE))?)
    };
    let print = |out: &mut dyn Write, page: &[UserStatus]| {
        listing.page(out, &page.iter().map(UserLine::from).collect::<Vec<_>>())
    };
    if !pages(out, next, print)? && !shell.json {
        if locked {
            writeln!(out, "No user has to wait.")?;
            return Ok(Exit::Done);
        }
        writeln!(out, "No users yet. Add one with `oath users add UPN`, or many with `oath users import FILE`.")?;
    }
    Ok(Exit::Done)
}
