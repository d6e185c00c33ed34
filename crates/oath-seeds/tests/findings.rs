//! Every finding: which input gives it, how grave it is, where it is, what repairs it. And that none shows a secret.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use oath_seeds::{Field, Finding, Kind, Options, Place, Reader, Repair, Repairs, Row, Severity, Target};

const HEADER: &str = "upn,serial number,secret key,time interval,manufacturer,model";
const SECRET: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const HEX_OF_SECRET: &str = "48656c6c6f21deadbeef48656c6c6f21deadbeef";
const OTHER: &str = "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU";

fn file(rows: &str) -> String {
    format!("{HEADER}\r\n{rows}")
}

fn rows(text: &str, options: &Options) -> (Vec<Row>, Vec<Finding>) {
    let mut reader = Reader::new(text.as_bytes(), options).unwrap();
    let mut about = reader.take_findings();
    let rows: Vec<Row> = reader.by_ref().map(Result::unwrap).collect();
    about.extend(reader.take_findings());
    for row in &rows {
        let failed = row.errors().next().is_some();
        assert_eq!(row.record.is_none(), failed, "a row is a record or has an error: {row:?}");
    }
    (rows, about)
}

struct Case {
    row: String,
    kind: Kind,
    severity: Severity,
    field: Option<Field>,
    repair: Option<Repair>,
    message: &'static str,
}

fn case(row: impl Into<String>, kind: Kind, field: impl Into<Option<Field>>, message: &'static str) -> Case {
    Case { row: row.into(), kind, severity: Severity::Error, field: field.into(), repair: None, message }
}

impl Case {
    fn warning(self) -> Self {
        Self { severity: Severity::Warning, ..self }
    }

    fn repair(self, repair: Repair) -> Self {
        Self { repair: Some(repair), ..self }
    }
}

fn secret(text: &str) -> String {
    format!("a@b.c,1234567,{text},30,Contoso,HardwareKey")
}

fn serial(text: &str) -> String {
    format!("a@b.c,{text},{SECRET},30,Contoso,HardwareKey")
}

fn upn(text: &str) -> String {
    format!("{text},1234567,{SECRET},30,Contoso,HardwareKey")
}

fn interval(text: &str) -> String {
    format!("a@b.c,1234567,{SECRET},{text},Contoso,HardwareKey")
}

