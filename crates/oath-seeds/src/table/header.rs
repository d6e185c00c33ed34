use crate::cells::{SEPARATORS, Splitter, trimmed};
use crate::text::{could_be_secret, quoted};
use crate::{Field, Finding, Format, Kind, Place, Severity};
use zeroize::Zeroizing;

/// What must stand in the first line.
pub(crate) const HEADER: &str = "upn,serial number,secret key,time interval,manufacturer,model";

/// Which column holds which field.
#[derive(Clone, Debug)]
pub(super) struct Header {
    pub(super) separator: char,
    columns: [usize; 6],
    /// How many columns there are, up to the last one with a name.
    pub(super) width: usize,
    /// How many columns a row must have.
    pub(super) least: usize,
}

impl Header {
    #[inline(always)]
    pub(super) const fn column(&self, field: Field) -> usize {
        let [upn, serial, secret, interval, manufacturer, model] = self.columns;
        match field {
            Field::Upn => upn,
            Field::SerialNumber => serial,
            Field::SecretKey => secret,
            Field::TimeInterval => interval,
            Field::Manufacturer => manufacturer,
            Field::Model => model,
            _ => usize::MAX,
        }
    }

    /// Gives findings the columns of their fields.
    pub(super) fn place(&self, findings: &mut [Finding]) {
        for finding in findings {
            let column = finding.field.map(|field| self.column(field).saturating_add(1));
            finding.column = column.and_then(|column| u32::try_from(column).ok());
        }
    }

    /// Reads the header line, or says why it is none.
    pub(super) fn read(
        line: &str,
        number: u64,
        _format: Format,
        splitter: &mut Splitter,
    ) -> Result<(Self, Vec<Finding>), Finding> {
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
        }
        let (separator, known) = best(&line, splitter);
        let cells = splitter.split(&line, separator);
        let mut places: [Option<usize>; 6] = [None; 6];
        let mut unknown = Vec::new();
        let mut spelled = Vec::new();
        let mut width = 0usize;
        for (index, cell) in cells.iter().map(trimmed).enumerate() {
            if cell.is_empty() {
                continue;
            }
            width = index.saturating_add(1);
            let Some((field, place)) = field(cell).and_then(|field| Some(field).zip(places.get_mut(order(field)?)))
            else {
                unknown.push(name(cell, width));
                continue;
            };
            if place.is_some() {
                return Err(refusal(
                    Kind::HeaderColumnTwice,
                    number,
                    format!("The header has the column \"{field}\" twice."),
                    "Delete or rename one of them.",
                ));
            }
            *place = Some(index);
            if !cell.eq_ignore_ascii_case(field.name()) {
                spelled.push((index, field));
            }
        }
        if known < 6 {
            return Err(missing(&line, splitter, &places, known, &unknown, number));
        }
        // Microsoft's own sample, as web pages print it, has lost the line break between the header and the row.
        if unknown.len() > 3
            && cells.iter().skip(6).any(|cell| could_be_secret(cell) || matches!(trimmed(cell), "30" | "60"))
        {
            return Err(refusal(
                Kind::HeaderHoldsData,
                number,
                "The header line goes on with the values of a token: the line break behind \"model\" was lost.",
                "Put every token on a line of its own.",
            ));
        }
        let columns = places.map(Option::unwrap_or_default);
        if separator != ',' {
            let what = if separator == '\t' { "tabs" } else { "semicolons" };
            findings.push(about_header(
                Kind::Separator,
                Severity::Warning,
                number,
                format!("The fields are separated by {what}; they are read so."),
                "Entra ID takes commas only: save it as comma-separated values before an upload there.",
            ));
        }
        for (index, field) in spelled {
            let finding = about_header(
                Kind::HeaderSpelling,
                Severity::Note,
                number,
                format!("The column \"{field}\" is spelled {}.", quoted(trimmed(cells.get(index))).unwrap_or_default()),
                if field == Field::TimeInterval {
                    "It is read. A tool that knows one spelling only falls back to 30 s, and every 60 s token fails."
                } else {
                    "It is read; other tools may know one spelling only."
                },
            );
            let column = u32::try_from(index.saturating_add(1)).ok();
            findings.push(Finding { field: Some(field), column, ..finding });
        }
        if !columns.is_sorted() {
            findings.push(about_header(
                Kind::HeaderOrder,
                Severity::Note,
                number,
                "The columns are in another order than the upload's; they are read by name.",
                format!("A tool that reads by place wants: {HEADER}."),
            ));
        }
        if !unknown.is_empty() {
            findings.push(about_header(
                Kind::ColumnUnknown,
                Severity::Warning,
                number,
                format!("The header has columns that this format does not know: {}. They are ignored.", list(&unknown)),
                "Delete them before an upload to Entra ID.",
            ));
        }
        let least = columns.iter().max().map_or(0, |last| last.saturating_add(1));
        Ok((Self { separator, columns, width, least }, findings))
    }
}

