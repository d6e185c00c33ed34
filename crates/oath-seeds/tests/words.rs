//! The texts and names that people and scripts read, word by word: findings have a document of their own.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use oath_seeds::{
    Details, EmptyPassword, Encoding, Field, Format, KeyLength, Moving, MovingError, MovingFields, Obstacle, Options,
    Place, ProbeError, Protection, ReadError, Record, Repair, SeedText, Severity, Target, TokenType, UnknownFormat,
    UnknownTarget, UnknownType, Unlock, WriteError, WriteOptions, losses, obstacles, read, write,
};
use oath_totp::{Algorithm, Digits, Secret, TimeStep, UnixTime};
use std::fmt::Display;

fn texts<T: Display>(values: impl IntoIterator<Item = T>) -> Vec<String> {
    values.into_iter().map(|value| value.to_string()).collect()
}

#[test]
fn names() {
    assert_eq!(texts([Severity::Note, Severity::Warning, Severity::Error]), ["note", "warning", "error"]);
    assert_eq!(format!("{:>8}|{:<6}|", Severity::Error, Severity::Note), "   error|note  |");
    assert_eq!(
        texts([Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be, Encoding::Windows1252]),
        ["UTF-8", "UTF-16LE", "UTF-16BE", "windows-1252"]
    );
    assert_eq!(texts([TokenType::Totp, TokenType::Hotp]), ["totp", "hotp"]);
    assert_eq!(
        texts([SeedText::Base32, SeedText::Hex, SeedText::Base64, SeedText::Plain]),
        ["Base32", "hex", "Base64", "text"]
    );
    for format in Format::ALL {
        assert_eq!((format.to_string().as_str(), format.to_string().parse()), (format.name(), Ok(*format)));
    }
    for target in Target::ALL {
        assert_eq!((target.to_string().as_str(), target.name().to_uppercase().parse()), (target.name(), Ok(*target)));
    }
    assert_eq!("TOTP".parse(), Ok(TokenType::Totp));
    assert_eq!("oath".parse::<TokenType>(), Err(UnknownType));
    assert_eq!("oath".parse::<Format>(), Err(UnknownFormat));
    assert_eq!("oath".parse::<Target>(), Err(UnknownTarget));
    assert_eq!(
        texts([Place::File, Place::Line(7), Place::Item { of: "key package", number: 2 }]),
        ["the file", "line 7", "key package 2"]
    );
}

#[test]
fn repairs() {
    let field = Field::SerialNumber;
    assert_eq!(
        texts([
            Repair::UnwrapRow,
            Repair::SplitRowAt('\t'),
            Repair::SplitRowAt(';'),
            Repair::StripSecret,
            Repair::SecretFromHex,
            Repair::SecretFromBase32,
            Repair::StripHexPrefix,
            Repair::StripHidden(field),
            Repair::StripSeparators(field),
            Repair::UnwrapFormula(field),
            Repair::Upn("a@b.c".into()),
            Repair::Interval(60),
        ]),
        [
            "take the row out of the one cell it stands in",
            "split the row at its tabs",
            "split the row at \";\"",
            "take everything out of the secret that is no letter or digit",
            "read the secret as hex and write the same bytes in Base32",
            "read the secret as Base32 and write the same bytes in hex",
            "take the 0x before the secret off",
            "take the invisible characters out of the serial number",
            "take the separators and quotes around the serial number off",
            "keep what stands between the quotes of the serial number",
            "write the upn as a@b.c",
            "write the time interval as 60",
        ]
    );
}

