//! Secrets in every encoding, planted into every column, member, element and attribute of the files of the testkit, whole and
//! damaged: no finding, repair, failures file or recognition shows them.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod slots;

use oath_seeds::{Assume, Field, Format, Kind, Options, ReadError, Record, Repairs, TokenType, failures};
use oath_seeds::{fill_in, read, recognise};
use oath_totp::{Algorithm, Digits, Secret};
use slots::Slot;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// So many letters and digits in a row of a secret are too many.
const WINDOW: usize = 8;

/// Secrets in every encoding: none is a published one.
fn encodings() -> Vec<String> {
    let bytes = *b"\x9f\xfb\xce\xfb\x05\xd2\xe8\x3b\x66\x90\xfb\xce\x12\xad\x47\xf1\x38\xc9\x5d\x80";
    let base64 = data_encoding::BASE64.encode(&bytes);
    assert!(base64.contains('/') && base64.contains('+'), "{base64}");
    vec![
        data_encoding::BASE32_NOPAD.encode(&bytes),
        data_encoding::BASE32_NOPAD.encode(&bytes).to_lowercase(),
        data_encoding::HEXLOWER.encode(&bytes),
        base64,
        data_encoding::HEXUPPER.encode(&bytes),
        "4839201759206837416502938471650293847165".to_owned(),
        // Bytes that are text.
        "kT7/q+9Zr2!Wm4v&xP8^".to_owned(),
    ]
}

/// What happens to a secret on its way.
fn damages(secret: &str) -> Vec<String> {
    let middle = secret.len() / 2;
    let (one, other) = secret.split_at(middle);
    let groups = |separator: &str| {
        let groups: Vec<&str> = (0..secret.len()).step_by(4).map(|i| &secret[i..(i + 4).min(secret.len())]).collect();
        groups.join(separator)
    };
    let mut all = vec![secret.to_owned()];
    // A mistyped character, a separator typed into it, a part of it lost.
    all.extend(
        ["!", ",", ";", "\t", "0", "8", "é", "’", "'", "\u{200b}", "@", "="].map(|c| format!("{one}{c}{other}")),
    );
    all.extend([" ", "-", ".", ":", "_"].map(groups));
    all.extend([format!("{secret},"), format!("=\"{secret}\""), format!("'{secret}'"), format!("0x{secret}")]);
    all.extend([format!("{secret} s"), format!("{secret}@example.com"), one.to_owned(), other.to_owned()]);
    all
}

/// The most different, where each takes a file of its own.
fn few_damages(secret: &str) -> [String; 3] {
    let (head, rest) = secret.split_at(12);
    [secret.to_owned(), format!("{head}!{rest}"), secret[..secret.len() / 2].to_owned()]
}

/// The files of text without mistakes, by format.
fn files() -> Vec<(Format, PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testkit/seeds");
    let mut files = Vec::new();
    for format in Format::ALL {
        let of_format = fs::read_dir(root.join(format.name())).unwrap().map(|entry| entry.unwrap().path());
        let clean: Vec<PathBuf> = of_format
            .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("clean"))
            .filter(|path| !path.to_string_lossy().ends_with(".expected.json"))
            .collect();
        assert!(!clean.is_empty(), "no file of {format}");
        files.extend(clean.into_iter().map(|path| (*format, path.clone(), fs::read_to_string(path).unwrap())));
    }
    files.sort();
    files
}

/// Everything that reports show of a file. `Debug` of a record shows texts of the row itself and is for developers; that of
/// the findings is included.
fn shown(bytes: &[u8], options: &Options) -> String {
    match read(bytes, options) {
        Ok(file) => {
            let mut out = Vec::new();
            failures::write(&file, &mut out).unwrap();
            let mut shown = String::from_utf8(out).unwrap();
            for finding in &file.findings {
                let repair = finding.repair.as_ref().map(ToString::to_string).unwrap_or_default();
                shown += &format!("{finding} {finding:?} {repair}\n");
            }
            shown + &format!("{:?}", file.failed)
        }
        Err(ReadError::Refused(finding)) => format!("{finding} {finding:?}"),
        Err(error) => panic!("{error}"),
    }
}

/// Gives `is_last` each run of eight letters and digits of a text in lower case, whatever stands between them: its last pair and
/// all of it as numbers. Returns where the run ends for which it says `true`.
///
/// The texts to look at are a thousand times longer than the secrets, so that the loop is what the test costs without
/// optimisation: it is one pass without a copy.
fn first_run(text: &[u8], mut is_last: impl FnMut(u16, u64) -> bool) -> Option<usize> {
    let (mut pair, mut run, mut length) = (0u16, 0u64, 0usize);
    let mut at = 0;
    while at < text.len() {
        let mut byte = text[at];
        at += 1;
        if byte.is_ascii_alphanumeric() {
            byte.make_ascii_lowercase();
            pair = pair << 8 | u16::from(byte);
            run = run << 8 | u64::from(byte);
            length += 1;
            if length >= WINDOW && is_last(pair, run) {
                return Some(at);
            }
        }
    }
    None
}