fn cases() -> Vec<Case> {
    use Field::{Manufacturer, Model, SecretKey, SerialNumber, TimeInterval, Upn};
    let hex40 = "3132333435363738393031323334353637383930";
    let hex64 = "3132333435363738393031323334353637383930313233343536373839303132";
    let spaced = "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP";
    vec![
        case(secret(hex40), Kind::SecretHex, SecretKey, "40 hex digits").repair(Repair::SecretFromHex),
        case(secret(hex64), Kind::SecretHex, SecretKey, "SHA-256").repair(Repair::SecretFromHex),
        case(secret(&format!("0x{hex40}")), Kind::SecretHex, SecretKey, "40 hex digits").repair(Repair::SecretFromHex),
        case(secret(&"abcdef2345".repeat(4)), Kind::SecretMayBeHex, SecretKey, "valid hex too").warning(),
        case(secret(spaced), Kind::SecretSeparators, SecretKey, "a space").repair(Repair::StripSecret),
        case(secret(&spaced.replace(' ', "-")), Kind::SecretSeparators, SecretKey, "\"-\"").repair(Repair::StripSecret),
        case(secret(&spaced.replace(' ', "\u{a0}")), Kind::SecretSeparators, SecretKey, "a no-break space")
            .repair(Repair::StripSecret),
        case(secret(&spaced.replace(' ', "\u{200b}")), Kind::SecretSeparators, SecretKey, "a zero-width character")
            .repair(Repair::StripSecret),
        case(secret(&format!("“{SECRET}”")), Kind::SecretSeparators, SecretKey, "“").repair(Repair::StripSecret),
        case(secret(&format!("’{SECRET}’")), Kind::SecretSeparators, SecretKey, "a typographic quote")
            .repair(Repair::StripSecret),
        case(
            secret("JBSWY3DPEHPK0PX1JBSWY8DPEHPK3PX9"),
            Kind::SecretConfusable,
            SecretKey,
            "position 13: 0 (probably the letter O), position 16: 1 (probably the letter I or L), position 22: 8 (probably the letter B), position 32: 9",
        ),
        case(
            secret("JBSWY3DPEHPK!PXPJBSWY3DPEHPK3PXP"),
            Kind::SecretIllegalCharacter,
            SecretKey,
            "position 13: a character outside the alphabet",
        ),
        case(
            secret("JBSWY3DPEHPKäPXPJBSWY3DPEHPK3PXP"),
            Kind::SecretIllegalCharacter,
            SecretKey,
            "position 13: a character beyond ASCII",
        ),
        case(
            secret("JBSWY3DP=EHPK3PXPJBSWY3DPEHPK3PXP"),
            Kind::SecretIllegalCharacter,
            SecretKey,
            "position 9: padding",
        ),
        case(secret(&"A".repeat(130)), Kind::SecretTooLong, SecretKey, "130 characters"),
        case(secret(&SECRET[..30]), Kind::SecretLength, SecretKey, "30 characters"),
        case(secret(&SECRET[..15]), Kind::SecretTooShort, SecretKey, "72 bits"),
        case(secret(&SECRET[..16]), Kind::SecretWeak, SecretKey, "80 bits").warning(),
        case(secret(""), Kind::SecretEmpty, SecretKey, "empty"),
        case(secret("- -"), Kind::SecretEmpty, SecretKey, "no letter"),
        case(secret("2234567abcdef2234567abcdef"), Kind::SecretSample, SecretKey, "public"),
        case(serial("1.1E+12"), Kind::SerialScientific, SerialNumber, "\"1.1E+12\""),
        case(serial("\"2,60022E+12\""), Kind::SerialScientific, SerialNumber, "lost for good"),
        case(serial(""), Kind::SerialEmpty, SerialNumber, "empty"),
        case(serial("12\u{200b}34"), Kind::SerialHiddenCharacter, SerialNumber, "a zero-width character")
            .repair(Repair::StripHidden(SerialNumber)),
        case(serial("=\"0950380269\""), Kind::FormulaText, SerialNumber, "=\"\"")
            .repair(Repair::UnwrapFormula(SerialNumber)),
        case(serial("=1+1"), Kind::FormulaCell, SerialNumber, "would compute").warning(),
        case(serial("12\u{7}4"), Kind::UnreadableCharacter, SerialNumber, "control"),
        case(serial(&"x".repeat(1025)), Kind::FieldTooLong, SerialNumber, "1025"),
        case(interval(""), Kind::IntervalEmpty, TimeInterval, "expected 30 or 60"),
        case(interval("45"), Kind::IntervalUnsupported, TimeInterval, "\"45\"; expected 30 or 60"),
        case(interval("60000"), Kind::IntervalUnsupported, TimeInterval, "\"60000\""),
        case(interval("30 min"), Kind::IntervalUnsupported, TimeInterval, "\"30 min\""),
        case(interval(SECRET), Kind::IntervalUnsupported, TimeInterval, "a text of 32 characters"),
        case(interval("60s"), Kind::IntervalSpelling, TimeInterval, "\"60s\"").repair(Repair::Interval(60)),
        case(interval("30 seconds"), Kind::IntervalSpelling, TimeInterval, "30").repair(Repair::Interval(30)),
        case(interval("60.0"), Kind::IntervalSpelling, TimeInterval, "60").repair(Repair::Interval(60)),
        case(interval("\"60,00\""), Kind::IntervalSpelling, TimeInterval, "60").repair(Repair::Interval(60)),
        case(interval("60."), Kind::IntervalUnsupported, TimeInterval, "\"60.\""),
        case(format!("a@b.c,1,{SECRET},30,Feitian,OTP c200"), Kind::IntervalModel, TimeInterval, "c200").warning(),
        case(format!("a@b.c,1,{SECRET},45,Feitian,OTP C200"), Kind::IntervalUnsupported, TimeInterval, "c200 is 60 s"),
        case(format!("a@b.c,1,{SECRET},30,Contoso,Key 60s"), Kind::IntervalModel, TimeInterval, "says 60 s").warning(),
        case(format!("a@b.c,1,{SECRET},60,Contoso,Key (30 sec)"), Kind::IntervalModel, TimeInterval, "says 30 s")
            .warning(),
        case(interval("60 min"), Kind::IntervalUnsupported, TimeInterval, "\"60 min\""),
        case(interval("60 m"), Kind::IntervalUnsupported, TimeInterval, "\"60 m\""),
        case(
            secret("JBSWY3DPEHPK3PXPJBSWY3DPEHPK8PXP"),
            Kind::SecretConfusable,
            SecretKey,
            "position 29: 8 (probably the letter B).",
        ),
        case(serial("\"1234567,\""), Kind::FieldSeparator, SerialNumber, "at the beginning or the end")
            .repair(Repair::StripSeparators(SerialNumber)),
        case(serial("\"23,00001\""), Kind::FieldSeparator, SerialNumber, "within"),
        case(serial(SECRET), Kind::SecretElsewhere, SerialNumber, "is the secret key"),
        case(
            format!("a@b.c,1,{SECRET},30,C,\"{}\"", SECRET.to_lowercase()),
            Kind::SecretElsewhere,
            Model,
            "is the secret key",
        ),
        // As its bytes, which are text here.
        case(
            "a@b.c,1,MJRWIZLGM5UGS2TLNRWW433QOFZHG5DV,30,C,bcdefghijklmnopqrstu",
            Kind::SecretElsewhere,
            Model,
            "is the secret key",
        ),
        case(format!("a@b.c,1,{SECRET},30,C,{}", HEX_OF_SECRET), Kind::SecretElsewhere, Model, "is the secret key"),
        case(upn(""), Kind::UpnEmpty, Upn, "empty"),
        case(upn("o’neil@b.c"), Kind::UpnTypographicQuote, Upn, "typographic")
            .repair(Repair::Upn("o''neil@b.c".into())),
        case(upn("o’’neil@b.c"), Kind::UpnTypographicQuote, Upn, "typographic")
            .repair(Repair::Upn("o''neil@b.c".into())),
        case(upn("o'neil@b.c"), Kind::UpnSingleQuote, Upn, "not written twice")
            .repair(Repair::Upn("o''neil@b.c".into())),
        case(upn("o'''neil@b.c"), Kind::UpnSingleQuote, Upn, "not written twice"),
        case(upn("a b@b.c"), Kind::UpnIllegalCharacter, Upn, "a space at position 2"),
        case(upn("a+b@b.c"), Kind::UpnIllegalCharacter, Upn, "\"+\" at position 2"),
        case(upn("a\u{a0}@b.c"), Kind::UpnIllegalCharacter, Upn, "no-break").repair(Repair::StripHidden(Upn)),
        case(upn("alice"), Kind::UpnMalformed, Upn, "name@domain"),
        case(upn("a@b@c"), Kind::UpnMalformed, Upn, "exactly one @"),
        case(upn("@b.c"), Kind::UpnMalformed, Upn, "name@domain"),
        case(upn("jürgen@b.c"), Kind::UpnLetter, Upn, "beyond A to Z").warning(),
        case(upn("bob_x.org#EXT#@b.c"), Kind::UpnGuest, Upn, "guest").warning(),
        case(format!("a@b.c,1,{SECRET},30,,M"), Kind::ManufacturerEmpty, Manufacturer, "empty").warning(),
        case(format!("a@b.c,1,{SECRET},30,C,"), Kind::ModelEmpty, Model, "empty").warning(),
        case(format!("a@b.c,1,{SECRET},30,C,\u{fffd}"), Kind::UnreadableCharacter, Model, "lost in a conversion"),
        case(format!("\"a@b.c,1234567,{SECRET},30,C,M\""), Kind::RowInOneCell, None, "one cell")
            .repair(Repair::UnwrapRow),
        case(format!("\"a@b.c,1234567,{SECRET},30,C,M\",,,"), Kind::RowInOneCell, None, "one cell")
            .repair(Repair::UnwrapRow),
        case(format!("\"a@b.c,1234567,{SECRET},30,C,M\",,,,,"), Kind::RowInOneCell, None, "one cell")
            .repair(Repair::UnwrapRow),
        case(format!("a@b.c;1234567;{SECRET};30;C;M"), Kind::RowSeparator, None, "a semicolon")
            .repair(Repair::SplitRowAt(';')),
        case(format!("a@b.c\t1234567\t{SECRET}\t30\tC\tM"), Kind::RowSeparator, None, "a tab")
            .repair(Repair::SplitRowAt('\t')),
        case(format!("1234567,{SECRET},30,C,M"), Kind::TooFewColumns, None, "5 columns; expected 6"),
        case(format!("a@b.c,1,{SECRET},30,Contoso, Inc.,M"), Kind::TooManyColumns, None, "7 columns; expected 6"),
        case(format!("\"a@b.c,1,{SECRET},30,C,M"), Kind::QuoteUnclosed, None, "not closed"),
        case(format!("#a@b.c,1,{SECRET},30,C,M"), Kind::RowOrComment, None, "begins with #"),
        case("x".repeat(20_000), Kind::LineTooLong, None, "far longer"),
        case(",".repeat(300) + "x", Kind::TooManyColumns, None, "hundreds"),
    ]
}