#[test]
fn errors() {
    let step = TimeStep::new(0, 0).unwrap_err();
    assert_eq!(MovingError::Both.to_string(), "a record has step and t0, or a counter, not both");
    assert_eq!(MovingError::Step(step).to_string(), step.to_string());
    assert_eq!(EmptyPassword.to_string(), "the password is empty");
    let key: KeyLength = Protection::key(&[7; 20]).unwrap_err();
    assert_eq!(key.to_string(), "the key has 20 bytes: expected 16 (AES-128), 24 (AES-192) or 32 (AES-256)");
    assert_eq!(
        texts([ProbeError::CodeCount(0), ProbeError::Digits, ProbeError::TooLong]),
        [
            "expected 1 to 16 codes; found 0",
            "the codes have different numbers of digits: note codes of one token",
            "the seed has more than 2048 characters: give one token's alone",
        ]
    );
    assert_eq!(UnknownType.to_string(), "unknown type of token: expected totp or hotp");
    assert_eq!(
        UnknownTarget.to_string(),
        "unknown target: expected entra, graph, duo, pingid, okta, keycloak, privacyidea, linotp, netiq, multiotp, inventory, any"
    );
    let formats = Format::ALL.iter().map(|format| format.name()).collect::<Vec<_>>().join(", ");
    assert_eq!(UnknownFormat.to_string(), format!("unknown seed file format: expected {formats}"));
    let error = read(b"", &Options::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "error empty-file: The file is empty. Send the vendor's file again; the copy may have failed."
    );
    assert_eq!(ReadError::Changed.to_string(), "the seed file changed while it was read");
    assert_eq!(ReadError::Io(std::io::Error::other("gone")).to_string(), "the seed file could not be read: gone");
    assert_eq!(WriteError::Io(std::io::Error::other("full")).to_string(), "the seed file could not be written: full");
    let written = Format::written().map(Format::name).collect::<Vec<_>>().join(", ");
    assert_eq!(
        WriteError::NotWritten(Format::AegisJson).to_string(),
        format!("aegis-json is read, but not written; formats that are written: {written}")
    );
    assert_eq!(
        WriteError::NotProtected(Format::EntraCsv).to_string(),
        "entra-csv cannot be encrypted: take pskc, or encrypt the plain file by other means"
    );
}

#[test]
fn a_finding_in_one_line() {
    let mut finding = read(b"", &Options::default()).map_or_else(
        |error| match error {
            ReadError::Refused(finding) => *finding,
            other => panic!("{other}"),
        },
        |_| panic!("an empty file"),
    );
    let rest = "error empty-file: The file is empty. Send the vendor's file again; the copy may have failed.";
    for (place, field, before) in [
        (Place::File, None, ""),
        (Place::File, Some(Field::SecretKey), "secret key: "),
        (Place::Line(7), None, "line 7: "),
        (Place::Line(7), Some(Field::SecretKey), "line 7, secret key: "),
    ] {
        (finding.place, finding.field) = (place, field);
        assert_eq!(finding.to_string(), format!("{before}{rest}"));
    }
}

/// What keeps a token out of a file: its name for scripts, its text for people, the finding that a check makes of it.
#[test]
fn obstacles_and_losses() {
    let step = |x, t0| Moving::Time { step: TimeStep::new(x, t0).unwrap() };
    let of = |format: Format, change: &dyn Fn(&mut Record)| {
        let mut record = Record::new("1", Secret::from_bytes(&[7; 20]).unwrap());
        record.upn = Some("a@b.c".into());
        record.details_mut().account = Some("a".into());
        change(&mut record);
        let found: Vec<Obstacle> = obstacles(&record, format, &WriteOptions::default());
        assert_eq!(found.len(), 1, "{found:?}");
        (found[0].name(), found[0].field(), found[0].to_string())
    };
    let entra = |change: &dyn Fn(&mut Record)| of(Format::EntraCsv, change);
    let expect = |(name, field, text): (&str, Field, String), expected: (&str, Field, &str)| {
        assert_eq!((name, field, text.as_str()), expected);
    };
    expect(
        entra(&|r| r.algorithm = Algorithm::Sha256),
        ("algorithm", Field::Algorithm, "the hash is SHA256; expected SHA1"),
    );
    expect(
        of(Format::LinOtpCsv, &|r| r.digits = Digits::Seven),
        ("digits", Field::Digits, "its codes have 7 digits; expected 6 or 8"),
    );
    expect(
        entra(&|r| r.moving = Moving::Counter { counter: 0 }),
        ("type", Field::Type, "it counts events (HOTP); expected TOTP"),
    );
    expect(
        of(Format::LinOtpCsv, &|r| r.moving = Moving::Counter { counter: 7 }),
        ("counter", Field::Counter, "its counter is 7; there is no place for it, and it would be read as 0"),
    );
    expect(
        entra(&|r| r.moving = step(45, 0)),
        ("interval", Field::TimeInterval, "its interval is 45 s; expected 30 or 60 s"),
    );
    expect(
        of(Format::CxfJson, &|r| r.moving = step(256, 0)),
        ("interval", Field::TimeInterval, "its interval is 256 s; expected 1 to 255 s"),
    );
    expect(entra(&|r| r.moving = step(30, 5)), ("epoch", Field::T0, "its time begins at 5; expected 0"));
    expect(
        entra(&|r| r.secret = Secret::from_bytes(&[7; 81]).unwrap()),
        ("secret-length", Field::SecretKey, "the secret has 81 bytes; expected 10 to 80"),
    );
    expect(
        of(Format::PrivacyIdeaCsv, &|r| r.algorithm = Algorithm::Sha256),
        (
            "hash-of-length",
            Field::Algorithm,
            "the hash is SHA256 and the secret has 20 bytes; the hash is told by the length: 20 bytes SHA1, 32 SHA256, 64 SHA512",
        ),
    );
    expect(entra(&|r| r.upn = None), ("no-upn", Field::Upn, "it has no upn, which is needed"));
    expect(
        of(Format::Pskc, &|r| r.serial = None),
        ("needs", Field::SerialNumber, "it has no serial number, which is needed"),
    );
    expect(
        entra(&|r| r.model = "a\nb".into()),
        ("unreadable", Field::Model, "the model would not be read back as it is"),
    );
    let (one, mut other) = (
        Record::new("1", Secret::from_bytes(&[7; 20]).unwrap()),
        Record::new("2", Secret::from_bytes(&[8; 20]).unwrap()),
    );
    other.digits = Digits::Eight;
    let Err(WriteError::CannotCarry(refused)) =
        write([&one, &other], Format::DuoCsv, &WriteOptions::default(), &mut Vec::new())
    else {
        panic!("two kinds of tokens in a file of one kind")
    };
    assert_eq!(refused[0].obstacles, [Obstacle::Mixed(Field::Digits)]);
    assert_eq!(refused[0].obstacles[0].name(), "mixed");
    assert_eq!(
        refused[0].to_string(),
        "token 2: its digits differs from the first token's, and the file says it once for all"
    );
}

