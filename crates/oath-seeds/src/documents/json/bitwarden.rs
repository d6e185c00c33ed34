//! `bitwarden-json`: `{"encrypted":false,"items":[{"name","login":{"username","totp"}}]}`, and the table of the same export
//! with the columns `name`, `login_username`, `login_totp`. `totp` is an otpauth URI or a secret in Base32. An item without one
//! is no token and is passed over.

use super::item::{self, Item};
use super::open;
use super::tree::Json;
use crate::check::Checks;
use crate::source::Context;
use crate::tally::Tallies;
use crate::values::{key_uri, secret};
use crate::{Field, Finding, Kind, Moving, Place, Record, Row, Severity, TokenType, Unlock};
use csv_core::{ReadRecordResult, ReaderBuilder};
use oath_totp::{Algorithm, Digits, TimeStep};
use std::collections::VecDeque;
use zeroize::Zeroizing;

pub(super) fn read(text: &str, context: &mut Context, _: &Unlock, rows: &mut VecDeque<Row>) -> Result<(), Finding> {
    if !text.trim_start().starts_with(['{', '[']) {
        return table(text, context, rows);
    }
    let root = open(text, context)?;
    for (value, number) in item::array(&root, "items")?.iter().zip(1..) {
        let login = value.object().and_then(|item| item.first("login")).and_then(Json::object);
        if login.is_some_and(|login| login.has("totp")) {
            item::one(value, Place::Item { of: "item", number }, context, rows, entry);
        }
    }
    Ok(())
}

fn entry(item: &mut Item<'_, '_>) -> Option<Record> {
    let name = item.text("name", Field::Issuer);
    item.enter("login")?;
    let user = item.text("username", Field::Account);
    let totp = item.secret_text("totp")?;
    let Context { assume, tallies, .. } = &mut *item.context;
    token(totp, name, user, *assume, &mut item.checks, tallies)
}

/// A bare secret has the app's parameters and the names of its item; a URI has its own.
fn token(
    totp: &str,
    name: Option<&str>,
    user: Option<&str>,
    assume: crate::Assume,
    checks: &mut Checks,
    tallies: &mut Tallies,
) -> Option<Record> {
    if totp.contains("://") {
        return key_uri::read(totp, checks);
    }
    // The app takes a secret in groups.
    let mut bare = Zeroizing::new(String::with_capacity(totp.len()));
    totp.chars().filter(|c| !c.is_ascii_whitespace()).for_each(|c| bare.push(c));
    let mut record = Record::unnumbered(secret::read(bare.trim_end_matches('='), checks, tallies)?);
    record.place = checks.place();
    record.algorithm = assume.algorithm.unwrap_or(Algorithm::Sha1);
    record.digits = assume.digits.unwrap_or(Digits::Six);
    record.moving = match assume.kind {
        Some(TokenType::Hotp) => Moving::Counter { counter: 0 },
        _ => Moving::Time { step: TimeStep::new(assume.interval.unwrap_or(30), 0).ok()? },
    };
    item::named(Some(record), name, user)
}

/// Reads the table. A note may go over several lines, so that it is not read line by line as other tables are.
fn table(text: &str, context: &mut Context, rows: &mut VecDeque<Row>) -> Result<(), Finding> {
    // An open quote would swallow the rows below it.
    if text.bytes().filter(|b| *b == b'"').count() & 1 != 0 {
        let message = "A double quote is opened and not closed.";
        let action = "Export the file again; a spreadsheet or an editor has damaged it.";
        return Err(Finding::new(Kind::QuoteUnclosed, Severity::Error, message, action));
    }
    let mut reader = ReaderBuilder::new().build();
    // No cell is longer than the text.
    let mut cells = Zeroizing::new(vec![0; text.len().saturating_add(1)]);
    let mut ends = vec![0; MOST_COLUMNS];
    let mut rest = text.as_bytes();
    let mut columns = None;
    loop {
        let line = reader.line();
        let (mut written, mut count, mut ended) = (0usize, 0usize, false);
        loop {
            let out = cells.get_mut(written..).unwrap_or_default();
            let (result, taken, wrote, found) =
                reader.read_record(rest, out, ends.get_mut(count..).unwrap_or_default());
            rest = rest.get(taken..).unwrap_or_default();
            written = written.saturating_add(wrote);
            count = count.saturating_add(found);
            match result {
                // The next call has no input and ends the record.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::Record => break,
                ReadRecordResult::End => {
                    ended = true;
                    break;
                }
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    let message = format!("The record has more than {MOST_COLUMNS} columns.");
                    let refusal =
                        Finding::new(Kind::TooManyColumns, Severity::Error, message, "Export the file again.");
                    return Err(Finding { place: Place::Line(line), ..refusal });
                }
            }
        }
        if ended {
            break;
        }
        let ends = ends.get(..count).unwrap_or_default();
        let cell = |index: usize| {
            let from = index.checked_sub(1).and_then(|before| ends.get(before).copied()).unwrap_or_default();
            let bytes = ends.get(index).and_then(|to| cells.get(from..*to)).unwrap_or_default();
            core::str::from_utf8(bytes).unwrap_or_default().trim()
        };
        let Some(Columns { totp, name, user, number }) = columns else {
            columns = Some(header(&cell, count)?);
            continue;
        };
        if count != number {
            let mut checks = context.checks(Place::Line(line));
            let kind = if count < number { Kind::TooFewColumns } else { Kind::TooManyColumns };
            let message = format!("The record has {count} columns; the first line has {number}.");
            checks.error(kind, None, message, "Export the file again; a spreadsheet or an editor has damaged it.");
            rows.push_back(Row::failed(checks, None, None));
        } else if !cell(totp).is_empty() {
            let mut checks = context.checks(Place::Line(line));
            let text = |index: Option<usize>| index.map(cell).filter(|text| !text.is_empty());
            let found = token(cell(totp), text(name), text(user), context.assume, &mut checks, &mut context.tallies);
            rows.push_back(Row::new(found, checks, || (None, None)));
        }
    }
    match columns {
        Some(_) => Ok(()),
        None => Err(no_column()),
    }
}

const MOST_COLUMNS: usize = 64;

/// Where the columns are.
#[derive(Clone, Copy)]
struct Columns {
    totp: usize,
    name: Option<usize>,
    user: Option<usize>,
    number: usize,
}

fn header<'t>(cell: &impl Fn(usize) -> &'t str, count: usize) -> Result<Columns, Finding> {
    let find = |name: &str| (0..count).find(|index| cell(*index).eq_ignore_ascii_case(name));
    let totp = find("login_totp").ok_or_else(no_column)?;
    Ok(Columns { totp, name: find("name"), user: find("login_username"), number: count })
}

fn no_column() -> Finding {
    Finding::new(
        Kind::HeaderColumnMissing,
        Severity::Error,
        "The first line has no column login_totp, where Bitwarden's export has the secrets.",
        "Check that the file is of the format that was named; export it again if it is.",
    )
}