/// Looks for parts of a secret, whatever stands between its characters.
fn assert_hidden(secret: &str, shown: &str, of: &str) {
    // Nearly every run ends with another pair of characters than all parts.
    let (mut parts, mut ends) = (Vec::new(), [false; 1 << 16]);
    first_run(secret.as_bytes(), |pair, part| {
        parts.push(part);
        ends[usize::from(pair)] = true;
        false
    });
    if let Some(end) = first_run(shown.as_bytes(), |pair, run| ends[usize::from(pair)] && parts.contains(&run)) {
        let around = shown.as_bytes().get(end.saturating_sub(80)..(end + 40).min(shown.len())).unwrap();
        panic!("{of}: a part of the secret in {}", String::from_utf8_lossy(around));
    }
}

#[test]
fn a_part_of_a_secret_is_found_whatever_stands_between_its_characters() {
    let found = |shown: &str| std::panic::catch_unwind(|| assert_hidden("MFRGGZDFMZ", shown, "")).is_err();
    for shown in ["mfrggzdf", "x: FRGGZDFM", "m-f r.G\u{200b}G\nz\"d'f", "é RGGZDFMZ", "{\"GGGGRG GZDF MZ\"}"] {
        assert!(found(shown), "{shown}");
    }
    for shown in ["", "MFRGGZD", "MFRGGZD0F", "éMFRGGZDé0FMZ", "zmdfzggrfm"] {
        assert!(!found(shown), "{shown}");
    }
}

/// Reads a file with a secret in it in every way.
fn check(secret: &str, file: &str, format: Format, of: &str) {
    let assume = Assume {
        kind: Some(TokenType::Totp),
        algorithm: Some(Algorithm::Sha1),
        digits: Some(Digits::Six),
        interval: Some(30),
    };
    // A document is read as far as it goes; there is little to repair.
    let offered = Options::default().format(format);
    let applied = offered.clone().assume(assume).repairs(Repairs::Apply).lenient(true);
    let is_document = file.trim_start().starts_with(['{', '[', '<']);
    for options in [Some(applied), (!is_document).then_some(offered)].into_iter().flatten() {
        assert_hidden(secret, &shown(file.as_bytes(), &options), of);
    }
    match recognise(file) {
        Ok(recognised) if recognised.format == format => {}
        Ok(recognised) => {
            let options = Options::default().format(recognised.format);
            assert_hidden(secret, &format!("{recognised:?}{}", shown(file.as_bytes(), &options)), of);
        }
        Err(refusal) => assert_hidden(secret, &format!("{refusal} {refusal:?}"), of),
    }
}

/// Plants secrets into a document: values of one name all at once, each with another damage; names one by one.
fn plant(format: Format, path: &Path, text: &str, slots: &[Slot]) {
    let mut by_name: BTreeMap<&str, Vec<&Slot>> = BTreeMap::new();
    slots.iter().for_each(|slot| by_name.entry(&slot.name).or_default().push(slot));
    assert!(by_name.len() > 8, "{}: {:?}", path.display(), by_name.keys());
    for (name, slots) in by_name {
        for (index, secret) in encodings().iter().enumerate() {
            let of = |bad: &str| format!("{}, {name} {bad}", path.display());
            let few = few_damages(secret);
            // All damages to Base32.
            let most = index == 0;
            if slots[0].is_name {
                let bad = if most { &few[..] } else { &few[..1] };
                bad.iter().for_each(|bad| check(secret, &slots[0].with(text, bad), format, &of(bad)));
                continue;
            }
            let bad = if most { damages(secret) } else { few.to_vec() };
            for bad in bad.chunks(slots.len()) {
                // From the end, so that places stay what they are.
                let planted =
                    slots.iter().zip(bad).rev().fold(text.to_owned(), |text, (slot, bad)| slot.with(&text, bad));
                check(secret, &planted, format, &of(&bad.join(" ")));
            }
        }
    }
}