/// Every text and number that a record can have beside its parameters, in a format that holds none of them.
#[test]
fn each_loss() {
    let mut record = Record::new("1", Secret::from_bytes(&[7; 20]).unwrap());
    record.upn = Some("a@b.c".into());
    record.manufacturer = "Contoso".into();
    record.model = "One".into();
    let at = UnixTime::from_secs(1);
    *record.details_mut() = {
        let mut details = Details::default();
        (details.issuer, details.account, details.key_id) = (Some("i".into()), Some("a".into()), Some("k".into()));
        (details.start, details.expiry, details.last_used) = (Some(at), Some(at), Some(at));
        details.drift = Some(1);
        details
    };
    let fields = |record: &Record, format| losses(record, format).iter().map(|loss| loss.field).collect::<Vec<_>>();
    let all = [
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
    assert_eq!(fields(&record, Format::OktaJson), all);
    assert_eq!(fields(&record, Format::Pskc), [Field::LastUsed]);
    // What is written as the account is not lost: the account, else the user, else the serial number.
    let beside = |field| all.iter().copied().filter(|one| ![field, Field::Account].contains(one)).collect::<Vec<_>>();
    assert_eq!(fields(&record, Format::KeycloakJson), beside(Field::Account));
    record.details_mut().account = None;
    assert_eq!(fields(&record, Format::KeycloakJson), beside(Field::Upn));
    record.upn = None;
    let without_user: Vec<_> = beside(Field::SerialNumber).into_iter().filter(|field| *field != Field::Upn).collect();
    assert_eq!(fields(&record, Format::KeycloakJson), without_user);
    assert_eq!(fields(&Record::unnumbered(Secret::from_bytes(&[7; 20]).unwrap()), Format::OktaJson), []);
    assert_eq!(losses(&record, Format::OktaJson)[0].to_string(), "the serial number has no place in the format");
}

/// Nothing that guards a secret shows one.
#[test]
fn what_holds_a_secret_is_elided() {
    let protection = Protection::password("correct horse").unwrap();
    assert_eq!(format!("{protection:?}"), "Protection([elided])");
    assert!(!format!("{:?}", Unlock::default().password("correct horse")).contains("horse"));
}

/// What moves a token on is set by fields, of which some exclude each other.
#[test]
fn a_counter_with_a_step() {
    let mut record = Record::new("1", Secret::from_bytes(&[7; 20]).unwrap());
    let fields = MovingFields { step: Some(Some(30)), counter: Some(Some(1)), ..MovingFields::default() };
    assert_eq!(record.set_moving(fields), Err(MovingError::Both));
}