#[test]
fn every_mistake_in_a_row_has_its_finding() {
    for case in cases() {
        let (rows, told_once) =
            rows(&file(&format!("{}\r\nb@b.c,TK-999,{OTHER},60,C,M\r\n", case.row)), &Options::default());
        let [row, next] = rows.as_slice() else { panic!("{:?}: {rows:?}", case.row) };
        assert!(next.findings.is_empty(), "the row behind is not touched: {next:?}");
        let all: Vec<&Finding> =
            row.findings.iter().chain(told_once.iter().filter(|f| f.severity > Severity::Note)).collect();
        let about: Vec<_> = all.iter().filter(|finding| finding.kind == case.kind).collect();
        let [finding] = about.as_slice() else { panic!("{:?}: {:?}", case.row, row.findings) };
        // The secret in hex is judged as well, and may be one of SHA-256.
        let others = all.iter().filter(|finding| finding.kind != case.kind && finding.kind != Kind::HashUnsaid);
        assert_eq!(others.count(), 0, "nothing else is found: {all:?}");
        assert_eq!(
            (finding.severity, finding.place, finding.field),
            (case.severity, Place::Line(2), case.field),
            "{finding:?}"
        );
        assert_eq!(finding.repair, case.repair, "{:?}", case.row);
        assert!(finding.message.contains(case.message), "{:?} in {:?}", case.message, finding.message);
        assert!(!finding.action.is_empty() && !finding.repaired);
        let column = case.field.map(|field| 1 + Field::ENTRA.iter().position(|f| *f == field).unwrap());
        assert_eq!(finding.column, column.map(|column| u32::try_from(column).unwrap()));
    }
}

