use super::input;
use crate::args::Reading;
use crate::failure::{Exit, Failure};
use crate::output::{BAD, DIM, GOOD, STRONG, WARN, count, drift, shown};
use crate::shell::{Shell, TYPED};
use oath_seeds::{Moving, Record, Repairs, Target, find_shown};
use oath_totp::Code;
use serde_json::json;
use std::path::Path;

/// Above this expectation of chance, what was found is not to be relied on.
const DOUBTFUL: f64 = 0.01;

/// How many tokens are listed.
const FIRST: usize = 20;

/// Finds the tokens of a file that show these codes.
pub(super) fn find(
    shell: &mut Shell<'_>,
    path: &Path,
    code: &str,
    next_code: Option<&str>,
    radius: u16,
    reading: &Reading,
) -> Result<Exit, Failure> {
    let codes = [Some(code), next_code].into_iter().flatten().map(Code::from_typed).collect::<Result<Vec<_>, _>>();
    let codes = codes.map_err(|error| Failure::from(error).in_place(TYPED))?;
    let options = input::options(reading, Some(Target::Any), Repairs::Apply);
    let opened = input::open(shell.surroundings, &mut *shell.streams.input, path, reading, &options)?;
    let (reader, bar) = opened.map_err(|error| Failure::unread(&error, path))?;
    let mut records: Vec<Record> = Vec::new();
    let mut unread = 0u64;
    for row in reader.rows().map_err(|error| Failure::unread(&error, path))?.0 {
        match row.record {
            Some(record) => records.push(record),
            None => unread = unread.saturating_add(1),
        }
    }
    bar.finish_and_clear();
    let found = find_shown(&records, &codes, shell.now, radius)
        .map_err(|error| Failure::new(Exit::Fault, "usage", error.to_string(), "give one code or two"))?;
    let tokens: Vec<(&Record, i64)> =
        found.shown.iter().filter_map(|shown| Some((records.get(shown.index)?, shown.offset))).collect();
    let listed: Vec<_> = tokens
        .iter()
        .map(|(record, offset)| {
            json!({ "token": record.name(), "serial": record.serial, "place": record.place.to_string(), "upn": record.upn,
                    "steps_ahead": offset })
        })
        .collect();
    let value = json!({
        "tokens": listed, "searched": found.searched, "unread": unread, "window": found.window, "chance": found.chance,
    });
    shell.answer(&value, |out| {
        for (record, offset) in tokens.iter().take(FIRST) {
            let step = match record.moving {
                Moving::Time { step } => format!("its clock is {}", drift(*offset, step.x())),
                Moving::Counter { .. } => format!("{offset} codes after its counter"),
            };
            let holder = record.upn.as_deref().map_or_else(String::new, |upn| format!(", {upn}"));
            let name = record.name();
            writeln!(out, "{STRONG}{}{STRONG:#}{}  {DIM}{}, {step}{DIM:#}", shown(&name), shown(&holder), record.place)?;
        }
        let n = |n: usize| n.try_into().unwrap_or(u64::MAX);
        if tokens.len() > FIRST {
            writeln!(out, "{DIM}and {} more{DIM:#}", tokens.len().saturating_sub(FIRST))?;
        }
        let searched = count(n(found.searched), "token", "tokens");
        match (tokens.is_empty(), found.chance > DOUBTFUL) {
            (true, _) => writeln!(
                out,
                "{BAD}No token{BAD:#} of {searched} shows this within {radius} steps. {DIM}Search wider with --radius, or set \
                 the code's time with --at.{DIM:#}"
            )?,
            (false, true) => writeln!(
                out,
                "{WARN}This may be chance{WARN:#}: of {searched}, {:.2} are expected to show it by chance. Add the next code.",
                found.chance
            )?,
            (false, false) => {
                writeln!(out, "{GOOD}Found{GOOD:#} among {searched}. {DIM}Expected by chance: {:.6}.{DIM:#}", found.chance)?;
            }
        }
        if unread > 0 {
            writeln!(out, "{WARN}{}{WARN:#} could not be read and were not searched.", count(unread, "row", "rows"))?;
        }
        Ok(())
    })?;
    Ok(Exit::refused_if(tokens.is_empty()))
}
