//! Files of `python-pskc` (PyPI) and for it, and what `pskctool` (Debian) says of ours: the secrets and parameters agree. Each
//! test runs only where its program is installed and says so where it is not; `cargo xtask test` installs both, or names them
//! as left out. `OATH_PSKC_PYTHON` names the Python that has `python-pskc`; without it `python3` is asked.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use oath_seeds::{Format, Moving, Options, Protection, Record, Unlock, WriteOptions, read_from, write};
use oath_totp::{Algorithm, Digits, Secret, TimeStep};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

const PASSWORD: &str = "correct horse battery staple";
/// 32 hex digits of it are a key for AES-128, 48 for AES-192, 64 for AES-256.
const KEY: &str = "00112233445566778899aabbccddeeff102132435465768798a9bacbdcedfe0f";

/// Makes a file with three tokens: ALGORITHM (`plain`, `aes128-cbc`, …, `pbkdf2 …`) KEY-OR-PASSWORD PATH.
const MAKE: &str = "
import sys
from pskc import PSKC
how, secret, path = sys.argv[1:]
p = PSKC()
for line in sys.stdin:
    serial, kind, suite, digits, seed, counter, interval = line.split()
    p.add_key(id=serial, serial=serial, algorithm='urn:ietf:params:xml:ns:keyprov:pskc:' + kind,
        algorithm_suite=None if suite == 'SHA1' else 'HMAC-' + suite, response_encoding='DECIMAL', response_length=int(digits),
        secret=bytes.fromhex(seed), **(dict(counter=int(counter)) if kind == 'hotp' else dict(time_interval=int(interval))))
if how.startswith('pbkdf2'):
    _, cipher, length, prf = how.split()
    p.encryption.setup_pbkdf2(secret, iterations=1000, algorithm=cipher, key_length=int(length), prf=prf)
elif how != 'plain':
    fields = ['secret', 'counter', 'time_interval'] if how.startswith('all ') else ['secret']
    p.encryption.setup_preshared_key(algorithm=how.split()[-1], key=bytes.fromhex(secret), fields=fields)
p.write(path)
";

/// Prints the tokens of a file in the same way: KIND (`plain`, `key`, `password`) KEY-OR-PASSWORD PATH.
const SHOW: &str = "
import sys
from pskc import PSKC
how, secret, path = sys.argv[1:]
p = PSKC(path)
if how == 'key':
    p.encryption.key = bytes.fromhex(secret)
elif how == 'password':
    p.encryption.derive_key(secret)
for k in p.keys:
    suite = (k.algorithm_suite or 'HMAC-SHA1').replace('HMAC-', '')
    print(k.serial, k.algorithm.split(':')[-1], suite, k.response_length, k.secret.hex(), k.counter or 0, k.time_interval or 0)
";

fn named_python() -> Option<String> {
    std::env::var("OATH_PSKC_PYTHON").ok()
}

fn python() -> String {
    named_python().unwrap_or_else(|| "python3".to_owned())
}

/// Whether a program answers; says that a test was skipped where it does not.
fn installed(program: &str, arguments: &[&str]) -> bool {
    let found = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let found = found.is_ok_and(|status| status.success());
    if !found {
        println!("skipped: {program} {} does not run here", arguments.join(" "));
    }
    found
}

/// A Python that is named must have it.
fn has_python_pskc() -> bool {
    let found = installed(&python(), &["-c", "import pskc, cryptography"]);
    assert!(found || named_python().is_none(), "{} does not have python-pskc", python());
    found
}