#[test]
fn what_can_be_repaired_is_repaired_on_request_only() {
    let apply = Options::default().repairs(Repairs::Apply);
    for case in cases().into_iter().filter(|case| case.repair.is_some()) {
        let (rows, _) = rows(&file(&case.row), &apply);
        let [row] = rows.as_slice() else { panic!("{rows:?}") };
        let record = row.record.as_ref().unwrap_or_else(|| panic!("{:?}: {row:?}", case.row));
        let finding = row.findings.iter().find(|finding| finding.kind == case.kind).unwrap();
        assert_eq!((finding.severity, finding.repaired), (Severity::Warning, true));
        match finding.repair.as_ref().unwrap() {
            Repair::Upn(_) => assert_eq!(record.upn.as_deref(), Some("o'neil@b.c")),
            Repair::SecretFromHex => assert!(record.secret.expose_bytes().starts_with(b"12345678901234567890")),
            Repair::StripSecret => assert_eq!(record.secret.expose_base32().as_str(), SECRET),
            Repair::Interval(seconds) => {
                assert!(format!("{:?}", record.moving).contains(&format!("x: {seconds}")), "{:?}", record.moving);
            }
            _ => assert!(
                ["1234567", "0950380269", "1234"].contains(&record.serial.as_deref().unwrap()),
                "{:?}",
                record.serial
            ),
        }
    }
}

