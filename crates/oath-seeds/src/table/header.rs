use super::names::{self, COLUMNS, field};
use crate::cells::{SEPARATORS, Splitter, trimmed};
use crate::source::Context;
use crate::text::{could_be_secret, quoted};
use crate::{Field, Finding, Format, Kind, Place, Severity};
use zeroize::Zeroizing;

/// What must stand in the first line.
pub(crate) const HEADER: &str = "upn,serial number,secret key,time interval,manufacturer,model";
/// The same of a table without users.
const DEEPNET: &str = "serial number,secret key,time interval,manufacturer,model";
/// The place of a column that is not there.
const ABSENT: usize = usize::MAX;

/// Which column holds which field.
#[derive(Clone, Debug)]
pub(super) struct Header {
    pub(super) format: Format,
    pub(super) separator: char,
    columns: [usize; COLUMNS.len()],
    /// It has columns for type, hash, digits, counter or T0.
    pub(super) parameters: bool,
    /// How many columns there are, up to the last one with a name.
    pub(super) width: usize,
    /// How many columns a row must have.
    pub(super) least: usize,
    /// How many columns the user, the serial number and the secret take at the beginning; `None` where others are among them.
    pub(super) own: Option<usize>,
}

/// What a line is that stands where the header may stand.
pub(super) enum Found {
    Header(Box<Header>, Vec<Finding>),
    /// A token of so many columns, and what stands between them.
    Token {
        columns: usize,
        separator: char,
    },
    /// Neither.
    Other,
}

impl Header {
    /// The place of a field's column; beyond all columns where there is none.
    #[inline(always)]
    pub(super) const fn column(&self, field: Field) -> usize {
        let [upn, serial, secret, interval, manufacturer, model, kind, algorithm, digits, counter, t0] = self.columns;
        match field {
            Field::Upn => upn,
            Field::SerialNumber => serial,
            Field::SecretKey => secret,
            Field::TimeInterval => interval,
            Field::Manufacturer => manufacturer,
            Field::Model => model,
            Field::Type => kind,
            Field::Algorithm => algorithm,
            Field::Digits => digits,
            Field::Counter => counter,
            Field::T0 => t0,
            _ => ABSENT,
        }
    }

    pub(super) const fn has(&self, field: Field) -> bool {
        self.column(field) != ABSENT
    }

    /// Gives findings the columns of their fields.
    pub(super) fn place(&self, findings: &mut [Finding]) {
        for finding in findings {
            let column =
                finding.field.filter(|field| self.has(*field)).map(|field| self.column(field).saturating_add(1));
            finding.column = column.and_then(|column| u32::try_from(column).ok());
        }
    }

    /// Reads the header line, or says what else the line is. The error refuses the file.
    pub(super) fn read(
        line: &str,
        number: u64,
        format: Format,
        splitter: &mut Splitter,
        context: &mut Context,
    ) -> Result<Found, Finding> {
        let mut findings = Vec::new();
        let mut line = Zeroizing::new(line.to_owned());
        // The whole line in one cell, as the rows will probably be.
        let inner = splitter.split(&line, ',').only().map(|cell| Zeroizing::new(cell.to_owned()));
        if let Some(inner) = inner
            && line.trim_start().starts_with('"')
            && inner.len() < line.len()
            && best(&inner, splitter).1 > 1
        {
            line = inner;
            findings.push(about(
                Kind::HeaderInOneCell,
                Severity::Warning,
                number,
                "The whole header stands in one cell, in quotes; it is read all the same.",
                "Take the quotes around the line off. Other tools find no column in it.",
            ));
        }
        let (separator, known) = best(&line, splitter);
        if known < 2 {
            return other(&line, number, splitter);
        }
        let columns = Columns::of(&line, separator, number, splitter)?;
        let format = if columns.has(Field::Upn) { format } else { Format::DeepnetCsv };
        columns.complete(number, context)?;
        columns.tell(separator, format, number, &mut findings);
        if columns.spaces {
            context.tallies.add_line(Kind::SurroundingSpace, number);
        }
        let Columns { places, width, .. } = columns;
        let least = places.iter().filter(|place| **place != ABSENT).max().map_or(0, |last| last.saturating_add(1));
        let parameters = places.iter().skip(Field::ENTRA.len()).any(|place| *place != ABSENT);
        let own = own(&places);
        Ok(Found::Header(
            Box::new(Self { format, separator, columns: places, parameters, width, least, own }),
            findings,
        ))
    }
}

/// How many columns at the beginning hold what differs from row to row.
fn own(places: &[usize; COLUMNS.len()]) -> Option<usize> {
    let (own, shared) = places.split_first_chunk::<3>()?;
    let count = own.iter().filter(|place| **place != ABSENT).max()?.saturating_add(1);
    shared.iter().all(|place| *place >= count).then_some(count)
}

