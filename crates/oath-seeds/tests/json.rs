//! The JSON formats: what is written is read back, what is written is what the other system takes, and no input panics.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use oath_seeds::{
    Assume, Field, Finding, Format, Intervals, Loss, Moving, Obstacle, Options, ReadError, Record, SeedFile, Severity,
    Target, TokenType, WriteOptions, losses, obstacles, read, write,
};
use oath_totp::{Algorithm, Digits, Secret, TimeStep};
use proptest::prelude::*;
use serde_json::{Value, json};

const READ: &[Format] = &[
    Format::GraphJson,
    Format::AegisJson,
    Format::TwoFasJson,
    Format::AndOtpJson,
    Format::BitwardenJson,
    Format::ProtonJson,
    Format::StratumJson,
    Format::FreeOtpJson,
    Format::CxfJson,
    Format::KeycloakJson,
    Format::OktaJson,
];
const WRITTEN: &[Format] = &[Format::GraphJson, Format::CxfJson, Format::KeycloakJson, Format::OktaJson];

fn options(format: Format) -> Options {
    Options::default().format(format).target(format.target().unwrap_or(Target::Keycloak))
}

fn written(records: &[Record], format: Format) -> Vec<u8> {
    let mut file = Vec::new();
    write(records, format, &WriteOptions::default().accept_loss(true), &mut file).unwrap();
    file
}

fn record() -> Record {
    let mut record = Record::new("0950380269", Secret::from_bytes(b"abcdefghijklmnopqrst").unwrap());
    record.manufacturer = "Contoso \"Ltd\"".into();
    record.model = "Back\\slash".into();
    record.details_mut().issuer = Some("Example".to_owned());
    record.details_mut().account = Some("ann@example.com".to_owned());
    record
}

#[test]
fn a_bulk_patch_is_as_graph_wants_it() {
    let mut second = record();
    second.serial = Some("0950380270".to_owned());
    second.algorithm = Algorithm::Sha256;
    second.moving = Moving::Time { step: TimeStep::SECONDS_60 };
    let body: Value = serde_json::from_slice(&written(&[record(), second], Format::GraphJson)).unwrap();
    let device = |id: &str, serial: &str, interval: u32, hash: &str| {
        json!({
            "@contentId": id, "serialNumber": serial, "manufacturer": "Contoso \"Ltd\"", "model": "Back\\slash",
            "secretKey": "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U", "timeIntervalInSeconds": interval, "hashFunction": hash,
        })
    };
    let devices = [device("1", "0950380269", 30, "hmacsha1"), device("2", "0950380270", 60, "hmacsha256")];
    assert_eq!(body, json!({ "@context": "#$delta", "value": devices }));
    assert_eq!(written(&[], Format::GraphJson), b"{\"@context\":\"#$delta\",\"value\":[\n\n]}\n");
}

#[test]
fn a_credential_is_as_keycloak_wants_it() {
    let mut record = record();
    record.algorithm = Algorithm::Sha512;
    record.moving = Moving::Counter { counter: 7 };
    let body: Value = serde_json::from_slice(&written(&[record], Format::KeycloakJson)).unwrap();
    let data = |name: &str| serde_json::from_str::<Value>(body[0][name].as_str().unwrap()).unwrap();
    assert_eq!((&body[0]["type"], &body[0]["userLabel"]), (&json!("otp"), &json!("ann@example.com")));
    assert_eq!(data("secretData"), json!({ "value": "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U" }));
    assert_eq!(
        data("credentialData"),
        json!({ "subType": "hotp", "digits": 6, "counter": 7, "period": 30, "algorithm": "HmacSHA512", "secretEncoding": "BASE32" })
    );
}

#[test]
fn a_factor_is_as_okta_wants_it() {
    let body: Value = serde_json::from_slice(&written(&[record()], Format::OktaJson)).unwrap();
    let profile = json!({ "sharedSecret": "6162636465666768696a6b6c6d6e6f7071727374" });
    assert_eq!(
        body,
        json!([{ "factorType": "token:hotp", "provider": "CUSTOM", "factorProfileId": "", "profile": profile }])
    );
}

