use super::header::Header;
use super::shape;
use crate::cells::{Cells, Splitter, trimmed};
use crate::check::Checks;
use crate::lines::Line;
use crate::source::Context;
use crate::tally::Tallies;
use crate::text::{is_unreadable, reportable_serial, reportable_upn};
use crate::values::{interval, secret, serial, upn};
use crate::{Field, Kind, Moving, Place, Record, Repair, Row};
use oath_totp::{Algorithm, Digits, Secret, TimeStep};
use std::collections::VecDeque;

/// No value of a token is longer, in bytes.
pub(crate) const MAX_FIELD: usize = 1024;

/// Everything that reading one row takes.
pub(super) struct Reading<'a> {
    pub(super) header: &'a Header,
    pub(super) splitter: &'a mut Splitter,
    pub(super) context: &'a mut Context,
    pub(super) rows: &'a mut VecDeque<Row>,
}

impl Reading<'_> {
    /// Adds the row to those read; none for a comment.
    pub(super) fn read(self, line: &Line<'_>, text: &str, windows_1252: bool) {
        let Self { header, splitter, context, rows } = self;
        let mut checks = Checks::new(Place::Line(line.number), context.repairs);
        if line.too_long {
            checks.line_too_long();
            rows.push_back(Row::failed(checks, None, None));
            return;
        }
        if windows_1252 {
            checks.windows_1252();
        }
        splitter.find(text, header.separator);
        let cells = splitter.cells(text);
        if trimmed(text).starts_with('#') {
            if cells.len() < header.least {
                context.tallies.add_line(Kind::CommentLine, line.number);
                return;
            }
            checks.error(
                Kind::RowOrComment,
                None,
                "The line begins with # like a comment, but has all the columns of a token.",
                "Delete it if it is a comment; if # begins the user name, put the name in double quotes.",
            );
            rows.push_back(unreadable(checks, &cells, header));
            return;
        }
        if let Some(row) = shape::wrapped(&cells, header) {
            if let Some(wrapped) = shape::unwrap(row, header, splitter) {
                let repaired = shape::report(&wrapped, header, &mut checks);
                let cells = splitter.split(&wrapped.row, wrapped.separator);
                if !repaired || !shape::columns(&cells, header, &mut checks) {
                    rows.push_back(unreadable(checks, &cells, header));
                    return;
                }
                rows.push_back(Fields::new(cells, header, &wrapped.row).row(checks, context));
                return;
            }
            splitter.find(text, header.separator);
        }
        let cells = splitter.cells(text);
        if !shape::columns(&cells, header, &mut checks) {
            rows.push_back(unreadable(checks, &cells, header));
            return;
        }
        if cells.len() > header.width {
            context.tallies.add_line(Kind::TrailingSeparator, line.number);
        }
        if text.starts_with('"') && all_quoted(text, header.separator) {
            context.tallies.add_line(Kind::QuotedFields, line.number);
        }
        rows.push_back(Fields::new(cells, header, text).row(checks, context));
    }
}

/// Whether a line is one quoted field after the other.
fn all_quoted(text: &str, separator: char) -> bool {
    let mut quoted = text.trim_end().ends_with('"');
    for (index, _) in text.match_indices(separator) {
        let before = text.get(..index).unwrap_or_default().ends_with('"');
        let after =
            text.get(index..).and_then(|rest| rest.strip_prefix(separator)).is_some_and(|rest| rest.starts_with('"'));
        // A separator within a field has neither.
        quoted &= before == after;
    }
    quoted
}

/// A row whose columns cannot be told apart with certainty.
fn unreadable(checks: Checks, cells: &Cells<'_>, header: &Header) -> Row {
    let cell = |field| trimmed(cells.get(header.column(field)));
    Row::failed(checks, reportable_upn(cell(Field::Upn)), reportable_serial(cell(Field::SerialNumber)))
}

/// A row with all its columns.
struct Fields<'a> {
    cells: Cells<'a>,
    header: &'a Header,
    /// It holds printable ASCII only, and no blank.
    plain: bool,
}

impl<'a> Fields<'a> {
    fn new(cells: Cells<'a>, header: &'a Header, line: &str) -> Self {
        // All bytes are looked at, without a branch: the compiler makes vector instructions of it.
        let odd = line.bytes().fold(0, |odd, b| odd | u8::from(b.wrapping_sub(b'!') >= b'\x7f' - b'!'));
        Self { cells, header, plain: odd == 0 }
    }

