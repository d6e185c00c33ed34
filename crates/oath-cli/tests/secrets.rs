//! No command that lists, reports or changes shows a secret that is in the directory, in any form: Base32, hex, Base64 or raw.

mod support;

use oath_cli::schema::COMMANDS;
use oath_totp::{Secret, TimeStep};
use std::collections::BTreeSet;
use std::fs;
use support::{Desk, HEADER, MONDAY, SECRETS, plain, shows};

/// A secret in the forms in which a program could show it.
fn forms(secret: &Secret) -> Vec<Vec<u8>> {
    let base32 = secret.expose_base32().to_string();
    let hex = secret.expose_hex().to_string();
    let bytes: Vec<u8> =
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
    let groups = |text: &str| text.as_bytes().chunks(4).map(<[u8]>::to_vec).collect::<Vec<_>>().join(&b' ');
    let list = format!("{bytes:?}");
    let base64 = base64(&bytes);
    let url = base64.replace('+', "-").replace('/', "_");
    [
        base32.to_lowercase().into_bytes(),
        groups(&base32.to_lowercase()),
        hex.to_lowercase().into_bytes(),
        groups(&hex.to_lowercase()),
        // The form of a list: a program that prints bytes.
        list.trim_matches(['[', ']']).as_bytes().to_vec(),
        base64.to_lowercase().into_bytes(),
        url.to_lowercase().into_bytes(),
        bytes.to_ascii_lowercase(),
    ]
    .into()
}

/// Base64 without its padding.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = (0..3).fold(0u32, |word, at| word << 8 | u32::from(chunk.get(at).copied().unwrap_or(0)));
        for at in 0..=chunk.len() {
            text.push(char::from(ALPHABET[usize::try_from(word >> (18 - 6 * at) & 63).unwrap()]));
        }
    }
    text
}

/// Whether one of the forms is in an output, whatever its case. A text that differs from a secret in case alone tells it too.
fn shows_one(output: &[u8], forms: &[Vec<u8>]) -> bool {
    let output = output.to_ascii_lowercase();
    forms.iter().any(|form| output.windows(form.len()).any(|part| part == form))
}

#[test]
fn the_forms_of_a_secret_are_recognised() {
    let secret = Secret::from_bytes(b"any carnal pleasure.").unwrap();
    let forms = forms(&secret);
    for shown in [
        "secret=MFXHSIDDMFZG4YLMEBYGYZLBON2XEZJO&issuer",
        "MFXH SIDD MFZG 4YLM EBYG YZLB ON2X EZJO",
        "616e79206361726e616c20706c6561737572652e",
        "YW55IGNhcm5hbCBwbGVhc3VyZS4=",
        "[97, 110, 121, 32, 99, 97, 114, 110, 97, 108, 32, 112, 108, 101, 97, 115, 117, 114, 101, 46]",
        "(any carnal pleasure.)",
    ] {
        assert!(shows_one(shown.as_bytes(), &forms), "{shown}");
    }
    assert!(!shows_one(b"MFXHSIDDMFZG4YLM and any carnal pleasure", &forms), "half of it is another text");
}

/// A directory with a secret of each kind, and all of these.
fn filled() -> (Desk, Vec<Vec<u8>>) {
    let desk = Desk::furnished_on_sqlite();
    let mut secrets: Vec<Vec<u8>> =
        SECRETS.iter().flat_map(|secret| forms(&Secret::from_base32(secret).unwrap())).collect();
    desk.write(
        "third.csv",
        &format!("{HEADER}\n,2300003,{},30,Contoso,HardwareKey\nx,2300004,bad!,30,C,M\n", SECRETS[2]),
    );
    assert_eq!(desk.oath("tokens upload third.csv --inventory").status, 1);
    let enrolled = desk.json("software enroll alice@example.com");
    let secret = Secret::from_base32(enrolled["secret"].as_str().unwrap()).unwrap();
    let code = shows(enrolled["secret"].as_str().unwrap(), TimeStep::SECONDS_30, MONDAY);
    let next = shows(enrolled["secret"].as_str().unwrap(), TimeStep::SECONDS_30, MONDAY + 30);
    desk.done(&format!("software confirm alice@example.com {code} {next} --at {MONDAY}"));
    secrets.extend(forms(&secret));
    let issued = desk.json("recovery issue bob@example.com");
    for code in issued["codes"].as_array().unwrap() {
        let code = code.as_str().unwrap().to_lowercase();
        secrets.extend([code.replace('-', "").into_bytes(), code.into_bytes()]);
    }
    // The keys of the ring.
    let ring = fs::read_to_string(desk.path("oath.keys")).unwrap();
    let keys: Vec<&str> = ring.split_whitespace().filter(|word| word.len() >= 40).collect();
    assert!(!keys.is_empty(), "the ring has keys");
    secrets.extend(keys.iter().map(|key| key.to_lowercase().into_bytes()));
    (desk, secrets)
}