/// What a header line says.
struct Columns {
    places: [usize; COLUMNS.len()],
    width: usize,
    /// Names that are not known, as far as they can be shown.
    unknown: Vec<String>,
    /// Known names in another spelling, with their columns from 1.
    spelled: Vec<(usize, Field, String)>,
    /// White space stands around a name.
    spaces: bool,
}

impl Columns {
    fn of(line: &str, separator: char, number: u64, splitter: &mut Splitter) -> Result<Self, Finding> {
        let cells = splitter.split(line, separator);
        let mut columns =
            Self { places: [ABSENT; COLUMNS.len()], width: 0, unknown: Vec::new(), spelled: Vec::new(), spaces: false };
        for (index, whole) in cells.iter().enumerate() {
            let cell = trimmed(whole);
            if cell.is_empty() {
                continue;
            }
            columns.spaces |= cell.len() < whole.trim_end_matches('\r').len();
            columns.width = index.saturating_add(1);
            let found = field(cell).and_then(|field| Some(field).zip(columns.places.get_mut(order(field)?)));
            let Some((field, place)) = found else {
                columns.unknown.push(name(cell, columns.width));
                continue;
            };
            if *place != ABSENT {
                return Err(about(
                    Kind::HeaderColumnTwice,
                    Severity::Error,
                    number,
                    format!("The header has the column \"{field}\" twice."),
                    "Delete or rename one of them.",
                ));
            }
            *place = index;
            if names::is_entra(field) && !cell.eq_ignore_ascii_case(field.name()) {
                columns.spelled.push((columns.width, field, name(cell, columns.width)));
            }
        }
        // Microsoft's own sample, as web pages print it, has lost the line break between the header and the row.
        if columns.unknown.len() > 3
            && cells.iter().skip(6).any(|cell| could_be_secret(cell) || matches!(trimmed(cell), "30" | "60"))
        {
            return Err(about(
                Kind::HeaderHoldsData,
                Severity::Error,
                number,
                "The header line goes on with the values of a token: the line break after \"model\" was lost.",
                "Put every token on a line of its own.",
            ));
        }
        Ok(columns)
    }

    fn has(&self, field: Field) -> bool {
        order(field).and_then(|place| self.places.get(place)).is_some_and(|place| *place != ABSENT)
    }

    /// Refuses a header that lacks a column. A file can do without users, and without intervals where it says types or the
    /// caller says the interval.
    fn complete(&self, number: u64, context: &Context) -> Result<(), Finding> {
        let interval = context.assume.interval.is_some() || self.has(Field::Type);
        let needed = Field::ENTRA
            .iter()
            .copied()
            .filter(|field| *field != Field::Upn && !(*field == Field::TimeInterval && interval));
        let absent: Vec<&str> = needed.filter(|field| !self.has(*field)).map(Field::name).collect();
        if absent.is_empty() {
            return Ok(());
        }
        let also =
            if self.unknown.is_empty() { String::new() } else { format!(" It has {} instead.", list(&self.unknown)) };
        let columns = if absent.len() == 1 { "a column" } else { "columns" };
        let header = if self.has(Field::Upn) { HEADER } else { DEEPNET };
        Err(about(
            Kind::HeaderColumnMissing,
            Severity::Error,
            number,
            format!("The header lacks {columns}: \"{}\".{also}", absent.join("\", \"")),
            format!("Name the columns: {header}."),
        ))
    }

    /// What another reader would stumble over.
    fn tell(&self, separator: char, format: Format, number: u64, findings: &mut Vec<Finding>) {
        if separator != ',' {
            let what = if separator == '\t' { "tabs" } else { "semicolons" };
            findings.push(about(
                Kind::Separator,
                Severity::Warning,
                number,
                format!("The fields are separated by {what}; they are read so."),
                "Entra ID takes commas only: save it as comma-separated values before an upload there.",
            ));
        }
        for (column, field, spelling) in &self.spelled {
            let finding = about(
                Kind::HeaderSpelling,
                Severity::Note,
                number,
                format!("The column \"{field}\" is spelled {spelling}."),
                if *field == Field::TimeInterval {
                    "It is read. A tool that knows one spelling only falls back to 30 s, and every 60 s token fails."
                } else {
                    "It is read; other tools may know one spelling only."
                },
            );
            findings.push(Finding { field: Some(*field), column: u32::try_from(*column).ok(), ..finding });
        }
        // Thales writes more columns than it explains.
        if format == Format::ThalesCsv {
            return;
        }
        let (entra, parameters) = self.places.split_at(Field::ENTRA.len());
        if !entra.iter().filter(|place| **place != ABSENT).is_sorted() {
            let header = if format == Format::DeepnetCsv { DEEPNET } else { HEADER };
            findings.push(about(
                Kind::HeaderOrder,
                Severity::Note,
                number,
                "The columns are in another order than the upload's; they are read by name.",
                format!("A tool that reads by place wants: {header}."),
            ));
        }
        if !self.unknown.is_empty() {
            findings.push(about(
                Kind::ColumnUnknown,
                Severity::Warning,
                number,
                format!(
                    "The header has columns that this format does not know: {}. They are ignored.",
                    list(&self.unknown)
                ),
                "Delete them before an upload to Entra ID.",
            ));
        } else if parameters.iter().any(|place| *place != ABSENT) {
            let named: Vec<&str> = COLUMNS
                .iter()
                .filter(|field| !names::is_entra(**field) && self.has(**field))
                .map(|field| field.name())
                .collect();
            findings.push(about(
                Kind::ColumnUnknown,
                Severity::Note,
                number,
                format!(
                    "The header has columns that Entra ID's upload does not know: {}. They are read.",
                    named.join(", ")
                ),
                "Delete them before an upload to Entra ID, which takes SHA-1, 6 digits and TOTP alone.",
            ));
        }
    }
}