/// Searches everything that a person may get to see for any eight characters of the secrets in a file.
#[test]
fn no_finding_and_no_report_shows_a_secret() {
    for case in cases() {
        let text = file(&case.row);
        for options in [Options::default(), Options::default().repairs(Repairs::Apply)] {
            let (rows, about) = rows(&text, &options);
            let mut shown = format!("{about:?}");
            for row in &rows {
                shown += &format!("{row:?} {:?} {:?}", row.upn(), row.serial());
                for finding in &row.findings {
                    shown +=
                        &format!("{finding} {}", finding.repair.as_ref().map(ToString::to_string).unwrap_or_default());
                }
            }
            for cell in case.row.split([',', ';', '\t', '"']).filter(|cell| cell.len() >= 26 && !cell.contains("xxx")) {
                let bare: String = cell.chars().filter(char::is_ascii_alphanumeric).collect();
                for part in bare.as_bytes().windows(8) {
                    let part = core::str::from_utf8(part).unwrap();
                    assert!(!shown.contains(part), "{part} of {:?} in {shown}", case.row);
                }
            }
        }
    }
}

#[test]
fn secrets_in_the_wrong_column_are_not_reported_as_serial_numbers() {
    for row in [
        format!("1234567,{SECRET},60,Contoso,Key"),
        format!("a@b.c,{SECRET},1234567,60,Contoso,Key"),
        format!("{SECRET},1234567,a@b.c,60,Contoso,Key"),
        format!("a@b.c,1;{SECRET};60;C;K"),
    ] {
        let (rows, _) = rows(&file(&row), &Options::default());
        let shown = format!("{rows:?}");
        assert!(rows[0].record.is_none() && !shown.contains(SECRET), "{shown}");
    }
}

#[test]
fn a_row_with_every_mistake_tells_all_of_them() {
    let (rows, _) = rows(&file("o'neil,1.1E+12,JBSW Y3DP 0HPK,45,,"), &Options::default());
    let kinds: Vec<_> = rows[0].findings.iter().map(|finding| finding.kind).collect();
    assert_eq!(
        kinds,
        [
            Kind::UpnMalformed,
            Kind::SerialScientific,
            Kind::SecretSeparators,
            Kind::SecretConfusable,
            Kind::IntervalUnsupported
        ]
    );
}

#[test]
fn without_a_user_a_token_may_go_into_the_inventory() {
    let (rows, _) = rows(&file(&upn("")), &Options::default().target(Target::Inventory));
    assert_eq!(rows[0].record.as_ref().unwrap().upn, None);
    assert!(rows[0].findings.is_empty(), "{rows:?}");
}

