//! Findings by cause, as people read them.

use crate::advice::advice;
use crate::commands::problems::{self, Problem};
use crate::output::{BAD, DIM, STRONG, WARN, number};
use anstyle::Style;
use core::cmp::Reverse;
use oath_seeds::{Field, Finding, Kind, Place, Severity};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// How many findings of each cause are shown.
pub(super) const FIRST: usize = 5;

/// Findings by cause, the gravest first. Of each cause the first few are kept, the others counted.
#[derive(Default)]
pub(crate) struct Groups(BTreeMap<(Reverse<Severity>, Kind), Group>);

#[derive(Default)]
struct Group {
    count: u64,
    first: Vec<Finding>,
}

impl Groups {
    pub(crate) fn take(&mut self, finding: Finding) {
        let group = self.0.entry((Reverse(finding.severity), finding.kind)).or_default();
        group.count = group.count.saturating_add(1);
        if group.first.len() < FIRST {
            group.first.push(finding);
        }
    }

    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        for ((Reverse(severity), kind), Group { count, first }) in &self.0 {
            write_cause(out, *severity, kind.name(), *count)?;
            let more = count.saturating_sub(first.len().try_into().unwrap_or(u64::MAX));
            let first = first.iter().map(|finding| Problem {
                place: match finding.place {
                    Place::File => "".into(),
                    place => place.to_string().into(),
                },
                field: finding.field.map(Field::name).unwrap_or_default(),
                message: &finding.message,
                action: advice(finding),
            });
            problems::write(out, first, more)?;
        }
        Ok(())
    }
}

/// `error upn-malformed, 3 times`, above what is found.
pub(super) fn write_cause(out: &mut dyn Write, severity: Severity, name: &str, count: u64) -> io::Result<()> {
    let style = colour(severity);
    let times = if count > 1 { format!(", {} times", number(count)) } else { String::new() };
    writeln!(out, "\n{style}{severity}{style:#} {STRONG}{name}{STRONG:#}{times}")
}

const fn colour(severity: Severity) -> Style {
    match severity {
        Severity::Error => BAD,
        Severity::Warning => WARN,
        Severity::Note => DIM,
    }
}
