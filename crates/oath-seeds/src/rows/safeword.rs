//! `safeword`: blocks of `name: value` lines, a blank line between them. `sccAuthenticatorId` is the serial number;
//! `sccTokenData` holds `sccKey=…;sccMode=E|T;sccPwLen=6;sccTick=30;sccPrTime=…;sccSeq=…;crypto=HmacSHA256`, the key in hex.

use crate::check::Checks;
use crate::lines::Line;
use crate::source::{Context, Rows};
use crate::table::row::readable;
use crate::text::{quoted, reportable_serial};
use crate::values::model::Said;
use crate::values::{interval, parameters, secret, serial};
use crate::{Field, Finding, Kind, Moving, Place, Record, Row, Severity, TokenType};
use oath_totp::{Algorithm, Digits, Secret, TimeStep};
use std::collections::VecDeque;

/// 2000-01-01, from which the clock of a token counts that has a time of programming (`sccPrTime`).
const EPOCH: u64 = 946_684_800;

/// Reads blocks; the signature of a block is not checked.
#[derive(Default)]
pub(super) struct SafeWord {
    block: Option<Block>,
    /// An unknown name has been told of.
    told: bool,
}

/// What has been read of a block.
struct Block {
    checks: Checks,
    /// What the line of the serial number gave, where there is one.
    serial: Option<Option<String>>,
    model: Option<String>,
    data: Option<Data>,
}

/// What `sccTokenData` holds.
#[derive(Default)]
struct Data {
    secret: Option<Secret>,
    kind: Option<TokenType>,
    digits: Option<Digits>,
    step: Option<TimeStep>,
    counter: Option<u64>,
    algorithm: Option<Algorithm>,
    programmed: bool,
}

impl Rows for SafeWord {
    fn line(
        &mut self,
        line: &Line<'_>,
        text: &str,
        windows_1252: bool,
        context: &mut Context,
        rows: &mut VecDeque<Row>,
    ) -> Result<(), Finding> {
        let place = Place::Line(line.number);
        let bare = text.trim_ascii();
        if bare.starts_with('#') {
            return Ok(());
        }
        if bare.is_empty() && !line.too_long {
            self.end(context, rows);
            return Ok(());
        }
        let block = self.block.get_or_insert_with(|| Block {
            checks: context.checks(place),
            serial: None,
            model: None,
            data: None,
        });
        if line.too_long {
            block.checks.line_too_long();
            return Ok(());
        }
        if windows_1252 {
            block.checks.windows_1252();
        }
        // LDIF continues a long line on the next one, after a blank, and writes what is not ASCII in Base64 after two colons.
        let Some((name, value)) = bare.split_once(':').filter(|(_, value)| !value.starts_with(':')) else {
            block.checks.error(
                Kind::ValueMalformed,
                None,
                format!("Line {} of the block is not of the form name: value.", line.number),
                "Write each value on a line of its own, in plain text.",
            );
            return Ok(());
        };
        let (name, value) = (name.trim_ascii(), value.trim_ascii());
        if name.eq_ignore_ascii_case("sccAuthenticatorId") {
            once(block.serial.is_some(), Field::SerialNumber, &mut block.checks);
            let text = readable(Field::SerialNumber, value, &mut block.checks);
            block.serial = Some(text.and_then(|text| serial::read(text, &mut block.checks)));
        } else if name.eq_ignore_ascii_case("sccTokenType") {
            block.model = readable(Field::Model, value, &mut block.checks).map(str::to_owned);
        } else if name.eq_ignore_ascii_case("sccTokenData") {
            once(block.data.is_some(), Field::SecretKey, &mut block.checks);
            block.data = Some(Data::read(value, &mut block.checks, context, &mut self.told));
        } else if !["dn", "objectclass", "sccSignature"].iter().any(|known| name.eq_ignore_ascii_case(known)) {
            unknown_name(name, &block.checks, context, &mut self.told);
        }
        Ok(())
    }

    fn end(&mut self, context: &mut Context, rows: &mut VecDeque<Row>) {
        let Some(mut block) = self.block.take() else { return };
        let record = block.record(context);
        let Block { checks, serial, .. } = block;
        let shown = || (None, serial.flatten().as_deref().and_then(reportable_serial));
        rows.push_back(Row::new(record, checks, shown));
    }
}

