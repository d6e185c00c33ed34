use crate::args;
use crate::commands::secret_input::{SecretText, refuse_words};
use crate::failure::{Exit, Failure};
use crate::output::{BAD, DIM, GOOD, STRONG, WARN, count, drift};
use crate::shell::{Shell, TYPED};
use oath_seeds::{Moving, Probe, Reading};
use oath_totp::{Code, UnixTime};
use serde_json::json;
use std::ffi::OsString;
use std::io::{self, Write};

/// Above this expectation of chance, what was found is not to be relied on.
const DOUBTFUL: f64 = 0.01;

/// As far as --radius goes.
const WIDEST: u16 = 2880;

/// Tries every reading of a seed text from standard input against codes that were seen.
pub(super) fn probe(
    shell: &mut Shell<'_>,
    codes: &[String],
    radius: u16,
    misplaced: &[OsString],
) -> Result<Exit, Failure> {
    refuse_words(misplaced, "oath seeds probe --code CODE")?;
    let seen = codes.iter().map(|text| observed(text, shell.now)).collect::<Result<Vec<_>, _>>()?;
    if shell.surroundings.asks_a_person {
        writeln!(shell.streams.err, "The seed as the vendor wrote it, then Enter; it stays visible on this screen:")?;
    }
    let text = SecretText::read(shell)?;
    let found = oath_seeds::probe(text.expose(), &seen, radius).map_err(|error| {
        Failure::new(Exit::Fault, "probe", error.to_string(), "give one seed, and codes of one token")
    })?;
    drop(text);
    let exit = Exit::refused_if(found.readings.is_empty());
    let readings: Vec<_> = found
        .readings
        .iter()
        .map(|reading| {
            json!({
                "text": reading.text.name(),
                "separators_taken_out": reading.stripped,
                "algorithm": reading.record.algorithm.name(),
                "digits": reading.record.digits.count(),
                "interval": interval(reading),
                "counter": counter(reading),
                "steps_ahead": reading.offset,
            })
        })
        .collect();
    let value = json!({ "readings": readings, "tried": found.tried, "window": found.window, "chance": found.chance });
    shell.answer(&value, |out| tell(out, &found, radius, seen.len()))?;
    Ok(exit)
}

/// `123456`, or `123456@TIME` for a code that was seen at another time than --at.
fn observed(text: &str, now: UnixTime) -> Result<(Code, UnixTime), Failure> {
    let (code, at) = match text.split_once('@') {
        None => (text, now),
        Some((code, at)) => {
            let at = args::time(at).map_err(|expected| {
                Failure::new(
                    Exit::Fault,
                    "usage",
                    format!("the time after @ cannot be read: {expected}"),
                    "write CODE@TIME",
                )
            })?;
            (code, at)
        }
    };
    let code = Code::from_typed(code).map_err(|error| Failure::from(error).in_place(TYPED))?;
    Ok((code, at))
}

const fn interval(reading: &Reading) -> Option<u32> {
    match reading.record.moving {
        Moving::Time { step } => Some(step.x()),
        Moving::Counter { .. } => None,
    }
}

const fn counter(reading: &Reading) -> Option<u64> {
    match reading.record.moving {
        Moving::Time { .. } => None,
        Moving::Counter { counter } => Some(counter),
    }
}

fn tell(out: &mut dyn Write, found: &Probe, radius: u16, codes: usize) -> io::Result<()> {
    let tried = count(found.tried.into(), "reading", "readings");
    if found.tried == 0 {
        return writeln!(
            out,
            "{BAD}This text is no seed:{BAD:#} no way to read it gives 80 bits or more. {DIM}Copy the whole seed of one token from the \
             vendor's file.{DIM:#}"
        );
    }
    if found.readings.is_empty() {
        writeln!(out, "{BAD}No reading{BAD:#} gives these codes: {tried} tried, {} steps each.", found.window)?;
        let wider = if radius < WIDEST { "; search wider with --radius" } else { "" };
        return writeln!(
            out,
            "{DIM}Compare the seed with the vendor's file and the clock with the code's time{wider}. If the codes are of two \
             tokens, no seed gives both.{DIM:#}"
        );
    }
    for reading in &found.readings {
        let record = &reading.record;
        write!(out, "{STRONG}{}{STRONG:#}", reading.text)?;
        if reading.stripped {
            write!(out, " without its separators")?;
        }
        let bits = record.secret.byte_len().saturating_mul(8);
        write!(out, ", {bits} bits, {}, {} digits", record.algorithm, record.digits)?;
        match record.moving {
            Moving::Time { step } => {
                writeln!(out, ", {} s: its clock is {}", step.x(), drift(reading.offset, step.x()))?;
            }
            Moving::Counter { counter } => writeln!(out, ", HOTP: its next counter is {counter}")?,
        }
    }
    let odds = if found.chance > 0.0 { format!("1 in {:.0}", 1.0 / found.chance) } else { "none".to_owned() };
    if found.chance > DOUBTFUL {
        return writeln!(
            out,
            "{WARN}This may be chance{WARN:#} ({odds}: {tried}, {} steps each): add the next code with --code.",
            found.window
        );
    }
    let codes = count(codes.try_into().unwrap_or(u64::MAX), "code", "codes");
    writeln!(out, "{GOOD}{codes} fit.{GOOD:#} {DIM}The odds that this is chance: {odds}.{DIM:#}")
}
