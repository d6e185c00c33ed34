use super::convert::listed;
use crate::failure::{Exit, Failure};
use crate::output::{DIM, STRONG};
use crate::shell::Shell;
use oath_seeds::{Capacity, Counters, Field, Format, Intervals, Target};
use serde_json::{Value, json};
use std::io::{self, Write};

/// Lists the formats and the targets.
pub(super) fn formats(shell: &mut Shell<'_>) -> Result<Exit, Failure> {
    let formats: Vec<Value> = Format::ALL
        .iter()
        .map(|format| {
            let capacity = format.capacity();
            json!({
                "format": format.name(),
                "title": format.title(),
                "written": capacity.is_some(),
                "cannot_carry": capacity.map(cannot),
            })
        })
        .collect();
    let targets: Vec<Value> = Target::ALL
        .iter()
        .map(|target| json!({ "target": target.name(), "title": target.title(), "cannot_carry": cannot(target.capacity()) }))
        .collect();
    shell.answer(&json!({ "formats": formats, "targets": targets }), text)?;
    Ok(Exit::Done)
}

fn text(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "Formats. All are read; those marked * are written too.\n")?;
    for format in Format::ALL {
        let mark = if format.capacity().is_some() { "*" } else { " " };
        writeln!(out, "{mark} {STRONG}{format:<18}{STRONG:#} {}", format.title())?;
        if let Some(capacity) = format.capacity() {
            limits(out, capacity)?;
        }
    }
    writeln!(out, "\nTargets: the systems that --for names.\n")?;
    for target in Target::ALL {
        writeln!(out, "  {STRONG}{target:<18}{STRONG:#} {}", target.title())?;
        limits(out, target.capacity())?;
    }
    Ok(())
}

fn limits(out: &mut dyn Write, capacity: &Capacity) -> io::Result<()> {
    for line in cannot(capacity) {
        writeln!(out, "  {DIM}{:<18} {line}{DIM:#}", "")?;
    }
    Ok(())
}

/// What a capacity does not take, in words.
fn cannot(capacity: &Capacity) -> Vec<String> {
    let mut lines = Vec::new();
    if capacity.algorithms.len() < 3 {
        lines.push(format!("hash: {} only", listed(capacity.algorithms)));
    }
    if capacity.hash_follows_length {
        lines.push("hash: told by the length of the secret".to_owned());
    }
    if capacity.digits.len() < 3 {
        lines.push(format!("digits: {} only", listed(capacity.digits)));
    }
    match capacity.intervals {
        None => lines.push("no TOTP".to_owned()),
        Some(Intervals::Any) => {}
        Some(intervals) => lines.push(format!("interval: {intervals} only")),
    }
    match capacity.hotp {
        None => lines.push("no HOTP".to_owned()),
        Some(Counters::Zero) => lines.push("HOTP with the counter 0 only".to_owned()),
        Some(Counters::Any) => {}
    }
    if capacity.uniform {
        lines.push("type, hash, digits and interval are the same for the whole file, and said beside it".to_owned());
    }
    if !capacity.needs.is_empty() {
        lines.push(format!("needs: {}", listed(capacity.needs)));
    }
    const TEXTS: &[Field] = &[
        Field::Upn,
        Field::SerialNumber,
        Field::Manufacturer,
        Field::Model,
        Field::Issuer,
        Field::Account,
        Field::KeyId,
        Field::Start,
        Field::Expiry,
        Field::Drift,
        Field::LastUsed,
    ];
    let lost: Vec<&Field> = TEXTS.iter().filter(|field| !capacity.carries(**field)).collect();
    if !lost.is_empty() {
        lines.push(format!("no place for: {}", listed(&lost)));
    }
    lines
}
