//! Mistakes of tables and of their rows.

use super::Case;
use oath_seeds::{Assume, Finding, Format, Kind, Options, Target};
use oath_totp::Algorithm;

pub(crate) const HEADER: &str = "upn,serial number,secret key,time interval,manufacturer,model";
pub(crate) const SECRET: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const OTHER: &str = "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU";

/// What a person does with a text editor.
type Edit = fn(file: &str, finding: &Finding) -> String;

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

pub(crate) fn delete(file: &str, finding: &Finding) -> String {
    line(file, finding, |_| None)
}

/// Deletes everything before the line with the header, or before the one that the finding names.
fn delete_before(file: &str, _: &Finding) -> String {
    file.lines().skip_while(|line| !line.contains("secret key")).collect::<Vec<_>>().join("\n")
}

pub(crate) fn cases() -> Vec<Case> {
    let edits = [file_edits(), row_edits(), field_edits()].into_iter().flatten();
    edits.map(|(file, kind, edit)| Case::edit(file, kind, edit)).chain(read_otherwise()).collect()
}

/// The row of a good file.
fn row() -> String {
    format!("a@b.c,1234567,{SECRET},60,Contoso,Key\n")
}

/// A file with these rows.
fn with(rows: &str) -> String {
    format!("{HEADER}\n{rows}")
}

/// A file with this secret.
fn secret(text: &str) -> String {
    with(&row().replace(SECRET, text))
}

/// About the file as a whole.
fn file_edits() -> Vec<(String, Kind, Edit)> {
    let row = row();
    let five = row.trim_start_matches("a@b.c,");
    vec![
        (row.clone(), Kind::HeaderMissing, |file, finding| format!("{}\n{file}", header(finding))),
        (five.to_owned(), Kind::HeaderMissing, |file, finding| format!("{}\n{file}", header(finding))),
        (format!("Tokens, October\n\n{row}"), Kind::HeaderMissing, |file, finding| {
            let from = usize::try_from(finding.place.number()).unwrap() - 1;
            let kept: Vec<&str> = file.lines().skip(from).collect();
            format!("{}\n{}", header(finding), kept.join("\n"))
        }),
        (format!("Benutzer;Seriennummer\n{}", row.replace(',', ";")), Kind::HeaderMissing, |file, finding| {
            assert!(finding.action.contains("in the place of line 1: upn;serial number;"), "{finding}");
            file.replace("Benutzer;Seriennummer", &header(finding))
        }),
        (format!("sep=,\n{}", with(&row)), Kind::LinesBeforeHeader, delete_before),
        (format!("Tokens\n2026-11-01\n{}", with(&row)), Kind::LinesBeforeHeader, delete_before),
        (format!("Tokens,,,,,\n,,,,,\n{}", with(&row)), Kind::LinesBeforeHeader, delete_before),
        (format!("Exported: 2026-11-01 10:00\n\n\n{}", with(&row)), Kind::LinesBeforeHeader, delete_before),
        (format!("sep=;\n{}", with(&row).replace(',', ";")), Kind::LinesBeforeHeader, delete_before),
        (format!("\u{feff}sep=,\n{}", with(&row)), Kind::LinesBeforeHeader, delete_before),
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
        (format!("{HEADER},{row}"), Kind::HeaderHoldsData, |file, _| file.replace("model,", "model\n")),
        (
            with(&row)
                .replace(",model", "")
                .replace("upn", "model,upn")
                .replace(",Key", "")
                .replace("a@b.c", "Key,a@b.c"),
            Kind::HeaderOrder,
            |_, _| with(&self::row()),
        ),
        (format!("{}\n\n{}", HEADER, row), Kind::BlankLine, |file, _| file.replace("\n\n", "\n")),
        (with(&format!("{row}# note\n")), Kind::CommentLine, delete),
        (
            with(&row.trim().split(',').map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(",")),
            Kind::QuotedFields,
            |file, _| file.replace('"', ""),
        ),
        (with(&row.replace(',', " , ")), Kind::SurroundingSpace, |file, _| file.replace(" , ", ",")),
        (with(&row.replace('\n', "\r\r\n")), Kind::StrayCarriageReturn, |file, _| file.replace('\r', "")),
        (with(&row.replace('\n', ",,\n")), Kind::TrailingSeparator, |file, _| file.replace(",,\n", "\n")),
        (
            with(
                &["0950380269", "0950380270", "950380271"]
                    .iter()
                    .zip(["A", "B", "C"])
                    .map(|(serial, end)| row.replace("1234567", serial).replace("3PXP,", &format!("3PX{end},")))
                    .collect::<String>(),
            ),
            Kind::SerialLengths,
            |file, _| file.replace(",950380271", ",0950380271"),
        ),
    ]
}

