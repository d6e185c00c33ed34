use super::column::Found;
use super::ending::{Ending, Last};
use super::header::Header;
use super::shape;
use crate::cells::{Cells, Splitter, trimmed};
use crate::check::Checks;
use crate::lines::Line;
use crate::record::Failed;
use crate::source::Context;
use crate::tally::Tallies;
use crate::text::{is_printable, is_unreadable, reportable_serial, reportable_upn};
use crate::texts::Texts;
use crate::values::model::Said;
use crate::values::secret::Reading as Secrets;
use crate::values::{interval, parameters, secret, serial, upn};
use crate::{Assume, Field, Format, Kind, Moving, Place, Record, Repair, Row, TokenType};
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
    /// What the secret is in a format that does not say its encoding.
    pub(super) found: &'a mut Option<Found>,
    pub(super) last: &'a mut Last,
}

impl Reading<'_> {
    /// Adds the row to those read; none for a comment.
    pub(super) fn read(self, line: &Line<'_>, text: &str, windows_1252: bool) {
        let Self { header, splitter, context, rows, found, last } = self;
        let mut checks = context.checks(Place::Line(line.number));
        if line.too_long {
            checks.line_too_long();
            rows.push_back(Row::failed(checks, None, None));
            return;
        }
        let plain = is_printable(text);
        if !plain && let Some(encoding) = shape::other_encoding(text) {
            checks.error(
                Kind::EncodingChanges,
                None,
                format!(
                    "The line is in {encoding}, unlike the lines before it: files in different encodings were joined."
                ),
                "Save each part as UTF-8, and join them then.",
            );
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
                shape::report(&wrapped, header, &mut checks);
                let cells = splitter.split(&wrapped.row, wrapped.separator);
                if !shape::columns(&cells, header, &mut checks) {
                    rows.push_back(unreadable(checks, &cells, header));
                    return;
                }
                let plain = is_printable(&wrapped.row);
                rows.push_back(Fields { cells, header, plain }.row(checks, context, found, last));
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
        // Thales quotes every field.
        if header.format != Format::ThalesCsv && text.starts_with('"') && all_quoted(text, header.separator) {
            context.tallies.add_line(Kind::QuotedFields, line.number);
        }
        rows.push_back(Fields { cells, header, plain }.row(checks, context, found, last));
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
    fn row(self, mut checks: Checks, context: &mut Context, found: &mut Option<Found>, last: &mut Last) -> Row {
        let Context { tallies, texts, assume, .. } = context;
        let assume = *assume;
        self.spaces(&checks, tallies);
        let name = self.text(Field::Upn, &mut checks).and_then(|text| match text {
            text if upn::is_plain(text) => Some(Some(texts.own(text))),
            "" => Some(None),
            text => upn::read(text, &mut checks).map(Some),
        });
        let serial = self.text(Field::SerialNumber, &mut checks).and_then(|text| {
            if serial::is_plain(text) { Some(texts.own(text)) } else { serial::read(text, &mut checks) }
        });
        let secret = self.text(Field::SecretKey, &mut checks).and_then(|text| {
            if self.header.format == Format::DeepnetCsv {
                either(text, &mut checks, tallies, found)
            } else {
                secret::read(text, &mut checks, tallies)
            }
        });
        let ending = self.header.own.filter(|_| self.plain).and_then(|own| self.cells.from(own));
        let Ending { manufacturer, model, said, parameters, moving } = match last.of(ending) {
            Some(known) => known.clone(),
            None => {
                let before = checks.findings.len();
                let read = self.ending(texts, assume, &mut checks);
                if let Some(text) = ending
                    && checks.findings.len() == before
                {
                    last.keep(text, &read);
                }
                read
            }
        };
        if let Some(secret) = &secret
            && !self.header.has(Field::Algorithm)
            && assume.algorithm.is_none()
        {
            hash_unsaid(secret, &model, said, &mut checks);
        }
        let good = !checks.failed() && name.is_some() && serial.is_some() && secret.is_some() && moving.is_some();
        // What could not be read is a value that every target takes: see `Row::draft`.
        let Some(secret) = secret.or_else(|| Secret::from_bytes(&[0; 20]).ok()) else {
            return self.failed(checks, None);
        };
        let record = Record {
            place: checks.place(),
            upn: name.unwrap_or_else(|| Some("@".to_owned())),
            serial: Some(serial.unwrap_or_default()),
            secret,
            algorithm: parameters.algorithm,
            digits: parameters.digits,
            moving: moving.unwrap_or(Moving::Time { step: TimeStep::SECONDS_30 }),
            manufacturer,
            model,
            details: None,
        };
        if good { Row::of(record, self.placed(checks)) } else { self.failed(checks, Some(record)) }
    }

    /// Reads all but the user, the serial number and the secret.
    fn ending(&self, texts: &mut Texts, assume: Assume, checks: &mut Checks) -> Ending {
        let manufacturer = self.text(Field::Manufacturer, checks).unwrap_or_default();
        let model = self.text(Field::Model, checks).unwrap_or_default();
        let manufacturer = texts.manufacturer.of(manufacturer);
        let (model, said) = texts.model(model);
        let parameters = self.parameters(assume, checks);
        let moving = self.moving(&parameters, said, assume, checks);
        Ending { manufacturer, model, said, parameters, moving }
    }

    #[expect(clippy::disallowed_macros, reason = "its message shows nothing of the row")]
    fn failed(self, checks: Checks, draft: Option<Record>) -> Row {
        debug_assert!(checks.failed(), "a row without a record has an error");
        let cell = |field| trimmed(self.cells.get(self.header.column(field)));
        let upn = reportable_upn(cell(Field::Upn));
        let serial = reportable_serial(cell(Field::SerialNumber));
        let failed = Some(Box::new(Failed { upn, serial, draft }));
        Row { place: checks.place(), record: None, findings: self.placed(checks), failed }
    }

    /// The findings with the columns of their fields.
    fn placed(&self, checks: Checks) -> Vec<crate::Finding> {
        let mut findings = checks.findings;
        self.header.place(&mut findings);
        findings
    }

    /// What stands in the columns of parameters.
    fn parameters(&self, assume: Assume, checks: &mut Checks) -> Parameters {
        let mut found = Parameters {
            kind: assume.kind,
            algorithm: assume.algorithm.unwrap_or(Algorithm::Sha1),
            digits: assume.digits.unwrap_or(Digits::Six),
            counter: 0,
            t0: 0,
        };
        if !self.header.parameters {
            return found;
        }
        if let Some(text) = self.given(Field::Type) {
            found.kind = parameters::read_type(text, checks).or(found.kind);
        }
        if let Some(text) = self.given(Field::Algorithm) {
            found.algorithm = parameters::read_algorithm(text, checks).unwrap_or(found.algorithm);
        }
        if let Some(text) = self.given(Field::Digits) {
            found.digits = parameters::read_digits(text, checks).unwrap_or(found.digits);
        }
        if let Some(text) = self.given(Field::Counter) {
            found.counter = parameters::read_counter(text, checks).unwrap_or(found.counter);
        }
        if let Some(text) = self.given(Field::T0) {
            found.t0 = read_t0(text, checks).unwrap_or(found.t0);
        }
        if found.counter != 0 && found.kind != Some(TokenType::Hotp) {
            let (kind, message, action) = match found.kind {
                Some(_) => (
                    Kind::CounterUnsupported,
                    "The token has a counter, but its type is TOTP.",
                    "Write HOTP as its type, or take the counter out.",
                ),
                None => (
                    Kind::ParameterUnknown,
                    "The token has a counter, but the file does not say whether it is HOTP.",
                    "Say the type of the tokens: HOTP or TOTP.",
                ),
            };
            checks.error(kind, Field::Counter, message, action);
        }
        found
    }

    /// What moves the codes on.
    fn moving(&self, parameters: &Parameters, model: Said, assume: Assume, checks: &mut Checks) -> Option<Moving> {
        let text = self.text(Field::TimeInterval, checks)?;
        if parameters.kind == Some(TokenType::Hotp) && matches!(text, "" | "0" | "30" | "60") {
            return Some(Moving::Counter { counter: parameters.counter });
        }
        let assumed = assume.interval.and_then(|x| TimeStep::new(x, 0).ok()).filter(|_| text.is_empty());
        let step = match assumed {
            Some(step) => step,
            None if !self.header.has(Field::TimeInterval) => {
                let message = "The file does not say the time interval of the token.";
                checks.error(
                    Kind::ParameterUnknown,
                    Field::TimeInterval,
                    message,
                    "Watch how long a token shows one code, and say the interval of the tokens: 30 or 60.",
                );
                return None;
            }
            None => interval::read(text, model, checks)?,
        };
        if parameters.kind == Some(TokenType::Hotp) {
            return Some(Moving::Counter { counter: parameters.counter });
        }
        if parameters.t0 == 0 {
            return Some(Moving::Time { step });
        }
        TimeStep::new(step.x(), parameters.t0).ok().map(|step| Moving::Time { step })
    }

    /// The text of a column; `None` where it is empty or not there.
    fn given(&self, field: Field) -> Option<&'a str> {
        Some(trimmed(self.cells.get(self.header.column(field)))).filter(|text| !text.is_empty())
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
        let bytes = cell.as_bytes();
        if self.plain
            && cell.len() <= MAX_FIELD
            && bytes.first().is_some_and(u8::is_ascii_alphanumeric)
            && bytes.last().is_some_and(u8::is_ascii_alphanumeric)
        {
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
        let message = format!("The {field} stands in ={{\"\"}}, which tells a spreadsheet to keep it as text.");
        let message = message.replace(['{', '}'], "");
        checks.repairable(Kind::FormulaText, field, message, "Write the value alone.", Repair::UnwrapFormula(field));
        return Some(inner);
    }
    if let Some(inner) = left_over(text) {
        checks.repairable(
            Kind::FieldSeparator,
            field,
            format!("A separator or a quote stands at the beginning or the end of the {field}."),
            "Take it out: it was typed into the cell.",
            Repair::StripSeparators(field),
        );
        return Some(inner);
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

/// What a value is without the separators and quotes that were typed around it; `None` where there are none.
pub(crate) fn left_over(text: &str) -> Option<&str> {
    let inner = text.trim_matches([',', ';', '\t', '"', ' ']);
    (inner.len() < text.len()).then_some(inner)
}

/// The parameters of a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parameters {
    kind: Option<TokenType>,
    algorithm: Algorithm,
    digits: Digits,
    counter: u64,
    t0: u64,
}

/// Reads T0, in seconds since 1970.
fn read_t0(text: &str, checks: &mut Checks) -> Option<u64> {
    let found = if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None };
    if found.is_none() {
        let message = format!("The t0 is {}; expected a number of seconds since 1970.", parameters::shown(text));
        checks.error(Kind::EpochUnsupported, Field::T0, message, "Write the number alone; most tokens have 0.");
    }
    found
}

/// Reads a secret in Base32 or hex; `found` says which it is, or has the other reading.
fn either(text: &str, checks: &mut Checks, tallies: &mut Tallies, found: &mut Option<Found>) -> Option<Secret> {
    match secret::read_any(text, checks, tallies)? {
        Secrets::Certain(secret, encoding) => {
            *found = Some(Found::Certain(encoding));
            Some(secret)
        }
        Secrets::Either { base32, hex } => {
            *found = Some(Found::Either(hex));
            Some(base32)
        }
    }
}

/// Warns of a token that probably has another hash than the one that a file without a column for it means.
fn hash_unsaid(secret: &Secret, model: &str, said: Said, checks: &mut Checks) {
    let long = matches!(secret.byte_len(), 32 | 64);
    if !long && !said.sha {
        return;
    }
    let plain: String = model.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let named = ["sha256", "sha512"].iter().any(|name| plain.contains(name));
    let message = match (named, long) {
        (true, _) => {
            "The model names a hash, and the file has no column for it: the token was read as SHA-1.".to_owned()
        }
        (false, true) => format!(
            "The secret key has {} bytes, as keys for SHA-256 and SHA-512 have, and the file has no column for the hash: the \
             token was read as SHA-1.",
            secret.byte_len()
        ),
        (false, false) => return,
    };
    checks.warning(
        Kind::HashUnsaid,
        Field::Algorithm,
        message,
        "Compare two codes of the token before you give it out. If they are refused, say the hash of the tokens: SHA-256 or SHA-512.",
    );
}
