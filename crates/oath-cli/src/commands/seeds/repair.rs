use super::convert::{cannot_carry, unwritten};
use super::groups::Groups;
use super::input::{self, is_standard};
use super::{output, writing};
use crate::advice::another_system;
use crate::args::{Encryption, Reading};
use crate::failure::{Exit, Failure};
use crate::output::{BAD, DIM, GOOD, STRONG, count, number, shown};
use crate::shell::{self, Shell};
use oath_seeds::{Encoding, Finding, Format, Record, Repairs, Severity, WriteError, WriteOptions, obstacles, write};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// Shows what is mended, asks, and writes the good rows; the others go into a file beside it as they are.
pub(super) fn repair(
    shell: &mut Shell<'_>,
    path: &Path,
    (to, encryption): (&Path, &Encryption),
    yes: bool,
    reading: &Reading,
) -> Result<Exit, Failure> {
    if is_standard(path) || is_standard(to) {
        let what = "a repair reads a file twice and writes two files: it takes no standard input or output";
        return Err(Failure::new(Exit::Fault, "usage", what, "name a file"));
    }
    let options = input::options(reading, None, Repairs::Apply);
    let opened = input::open(shell.surroundings, &mut *shell.streams.input, path, reading, &options)?;
    let (reader, bar) = opened.map_err(|error| Failure::unread(&error, path))?;
    let (format, target) = (reader.format(), reader.target());
    // Lines of bytes can be copied; those of UTF-16 cannot.
    let copies = matches!(reader.encoding(), Encoding::Utf8 | Encoding::Windows1252);
    let mut records: Vec<Record> = Vec::new();
    let mut failed: BTreeSet<u64> = BTreeSet::new();
    let mut left = 0u64;
    let (mut mended, mut errors): (Vec<Finding>, Vec<Finding>) = (Vec::new(), Vec::new());
    let mut mended_rows = 0u64;
    let (rows, about_file) = reader.rows().map_err(|error| Failure::unread(&error, path))?;
    errors.extend(about_file.into_iter().filter(|finding| finding.severity == Severity::Error));
    // What stands above the rows: titles, blank lines, the header.
    let first_row = rows.iter().filter_map(|row| row.place.line()).min().unwrap_or(1);
    for row in rows {
        let repaired = row.findings.iter().any(|finding| finding.repaired);
        match row.record {
            Some(record) => {
                records.push(record);
                mended_rows = mended_rows.saturating_add(u64::from(repaired));
                mended.extend(row.findings.into_iter().filter(|finding| finding.repaired));
            }
            None => {
                left = left.saturating_add(1);
                failed.extend(row.place.line());
                errors.extend(row.findings.into_iter().filter(|finding| finding.severity == Severity::Error));
            }
        }
    }
    bar.finish_and_clear();
    let mut write_options = WriteOptions::default().target(target).accept_loss(true);
    let write_as = write_as(format, &records, &write_options);
    let n = |n: usize| n.try_into().unwrap_or(u64::MAX);
    let rest = remainder(to);
    if !shell.json {
        let out = &mut *shell.streams.out;
        writeln!(out, "{STRONG}{}{STRONG:#}: {format}", shown(&path.to_string_lossy()))?;
        for finding in mended.iter().take(SHOWN) {
            let repair = finding.repair.as_ref().map(ToString::to_string).unwrap_or_default();
            let field = finding.field.map_or_else(String::new, |field| format!(", {field}"));
            writeln!(out, "  {GOOD}mend{GOOD:#} {}{field}: {}", finding.place, shown(&repair))?;
        }
        if mended.len() > SHOWN {
            writeln!(out, "  {DIM}and {} more{DIM:#}", number(n(mended.len().saturating_sub(SHOWN))))?;
        }
        if !errors.is_empty() {
            let mut groups = Groups::default();
            errors.iter().cloned().for_each(|finding| groups.take(finding));
            groups.write(out)?;
            writeln!(out)?;
        }
    }
    if records.is_empty() {
        let what = "no row can be mended; nothing was written";
        let action = match another_system(&errors) {
            Some(other) => format!("correct the rows as is said above. {other}"),
            None => "correct the rows by hand".to_owned(),
        };
        return Err(Failure::new(Exit::Refused, "nothing-to-write", what, action).at(path));
    }
    write_options.protection = writing::protection(shell, (path, reading), write_as, to, encryption)?;
    if !yes && !agreed(shell, &records, to)? {
        writeln!(shell.streams.err, "Nothing was written.")?;
        return Ok(Exit::Refused);
    }
    output::to(shell.surroundings, &mut *shell.streams.out, to, |out| {
        match write(&records, write_as, &write_options, out) {
            Ok(()) => Ok(true),
            Err(error @ WriteError::CannotCarry(_)) => {
                let action = "take these tokens out of the file; or name the system that they are for, which may take them: --for";
                Err(cannot_carry(&error, path, action))
            }
            Err(error) => Err(unwritten(&error, to)),
        }
    })?;
    if !copies {
        failed.clear();
    }
    if !failed.is_empty() {
        copy_lines(shell, path, &rest, first_row, &failed)?;
    }
    let exit = Exit::refused_if(!errors.is_empty());
    if shell.json {
        let value = serde_json::json!({
            "file": path.to_string_lossy(), "output": to.to_string_lossy(), "to": write_as.name(),
            "written": records.len(), "mended": mended_rows, "left": left,
            "remainder": (!failed.is_empty()).then(|| rest.to_string_lossy().into_owned()),
            "repairs": mended, "findings": errors,
        });
        crate::output::json(&mut *shell.streams.out, &value)?;
        return Ok(exit);
    }
    let out = &mut *shell.streams.out;
    let tokens = count(n(records.len()), "token", "tokens");
    writeln!(
        out,
        "{GOOD}Wrote{GOOD:#} {tokens} to {} as {write_as}, {} of them mended.",
        shown(&to.to_string_lossy()),
        number(mended_rows)
    )?;
    writing::tell(out, write_as, encryption)?;
    let rows = count(left, "row", "rows");
    if !failed.is_empty() {
        writeln!(
            out,
            "{BAD}{rows}{BAD:#} could not be mended: as they were in {}. Correct them there and check that file.",
            shown(&rest.to_string_lossy())
        )?;
    } else if left > 0 {
        writeln!(
            out,
            "{BAD}{rows}{BAD:#} could not be mended: left in {} alone. Correct them there and repair that file again.",
            shown(&path.to_string_lossy())
        )?;
    }
    Ok(exit)
}

