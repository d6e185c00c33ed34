//! The files of `testkit/seeds`: each is read to the records and findings beside it.
//!
//! `FORMAT/NAME.EXT` is a file, `FORMAT/NAME.expected.json` what it gives: `options` (how it is read), `format`, `records`,
//! `failed`, `findings`. With `OATH_WRITE_EXPECTED=1` everything but the options is written anew, to be read by a person.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use oath_seeds::{Assume, Finding, Format, Moving, Options, ReadError, Record, SeedFile, Unlock, read_from};
use oath_totp::{Secret, UnixTime};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testkit/seeds")
}

fn options(given: &Value) -> (Options, Unlock) {
    let mut options = Options::default();
    let mut unlock = Unlock::default();
    let mut assume = Assume::default();
    for (name, value) in given.as_object().into_iter().flatten() {
        let text = || value.as_str().unwrap();
        match name.as_str() {
            "format" => options = options.format(text().parse().unwrap()),
            "target" => options = options.target(text().parse().unwrap()),
            "lenient" => options = options.lenient(value.as_bool().unwrap()),
            "password" => drop(unlock.password(text())),
            "key" => drop(unlock.key(Secret::from_hex(text()).unwrap().expose_bytes())),
            "openpgp" => drop(unlock.openpgp(&fs::read(root().join(text())).unwrap())),
            "type" => assume.kind = Some(text().parse().unwrap()),
            "algorithm" => assume.algorithm = Some(text().parse().unwrap()),
            "digits" => assume.digits = Some(u8::try_from(value.as_u64().unwrap()).unwrap().try_into().unwrap()),
            "interval" => assume.interval = Some(u32::try_from(value.as_u64().unwrap()).unwrap()),
            other => panic!("unknown option {other}"),
        }
    }
    (options.assume(assume), unlock)
}

fn record(record: &Record) -> Value {
    let details = record.details();
    let (interval, t0, counter) = match record.moving {
        Moving::Time { step } => (Some(step.x()), Some(step.t0()).filter(|t0| *t0 != 0), None),
        Moving::Counter { counter } => (None, None, Some(counter)),
    };
    let all = json!({
        "place": record.place.to_string(),
        "upn": record.upn,
        "serial": record.serial,
        "secret": record.secret.expose_base32().as_str(),
        "algorithm": record.algorithm.name(),
        "digits": record.digits.count(),
        "interval": interval,
        "t0": t0,
        "counter": counter,
        "manufacturer": Some(&*record.manufacturer).filter(|text| !text.is_empty()),
        "model": Some(&*record.model).filter(|text| !text.is_empty()),
        "issuer": details.issuer,
        "account": details.account,
        "keyId": details.key_id,
        "start": details.start.map(UnixTime::as_secs),
        "expiry": details.expiry.map(UnixTime::as_secs),
        "drift": details.drift,
        "lastUsed": details.last_used.map(UnixTime::as_secs),
    });
    // What is not there is left out.
    let Value::Object(all) = all else { panic!() };
    Value::Object(all.into_iter().filter(|(_, value)| !value.is_null()).collect())
}

fn finding(finding: &Finding) -> Value {
    let mut all =
        json!({ "code": finding.code(), "severity": finding.severity.name(), "place": finding.place.to_string() });
    if let Some(field) = finding.field {
        all["field"] = field.name().into();
    }
    all
}

fn found(read: &Result<SeedFile, ReadError>) -> Value {
    match read {
        Ok(file) => json!({
            "format": file.format.name(),
            "records": file.records.iter().map(record).collect::<Vec<_>>(),
            "failed": file.failed.iter().map(|row| json!({ "place": row.place.to_string(), "serial": row.serial }))
                .collect::<Vec<_>>(),
            "findings": file.findings.iter().map(finding).collect::<Vec<_>>(),
        }),
        Err(ReadError::Refused(refusal)) => json!({ "refused": finding(refusal) }),
        Err(error) => panic!("{error}"),
    }
}

