//! `oath` asks for a password at a terminal, and only where a password opens the file: each protected file of `testkit/seeds`, at a
//! terminal and without one. The terminal is that of util-linux's `script`.
#![cfg(target_os = "linux")]

mod support;

use serde_json::Value;
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use support::Desk;

/// Typed where a file of the kit has no password.
const NONE: &str = "not the one";

/// Runs `oath` at a terminal. Where it asks for a password, types this one. Returns what the terminal shows, and whether it asked.
fn at_a_terminal(desk: &Desk, words: &str, typed: &str) -> (String, bool) {
    let command = format!("{} {words}", env!("CARGO_BIN_EXE_oath"));
    let mut script = Command::new("script")
        .args(["--quiet", "--return", "--command", &command, "/dev/null"])
        .current_dir(desk.folder.path())
        .env_remove("OATH_DB")
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut keyboard, mut screen) = (script.stdin.take().unwrap(), script.stdout.take().unwrap());
    let (mut shown, mut asked, mut piece) = (String::new(), false, [0; 4096]);
    loop {
        let read = screen.read(&mut piece).unwrap();
        if read == 0 {
            break;
        }
        shown.push_str(&String::from_utf8_lossy(&piece[..read]));
        if !asked && shown.contains("Password of") {
            asked = true;
            writeln!(keyboard, "{typed}").unwrap();
        }
    }
    script.wait().unwrap();
    (shown, asked)
}

#[test]
fn a_password_is_asked_for_where_one_opens_the_file_and_a_person_is_there() {
    let kit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testkit/seeds");
    let desk = Desk::on_sqlite();
    let (mut passwords, mut others) = (0, 0);
    for folder in ["pskc", "openpgp"] {
        let mut files: Vec<_> = fs::read_dir(kit.join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|file| !file.to_string_lossy().ends_with(".expected.json"));
        files.sort();
        for file in files {
            let expected: Value =
                serde_json::from_slice(&fs::read(file.with_extension("expected.json")).unwrap()).unwrap();
            let options = &expected["options"];
            fs::copy(&file, desk.path("x")).unwrap();
            let mut words = "seeds check x --for any".to_owned();
            if let Some(key) = options["openpgp"].as_str() {
                fs::copy(kit.join(key), desk.path("secret.asc")).unwrap();
                words.push_str(" --openpgp-key-file secret.asc");
            }
            if let Some(key) = options["key"].as_str() {
                desk.write("key.hex", key);
                words.push_str(" --key-file key.hex");
            }
            let name = file.display();
            // Without a terminal nothing is asked, and the error names the option.
            let piped = desk.oath(&words);
            let lacks = piped.out.contains("password-missing");
            assert!(!piped.err.contains("Password of") && !piped.out.contains("Password of"), "{name}: {piped:?}");
            assert!(!lacks || piped.out.contains("--password-file"), "{name}: {piped:?}");
            let password = options["password"].as_str();
            let (shown, asked) = at_a_terminal(&desk, &words, password.unwrap_or(NONE));
            assert_eq!(asked, lacks, "{name}: {shown}");
            if !lacks {
                others += 1;
                continue;
            }
            passwords += 1;
            // What was typed does what a password from a file does. (It comes before the terminal stops to echo.)
            let password = password.unwrap_or(NONE);
            desk.write("password.txt", password);
            let by_file = desk.oath(&format!("{words} --password-file password.txt"));
            let last = |text: &str| text.trim_end().lines().last().unwrap_or_default().trim().to_owned();
            assert!(shown.contains(&last(&by_file.out)), "{name}: {shown}\n{by_file:?}");
        }
    }
    assert!(passwords > 10 && others > 20, "{passwords} {others}");
}
