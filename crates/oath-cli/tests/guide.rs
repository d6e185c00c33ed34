//! Every command of `docs/administrators.md`, in its order, ends with 0.

mod support;

use oath_seeds::{Format, Protection, Record, WriteOptions};
use oath_totp::{Algorithm, Digits, Secret, TimeStep, Totp, UnixTime};
use std::path::Path;
use support::{Desk, HEADER, MONDAY, SECRETS, shows};

/// What the vendor mailed, and what the administrator has besides.
fn furnish(desk: &Desk) {
    desk.write(
        "users.csv",
        "userPrincipalName,displayName,id,accountEnabled\nalice@example.com,Alice,1,true\nbob@example.com,Bob,2,true\n",
    );
    desk.write("staff.csv", "serial number;upn\n2300001;alice@example.com\n2300002;bob@example.com\n");
    desk.write("returned.csv", "serial number\n2300002\n");
    desk.write(
        "box.csv",
        &format!("{HEADER}\n,2300003,{} {},30 s,Contoso,HardwareKey\n", &SECRETS[2][..16], &SECRETS[2][16..]),
    );
    let bobs = |seconds| shows(SECRETS[1], TimeStep::SECONDS_30, MONDAY + seconds);
    desk.write("codes.csv", &format!("serial number;code;next code\n2300002;{};{}\n", bobs(0), bobs(30)));
    desk.write_private("password.txt", "qwerty\n");
    let records: Vec<Record> = (2_300_001..)
        .zip(&SECRETS[..2])
        .map(|(serial, secret)| Record::new(serial.to_string(), Secret::from_base32(secret).unwrap()))
        .collect();
    let options = WriteOptions::default().protect(Protection::password("qwerty").unwrap());
    let mut file = Vec::new();
    oath_seeds::write(&records, Format::Pskc, &options, &mut file).unwrap();
    std::fs::write(desk.path("tokens.pskc"), file).unwrap();
}

#[test]
fn every_command_of_the_administrators_guide_works_in_its_order() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/administrators.md");
    let guide = std::fs::read_to_string(path).unwrap();
    // Backups are of a database in a file.
    let desk = Desk::on_sqlite();
    furnish(&desk);
    let totp = Totp::new(
        Secret::from_base32(SECRETS[0]).unwrap().key(Algorithm::Sha1).unwrap(),
        Digits::Six,
        TimeStep::SECONDS_30,
    );
    let commands: Vec<&str> = guide.lines().filter_map(|line| line.strip_prefix("$ oath ")).collect();
    assert!(commands.len() > 20, "{commands:?}");
    for (command, number) in commands.iter().zip(0u64..) {
        let now = MONDAY + 300 * number;
        let shown = |seconds: u64| totp.generate(UnixTime::from_secs(now + seconds)).to_string();
        let words = command.replace("NEXT_CODE", &shown(30)).replace("CODE", &shown(0));
        let ended = desk.oath(&format!("{words} --at {now}"));
        assert_eq!(ended.status, 0, "oath {command}: {ended:?}");
    }
}

/// The commands in the text of the guide, which are not run, are commands with these options.
#[test]
fn every_command_that_the_guide_names_is_in_the_help() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/administrators.md");
    let guide = std::fs::read_to_string(path).unwrap();
    let desk = Desk::on_sqlite();
    let mut named = 0;
    for text in guide.split('`').skip(1).step_by(2).filter_map(|text| text.strip_prefix("oath ")) {
        let text = text.replace('\n', " ");
        let is_word = |word: &&str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        let text = text.strip_prefix("help").map_or(&*text, str::trim_start);
        let command: Vec<&str> = text.split(' ').take_while(|word| is_word(word) && !word.starts_with('-')).collect();
        let help = desk.oath(format!("{} --help", command.join(" ")).trim_start());
        assert_eq!(help.status, 0, "`oath {text}`: {help:?}");
        for option in text.split([' ', '\'']).filter(|word| word.starts_with("--")) {
            assert!(help.out.contains(option), "`oath {text}`: {option} is not in the help");
        }
        named += 1;
    }
    assert!(named > 40, "{named}");
}