/// How many repairs are shown.
const SHOWN: usize = 20;

/// Asks a person. Where there is none, the answer is no, and it says what to do.
fn agreed(shell: &mut Shell<'_>, records: &[Record], to: &Path) -> Result<bool, Failure> {
    if !shell.surroundings.asks_a_person {
        let what = "the repairs need your consent, and there is no terminal to ask on";
        return Err(Failure::new(Exit::Refused, "not-agreed", what, "look at them above, then add --yes").at(to));
    }
    let tokens = count(records.len().try_into().unwrap_or(u64::MAX), "token", "tokens");
    // What the question is about stands in a buffer.
    shell.streams.out.flush()?;
    write!(shell.streams.err, "Write {tokens} to {}? [y/N] ", shown(&to.to_string_lossy()))?;
    shell.streams.err.flush()?;
    let mut answer = String::new();
    BufReader::new((&mut *shell.streams.input).take(16)).read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes" | "Yes"))
}

/// `tokens-rest.csv` for `tokens.csv`.
fn remainder(to: &Path) -> PathBuf {
    let stem = to.file_stem().unwrap_or_default().to_string_lossy();
    let extension = to.extension().map_or_else(String::new, |text| format!(".{}", text.to_string_lossy()));
    to.with_file_name(format!("{stem}-rest{extension}"))
}

/// The format of the file; where that is only read, the first of some that holds the records.
fn write_as(format: Format, records: &[Record], options: &WriteOptions) -> Format {
    let holds = |format: &Format| {
        format.capacity().is_some() && records.iter().all(|record| obstacles(record, *format, options).is_empty())
    };
    let others = [Format::EntraCsv, Format::Pskc, Format::OtpauthLines];
    if format.capacity().is_some() { format } else { others.into_iter().find(holds).unwrap_or(Format::EntraCsv) }
}

/// Copies what stands above the first row, and these lines, as they are.
fn copy_lines(
    shell: &mut Shell<'_>,
    from: &Path,
    to: &Path,
    first_row: u64,
    lines: &BTreeSet<u64>,
) -> Result<(), Failure> {
    let file = shell::open(shell.surroundings, "the seed file", from)?;
    output::to(shell.surroundings, &mut *shell.streams.out, to, |out| {
        let failed = |error: std::io::Error| Failure::file("the file cannot be copied", from, &error);
        let mut input = BufReader::new(file);
        let mut line = zeroize::Zeroizing::new(Vec::new());
        for number in 1u64.. {
            line.clear();
            if input.read_until(b'\n', &mut line).map_err(failed)? == 0 {
                break;
            }
            if number < first_row || lines.contains(&number) {
                out.write_all(&line)?;
            }
        }
        Ok(true)
    })
}

#[cfg(test)]
mod tests {
    use crate::failure::Exit;
    use crate::place::Surroundings;
    use crate::run::run;
    use crate::shell::Streams;
    use std::cell::RefCell;
    use std::fs;
    use std::io::{self, BufWriter, Write};

    /// A terminal, on which standard output and standard error appear.
    struct Terminal<'a>(&'a RefCell<Vec<u8>>);

    impl Write for Terminal<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_person_sees_the_repairs_before_the_question_and_nothing_is_written_after_no() {
        let folder = tempfile::tempdir().unwrap();
        let file = "upn,serial number,secret key,time interval,manufacturer,model\n\
                    alice@example.com,1,HA4TAMJSGM2DKNRXHA4TAMJSGM2DKNRX,30 s,C,M\n";
        fs::write(folder.path().join("x.csv"), file).unwrap();
        let surroundings =
            Surroundings { folder: folder.path().to_owned(), asks_a_person: true, ..Surroundings::default() };
        for (answer, exit, written) in [("n\n", Exit::Refused, false), ("y\n", Exit::Done, true)] {
            let screen = RefCell::new(Vec::new());
            let (mut out, mut err) = (BufWriter::new(Terminal(&screen)), Terminal(&screen));
            let streams = Streams { input: &mut answer.as_bytes(), out: &mut out, err: &mut err };
            let words = ["oath", "seeds", "repair", "x.csv", "-o", "y.csv"].map(Into::into);
            assert!(run(words, &surroundings, streams) == exit);
            drop(out);
            let screen = String::from_utf8(screen.into_inner()).unwrap();
            let at = |words: &str| screen.find(words).unwrap_or_else(|| panic!("{words}: {screen}"));
            assert!(at("line 2, time interval: write the time interval as 30") < at("Write 1 token to y.csv? [y/N]"));
            assert!(written || at("[y/N]") < at("Nothing was written."));
            assert_eq!(folder.path().join("y.csv").exists(), written);
        }
    }
}
