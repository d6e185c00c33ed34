//! Advice works: a file that is changed as its finding says has fewer findings than before.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use oath_seeds::{Finding, Kind, Options, ReadError, Severity, read};

const HEADER: &str = "upn,serial number,secret key,time interval,manufacturer,model";
const SECRET: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const OTHER: &str = "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU";

fn findings(file: &str) -> Vec<Finding> {
    match read(file.as_bytes(), &Options::default()) {
        Ok(file) => file.findings,
        Err(ReadError::Refused(finding)) => vec![*finding],
        Err(error) => panic!("{error}"),
    }
}

/// What a file weighs: a refusal more than any row, an error more than a warning, a warning more than a note.
fn weight(file: &str) -> usize {
    let refused = matches!(read(file.as_bytes(), &Options::default()), Err(ReadError::Refused(_)));
    let of = |finding: &Finding| match finding.severity {
        Severity::Note => 1,
        Severity::Warning => 10,
        Severity::Error => 100,
    };
    findings(file).iter().map(of).sum::<usize>() + if refused { 10_000 } else { 0 }
}

/// Does what a finding says, as a person with a text editor would.
type Follow = fn(file: &str, finding: &Finding) -> String;

/// The lines of a file, with the one that the finding names changed.
fn line(file: &str, finding: &Finding, change: impl Fn(&str) -> Option<String>) -> String {
    let at = finding.place.line().unwrap_or(1);
    let lines = file
        .lines()
        .zip(1u64..)
        .filter_map(|(line, number)| if number == at { change(line) } else { Some(line.into()) });
    lines.collect::<Vec<String>>().join("\n") + "\n"
}

/// A field of the line, changed.
fn cell(file: &str, finding: &Finding, change: impl Fn(&str) -> String) -> String {
    let column = usize::try_from(finding.column.unwrap()).unwrap() - 1;
    line(file, finding, |line| {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        cells[column] = change(&cells[column]);
        Some(cells.join(","))
    })
}

/// The header that an action shows at its end.
fn header(finding: &Finding) -> String {
    finding.action.rsplit(": ").next().unwrap().trim_end_matches('.').to_owned()
}

fn delete(file: &str, finding: &Finding) -> String {
    line(file, finding, |_| None)
}

/// Deletes everything before the line with the header, or before the one that the finding names.
fn delete_before(file: &str, _: &Finding) -> String {
    file.lines().skip_while(|line| !line.contains("secret key")).collect::<Vec<_>>().join("\n")
}