/// Every form in which a secret could be printed.
fn forms(secret: &Secret) -> Vec<String> {
    let bytes = secret.expose_bytes();
    let hex = secret.expose_hex().as_str().to_ascii_lowercase();
    let base32 = secret.expose_base32().as_str().to_ascii_lowercase();
    let base64 = data_encoding::BASE64_NOPAD.encode(bytes).to_ascii_lowercase();
    let mut forms = vec![hex, base32, base64];
    forms.extend(core::str::from_utf8(bytes).ok().filter(|text| text.len() >= 8).map(str::to_ascii_lowercase));
    forms
}

/// Whether a text names an option of a command, other than those of the programs that it tells people to run.
fn names_an_option(text: &str) -> bool {
    let programs = ["gpg --", "age --", "pskctool --"];
    programs.iter().fold(text.to_owned(), |text, program| text.replace(program, "")).contains("--")
}

#[test]
fn every_file_is_read_as_expected() {
    let rewrite = std::env::var_os("OATH_WRITE_EXPECTED").is_some();
    let mut files = Vec::new();
    for folder in fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        files.extend(fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    }
    files.sort();
    let is_expected = |path: &Path| path.to_string_lossy().ends_with(".expected.json");
    let (mut count, mut wrong) = (0, Vec::new());
    for path in files.iter().filter(|path| !is_expected(path)) {
        let beside = path.with_extension("expected.json");
        let expected: Value =
            fs::read(&beside).ok().map_or_else(|| json!({}), |text| serde_json::from_slice(&text).unwrap());
        let (options, unlock) = options(&expected["options"]);
        let bytes = fs::read(path).unwrap();
        let read = read_from(bytes.as_slice(), &options, &unlock);
        let mut now = found(&read);
        if !expected["options"].is_null() {
            now["options"] = expected["options"].clone();
        }
        if rewrite {
            fs::write(&beside, format!("{}\n", serde_json::to_string_pretty(&now).unwrap())).unwrap();
        } else if now != expected {
            wrong.push(format!("{}:\n{}", path.display(), serde_json::to_string_pretty(&now).unwrap()));
        }
        // The texts are shown by programs of which the command is one.
        let findings = match &read {
            Ok(file) => file.findings.iter().collect(),
            Err(ReadError::Refused(refusal)) => vec![&**refusal],
            Err(_) => vec![],
        };
        for finding in findings {
            assert!(!names_an_option(&finding.action), "{}: {}", path.display(), finding.action);
        }
        if let Ok(file) = &read {
            let told = format!("{file:?}").to_ascii_lowercase();
            for record in &file.records {
                for form in forms(&record.secret) {
                    assert!(!told.contains(&form), "{}: a secret in Debug", path.display());
                }
            }
        }
        count += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 0, "no file in {}", root().display());
}

/// A file without mistakes gives no finding, whatever its format.
#[test]
fn clean_files_of_every_format_give_no_finding() {
    for format in Format::ALL {
        let of_format = fs::read_dir(root().join(format.name())).unwrap().map(|entry| entry.unwrap().path());
        let clean: Vec<PathBuf> = of_format
            .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("clean"))
            .filter(|path| !path.to_string_lossy().ends_with(".expected.json"))
            .collect();
        assert!(!clean.is_empty(), "no clean file of {format}");
        for path in clean {
            let expected: Value =
                serde_json::from_slice(&fs::read(path.with_extension("expected.json")).unwrap()).unwrap();
            let (options, unlock) = options(&expected["options"]);
            let file = read_from(fs::read(&path).unwrap().as_slice(), &options, &unlock).unwrap();
            assert_eq!(file.format, *format, "{}", path.display());
            assert!(file.findings.is_empty(), "{}: {:?}", path.display(), file.findings);
            assert!(file.failed.is_empty() && file.records.len() > 1, "{}", path.display());
        }
    }
}