#[test]
fn a_secret_in_a_line_is_never_shown() {
    let mut count = 0usize;
    for (format, path, text) in files().into_iter().filter(|(.., text)| !text.starts_with(['{', '[', '<'])) {
        let blocks = format == Format::SafeWord;
        // The header, if there is one, and two of the rows.
        let third = text.match_indices('\n').nth(2).map_or(text.len(), |(end, _)| end);
        for slot in slots::of_lines(&text).iter().filter(|slot| blocks || slot.at[0].start < third) {
            count += 1;
            let of = format!("{}, at byte {}", path.display(), slot.at[0].start);
            let line = text[..slot.at[0].start].rfind('\n').map_or(0, |end| end + 1);
            let end = line + text[line..].find('\n').unwrap();
            for secret in encodings() {
                if line == 0 || blocks {
                    for bad in few_damages(&secret) {
                        check(&secret, &slot.with(&text, &bad), format, &of);
                    }
                    if blocks {
                        continue;
                    }
                }
                // Each damage on a line of its own.
                let lines: Vec<String> =
                    damages(&secret).iter().map(|bad| slot.with(&text[..end], bad)[line..].to_owned()).collect();
                check(&secret, &[&text[..line], &lines.join("\n"), &text[end..]].concat(), format, &of);
            }
        }
    }
    assert!(count > 100, "{count}");
}

#[test]
fn a_secret_in_a_json_document_is_never_shown() {
    for (format, path, text) in files().into_iter().filter(|(.., text)| text.starts_with(['{', '['])) {
        plant(format, &path, &text, &slots::of_json(&text));
    }
}

#[test]
fn a_secret_in_an_xml_document_is_never_shown() {
    for (format, path, text) in files().into_iter().filter(|(.., text)| text.starts_with('<')) {
        plant(format, &path, &text, &slots::of_xml(&text));
    }
}

/// The fields of an export to a QR code, which the lines hold in Base64.
#[test]
fn a_secret_in_a_migration_is_never_shown() {
    for secret in encodings() {
        for bad in damages(&secret) {
            for payload in slots::migrations(bad.as_bytes()) {
                let data = data_encoding::BASE64.encode(&payload).replace('+', "%2B").replace('/', "%2F");
                let file = format!("otpauth-migration://offline?data={data}\n");
                check(&secret, &file, Format::OtpauthMigration, "a migration");
            }
        }
    }
}

/// A name that is the secret would be shown wherever tokens are listed: there is no such token.
#[test]
fn no_token_has_its_secret_for_a_name() {
    let bytes = b"kT7-q.9Zr2_Wm4v-xP8e";
    let base32 = data_encoding::BASE32_NOPAD.encode(bytes);
    let forms = [
        base32.clone(),
        base32.to_lowercase(),
        format!("({base32})"),
        data_encoding::HEXLOWER.encode(bytes),
        data_encoding::BASE64.encode(bytes),
        String::from_utf8(bytes.to_vec()).unwrap(),
    ];
    for form in forms {
        for (file, field) in [
            (format!("otpauth://totp/{form}?secret={base32}\n").replace('+', "%2B"), Field::Account),
            (format!("otpauth://totp/a?secret={base32}&issuer={form}\n").replace('+', "%2B"), Field::Issuer),
            (
                format!(
                    "[{{\"secret\":\"{base32}\",\"label\":\"{form}\",\"digits\":6,\"type\":\"TOTP\",\"algorithm\":\"SHA1\",\
                     \"period\":30,\"issuer\":\"A\"}}]"
                ),
                Field::Account,
            ),
            (
                format!("serial number,secret key,time interval,manufacturer,model\n1,{base32},30,C,\"{form}\"\n"),
                Field::Model,
            ),
        ] {
            let file = read(file.as_bytes(), &Options::default()).unwrap();
            let found = file.findings.iter().find(|finding| finding.kind == Kind::SecretElsewhere);
            assert_eq!(found.and_then(|finding| finding.field), Some(field), "{form}: {:?}", file.findings);
            assert!(file.records.is_empty());
        }
    }
}

/// A file that says whose which token is.
#[test]
fn a_secret_in_a_file_of_users_is_never_shown() {
    for secret in encodings() {
        for bad in damages(&secret) {
            for file in [
                format!("serial number,upn\n{bad},a@b.c\n"),
                format!("serial number,upn\n1,{bad}\n1,a@b.c\n1,{bad}@b.c\n"),
                format!("serial number,upn,usertype\n1,a@b.c,{bad}\n"),
                format!("serial number,{bad}\n1,a@b.c\n"),
                format!("{bad},upn\n1,a@b.c\n"),
            ] {
                let mut records = [Record::new("1", Secret::from_bytes(&[7; 20]).unwrap())];
                let shown = match fill_in(&mut records, file.as_bytes()) {
                    Ok(filled) => filled.findings.iter().map(|finding| format!("{finding} {finding:?}")).collect(),
                    Err(error) => format!("{error} {error:?}"),
                };
                assert_hidden(&secret, &shown, &file);
            }
        }
    }
}