/// The separator under which most columns are known, and how many of Entra ID's six.
fn best(line: &str, splitter: &mut Splitter) -> (char, usize) {
    let mut best = (',', 0);
    for separator in SEPARATORS {
        let known = splitter.split(line, separator).iter().filter_map(field).filter(|field| names::is_entra(*field));
        let mut fields: Vec<Field> = known.collect();
        fields.sort_unstable();
        fields.dedup();
        if fields.len() > best.1 {
            best = (separator, fields.len());
        }
    }
    best
}

fn order(field: Field) -> Option<usize> {
    COLUMNS.iter().position(|known| *known == field)
}

/// A column's name for a message, or its number where the name could be a secret.
fn name(cell: &str, number: usize) -> String {
    quoted(cell).unwrap_or_else(|| format!("column {number}"))
}

fn list(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(8).map(String::as_str).collect();
    let more = names.len().saturating_sub(shown.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

/// What a line is that names no columns.
fn other(line: &str, number: u64, splitter: &mut Splitter) -> Result<Found, Finding> {
    if names::are_in(line) {
        return Err(about(
            Kind::Separator,
            Severity::Error,
            number,
            "The names of the columns are not separated by commas, semicolons or tabs.",
            "Open the file in a spreadsheet program, split its lines into columns, and save it as \"CSV UTF-8\".",
        ));
    }
    for separator in SEPARATORS {
        let cells = splitter.split(line, separator);
        if cells.len() >= 3 && cells.iter().any(could_be_secret) {
            return Ok(Found::Token { columns: cells.len(), separator });
        }
    }
    Ok(Found::Other)
}

/// What to say of a file whose first token stands on this line without a header before it. `before`: the first of the lines
/// before it that are neither.
pub(super) fn missing(line: u64, columns: usize, separator: char, before: Option<u64>) -> Finding {
    let header = if columns == Field::ENTRA.len().saturating_sub(1) { DEEPNET } else { HEADER };
    // The names are separated as the rows are; otherwise no row would have all columns.
    let mut written = [0; 4];
    let header = header.replace(',', separator.encode_utf8(&mut written));
    let (message, action) = match before {
        None => (
            "The first line is not the header, but looks like a token.".to_owned(),
            format!("If its columns are these, put this line first: {header}"),
        ),
        Some(first) => (
            format!("Line {line} looks like a token, and no header stands before it."),
            match line.saturating_sub(1) {
                last if last == first => {
                    format!("If the columns are these, put this line in the place of line {first}: {header}")
                }
                last => {
                    format!("If the columns are these, put this line in the place of lines {first} to {last}: {header}")
                }
            },
        ),
    };
    about(Kind::HeaderMissing, Severity::Error, line, message, action)
}

/// What to say of a file that has no line with the names of columns. `first`: its first line that is no comment.
pub(super) fn none(first: u64) -> Finding {
    about(
        Kind::HeaderMissing,
        Severity::Error,
        first,
        "The first line is not the header of a seed file, and no other line is.",
        format!("A seed file begins with the line: {HEADER}"),
    )
}

/// Says that lines stand before the header.
pub(super) fn after_others(first: u64, lines: u64) -> Finding {
    let (what, which) = if lines == 1 { ("A line stands", "It was") } else { ("Lines stand", "They were") };
    about(
        Kind::LinesBeforeHeader,
        Severity::Warning,
        first,
        format!("{what} before the header. {which} skipped."),
        "Delete everything before the header before an upload to Entra ID.",
    )
}

/// What to say of a first line that has no end.
pub(super) fn too_long(number: u64) -> Finding {
    about(
        Kind::NotASeedFile,
        Severity::Error,
        number,
        "The first line is far longer than a header: this is no table of tokens.",
        format!("A seed file begins with the line: {HEADER}."),
    )
}

fn about(
    kind: Kind,
    severity: Severity,
    line: u64,
    message: impl Into<std::borrow::Cow<'static, str>>,
    action: impl Into<std::borrow::Cow<'static, str>>,
) -> Finding {
    Finding { place: Place::Line(line), ..Finding::new(kind, severity, message, action) }
}