    fn row(self, mut checks: Checks, context: &mut Context) -> Row {
        let Context { tallies, texts, .. } = context;
        self.spaces(&checks, tallies);
        let name = self.text(Field::Upn, &mut checks).and_then(|text| match text {
            text if upn::is_plain(text) => Some(Some(texts.own(text))),
            "" => Some(None),
            text => upn::read(text, &mut checks).map(Some),
        });
        let serial = self.text(Field::SerialNumber, &mut checks).and_then(|text| {
            if serial::is_plain(text) { Some(texts.own(text)) } else { serial::read(text, &mut checks) }
        });
        let secret = self.text(Field::SecretKey, &mut checks).and_then(|text| secret::read(text, &mut checks, tallies));
        let model = self.text(Field::Model, &mut checks).unwrap_or_default();
        let step =
            self.text(Field::TimeInterval, &mut checks).and_then(|text| interval::read(text, model, &mut checks));
        let manufacturer = self.text(Field::Manufacturer, &mut checks).unwrap_or_default();
        let (manufacturer, model) = (texts.manufacturer.of(manufacturer), texts.model.of(model));
        let good = !checks.failed() && name.is_some() && serial.is_some() && secret.is_some() && step.is_some();
        // What could not be read is a value that every target takes: see `Row::draft`.
        let Some(secret) = secret.or_else(|| Secret::from_bytes(&[0; 20]).ok()) else {
            return self.failed(checks, None);
        };
        let record = Record {
            place: checks.place(),
            upn: name.unwrap_or_else(|| Some("@".to_owned())),
            serial: Some(serial.unwrap_or_default()),
            secret,
            algorithm: Algorithm::Sha1,
            digits: Digits::Six,
            moving: Moving::Time { step: step.unwrap_or(TimeStep::SECONDS_30) },
            manufacturer,
            model,
            details: None,
        };
        if good { Row::of(record, self.placed(checks)) } else { self.failed(checks, Some(Box::new(record))) }
    }

    #[expect(clippy::disallowed_macros, reason = "its message shows nothing of the row")]
    fn failed(self, checks: Checks, draft: Option<Box<Record>>) -> Row {
        debug_assert!(checks.failed(), "a row without a record has an error");
        let cell = |field| trimmed(self.cells.get(self.header.column(field)));
        let upn = reportable_upn(cell(Field::Upn));
        let serial = reportable_serial(cell(Field::SerialNumber));
        Row { place: checks.place(), record: None, findings: self.placed(checks), upn, serial, draft }
    }

    /// The findings with the columns of their fields.
    fn placed(&self, checks: Checks) -> Vec<crate::Finding> {
        let mut findings = checks.findings;
        self.header.place(&mut findings);
        findings
    }

    /// Counts what was trimmed off.
    fn spaces(&self, checks: &Checks, tallies: &mut Tallies) {
        if self.plain {
            return;
        }
        let (mut space, mut cr) = (false, false);
        for cell in self.cells.iter() {
            let bare = trimmed(cell);
            if bare.len() < cell.len() {
                let around = |c: char| cell.starts_with(c) || cell.ends_with(c);
                cr |= around('\r');
                space |= around(' ') || around('\t');
            }
        }
        if space {
            tallies.add(Kind::SurroundingSpace, checks);
        }
        if cr {
            tallies.add(Kind::StrayCarriageReturn, checks);
        }
    }

    /// A value, where it can be one at all.
    #[inline(always)]
    fn text(&self, field: Field, checks: &mut Checks) -> Option<&'a str> {
        let cell = self.cells.get(self.header.column(field));
        if self.plain && cell.len() <= MAX_FIELD && cell.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric) {
            return Some(cell);
        }
        readable(field, trimmed(cell), checks)
    }
}

/// A value of any characters, as far as it can be read.
pub(crate) fn readable<'a>(field: Field, text: &'a str, checks: &mut Checks) -> Option<&'a str> {
    if text.len() > MAX_FIELD {
        checks.error(
            Kind::FieldTooLong,
            field,
            format!("The {field} has {} characters; at most {MAX_FIELD} are read.", text.chars().count()),
            "Look at the line in a text editor; a quote or a line break may be missing.",
        );
        return None;
    }
    if let Some(inner) = super::formula(text) {
        return checks
            .repairable(
                Kind::FormulaText,
                field,
                format!("The {field} stands in ={{\"\"}}, which tells a spreadsheet to keep it as text.")
                    .replace(['{', '}'], ""),
                "Write the value alone.",
                Repair::UnwrapFormula(field),
            )
            .then_some(inner);
    }
    // A user name and a secret have rules of their own for every character.
    let free = matches!(field, Field::SerialNumber | Field::Manufacturer | Field::Model);
    if free && text.contains(is_unreadable) {
        checks.error(
            Kind::UnreadableCharacter,
            field,
            format!("The {field} holds control characters, or characters lost in a conversion."),
            "Type it again, and save the file as UTF-8.",
        );
        return None;
    }
    if free && text.starts_with(['=', '+', '-', '@']) {
        checks.warning(
            Kind::FormulaCell,
            field,
            format!("The {field} begins with =, +, - or @: a spreadsheet would compute it."),
            "It is read as text. Do not open the file in a spreadsheet before you know why it stands there.",
        );
    }
    Some(text)
}