/// About the shape of a row.
fn row_edits() -> Vec<(String, Kind, Edit)> {
    let row = row();
    let five = row.trim_start_matches("a@b.c,");
    vec![
        (with(&format!("\"{}\"\n", row.trim())), Kind::RowInOneCell, |file, _| file.replace('"', "")),
        (with(&row.replace(',', ";")), Kind::RowSeparator, |file, _| file.replace(';', ",")),
        (with(&row.replace("Contoso", "Contoso, Inc.")), Kind::TooManyColumns, |file, _| {
            file.replace("Contoso, Inc.", "\"Contoso, Inc.\"")
        }),
        (with(five), Kind::TooFewColumns, |file, finding| line(file, finding, |line| Some(format!("a@b.c,{line}")))),
        (with(&format!("#{row}")), Kind::RowOrComment, delete),
        (with(&format!("\"{row}")), Kind::QuoteUnclosed, |file, _| file.replace('"', "")),
        (with(&format!("{row}{row}")), Kind::RowDuplicate, delete),
        (with(&format!("{row}{}", row.replace("1234567", "7654321"))), Kind::SecretDuplicate, delete),
        (with(&format!("{row}{}", row.replace(SECRET, OTHER))), Kind::SerialDuplicate, delete),
        (with(&format!("{row}{}", row.replace("a@b.c", "z@b.c"))), Kind::SerialTwoUsers, delete),
    ]
}

/// About a field.
fn field_edits() -> Vec<(String, Kind, Edit)> {
    let row = row();
    vec![
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
        (with(&row.replace("1234567", "")), Kind::SerialEmpty, |file, finding| cell(file, finding, |_| "1".to_owned())),
        (with(&row.replace("1234567", "123\u{200b}4567")), Kind::SerialHiddenCharacter, |file, _| {
            file.replace('\u{200b}', "")
        }),
        (with(&row.replace("1234567", "12\u{7}34567")), Kind::UnreadableCharacter, |file, _| file.replace('\u{7}', "")),
        (with(&row.replace("Key", &"x".repeat(1025))), Kind::FieldTooLong, |file, finding| {
            cell(file, finding, |_| "Key".to_owned())
        }),
        (secret(&format!("{SECRET}!")), Kind::SecretIllegalCharacter, |file, _| file.replace('!', "")),
        (secret(&format!("{SECRET}A")), Kind::SecretLength, |file, finding| cell(file, finding, |_| SECRET.to_owned())),
        (secret(&SECRET[..8]), Kind::SecretTooShort, |file, finding| cell(file, finding, |_| SECRET.to_owned())),
        (secret(""), Kind::SecretEmpty, |file, finding| cell(file, finding, |_| SECRET.to_owned())),
        (secret(&SECRET.to_lowercase()), Kind::SecretLowerCase, |file, _| file.replace(&SECRET.to_lowercase(), SECRET)),
        (
            secret(&format!("{}======", &SECRET[..26].replace("BSWY3DPEHP", "BSWY3DPEHI"))),
            Kind::SecretPadding,
            |file, _| file.replace('=', ""),
        ),
        (with(&row.replace(",60,", ",,")), Kind::IntervalEmpty, |file, finding| {
            cell(file, finding, |_| "60".to_owned())
        }),
        (with(&row.replace("a@b.c", "o’neil@b.c")), Kind::UpnTypographicQuote, |file, finding| {
            cell(file, finding, |text| text.replace('’', "''"))
        }),
        (with(&row.replace("a@b.c", "a b@b.c")), Kind::UpnIllegalCharacter, |file, finding| {
            cell(file, finding, |text| text.replace(' ', ""))
        }),
        (with(&row.replace("a@b.c", "alice")), Kind::UpnMalformed, |file, finding| {
            cell(file, finding, |text| format!("{text}@b.c"))
        }),
        (with(&row.replace("a@b.c", "jürgen@b.c")), Kind::UpnLetter, |file, finding| {
            cell(file, finding, |text| text.replace('ü', "ue"))
        }),
        (with(&row.replace("a@b.c", "bob_x.org#EXT#@b.c")), Kind::UpnGuest, |file, finding| {
            cell(file, finding, |_| "member@b.c".to_owned())
        }),
        (with(&row.replace("Key", "")), Kind::ModelEmpty, |file, finding| cell(file, finding, |_| "K".to_owned())),
        (with(&row.replace("Contoso", SECRET)), Kind::SecretElsewhere, |file, finding| {
            cell(file, finding, |_| "Contoso".to_owned())
        }),
    ]
}

/// What is put right by having the file read as another, or for another system.
fn read_otherwise() -> Vec<Case> {
    let duo = "D01,146737eed03b9c0ade988014466e48991de2b2fd\n";
    let entra = || Options::default().target(Target::Entra);
    let hashed = |hash: &str, more: &str| format!("{HEADER},hash,t0\n{},{hash},{more}\n", row().trim());
    vec![
        Case::say(with(&row().replace(SECRET, &"KRSXG5CTMVRXEZLU".repeat(9))), Kind::SecretTooLong, |options, _| {
            options.target(Target::Any)
        })
        .read(entra()),
        Case::say(with(&row().replace("Key", "Key SHA-256")), Kind::HashUnsaid, |options, _| {
            options.assume(Assume { algorithm: Some(Algorithm::Sha256), ..Assume::default() }).target(Target::Any)
        }),
        Case::say(hashed("sha256", "0"), Kind::AlgorithmUnsupported, |options, _| options.target(Target::Any)),
        Case::say(hashed("sha1", "100"), Kind::EpochUnsupported, |options, _| options.target(Target::Any)),
        Case::edit(format!("Serial,Secret key\n{duo}"), Kind::HeaderUnexpected, delete)
            .read(Options::default().format(Format::DuoCsv).assume(super::documents::TOTP)),
        Case::say(duo, Kind::ParameterUnknown, |options, _| options.assume(super::documents::TOTP))
            .read(Options::default().format(Format::DuoCsv)),
    ]
}
