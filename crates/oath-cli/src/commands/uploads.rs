use super::tokens::write_failures;
use crate::args::Uploads;
use crate::failure::{Exit, Failure};
use crate::listing::{Line, Listing, PAGE};
use crate::output::{BAD, Cell, DIM, GOOD, PLAIN, count, json, nothing_changed, number, pairs, shown, time};
use crate::shell::Shell;
use oath_directory::Directory;
use oath_directory::model::{Undone, Upload, UploadFailure};
use oath_directory::store::AnyStore;
use oath_seeds::failures::{self, Failure as FailedRow};
use oath_totp::UnixTime;
use pollster::block_on;
use serde::Serialize;
use serde_json::json;
use std::fs;
use std::io::{self, BufWriter, ErrorKind, Read, Write};
use std::path::Path;

pub(crate) fn run(shell: &mut Shell<'_>, command: &Uploads) -> Result<Exit, Failure> {
    match command {
        Uploads::List => list(shell),
        Uploads::Show { id } => show(shell, *id),
        Uploads::Failures { id, output } => failures(shell, *id, output.as_deref()),
        Uploads::Undo { id, dry_run } => undo(shell, *id, *dry_run),
        Uploads::Delete { id } => {
            let directory = shell.directory()?;
            block_on(directory.delete_upload(&shell.actor, shell.now, *id))?;
            shell.answer(&json!({"upload": id, "deleted": true}), |out| {
                writeln!(out, "{GOOD}Deleted{GOOD:#} the status of upload {id}. Its tokens stay.")
            })?;
            Ok(Exit::Done)
        }
    }
}

/// An upload as it is printed.
#[derive(Serialize)]
struct UploadView<'a> {
    upload: u64,
    file: &'a str,
    at: String,
    expires: String,
    rows: u64,
    imported: u64,
    unchanged: u64,
    failed: u64,
    finished: bool,
    taken_back: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    failures: Option<&'a [UploadFailure]>,
}

impl<'a> From<&'a Upload> for UploadView<'a> {
    fn from(upload: &'a Upload) -> Self {
        let Upload { id, file, at, expires, rows, imported, unchanged, failed, finished, taken_back, .. } = upload;
        Self {
            upload: *id,
            file,
            at: time(*at),
            expires: time(*expires),
            rows: *rows,
            imported: *imported,
            unchanged: *unchanged,
            failed: *failed,
            finished: *finished,
            taken_back: *taken_back,
            failures: None,
        }
    }
}

impl Line for UploadView<'_> {
    const HEAD: &'static [&'static str] = &["upload", "rows", "imported", "unchanged", "failed", "at", "file"];

    fn cells(&self) -> Vec<Cell> {
        let failed = if self.failed > 0 { BAD } else { PLAIN };
        vec![
            Cell::right(self.upload.to_string()),
            Cell::number(self.rows),
            Cell::number(self.imported),
            Cell::number(self.unchanged),
            Cell::number(self.failed).styled(failed),
            Cell::new(&self.at),
            Cell::new(self.file),
        ]
    }
}

fn list(shell: &mut Shell<'_>) -> Result<Exit, Failure> {
    let uploads = block_on(shell.directory()?.uploads(shell.now))?;
    let views: Vec<UploadView<'_>> = uploads.iter().map(UploadView::from).collect();
    let out = &mut *shell.streams.out;
    if views.is_empty() && !shell.json {
        writeln!(out, "No uploads. Their status is kept for 30 days.")?;
    } else {
        Listing::new::<UploadView<'_>>(shell.json).page(out, &views)?;
    }
    Ok(Exit::Done)
}

fn show(shell: &mut Shell<'_>, id: u64) -> Result<Exit, Failure> {
    let directory = shell.directory()?;
    let upload = block_on(directory.upload_status(shell.now, id))?;
    let refused = block_on(directory.failures(shell.now, id))?;
    let view = UploadView { failures: Some(&refused), ..UploadView::from(&upload) };
    shell.answer(&view, |out| {
        writeln!(out, "Upload {id} of {}", shown(view.file))?;
        pairs(
            out,
            &[
                ("at", view.at.clone()),
                ("kept until", view.expires.clone()),
                ("rows", number(view.rows)),
                ("imported", number(view.imported)),
                ("unchanged", number(view.unchanged)),
                ("failed", number(view.failed)),
            ],
        )?;
        write_failures(out, &refused)
    })?;
    Ok(Exit::Done)
}

/// How many serial numbers are shown.
const FIRST: usize = 10;