#[test]
fn weak_secrets_are_refused_where_that_is_asked_for() {
    let file = file(&secret(&SECRET[..16]));
    let of = |options: Options| rows(&file, &options);
    let strict = Options::default().refuse_weak(true);
    for target in [Target::Entra, Target::Graph, Target::Inventory] {
        let (rows, about_file) = of(strict.clone().target(target));
        let found: Vec<_> = rows[0].findings.iter().map(|finding| (finding.kind, finding.severity)).collect();
        assert_eq!(found, [(Kind::SecretWeak, Severity::Error)], "{target}");
        assert!(
            rows[0].record.is_none() && rows[0].upn().is_some() && rows[0].serial().is_some() && about_file.is_empty()
        );
    }
    for options in [strict.clone().target(Target::Duo), Options::default()] {
        let (rows, about_file) = of(options);
        assert!(rows[0].record.is_some() && rows[0].findings.is_empty());
        let found: Vec<_> = about_file.iter().map(|finding| (finding.kind, finding.severity)).collect();
        assert_eq!(found, [(Kind::SecretWeak, Severity::Warning)]);
    }
    // No directory takes a token without a serial number.
    let uri = format!("otpauth://totp/alice?secret={}\n", &SECRET[..16]);
    let (rows, _) = rows(&uri, &strict);
    assert!(rows[0].record.is_some());
}

#[test]
fn duplicates_and_conflicts() {
    let (rows, _) = rows(
        &file(&format!(
            "a@b.c,1,{SECRET},30,C,M\r\nA@b.c,1,{},30,C,M\r\nz@b.c,1,{SECRET},30,C,M\r\na@b.c,1,{OTHER},30,C,M\r\n\
             a@b.c,2,{SECRET},30,C,M\r\na@b.c,2,{OTHER},30,C,M\r\n",
            SECRET.to_lowercase()
        )),
        &Options::default(),
    );
    let found: Vec<_> =
        rows.iter().map(|row| row.findings.first().map(|f| (f.kind, f.severity, f.place.number(), f.field))).collect();
    assert_eq!(
        found,
        [
            None,
            Some((Kind::RowDuplicate, Severity::Warning, 3, None)),
            Some((Kind::SerialTwoUsers, Severity::Error, 4, Some(Field::Upn))),
            Some((Kind::SerialDuplicate, Severity::Error, 5, Some(Field::SerialNumber))),
            Some((Kind::SecretDuplicate, Severity::Error, 6, Some(Field::SecretKey))),
            None,
        ]
    );
    assert_eq!((rows[3].serial(), rows[3].upn()), (Some("1"), Some("a@b.c")));
    assert!(rows[1].findings[0].message.contains("line 2"));
}

/// What is accepted and told once for all lines.
#[test]
fn what_recurs_is_told_once() {
    let blank = "\r\n ,,,,,\r\n# nothing\r\n";
    for (rows_text, kind, line) in [
        (
            format!("a@b.c,1,{},30,C,M\r\nb@b.c,2,{},30,C,M", SECRET.to_lowercase(), OTHER.to_lowercase()),
            Kind::SecretLowerCase,
            2,
        ),
        (format!("a@b.c,1,{}======,30,C,M", &SECRET[..26]), Kind::SecretPadding, 2),
        ("a@b.c,1,JBSWY3DPEHPK3PXPJBSWY3DPEF,30,C,M".to_owned(), Kind::SecretLeftOverBits, 2),
        (format!("a@b.c,1,{SECRET},30,C,M\r\r\n"), Kind::StrayCarriageReturn, 2),
        (format!("\"a@b.c\",\"1\",\"{SECRET}\",\"30\",\"C\",\"M\r\"\r\n"), Kind::StrayCarriageReturn, 2),
        (format!("\"a@b.c\",\"1\",\"{SECRET}\",\"30\",\"C, D\",\"M\"\r\n"), Kind::QuotedFields, 2),
        (format!("a@b.c , 1,{SECRET},30,C,M\r\n"), Kind::SurroundingSpace, 2),
        (format!("a@b.c,1,{SECRET},30,C,M,,\r\n"), Kind::TrailingSeparator, 2),
        (blank.to_owned(), Kind::BlankLine, 2),
        (blank.to_owned(), Kind::CommentLine, 4),
    ] {
        let (rows, about) = rows(&file(&rows_text), &Options::default());
        assert!(rows.iter().all(|row| row.record.is_some() && row.findings.is_empty()), "{rows:?}");
        let finding =
            about.iter().find(|finding| finding.kind == kind).unwrap_or_else(|| panic!("{kind:?}: {about:?}"));
        assert_eq!((finding.severity, finding.place), (Severity::Note, Place::Line(line)));
        assert!(rows.iter().all(|row| row.record.as_ref().unwrap().model.as_ref() == "M"));
    }
}