#[test]
fn a_credential_is_as_fido_wants_it() {
    let body: Value = serde_json::from_slice(&written(&[record()], Format::CxfJson)).unwrap();
    let item = &body["accounts"][0]["items"][0];
    assert_eq!(body["version"], json!({ "major": 1, "minor": 0 }));
    assert_eq!((&item["id"], &item["title"]), (&json!("000000000001"), &json!("Example")));
    assert_eq!(
        item["credentials"],
        json!([{
            "type": "totp", "username": "ann@example.com", "issuer": "Example", "secret": "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U",
            "period": 30, "digits": 6, "algorithm": "sha1",
        }])
    );
}

#[test]
fn what_has_no_place_is_said() {
    let of = |format, change: &dyn Fn(&mut Record)| {
        let mut record = record();
        change(&mut record);
        obstacles(&record, format, &WriteOptions::default())
    };
    let interval = |x| Moving::Time { step: TimeStep::new(x, 0).unwrap() };
    let found = of(Format::CxfJson, &|record| record.moving = interval(256));
    assert_eq!(found, [Obstacle::Interval { x: 256, takes: Intervals::UpTo(255) }]);
    assert_eq!(found[0].to_string(), "its interval is 256 s; expected 1 to 255 s");
    assert_eq!(of(Format::CxfJson, &|record| record.moving = interval(255)), []);
    assert_eq!(of(Format::CxfJson, &|r| r.moving = Moving::Counter { counter: 0 }), [Obstacle::Type(TokenType::Hotp)]);
    assert_eq!(of(Format::OktaJson, &|r| r.moving = Moving::Counter { counter: 1 }), [Obstacle::Counter(1)]);
    for (format, field) in [(Format::KeycloakJson, Field::Account), (Format::CxfJson, Field::Account)] {
        let found = of(format, &|record| record.details_mut().account = Some(" ann".to_owned()));
        assert_eq!(found, [Obstacle::Unreadable(field)], "{format}");
    }
    assert_eq!(
        of(Format::CxfJson, &|r| r.details_mut().issuer = Some(String::new())),
        [Obstacle::Unreadable(Field::Issuer)]
    );
    for serial in ["", " 1", "1.1E+12"] {
        let found = of(Format::GraphJson, &|record| record.serial = Some(serial.to_owned()));
        assert_eq!(found, [Obstacle::Unreadable(Field::SerialNumber)], "{serial:?}");
    }
    assert_eq!(of(Format::GraphJson, &|record| record.model = "M ".into()), [Obstacle::Unreadable(Field::Model)]);
    let mut assigned = record();
    assigned.upn = Some("ann@example.com".to_owned());
    let lost: Vec<Field> = losses(&assigned, Format::GraphJson).iter().map(|Loss { field, .. }| *field).collect();
    assert_eq!(lost, [Field::Upn, Field::Issuer, Field::Account]);
}

