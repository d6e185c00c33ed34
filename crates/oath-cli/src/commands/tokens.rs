use super::bulk;
use super::problems::{self, Problem};
use super::seeds::input::{self, Twice};
use super::token_view::{TokenDetails, TokenView};
use crate::args::{Reading, Taking, Tokens};
use crate::failure::{Exit, Failure};
use crate::listing::{Listing, PAGE, pages};
use crate::output::{BAD, DIM, GOOD, WARN, count, next, nothing_changed, number, shown, word};
use crate::place::Surroundings;
use crate::progress::Counted;
use crate::shell::Shell;
use oath_directory::bulk::Operation;
use oath_directory::model::{Preview, Upload, UploadFailure};
use oath_directory::store::{AnyStore, Listed};
use oath_directory::{Directory, Status, TokenQuery, UploadOptions, Upn};
use oath_seeds::{WholeFile, failures};
use pollster::block_on;
use serde_json::json;
use std::io::{self, Write};
use std::path::Path;

pub(crate) fn run(shell: &mut Shell<'_>, command: &Tokens) -> Result<Exit, Failure> {
    let (operation, many) = match command {
        Tokens::Assign { many, .. } => (Operation::Assign, many),
        Tokens::Activate { many, .. } => (Operation::Activate, many),
        Tokens::Unassign { many, .. } => (Operation::Unassign, many),
        Tokens::Delete { many, .. } => (Operation::Delete, many),
        _ => return one(shell, command),
    };
    match &many.file {
        Some(file) => bulk::run(shell, operation, file, many),
        None => one(shell, command),
    }
}

/// A command for one token, or for the list of them.
fn one(shell: &mut Shell<'_>, command: &Tokens) -> Result<Exit, Failure> {
    match command {
        Tokens::Upload { file, assign, resume, dry_run, taking, reading } => {
            let options = UploadOptions { assign_known: *assign, legacy_secrets: taking.legacy };
            if *dry_run {
                return dry_run_of(shell, file, taking, reading, options);
            }
            upload(shell, file, taking, reading, options, *resume)
        }
        Tokens::List { status, upn, serial } => list(shell, *status, upn.clone(), serial.clone()),
        Tokens::Show { serial } => {
            let directory = shell.directory()?;
            let (listed, refused_until) = (block_on(directory.token(serial))?, block_on(directory.refused_until())?);
            let details = TokenDetails::of(&listed, shell.now, refused_until);
            shell.answer(&details, |out| details.write(out))?;
            Ok(Exit::Done)
        }
        Tokens::Assign { serial: Some(serial), upn: Some(upn), .. } => {
            let directory = shell.directory()?;
            block_on(directory.assign(&shell.actor, shell.now, serial, upn))?;
            let command = format!("oath tokens activate {} CODE", word(serial));
            changed(shell, &directory, serial, Some(("Next, with the code on its display:", &command)))
        }
        Tokens::Activate { serial: Some(serial), code: Some(code), next_code, .. } => {
            let codes = shell.codes(code, next_code.as_deref())?;
            let directory = shell.directory()?;
            block_on(directory.activate(&shell.actor, shell.now, serial, &codes))?;
            changed(shell, &directory, serial, None)
        }
        Tokens::Resync { serial, code, next_code } => {
            let codes = [shell.code(code)?, shell.code(next_code)?].into();
            let directory = shell.directory()?;
            block_on(directory.resync(&shell.actor, shell.now, serial, &codes))?;
            changed(shell, &directory, serial, None)
        }
        Tokens::Deactivate { serial } => {
            let directory = shell.directory()?;
            block_on(directory.deactivate(&shell.actor, shell.now, serial))?;
            changed(shell, &directory, serial, None)
        }
        Tokens::Unassign { serial: Some(serial), .. } => {
            let directory = shell.directory()?;
            block_on(directory.unassign(&shell.actor, shell.now, serial))?;
            changed(shell, &directory, serial, None)
        }
        Tokens::Unlock { serial } => {
            let directory = shell.directory()?;
            block_on(directory.unlock_token(&shell.actor, shell.now, serial))?;
            changed(shell, &directory, serial, None)
        }
        Tokens::Reset { serial } => {
            let directory = shell.directory()?;
            block_on(directory.reset_token(&shell.actor, shell.now, serial))?;
            changed(shell, &directory, serial, None)
        }
        Tokens::Delete { serial: Some(serial), .. } => {
            let directory = shell.directory()?;
            block_on(directory.delete(&shell.actor, shell.now, serial))?;
            shell.answer(&json!({"serial": serial, "deleted": true}), |out| {
                writeln!(
                    out,
                    "{GOOD}Deleted{GOOD:#} token {}. What was spent of its secret stays spent.",
                    shown(serial)
                )
            })?;
            Ok(Exit::Done)
        }
        Tokens::Assign { .. } => Err(incomplete("assign", "SERIAL and UPN")),
        Tokens::Activate { .. } => Err(incomplete("activate", "SERIAL and CODE")),
        Tokens::Unassign { .. } => Err(incomplete("unassign", "SERIAL")),
        Tokens::Delete { .. } => Err(incomplete("delete", "SERIAL")),
    }
}