fn cases() -> Vec<(String, Kind, Follow)> {
    let row = format!("a@b.c,1234567,{SECRET},60,Contoso,Key\n");
    let with = |rows: &str| format!("{HEADER}\n{rows}");
    let five = row.trim_start_matches("a@b.c,");
    let secret = |text: &str| with(&format!("a@b.c,1234567,{text},60,Contoso,Key\n"));
    vec![
        (row.clone(), Kind::HeaderMissing, |file, finding| format!("{}\n{file}", header(finding))),
        (five.to_owned(), Kind::HeaderMissing, |file, finding| format!("{}\n{file}", header(finding))),
        (format!("Tokens, October\n\n{row}"), Kind::HeaderMissing, |file, finding| {
            let from = usize::try_from(finding.place.number()).unwrap() - 1;
            let kept: Vec<&str> = file.lines().skip(from).collect();
            format!("{}\n{}", header(finding), kept.join("\n"))
        }),
        (format!("sep=,\n{}", with(&row)), Kind::LinesBeforeHeader, delete_before),
        (format!("Tokens\n2026-11-01\n{}", with(&row)), Kind::LinesBeforeHeader, delete_before),
        (with(&row).replace(',', "  "), Kind::Separator, |file, _| file.replace("  ", ",")),
        (with(&row).replace(',', ";"), Kind::Separator, |file, _| file.replace(';', ",")),
        (format!("\"{HEADER}\"\n{row}"), Kind::HeaderInOneCell, |file, _| file.replace('"', "")),
        (with(&row).replace("time interval", "timeinterval"), Kind::HeaderSpelling, |file, _| {
            file.replace("timeinterval", "time interval")
        }),
        (with(&row).replace("model", "Typ"), Kind::HeaderColumnMissing, |file, finding| {
            line(file, finding, |_| Some(header(finding)))
        }),
        (format!("{HEADER},UPN\n{row}"), Kind::HeaderColumnTwice, |file, _| file.replace(",UPN", ",Lot")),
        (format!("{HEADER},Lot\n{},7\n", row.trim()), Kind::ColumnUnknown, |file, _| {
            file.lines().map(|line| line.rsplit_once(',').unwrap().0.to_owned() + "\n").collect()
        }),
        (with(&format!("{row}# note\n")), Kind::CommentLine, delete),
        (with(&format!("\"{}\"\n", row.trim())), Kind::RowInOneCell, |file, _| file.replace('"', "")),
        (with(&row.replace(',', ";")), Kind::RowSeparator, |file, _| file.replace(';', ",")),
        (with(&row.replace("Contoso", "Contoso, Inc.")), Kind::TooManyColumns, |file, _| {
            file.replace("Contoso, Inc.", "\"Contoso, Inc.\"")
        }),
        (with(five), Kind::TooFewColumns, |file, finding| line(file, finding, |line| Some(format!("a@b.c,{line}")))),
        (with(&format!("#{row}")), Kind::RowOrComment, delete),
        (with(&row.replace("1234567", "\"1234567,\"")), Kind::FieldSeparator, |file, _| {
            file.replace("\"1234567,\"", "1234567")
        }),
        (with(&row.replace("1234567", "=\"1234567\"")), Kind::FormulaText, |file, _| {
            file.replace("=\"1234567\"", "1234567")
        }),
        (with(&row.replace("1234567", "1.1E+12")), Kind::SerialScientific, |file, finding| {
            cell(file, finding, |_| "1100000000000".to_owned())
        }),
        (secret("JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP"), Kind::SecretSeparators, |file, finding| {
            cell(file, finding, |text| text.replace(' ', ""))
        }),
        (secret("3132333435363738393031323334353637383941"), Kind::SecretHex, |file, finding| {
            cell(file, finding, |text| {
                let bytes = data_encoding::HEXUPPER_PERMISSIVE.decode(text.as_bytes()).unwrap();
                data_encoding::BASE32_NOPAD.encode(&bytes)
            })
        }),
        (secret("JBSWY3DPEHPK3PXPJBSWY3DPEHPK8PXP"), Kind::SecretConfusable, |file, finding| {
            // The finding says which letter it probably is.
            assert!(finding.message.contains("position 29: 8 (probably the letter B)"), "{finding}");
            cell(file, finding, |text| text.replace('8', "B"))
        }),
        (secret("2234567abcdef2234567abcdef"), Kind::SecretSample, delete),
        (with(&format!("{row}{row}")), Kind::RowDuplicate, delete),
        (with(&format!("{row}{}", row.replace("1234567", "7654321"))), Kind::SecretDuplicate, delete),
        (with(&format!("{row}{}", row.replace(SECRET, OTHER))), Kind::SerialDuplicate, delete),
        (with(&row.replace(",60,", ",60 s,")), Kind::IntervalSpelling, |file, finding| {
            cell(file, finding, |_| "60".to_owned())
        }),
        (with(&row.replace(",60,", ",60 min,")), Kind::IntervalUnsupported, |file, finding| {
            cell(file, finding, |_| "60".to_owned())
        }),
        (with(&row.replace(",60,Contoso,Key", ",30,Feitian,c200")), Kind::IntervalModel, |file, finding| {
            cell(file, finding, |_| "60".to_owned())
        }),
        (with(&row.replace("a@b.c", "o'neil@b.c")), Kind::UpnSingleQuote, |file, finding| {
            cell(file, finding, |text| text.replace('\'', "''"))
        }),
        (with(&row.replace("a@b.c", "")), Kind::UpnEmpty, |file, finding| cell(file, finding, |_| "a@b.c".to_owned())),
        (with(&row.replace("Contoso", "")), Kind::ManufacturerEmpty, |file, finding| {
            cell(file, finding, |_| "C".to_owned())
        }),
        (with(&row.replace("Contoso", SECRET)), Kind::SecretElsewhere, |file, finding| {
            cell(file, finding, |_| "Contoso".to_owned())
        }),
    ]
}

#[test]
fn a_file_that_follows_the_advice_is_better() {
    for (file, kind, follow) in cases() {
        let found = findings(&file);
        let Some(finding) = found.iter().find(|finding| finding.kind == kind) else {
            panic!("{kind:?}: {found:?}\n{file}")
        };
        let followed = follow(&file, finding);
        let after = findings(&followed);
        assert!(weight(&followed) < weight(&file), "{kind:?}: {finding}\n{after:?}\n{followed}");
        assert!(after.iter().all(|finding| finding.kind != kind), "{kind:?} is still there: {after:?}\n{followed}");
    }
}