/// Left-over bits do not matter at any length and in either case, and are told once.
#[test]
fn left_over_bits_at_every_length() {
    for (secret, left_over) in [
        ("JBSWY3DPEHPK3PXPJBSWY3DPEA", false),
        ("JBSWY3DPEHPK3PXPJBSWY3DPEB", true),
        ("JBSWY3DPEHPK3PXPJBSWY3DPEI", false),
        ("JBSWY3DPEHPK3PXPJBSWY3DPEHPQ", false),
        ("JBSWY3DPEHPK3PXPJBSWY3DPEHPR", true),
        ("JBSWY3DPEHPK3PXPJBSWY3DPEHPKY", false),
        ("JBSWY3DPEHPK3PXPJBSWY3DPEHPK7", true),
        ("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PY", false),
        ("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PX", true),
        (SECRET, false),
    ] {
        for text in [secret.to_owned(), secret.to_lowercase()] {
            let (rows, about) = rows(&file(&self::secret(&text)), &Options::default());
            assert!(rows[0].record.is_some(), "{rows:?}");
            assert_eq!(about.iter().any(|finding| finding.kind == Kind::SecretLeftOverBits), left_over, "{text}");
        }
    }
}

/// A row in one cell that does not have the columns is no row.
#[test]
fn wrapped_rows_with_wrong_columns() {
    for repairs in [Repairs::Offer, Repairs::Apply] {
        for row in [
            format!("\"a@b.c,1234567,{SECRET},30,Contoso,Inc.,HardwareKey\""),
            format!("\"a@b.c;1234567;{SECRET};30;Contoso;Inc.;HardwareKey\""),
            format!("\"1234567,{SECRET},30,Contoso,HardwareKey\""),
            format!("\"a@b.c,1234567,{SECRET}\""),
        ] {
            let (rows, _) = rows(&file(&row), &Options::default().repairs(repairs));
            assert!(rows[0].record.is_none(), "{row}: {rows:?}");
            assert!(!format!("{rows:?}").contains(&SECRET[..8]), "{rows:?}");
        }
    }
}

#[test]
fn serial_numbers_that_lost_their_zeros() {
    let column = |serials: &[&str]| {
        let secret =
            |i: usize| format!("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PX{}", char::from(b'A' + u8::try_from(i).unwrap()));
        let rows: String =
            serials.iter().enumerate().map(|(i, s)| format!("a@b.c,{s},{},30,C,M\n", secret(i))).collect();
        let (_, about) = self::rows(&file(&rows), &Options::default());
        about.into_iter().find(|finding| finding.kind == Kind::SerialLengths)
    };
    let finding = column(&["0950380269", "1950380270", "950380271", "50380271"]).unwrap();
    assert_eq!(
        (finding.severity, finding.place, finding.field),
        (Severity::Warning, Place::Line(4), Some(Field::SerialNumber))
    );
    assert!(
        finding.message.contains("2 serial numbers of digits only have fewer digits than the 10 of 2 other"),
        "{finding}"
    );
    assert_eq!(column(&["1234567", "1100000000000", "306EUO4-00960"]), None, "two kinds of tokens");
    assert_eq!(column(&["0950380269", "1950380270"]), None);
}