/// A file that is deleted at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("oath-seeds-{}-{name}.xml", std::process::id())))
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn run(program: &str, arguments: &[&str], input: &str) -> String {
    use std::io::Write;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn records() -> Vec<Record> {
    let secret =
        |length: u8, odd: u8| Secret::from_bytes(&(0..length).map(|i| i.wrapping_mul(odd) ^ 0x6d).collect::<Vec<_>>());
    let mut records = Vec::new();
    for (number, (length, algorithm, digits, moving)) in [
        (20, Algorithm::Sha1, Digits::Six, Moving::Time { step: TimeStep::SECONDS_30 }),
        (32, Algorithm::Sha256, Digits::Eight, Moving::Time { step: TimeStep::SECONDS_60 }),
        (64, Algorithm::Sha512, Digits::Seven, Moving::Counter { counter: 258 }),
        (20, Algorithm::Sha1, Digits::Six, Moving::Counter { counter: 4_294_967_296 }),
    ]
    .into_iter()
    .enumerate()
    {
        let odd = u8::try_from(number).unwrap() * 2 + 37;
        let mut record = Record::new(format!("250000000{number}"), secret(length, odd).unwrap());
        record.algorithm = algorithm;
        record.digits = digits;
        record.moving = moving;
        records.push(record);
    }
    records
}

/// A line for each token, as `SHOW` prints it.
fn lines(records: &[Record]) -> String {
    let line = |record: &Record| {
        let (kind, counter, interval) = match record.moving {
            Moving::Time { step } => ("totp", 0, step.x()),
            Moving::Counter { counter } => ("hotp", counter, 0),
        };
        format!(
            "{} {kind} {} {} {} {counter} {interval}\n",
            record.name(),
            record.algorithm.name(),
            record.digits.count(),
            record.secret.expose_hex().to_ascii_lowercase()
        )
    };
    records.iter().map(line).collect()
}

#[test]
fn files_of_python_pskc_are_read() {
    if !has_python_pskc() {
        return;
    }
    let expected = lines(&records());
    let keys = [
        ("aes128-cbc", 32),
        ("aes192-cbc", 48),
        ("aes256-cbc", 64),
        ("kw-aes128", 32),
        ("kw-aes192", 48),
        ("kw-aes256", 64),
        ("all aes128-cbc", 32),
        ("all aes256-cbc", 64),
    ];
    let passwords = [
        "pbkdf2 aes128-cbc 16 hmac-sha1",
        "pbkdf2 aes192-cbc 24 hmac-sha1",
        "pbkdf2 aes256-cbc 32 hmac-sha256",
        "pbkdf2 kw-aes256 32 hmac-sha512",
    ];
    let keys = keys.map(|(how, digits)| (how, &KEY[..digits]));
    for (how, secret) in keys.into_iter().chain(passwords.map(|how| (how, PASSWORD))).chain([("plain", "-")]) {
        let file = Scratch::new("made");
        run(&python(), &["-c", MAKE, how, secret, file.path()], &expected);
        let mut unlock = Unlock::default();
        if how.starts_with("pbkdf2") {
            unlock.password(secret);
        } else if how != "plain" {
            unlock.key(Secret::from_hex(secret).unwrap().expose_bytes());
        }
        let bytes = fs::read(&file.0).unwrap();
        let found = read_from(bytes.as_slice(), &Options::default().format(Format::Pskc), &unlock).unwrap();
        assert!(found.findings.is_empty(), "{how}: {:?}", found.findings);
        assert_eq!(lines(&found.records), expected, "{how}");
    }
}

/// Every way in which a file is written here, with what opens it.
fn written() -> Vec<(&'static str, String, WriteOptions)> {
    let key = |digits: usize| {
        let key = Secret::from_hex(&KEY[..digits]).unwrap();
        let options = WriteOptions::default().protect(Protection::key(key.expose_bytes()).unwrap());
        ("key", KEY[..digits].to_owned(), options)
    };
    let password = |protection: Protection| {
        ("password", PASSWORD.to_owned(), WriteOptions::default().protect(protection.rounds(1000)))
    };
    vec![
        ("plain", String::new(), WriteOptions::default()),
        key(32),
        key(48),
        key(64),
        password(Protection::password(PASSWORD).unwrap()),
        password(Protection::password(PASSWORD).unwrap().aes_256()),
    ]
}

#[test]
fn python_pskc_reads_our_files() {
    if !has_python_pskc() {
        return;
    }
    let records = records();
    for (how, secret, options) in written() {
        let file = Scratch::new("written");
        write(&records, Format::Pskc, &options, fs::File::create(&file.0).unwrap()).unwrap();
        let shown = run(&python(), &["-c", SHOW, how, &secret, file.path()], "");
        assert_eq!(shown, lines(&records), "{how}");
    }
}

/// `pskctool` opens no encrypted values; it checks the form of every file against the schema, and shows plain ones.
#[test]
fn pskctool_takes_our_files() {
    if !installed("pskctool", &["--version"]) {
        return;
    }
    let records = records();
    for (how, _, options) in written() {
        let file = Scratch::new("checked");
        write(&records, Format::Pskc, &options, fs::File::create(&file.0).unwrap()).unwrap();
        let verdict = run("pskctool", &["--validate", file.path()], "");
        assert_eq!(verdict.trim(), "OK", "{how}");
        if how == "plain" {
            let shown = run("pskctool", &["--strict", "--info", file.path()], "");
            let values = |name: &str| -> Vec<String> {
                let prefix = format!("{name}: ");
                shown.lines().filter_map(|line| line.trim().strip_prefix(&prefix)).map(str::to_owned).collect()
            };
            let secrets: Vec<_> =
                records.iter().map(|record| data_encoding::BASE64.encode(record.secret.expose_bytes())).collect();
            assert_eq!(values("Key Secret (base64)"), secrets);
            assert_eq!(values("SerialNo"), records.iter().map(Record::name).collect::<Vec<_>>());
            assert_eq!(values("Response Format Length"), ["6", "8", "7", "6"]);
            assert_eq!(values("Key TimeInterval"), ["30", "60"]);
            assert_eq!(values("Key Counter"), ["258", "4294967296"]);
            assert_eq!(values("Algorithm Parameters Suite"), ["HMAC-SHA256", "HMAC-SHA512"]);
        }
    }
}