#[test]
fn an_encrypted_export_says_what_to_do_whatever_format_it_is_read_as() {
    for (text, app) in [
        (r#"{"version":1,"header":{"slots":[{}]},"db":"AAAA"}"#, "Aegis"),
        (r#"{"services":[],"servicesEncrypted":"AAAA:AAAA:AAAA","schemaVersion":4}"#, "2FAS"),
        (r#"{"encrypted":true,"data":"2.AAAA"}"#, "Bitwarden"),
        (r#"{"version":1,"kdfParams":{},"encryptedData":"AAAA","encryptionNonce":"AAAA"}"#, "Ente Auth"),
        (r#"{"version":1,"salt":"AAAA","content":"AAAA"}"#, "Proton Authenticator"),
    ] {
        for format in READ {
            let Err(ReadError::Refused(refusal)) = read(text.as_bytes(), &options(*format)) else { panic!("{text}") };
            assert_eq!(refusal.code(), "encrypted-file");
            assert!(refusal.message.contains(app) && refusal.action.contains("again"), "{refusal}");
        }
    }
}

prop_compose! {
    fn records()(
        secret in proptest::collection::vec(any::<u8>(), 10..=80),
        algorithm in prop_oneof![Just(Algorithm::Sha1), Just(Algorithm::Sha256), Just(Algorithm::Sha512)],
        digits in prop_oneof![Just(Digits::Six), Just(Digits::Seven), Just(Digits::Eight)],
        moving in prop_oneof![
            4 => prop_oneof![Just(30), Just(60), 1..=255u32, 1..=86_400u32]
                .prop_map(|x| Moving::Time { step: TimeStep::new(x, 0).unwrap() }),
            1 => prop_oneof![Just(0), any::<u64>()].prop_map(|counter| Moving::Counter { counter }),
        ],
        serial in proptest::option::of("[!-~äß€\u{0}\n\"\\\\]([ -~]{0,14}[!-~])?"),
        issuer in proptest::option::of(".{0,12}"),
        account in proptest::option::of(".{0,12}"),
        texts in (".{0,12}", ".{0,12}"),
    ) -> Record {
        let mut record = Record::unnumbered(Secret::from_bytes(&secret).unwrap());
        (record.algorithm, record.digits, record.moving, record.serial) = (algorithm, digits, moving, serial);
        (record.manufacturer, record.model) = (texts.0.into(), texts.1.into());
        if issuer.is_some() || account.is_some() {
            (record.details_mut().issuer, record.details_mut().account) = (issuer, account);
        }
        record
    }
}

/// What a format carries of a record, as one text that can be compared.
fn carried(record: &Record, format: Format, back: bool) -> String {
    let details = record.details();
    // What is written as the account: see `oath_seeds::losses`.
    let account = details.account.as_ref().or(if back { None } else { record.serial.as_ref() });
    let parameters = format!("{} {} {:?}", record.algorithm, record.digits, record.moving);
    match format {
        Format::GraphJson => {
            format!("{parameters} {:?} {:?} {:?}", record.serial, record.manufacturer, record.model)
        }
        Format::CxfJson => format!("{parameters} {account:?} {:?}", details.issuer),
        Format::KeycloakJson => format!("{parameters} {account:?}"),
        _ => parameters,
    }
}

proptest! {
    #[test]
    fn reading_what_was_written_gives_the_records_back(all in proptest::collection::vec(records(), 1..12)) {
        for format in WRITTEN {
            let mut serials = std::collections::BTreeSet::new();
            let mut secrets = Vec::new();
            let mut kept: Vec<&Record> = Vec::new();
            for record in &all {
                let fits = obstacles(record, *format, &WriteOptions::default()).is_empty();
                let uniform = *format != Format::OktaJson
                    || kept.first().is_none_or(|first| carried(first, *format, false) == carried(record, *format, false));
                let new = record.serial.is_none() || serials.insert(record.serial.clone());
                let fresh = !secrets.contains(&record.secret.expose_bytes());
                if fits && uniform && new && fresh {
                    secrets.push(record.secret.expose_bytes());
                    kept.push(record);
                }
            }
            let mut file = Vec::new();
            write(kept.iter().copied(), *format, &WriteOptions::default().accept_loss(true), &mut file).unwrap();
            let mut options = options(*format);
            if let (Format::OktaJson, Some(first)) = (format, kept.first()) {
                let (kind, interval) = match first.moving {
                    Moving::Time { step } => (TokenType::Totp, Some(step.x())),
                    Moving::Counter { .. } => (TokenType::Hotp, None),
                };
                let mut assume = Assume::default();
                (assume.kind, assume.interval) = (Some(kind), interval);
                (assume.algorithm, assume.digits) = (Some(first.algorithm), Some(first.digits));
                options = options.assume(assume);
            }
            let back = read(&file, &options).unwrap();
            prop_assert_eq!(back.records.len(), kept.len(), "{}: {:?}", format, back.findings);
            for (one, other) in kept.iter().zip(&back.records) {
                prop_assert!(one.secret == other.secret, "{}", format);
                prop_assert_eq!(carried(one, *format, false), carried(other, *format, true), "{}", format);
            }
        }
    }
}

/// Every item is a record or has an error.
fn nothing_is_lost(file: &SeedFile) {
    for row in &file.failed {
        let error = |finding: &&Finding| finding.severity == Severity::Error && finding.place == row.place;
        assert!(file.findings.iter().any(|finding| error(&finding)), "{row:?}");
    }
}

/// Pieces of which real and spoilt files are made.
fn pieces() -> impl Strategy<Value = String> {
    const NAMES: &[&str] = &[
        "value",
        "secretKey",
        "serialNumber",
        "entries",
        "db",
        "header",
        "info",
        "type",
        "secret",
        "algo",
        "digits",
        "period",
        "counter",
        "services",
        "otp",
        "items",
        "login",
        "totp",
        "content",
        "uri",
        "Authenticators",
        "tokens",
        "accounts",
        "credentials",
        "secretData",
        "credentialData",
        "factorType",
        "profile",
        "sharedSecret",
        "login_totp",
        "timeIntervalInSeconds",
    ];
    prop_oneof![
        4 => "[\\[\\]{},:\"]",
        4 => proptest::sample::select(NAMES).prop_map(|name| format!("\"{name}\":")),
        1 => Just("\"MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U\"".to_owned()),
        1 => Just("\"otpauth://totp/a?secret=MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U\"".to_owned()),
        1 => Just("\"totp\"".to_owned()),
        1 => Just("[{\"type\":\"totp\",\"secret\":\"MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U\"}]".to_owned()),
        1 => any::<i64>().prop_map(|number| number.to_string()),
        1 => Just("\n".to_owned()),
        1 => any::<String>(),
    ]
}

/// Trees of names that the formats have, so that the readers get beyond the first bracket.
fn trees() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (0..80u64).prop_map(Value::from),
        proptest::sample::select(
            &[
                "totp",
                "hotp",
                "TOTP",
                "SHA1",
                "sha256",
                "HmacSHA512",
                "30",
                "6",
                "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U",
                "BASE32",
                "hex",
                "otpauth://totp/a?secret=MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U",
                "token:hotp",
                "CUSTOM",
                "otp",
                "{\"value\":\"x\"}",
                "{}",
                "",
            ][..]
        )
        .prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    let names = proptest::sample::select(
        &[
            "value",
            "inventory",
            "serialNumber",
            "secretKey",
            "secretFormat",
            "timeIntervalInSeconds",
            "hashFunction",
            "assignTo",
            "id",
            "db",
            "entries",
            "info",
            "type",
            "secret",
            "algo",
            "algorithm",
            "digits",
            "period",
            "counter",
            "issuer",
            "name",
            "label",
            "services",
            "otp",
            "tokenType",
            "link",
            "schemaVersion",
            "items",
            "login",
            "totp",
            "username",
            "content",
            "uri",
            "entry_type",
            "Authenticators",
            "Type",
            "Secret",
            "Algorithm",
            "Digits",
            "Period",
            "Counter",
            "tokens",
            "accounts",
            "credentials",
            "users",
            "secretData",
            "credentialData",
            "subType",
            "secretEncoding",
            "value",
            "factorType",
            "provider",
            "profile",
            "sharedSecret",
        ][..],
    );
    leaf.prop_recursive(6, 64, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((names.clone(), inner), 0..10)
                .prop_map(|members| members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn spoilt_files_are_refused_or_read_without_a_loss(pieces in proptest::collection::vec(pieces(), 0..40)) {
        let text = pieces.concat();
        for format in READ {
            if let Ok(file) = read(text.as_bytes(), &options(*format)) {
                nothing_is_lost(&file);
            }
        }
    }

    #[test]
    fn trees_of_any_shape_lose_no_item_and_show_no_secret(tree in trees()) {
        const SECRETS: [&str; 2] = ["MFRGGZDF", "abcdefgh"];
        let text = tree.to_string();
        for format in READ {
            let told = match read(text.as_bytes(), &options(*format)) {
                Ok(file) => {
                    nothing_is_lost(&file);
                    format!("{:?} {:?}", file.findings, file.failed)
                }
                Err(error) => error.to_string(),
            };
            prop_assert!(!SECRETS.iter().any(|secret| told.contains(secret)), "{}", told);
        }
    }
}