/// Neither one token nor a file of them is named.
fn incomplete(command: &str, words: &str) -> Failure {
    let message = format!("`oath tokens {command}` needs {words}, or --file FILE");
    Failure::new(Exit::Fault, "usage", message, format!("see `oath tokens {command} --help`"))
        .in_place("the command line")
}

/// Prints the token as it is now.
pub(crate) fn changed(
    shell: &mut Shell<'_>,
    directory: &Directory<AnyStore>,
    serial: &str,
    follow_up: Option<(&str, &str)>,
) -> Result<Exit, Failure> {
    let listed = block_on(directory.token(serial))?;
    let view = TokenView::of(&listed, shell.now);
    shell.answer(&view, |out| {
        view.sentence(out)?;
        follow_up.map_or(Ok(()), |(what, command)| next(out, what, command))
    })?;
    Ok(Exit::Done)
}

fn list(
    shell: &mut Shell<'_>,
    status: Option<Status>,
    upn: Option<Upn>,
    serial: Option<String>,
) -> Result<Exit, Failure> {
    let all = status.is_none() && upn.is_none() && serial.is_none();
    let (directory, now, query) = (shell.directory()?, shell.now, TokenQuery { status, upn, serial });
    let (out, mut listing) = (&mut *shell.streams.out, Listing::new::<TokenView<'_>>(shell.json));
    let next = |last: Option<&Listed>| {
        let after = last.map(|listed| listed.token.serial.as_str());
        Ok(block_on(directory.tokens_after(&query, after, PAGE))?)
    };
    let print = |out: &mut dyn Write, page: &[Listed]| {
        listing.page(out, &page.iter().map(|listed| TokenView::of(listed, now)).collect::<Vec<_>>())
    };
    let any = pages(out, next, print)?;
    match (any || shell.json, all) {
        (true, _) => {}
        (false, true) => writeln!(out, "No tokens yet. Upload a vendor's seed file with `oath tokens upload FILE`.")?,
        (false, false) => writeln!(out, "No token is like that.")?,
    }
    Ok(Exit::Done)
}

fn upload(
    shell: &mut Shell<'_>,
    path: &Path,
    taking: &Taking,
    reading: &Reading,
    options: UploadOptions,
    resume: Option<u64>,
) -> Result<Exit, Failure> {
    let directory = shell.directory()?;
    let file = Twice::new(shell.surroundings, &mut *shell.streams.input, path, reading)?;
    let rows = file.whole(&input::upload_options(reading, taking))?.map_err(|error| Failure::unread(&error, path))?;
    let warnings = rows.survey().warnings;
    let rows = counted(rows, "taking rows", shell.surroundings);
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let upload = block_on(async {
        match resume {
            Some(id) => directory.resume_upload(&shell.actor, shell.now, id, options, rows).await,
            None => directory.upload_with(&shell.actor, shell.now, &name, options, rows).await,
        }
    })
    .map_err(|error| Failure::of_upload(error, path))?;
    let Upload { id, file, rows, imported, unchanged, failed, .. } = &upload;
    let told = *failed > 0 && !shell.json;
    let refused = if told { block_on(directory.failures_page(shell.now, *id, 0, TOLD))? } else { Vec::new() };
    let value = json!({
        "upload": id, "file": file, "rows": rows, "imported": imported, "unchanged": unchanged, "failed": failed,
    });
    let again = check_of(path, taking, reading);
    shell.answer(&value, |out| {
        report(out, &upload, &refused)?;
        write_warnings(out, warnings, &again)
    })?;
    Ok(Exit::refused_if(*failed > 0))
}

/// What the upload would come to.
fn dry_run_of(
    shell: &mut Shell<'_>,
    path: &Path,
    taking: &Taking,
    reading: &Reading,
    options: UploadOptions,
) -> Result<Exit, Failure> {
    let directory = shell.directory()?;
    let file = Twice::new(shell.surroundings, &mut *shell.streams.input, path, reading)?;
    let rows = file.whole(&input::upload_options(reading, taking))?.map_err(|error| Failure::unread(&error, path))?;
    let warnings = rows.survey().warnings;
    let rows = counted(rows, TRYING, shell.surroundings);
    let preview = block_on(directory.preview_upload(&shell.actor, shell.now, options, rows));
    let preview = preview.map_err(|error| Failure::of_upload(error, path))?;
    let file = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let Preview { rows, imported, unchanged, failed, failures } = &preview;
    let value = json!({
        "dry_run": true, "file": file, "rows": rows, "imported": imported, "unchanged": unchanged, "failed": failed,
        "failures": failures,
    });
    let again = check_of(path, taking, reading);
    shell.answer(&value, |out| {
        counts(out, &format!("An upload of {file}"), [*rows, *imported, *unchanged, *failed])?;
        write_failures(out, failures)?;
        write_warnings(out, warnings, &again)?;
        nothing_changed(out)
    })?;
    Ok(Exit::refused_if(*failed > 0))
}

/// What a person sees while an upload is tried.
pub(crate) const TRYING: &str = "trying rows";

/// The rows of a seed file, counted where a person watches.
pub(crate) fn counted<'a>(
    rows: WholeFile<input::Input<'a>>,
    what: &'static str,
    surroundings: &Surroundings,
) -> Counted<WholeFile<input::Input<'a>>> {
    let length = rows.survey().rows;
    Counted::new(rows, what, length, surroundings.watched)
}