/// What every command is run with here. Those that print a new secret on purpose are left out, and those that read one.
const WORDS: &[(&str, &str)] = &[
    ("users list", ""),
    ("users list", "--locked"),
    ("users show", "alice@example.com"),
    ("users roles", "alice@example.com"),
    ("users import", "users.csv"),
    ("users sync", "users.csv --dry-run"),
    ("users add", "dave@example.com"),
    ("users rename", "dave@example.com david@example.com"),
    ("users disable", "david@example.com"),
    ("users enable", "david@example.com"),
    ("users unlock", "david@example.com"),
    ("users remove", "alice@example.com --dry-run"),
    ("users remove", "david@example.com"),
    ("roles", ""),
    ("tokens list", ""),
    ("tokens show", "2300001"),
    ("tokens show", "2300009"),
    ("tokens upload", "third.csv --inventory --dry-run"),
    ("tokens upload", "fobs.csv"),
    ("tokens assign", "2300003 bob@example.com"),
    ("tokens assign", "--file rows.csv --dry-run"),
    ("tokens activate", "2300003 123456"),
    ("tokens activate", "--file rows.csv"),
    ("tokens resync", "2300001 123456 234567"),
    ("tokens unlock", "2300003"),
    ("tokens reset", "2300003"),
    ("tokens deactivate", "2300003"),
    ("tokens unassign", "2300003"),
    ("tokens delete", "2300003 "),
    ("uploads list", ""),
    ("uploads show", "2"),
    ("uploads failures", "2"),
    ("uploads failures", "2 -o failures.csv"),
    ("uploads undo", "1 --dry-run"),
    ("uploads delete", "2"),
    ("software confirm", "bob@example.com 123456"),
    ("software cancel", "bob@example.com"),
    ("verify", "alice@example.com 123456"),
    ("recovery show", "bob@example.com"),
    ("recovery reset", "bob@example.com"),
    ("report", "--svg report.svg"),
    ("backup", "copy.db"),
    ("restore", "copy.db --replace --dry-run"),
    ("restored", ""),
    ("migrate", ""),
    ("init", ""),
    ("policy show", ""),
    ("policy set", "activations=none"),
    ("policy use", "entra-2025"),
    ("policy reset", ""),
    ("keys list", ""),
    ("keys add", ""),
    ("keys activate", "nokey"),
    ("keys rotate", ""),
    ("keys check", ""),
    ("keys remove", "nokey"),
    ("audit list", ""),
    ("audit verify", ""),
    ("audit checkpoint", ""),
    ("audit export", "--until 2100-01-01 -o log.jsonl"),
    ("audit verify", "log.jsonl"),
    ("audit prune", "--exported log.jsonl"),
    ("seeds check", "fobs.csv third.csv"),
    ("seeds convert", "fobs.csv --to duo-csv -o out.csv --accept-loss"),
    ("seeds repair", "third.csv -o mended.csv --yes"),
    ("seeds assign", "fobs.csv rows.csv -o assigned.csv"),
    ("seeds match", "fobs.csv 123456"),
    ("seeds formats", ""),
];

/// Commands that print a secret on purpose, or that ask for one on standard input.
const LEFT_OUT: [&str; 6] = ["tour", "software enroll", "software reenroll", "recovery issue", "code", "seeds probe"];

#[test]
fn no_command_shows_a_secret_of_the_directory() {
    let (desk, secrets) = filled();
    desk.write("users.csv", "userPrincipalName\nalice@example.com\nbob@example.com\n");
    desk.write(
        "rows.csv",
        "serial number,upn,code\n2300001,alice@example.com,123456\n2300003,bob@example.com,123457\n",
    );
    for (command, words) in WORDS {
        let words = format!("{command} {words}").trim_end().to_owned();
        for words in [words.clone(), format!("{words} --json")] {
            let ended = desk.run(&words, "");
            for output in [&ended.out, &ended.err] {
                assert!(!shows_one(output.as_bytes(), &secrets), "oath {words} shows a secret");
            }
            let parsed =
                !words.ends_with("--json") || ended.out.lines().map(plain).count() == ended.out.lines().count();
            assert!(parsed && ended.status < 3, "oath {words}: {}", ended.err);
        }
    }
    // Files for people, and the log that anyone may read.
    for file in ["failures.csv", "report.svg", "log.jsonl"] {
        let text = fs::read(desk.path(file)).unwrap();
        assert!(!text.is_empty() && !shows_one(&text, &secrets), "{file} shows a secret");
    }
    // The database holds them sealed.
    for file in ["oath.db", "copy.db"] {
        assert!(!shows_one(&fs::read(desk.path(file)).unwrap(), &secrets), "{file} holds a secret as it is");
    }
    let ran: BTreeSet<&str> = WORDS.iter().map(|(command, _)| *command).chain(LEFT_OUT).collect();
    let all: BTreeSet<&str> = COMMANDS.iter().map(|output| output.command).collect();
    assert_eq!(ran, all, "every command is run, or is left out for a reason");
}