/// The separator under which most columns are known, and how many.
fn best(line: &str, splitter: &mut Splitter) -> (char, usize) {
    let mut best = (',', 0);
    for separator in SEPARATORS {
        let mut fields: Vec<Field> = splitter.split(line, separator).iter().filter_map(field).collect();
        fields.sort_unstable();
        fields.dedup();
        if fields.len() > best.1 {
            best = (separator, fields.len());
        }
    }
    best
}

/// The field of a column name, in any case, with or without blanks, dashes and underscores in it.
fn field(name: &str) -> Option<Field> {
    let plain = || name.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase());
    let known = |field: &Field| plain().eq(field.name().chars().filter(|c| *c != ' '));
    // Longer than any name: not looked through.
    if name.len() > 64 { None } else { Field::ENTRA.iter().copied().find(known) }
}

fn order(field: Field) -> Option<usize> {
    Field::ENTRA.iter().position(|known| *known == field)
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

/// What to say of a first line that lacks columns.
fn missing(
    line: &str,
    splitter: &mut Splitter,
    places: &[Option<usize>; 6],
    known: usize,
    unknown: &[String],
    number: u64,
) -> Finding {
    let mut token = false;
    for separator in SEPARATORS {
        let cells: Vec<&str> = splitter.split(line, separator).iter().map(trimmed).collect();
        token |= cells.len() >= 3 && cells.iter().any(|cell| could_be_secret(cell));
    }
    let absent: Vec<&str> = Field::ENTRA
        .iter()
        .filter(|field| order(**field).and_then(|place| places.get(place)).is_some_and(Option::is_none))
        .map(|field| field.name())
        .collect();
    if known >= 2 {
        let also = if unknown.is_empty() { String::new() } else { format!(" It has {} instead.", list(unknown)) };
        return refusal(
            Kind::HeaderColumnMissing,
            number,
            format!(
                "The header lacks {}: \"{}\".{also}",
                if absent.len() == 1 { "a column" } else { "columns" },
                absent.join("\", \"")
            ),
            format!("Name the columns: {HEADER}."),
        );
    }
    let (kind, message) = if token {
        (Kind::HeaderMissing, "The first line is not the header, but looks like a token.")
    } else {
        (Kind::HeaderMissing, "The first line is not the header of a seed file.")
    };
    refusal(kind, number, message, format!("If it is a seed file, put this line first: {HEADER}"))
}

/// What to say of a first line that has no end.
pub(super) fn too_long(number: u64) -> Finding {
    refusal(
        Kind::NotASeedFile,
        number,
        "The first line is far longer than a header: this is no table of tokens.",
        format!("A seed file begins with the line: {HEADER}."),
    )
}

fn refusal(
    kind: Kind,
    line: u64,
    message: impl Into<std::borrow::Cow<'static, str>>,
    action: impl Into<std::borrow::Cow<'static, str>>,
) -> Finding {
    about_header(kind, Severity::Error, line, message, action)
}

fn about_header(
    kind: Kind,
    severity: Severity,
    line: u64,
    message: impl Into<std::borrow::Cow<'static, str>>,
    action: impl Into<std::borrow::Cow<'static, str>>,
) -> Finding {
    Finding { place: Place::Line(line), ..Finding::new(kind, severity, message, action) }
}