fn report(out: &mut dyn Write, upload: &Upload, refused: &[UploadFailure]) -> io::Result<()> {
    let Upload { id, file, rows, imported, unchanged, failed, .. } = upload;
    counts(out, &format!("Upload {id} of {file}"), [*rows, *imported, *unchanged, *failed])?;
    write_failures(out, refused)?;
    if *failed > 0 {
        let output = failures::file_name(file);
        let command = format!("oath uploads failures {id} -o {}", word(&output));
        next(out, "To see the failed rows as a file, and after correcting them upload again:", &command)?;
    }
    Ok(())
}

/// `Upload 3 of tokens.csv: 5 rows, 3 imported, 1 unchanged, 1 failed.`
pub(crate) fn counts(out: &mut dyn Write, what: &str, counts: [u64; 4]) -> io::Result<()> {
    let [rows, imported, unchanged, failed] = counts;
    let failed_style = if failed > 0 { BAD } else { GOOD };
    writeln!(
        out,
        "{}: {}, {GOOD}{} imported{GOOD:#}, {} unchanged, {failed_style}{} failed{failed_style:#}.",
        shown(what),
        count(rows, "row", "rows"),
        number(imported),
        number(unchanged),
        number(failed)
    )
}

/// The check that comes to the same verdict.
fn check_of(path: &Path, taking: &Taking, reading: &Reading) -> String {
    format!("oath seeds check {}{}{}", word(&path.to_string_lossy()), taking.words(), reading.words())
}

fn write_warnings(out: &mut dyn Write, warnings: u64, again: &str) -> io::Result<()> {
    if warnings == 0 {
        return Ok(());
    }
    let warnings = count(warnings, "warning", "warnings");
    writeln!(out, "{WARN}{warnings}{WARN:#} about the file; to read them:")?;
    writeln!(out, "  {}", shown(again))
}

/// How many mistakes are shown where there are many.
const FIRST: usize = 10;

/// How many are read to count them.
const TOLD: usize = 1000;

pub(crate) fn write_failures(out: &mut dyn Write, refused: &[UploadFailure]) -> io::Result<()> {
    problems::write(out, refused.iter().take(FIRST).map(Problem::from), 0)?;
    match refused.len().checked_sub(FIRST) {
        Some(more) if more > 0 => {
            let least = if refused.len() == TOLD { "at least " } else { "" };
            writeln!(out, "  {DIM}and {least}{} more{DIM:#}", number(more.try_into().unwrap_or(u64::MAX)))
        }
        _ => Ok(()),
    }
}