/// Readers remember how the row before ended.
#[test]
fn rows_that_end_alike_are_read_alike_and_others_are_not() {
    let ends =
        ["30,Contoso,HT-1", "60,Contoso,HT-1", "30,Contoso,C202 60s", "45,Contoso,HT-1", "30,Contoso, HT-1", "30,,"];
    let serials = 1_000_000..;
    let order = [0, 0, 1, 1, 0, 2, 2, 0, 3, 3, 0, 4, 4, 5, 5, 0];
    let lines: Vec<String> = order
        .iter()
        .zip(serials)
        .map(|(end, serial)| format!("a@example.com,{serial},{},{}", secret_of(serial), ends[*end]))
        .collect();
    let (together, _) = rows(&file(&lines.join("\r\n")), &Options::default().target(Target::Any));
    assert_eq!(together.len(), lines.len());
    for (row, line) in together.iter().zip(&lines) {
        let (alone, _) = rows(&file(line), &Options::default().target(Target::Any));
        let (record, of_alone) = (row.record.as_ref().unwrap(), alone[0].record.as_ref().unwrap());
        let shown = |record: &oath_seeds::Record| {
            let oath_seeds::Record { algorithm, digits, moving, manufacturer, model, .. } = record;
            format!("{algorithm} {digits:?} {moving:?} {manufacturer} {model}")
        };
        assert_eq!(shown(record), shown(of_alone), "{line}");
        assert_eq!(row.findings.len(), alone[0].findings.len(), "{line}");
    }
    // What is said of an ending is said of every row that has it.
    let (entra, about) = rows(&file(&lines.join("\r\n")), &Options::default());
    let refused: Vec<u64> =
        entra.iter().filter(|row| row.record.is_none()).filter_map(|row| row.place.line()).collect();
    assert_eq!(refused, [10, 11], "45 s");
    let model = about.iter().find(|finding| finding.kind == Kind::IntervalModel).unwrap();
    assert!(model.message.contains("2 lines"), "{model}");
}

/// A secret that no other number gives.
fn secret_of(number: u32) -> String {
    let mut bytes = [7; 20];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    oath_totp::Secret::from_bytes(&bytes).unwrap().expose_base32().to_string()
}

#[test]
fn rows_that_are_looked_at_are_those_of_the_iterator() {
    let lines: Vec<String> = (0..500u32)
        .map(|n| {
            // Some are refused.
            let serial = if n % 7 == 0 { "1E+12".to_owned() } else { format!("TK-{n:04}") };
            format!("user{n}@example.com,{serial},{},30,Contoso,HT-1", secret_of(n))
        })
        .collect();
    let text = file(&lines.join("\n"));
    let shown = |row: &Row| format!("{} {:?} {:?} {}", row.place, row.upn(), row.serial(), row.record.is_some());
    let (expected, about) = rows(&text, &Options::default());
    let expected: Vec<String> = expected.iter().map(shown).collect();
    // Looks at some, takes some, and so on.
    for (looked, taken) in [(1, 0), (0, 1), (1, 1), (3, 2), (64, 1), (65, 63), (7, 100)] {
        let mut reader = Reader::new(text.as_bytes(), &Options::default()).unwrap();
        let mut found = Vec::new();
        let mut findings = reader.take_findings();
        loop {
            let before = found.len();
            for _ in 0..looked {
                found.extend(reader.look().map(|row| shown(row.unwrap())));
            }
            found.extend(reader.by_ref().take(taken).map(|row| shown(&row.unwrap())));
            if found.len() == before {
                break;
            }
        }
        findings.extend(reader.take_findings());
        assert_eq!(found, expected, "{looked} and {taken}");
        assert_eq!(findings.len(), about.len());
        assert!(reader.look().is_none() && reader.next().is_none());
    }
}
