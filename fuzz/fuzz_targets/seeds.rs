//! Any bytes as a seed file: no panic, every row ends as a record or has an error, and no finding shows a secret.
//!
//! A first byte below the number of formats chooses one of them; otherwise the format is recognised.
#![no_main]

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD};
use libfuzzer_sys::fuzz_target;
use oath_seeds::{Assume, Format, Limits, Options, ReadError, Reader, Record, Repairs, TokenType, Unlock};
use oath_totp::Secret;

fuzz_target!(|bytes: &[u8]| {
    let chosen = bytes.split_first().and_then(|(first, rest)| Some((*Format::ALL.get(usize::from(*first))?, rest)));
    let mut options = Options::default().limits(Limits { document_bytes: 1 << 20, depth: 64, rounds: 1000 });
    let mut bytes = bytes;
    if let Some((format, rest)) = chosen {
        options = options.format(format);
        bytes = rest;
    }
    let assumed = Assume { kind: Some(TokenType::Totp), interval: Some(30), ..Assume::default() };
    for options in [options.clone(), options.lenient(true).repairs(Repairs::Apply).assume(assumed)] {
        read(bytes, &options);
    }
});

fn read(bytes: &[u8], options: &Options) {
    let mut unlock = Unlock::default();
    unlock.password("qwerty").key(&[0x12; 16]);
    let mut told = String::new();
    let mut records = Vec::new();
    match Reader::unlocked(bytes, options, &unlock) {
        Ok(mut reader) => {
            told.push_str(&format!("{:?}", reader.take_findings()));
            while let Some(row) = reader.next() {
                let row = match row {
                    Ok(row) => row,
                    Err(error) => {
                        told.push_str(&shown(&error));
                        break;
                    }
                };
                assert_eq!(row.record.is_none(), row.errors().next().is_some(), "a row is a record or has an error");
                for finding in &row.findings {
                    told.push_str(&format!("{finding} {finding:?}\n"));
                }
                records.extend(row.record);
            }
            told.push_str(&format!("{:?}", reader.take_findings()));
        }
        Err(error) => told.push_str(&shown(&error)),
    }
    let told = told.to_ascii_lowercase();
    // A file may give a token its own secret as a name; names are shown.
    let names: String = records.iter().map(|record| names(record).to_ascii_lowercase()).collect();
    for form in records.iter().flat_map(|record| forms(&record.secret)) {
        assert!(!told.contains(&form) || names.contains(&form), "a finding shows a secret");
    }
}

fn shown(error: &ReadError) -> String {
    format!("{error} {error:?}\n")
}

fn names(record: &Record) -> String {
    format!("{:?} {:?} {} {} {:?}", record.serial, record.upn, record.manufacturer, record.model, record.details())
}

/// Every form in which a secret could be shown, in lower case.
fn forms(secret: &Secret) -> Vec<String> {
    let bytes = secret.expose_bytes();
    let text = core::str::from_utf8(bytes).ok().map(str::to_owned);
    let mut forms = vec![secret.expose_hex().to_string(), secret.expose_base32().to_string()];
    forms.extend([BASE64_NOPAD.encode(bytes), BASE64URL_NOPAD.encode(bytes)]);
    forms.extend(text);
    forms.iter().map(|form| form.to_ascii_lowercase()).collect()
}
