//! `docs/findings.md` is made of the kinds, `docs/targets.md` of the capacities; with `OATH_WRITE_EXPECTED=1` they are written anew.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

#[path = "support/golden.rs"]
mod golden;

use golden::expect;
use oath_seeds::{Capacity, Counters, Field, Format, Kind, Target};
use std::fmt::{Display, Write as _};

fn list<T: Display>(values: &[T]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// One row of a table.
fn row(name: &str, capacity: &Capacity) -> String {
    let hashes = match list(capacity.algorithms) {
        _ if capacity.hash_follows_length => "told by the secret's length".to_owned(),
        hashes => hashes,
    };
    let totp = capacity.intervals.map_or("no".to_owned(), |intervals| intervals.to_string());
    let t0 = if capacity.t0 { "any" } else { "0" };
    let hotp = match capacity.hotp {
        None => "no",
        Some(Counters::Any) => "any counter",
        Some(Counters::Zero) => "counter 0",
    };
    let (from, to) = (capacity.secret_bytes.start(), capacity.secret_bytes.end());
    let uniform = if capacity.uniform { "yes" } else { "no" };
    let holds = match capacity.holds {
        all if all == Field::ALL => "everything".to_owned(),
        fields => list(fields),
    };
    let (digits, needs, wants) = (list(capacity.digits), list(capacity.needs), list(capacity.wants));
    let secret = format!("{from} to {to}");
    let cells = [name, &hashes, &digits, &totp, t0, hotp, &secret, uniform, &needs, &wants, &holds];
    let cells = cells.map(|cell| if cell.is_empty() { "| ".to_owned() } else { format!("| {cell} ") });
    format!("{}|", cells.concat())
}

/// What anybody can look up before an upload: each value of each capacity stands in it.
#[test]
fn the_document_of_the_targets_is_up_to_date() {
    const COLUMNS: &str = "Hash | Digits | TOTP, interval | T0 | HOTP | Secret, bytes | One kind a file | Needs | Asks for | Holds |\n\
                           | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |";
    let mut text = format!(
        "# What each system and each format takes\n\nThis page is made from the source. \"One kind a file\": type, hash, digits and \
         interval are said once for all tokens of a file, outside of it. A token without what is *needed* is not written; what is \
         neither needed, asked for nor held is lost, and `oath seeds convert` asks for `--accept-loss`.\n\n\
         ## Systems: `--for`\n\n`oath seeds check FILE --for NAME` judges a file by these.\n\n| Name | {COLUMNS}\n"
    );
    for target in Target::ALL {
        writeln!(text, "{}", row(&format!("`{target}`: {}", target.title()), target.capacity())).unwrap();
    }
    write!(text, "\n## Formats: `--to`\n\nWhat `oath seeds convert FILE --to NAME` can write.\n\n| Name | {COLUMNS}\n")
        .unwrap();
    for format in Format::written() {
        writeln!(text, "{}", row(&format!("`{format}`"), format.capacity().unwrap())).unwrap();
    }
    expect("../../docs/targets.md", &text);
}

#[test]
fn the_document_of_the_findings_is_up_to_date() {
    let mut text = String::from(
        "# Findings\n\nWhat `oath seeds check` and `oath tokens upload` say about a seed file, by code. This page is made from the \
         source; the message of a finding adds where it is and what was found.\n",
    );
    for (section, kinds) in Kind::SECTIONS {
        write!(text, "\n## {section}\n").unwrap();
        for kind in *kinds {
            write!(
                text,
                "\n### {}\n\n`{}`. {} **What to do:** {}\n",
                kind.heading(),
                kind.name(),
                kind.cause(),
                kind.cure()
            )
            .unwrap();
        }
    }
    expect("../../docs/findings.md", &text);
}