fn undo(shell: &mut Shell<'_>, id: u64, dry_run: bool) -> Result<Exit, Failure> {
    let directory = shell.directory()?;
    let undone = block_on(directory.undo_upload(&shell.actor, shell.now, id, dry_run))?;
    let Undone { taken_back, kept } = &undone;
    let value = json!({"upload": id, "dry_run": dry_run, "taken_back": taken_back, "kept": kept});
    shell.answer(&value, |out| {
        let tokens = count(*taken_back, "token", "tokens");
        match dry_run {
            true => writeln!(out, "Undoing upload {id} would take back {tokens}.")?,
            false => writeln!(out, "{GOOD}Took back{GOOD:#} {tokens} of upload {id}.")?,
        }
        stay(out, kept)?;
        if dry_run { nothing_changed(out) } else { Ok(()) }
    })?;
    Ok(Exit::Done)
}

/// The tokens of an upload that its undoing leaves.
fn stay(out: &mut dyn Write, kept: &[String]) -> io::Result<()> {
    if kept.is_empty() {
        return Ok(());
    }
    let stays = if kept.len() == 1 { "stays: it was" } else { "stay: they were" };
    let number = kept.len().try_into().unwrap_or(u64::MAX);
    writeln!(out, "{} {stays} assigned or activated since, or damaged.", count(number, "token", "tokens"))?;
    for serial in kept.iter().take(FIRST) {
        writeln!(out, "  {}", shown(serial))?;
    }
    match kept.len().checked_sub(FIRST) {
        Some(more) if more > 0 => writeln!(out, "  {DIM}and {more} more{DIM:#}"),
        _ => Ok(()),
    }
}

fn failures(shell: &mut Shell<'_>, id: u64, output: Option<&Path>) -> Result<Exit, Failure> {
    let (directory, now) = (shell.directory()?, shell.now);
    // Before anything is written.
    block_on(directory.upload_status(now, id))?;
    let Some(path) = output else {
        let out = &mut *shell.streams.out;
        if shell.json {
            each_page(&directory, now, id, |page| Ok(page.iter().try_for_each(|failure| json(&mut *out, failure))?))?;
        } else {
            let mut writer = failures::Writer::new(out)?;
            let rows = each_page(&directory, now, id, |page| Ok(write_rows(&mut writer, page)?))?;
            writer.finish()?;
            if rows == 0 {
                writeln!(shell.streams.err, "{DIM}No row of upload {id} failed.{DIM:#}")?;
            }
        }
        return Ok(Exit::Done);
    };
    let file = shell.surroundings.file(path);
    let failed = |error: io::Error| Failure::file("the failures file cannot be written", path, &error);
    if !may_replace(&file).map_err(failed)? {
        let what = "there is a file already that is no failures file; it is left as it is";
        return Err(Failure::new(Exit::Fault, "file-exists", what, "name another file after -o").at(path));
    }
    let file = BufWriter::new(fs::File::create(&file).map_err(failed)?);
    let mut writer = failures::Writer::new(file).map_err(failed)?;
    let rows = each_page(&directory, now, id, |page| write_rows(&mut writer, page).map_err(failed))?;
    writer.finish().map_err(failed)?;
    shell.answer(&json!({"upload": id, "file": path.to_string_lossy(), "failures": rows}), |out| {
        writeln!(
            out,
            "{GOOD}Wrote{GOOD:#} {} to {}.",
            count(rows, "failure", "failures"),
            shown(&path.to_string_lossy())
        )
    })?;
    Ok(Exit::Done)
}

/// Reads the refused rows of an upload page by page. Returns how many there are.
fn each_page(
    directory: &Directory<AnyStore>,
    now: UnixTime,
    id: u64,
    mut print: impl FnMut(&[UploadFailure]) -> Result<(), Failure>,
) -> Result<u64, Failure> {
    let mut rows = 0_usize;
    loop {
        let page = block_on(directory.failures_page(now, id, rows, PAGE))?;
        rows = rows.saturating_add(page.len());
        print(&page)?;
        if page.len() < PAGE {
            return Ok(rows.try_into().unwrap_or(u64::MAX));
        }
    }
}

fn write_rows<W: Write>(writer: &mut failures::Writer<W>, refused: &[UploadFailure]) -> io::Result<()> {
    refused.iter().try_for_each(|failure| {
        writer.write(&FailedRow {
            place: (&*failure.place).into(),
            upn: Some(&failure.upn),
            serial: Some(&failure.serial),
            field: Some(&failure.field),
            code: &failure.code,
            message: &failure.message,
            action: &failure.action,
        })
    })
}

/// Whether nothing is lost: there is no file, or an older failures file, which begins with the same header. A seed file
/// in its place would be the only copy of its secrets.
fn may_replace(path: &Path) -> io::Result<bool> {
    let file = match fs::File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(true),
        opened => opened?,
    };
    let header = failures::Writer::new(Vec::new())?.finish()?;
    let mut found = Vec::new();
    file.take(header.len().try_into().unwrap_or(u64::MAX)).read_to_end(&mut found)?;
    Ok(found == header)
}
