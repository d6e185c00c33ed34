//! Secrets in every encoding, planted into every column of the files of the testkit, whole and damaged: nothing that a person
//! gets to see of such a file shows them.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use oath_seeds::{Options, ReadError, Repair, Repairs, failures, read};
use std::fs;
use std::path::{Path, PathBuf};

/// So many characters in a row of a secret are too many.
const WINDOW: usize = 8;

/// One secret in every encoding: not a published one.
fn encodings() -> Vec<String> {
    let bytes = *b"\x9f\xa4\x1c\x7e\x05\xd2\xe8\x3b\x66\x90\xfb\xce\x12\xad\x47\xf1\x38\xc9\x5d\x80";
    vec![
        data_encoding::BASE32_NOPAD.encode(&bytes),
        data_encoding::BASE32_NOPAD.encode(&bytes).to_lowercase(),
        data_encoding::HEXLOWER.encode(&bytes),
        data_encoding::HEXUPPER.encode(&bytes),
        data_encoding::BASE64.encode(&bytes),
        "4839201759206837416502938471650293847165".to_owned(),
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

fn files() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testkit/seeds");
    let mut files = Vec::new();
    for folder in fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        files.extend(fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    }
    files.retain(|path| path.file_name().unwrap().to_string_lossy().starts_with("clean."));
    files.retain(|path| path.extension().is_some_and(|extension| extension == "csv" || extension == "txt"));
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
                let repair = finding.repair.as_ref().map(Repair::describe).unwrap_or_default();
                shown += &format!("{finding} {finding:?} {repair}\n");
            }
            shown + &format!("{:?}", file.failed)
        }
        Err(ReadError::Refused(finding)) => format!("{finding} {finding:?}"),
        Err(error) => panic!("{error}"),
    }
}

/// Looks for parts of a secret, whatever stands between its characters.
fn assert_hidden(secret: &str, shown: &str, of: &str) {
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let (shown, bare) = (plain(shown), plain(secret));
    for part in bare.as_bytes().windows(WINDOW) {
        let part = core::str::from_utf8(part).unwrap();
        if let Some(at) = shown.find(part) {
            panic!("{of}: {part} in {}", &shown[at.saturating_sub(80)..(at + 40).min(shown.len())]);
        }
    }
}

#[test]
fn a_planted_secret_is_never_shown() {
    let mut count = 0u32;
    for path in files() {
        let text = fs::read_to_string(&path).unwrap();
        let format = path.parent().unwrap().file_name().unwrap().to_string_lossy().parse().unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let separator = [',', ';', '\t'].into_iter().max_by_key(|c| text.matches(*c).count()).unwrap();
        let planted = |line: &str, column: usize, secret: &str| {
            let mut cells: Vec<&str> = line.split(separator).collect();
            cells[column] = secret;
            cells.join(&separator.to_string())
        };
        for column in 0..lines[1].split(separator).count() {
            for secret in encodings() {
                let mut check = |file: &str| {
                    for repairs in [Repairs::Offer, Repairs::Apply] {
                        let options = Options::default().format(format).repairs(repairs);
                        assert_hidden(
                            &secret,
                            &shown(file.as_bytes(), &options),
                            &format!("{}, column {column}", path.display()),
                        );
                        assert_hidden(&secret, &shown(file.as_bytes(), &Options::default()), "recognised");
                        count += 1;
                    }
                };
                // In rows: each damage in one.
                let rows: Vec<String> = damages(&secret).iter().map(|bad| planted(lines[1], column, bad)).collect();
                check(&format!("{}\n{}\n", lines[0], rows.join("\n")));
                // In the first line, which may be the header.
                for bad in [secret.clone(), format!("{}!{}", &secret[..12], &secret[12..]), secret[..15].to_owned()] {
                    check(&format!("{}\n{}\n", planted(lines[0], column, &bad), lines[1]));
                }
            }
        }
    }
    assert!(count > 1000, "{count}");
}