impl Block {
    fn record(&mut self, context: &mut Context) -> Option<Record> {
        let Self { checks, serial, model, data } = self;
        if serial.is_none() {
            serial::read("", checks);
        }
        let Some(data) = data.take() else {
            checks.error(
                Kind::ValueMissing,
                Field::SecretKey,
                "The block has no line sccTokenData, which holds the secret key.",
                "Ask the vendor for the file again.",
            );
            return None;
        };
        let assume = context.assume;
        let kind = data.kind.or(assume.kind);
        let digits = data.digits.or(assume.digits);
        let step = data.step.or_else(|| TimeStep::new(assume.interval?, 0).ok());
        // What could not be read has been said.
        if !checks.failed() {
            let open: Vec<Field> = [
                (Field::Type, kind.is_none()),
                (Field::Digits, digits.is_none()),
                (Field::TimeInterval, kind == Some(TokenType::Totp) && step.is_none()),
            ]
            .into_iter()
            .filter_map(|(field, open)| open.then_some(field))
            .collect();
            if !open.is_empty() {
                parameters::unknown(&open, "The block", checks);
            }
            if data.secret.is_none() {
                checks.error(
                    Kind::SecretEmpty,
                    Field::SecretKey,
                    "The line sccTokenData has no sccKey.",
                    "Ask the vendor for the token's secret; without it the token cannot be used.",
                );
            }
        }
        let moving = match kind? {
            TokenType::Totp => {
                let t0 = if data.programmed { EPOCH } else { 0 };
                Moving::Time { step: TimeStep::new(step?.x(), t0).ok()? }
            }
            TokenType::Hotp => Moving::Counter { counter: data.counter.unwrap_or(0) },
        };
        Some(Record {
            place: checks.place(),
            algorithm: data.algorithm.or(assume.algorithm).unwrap_or(Algorithm::Sha1),
            digits: digits?,
            moving,
            model: context.texts.model.of(model.as_deref().unwrap_or_default()),
            ..Record::new(serial.take().flatten()?, data.secret?)
        })
    }
}

impl Data {
    fn read(text: &str, checks: &mut Checks, context: &mut Context, told: &mut bool) -> Self {
        let mut data = Self::default();
        for part in text.split(';').map(str::trim_ascii).filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let (name, value) = (name.trim_ascii(), value.trim_ascii());
            let is = |known: &str| name.eq_ignore_ascii_case(known);
            if is("sccKey") {
                once(data.secret.is_some(), Field::SecretKey, checks);
                data.secret = secret::read_hex(value, checks, &mut context.tallies);
            } else if is("sccMode") {
                once(data.kind.is_some(), Field::Type, checks);
                data.kind = mode(value, checks);
            } else if is("sccPwLen") {
                once(data.digits.is_some(), Field::Digits, checks);
                data.digits = parameters::read_digits(value, checks);
            } else if is("sccTick") {
                once(data.step.is_some(), Field::TimeInterval, checks);
                data.step = interval::read(value, Said::default(), checks);
            } else if is("sccSeq") {
                once(data.counter.is_some(), Field::Counter, checks);
                data.counter = parameters::read_counter(value, checks);
            } else if is("crypto") {
                once(data.algorithm.is_some(), Field::Algorithm, checks);
                data.algorithm = parameters::read_algorithm(value, checks);
            } else if is("sccPrTime") {
                data.programmed = true;
            } else if !is("sccVer") {
                unknown_name(name, checks, context, told);
            }
        }
        data
    }
}

fn mode(text: &str, checks: &mut Checks) -> Option<TokenType> {
    match text {
        "T" | "t" => Some(TokenType::Totp),
        "E" | "e" => Some(TokenType::Hotp),
        _ => {
            let message = format!("The mode is {}; expected E (events) or T (time).", parameters::shown(text));
            checks.error(
                Kind::TypeUnsupported,
                Field::Type,
                message,
                "A token of another mode does not follow RFC 4226 or RFC 6238; take it out.",
            );
            None
        }
    }
}

/// Refuses a value that the block has twice.
fn once(there: bool, field: Field, checks: &mut Checks) {
    if there {
        checks.error(
            Kind::ValueMalformed,
            field,
            format!("The block has the {field} twice."),
            "Put a blank line between two tokens, or take one of them out.",
        );
    }
}

/// Warns, once a file, of a name that may mean something.
fn unknown_name(name: &str, checks: &Checks, context: &mut Context, told: &mut bool) {
    if core::mem::replace(told, true) {
        return;
    }
    let name = quoted(name).unwrap_or_else(|| "that is too long to be shown".to_owned());
    context.findings.push(Finding {
        place: checks.place(),
        ..Finding::new(
            Kind::ColumnUnknown,
            Severity::Warning,
            format!("The block has a name {name} that this format does not know; it is ignored, here and in all other blocks."),
            "Look it up in the vendor's data sheet; try a code of one token before all of them are used.",
        )
    });
}
