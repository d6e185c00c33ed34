//! Seed files are converted, repaired, given to users and searched.

mod support;

use serde_json::json;
use std::fs;
use support::{Desk, HEADER, MONDAY, SECRETS, shows};

fn furnished() -> Desk {
    let desk = Desk::new();
    let [first, second, _] = SECRETS;
    desk.write(
        "fobs.csv",
        &format!(
            "{HEADER}\nalice@example.com,2300001,{first},30,Contoso,HardwareKey\n\
             bob@example.com,2300002,{second},60,Contoso,HardwareKey\n"
        ),
    );
    desk
}

#[cfg(unix)]
fn mode(desk: &Desk, name: &str) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(desk.path(name)).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_file_is_converted_and_back_and_nothing_is_lost_without_consent() {
    let desk = furnished();
    let refused = desk.oath("seeds convert fobs.csv --to linotp-csv -o lin.csv");
    assert_eq!((refused.status, desk.path("lin.csv").exists()), (1, false), "{refused:?}");
    for word in ["lost the upn of 2 tokens", "lost the manufacturer", "Nothing was written", "--accept-loss"] {
        assert!(refused.out.contains(word), "{}", refused.out);
    }
    let done = desk.done("seeds convert fobs.csv --to linotp-csv -o lin.csv --accept-loss");
    assert!(done.contains("Wrote 2 tokens of 2 to lin.csv."), "{done}");
    #[cfg(unix)]
    assert_eq!(mode(&desk, "lin.csv"), 0o600);
    desk.fails("seeds convert fobs.csv --to linotp-csv -o lin.csv --accept-loss", 2, "file-exists", &["lin.csv"]);
    let report = desk.json("seeds check lin.csv");
    assert_eq!(
        (&report["format"], &report["records"], &report["findings"]),
        (&json!("linotp-csv"), &json!(2), &json!([]))
    );
    let back = desk.json("seeds convert lin.csv --to pskc -o fobs.pskc");
    assert_eq!((&back["written"], &back["from"], &back["lost"]), (&json!(2), &json!("linotp-csv"), &json!({})));
    assert_eq!(desk.json("seeds check fobs.pskc")["records"], 2);
    // To Entra ID, a user is needed.
    let no_user = desk.oath("seeds convert lin.csv --to entra-csv -o entra.csv");
    assert_eq!(no_user.status, 1);
    assert!(no_user.out.contains("it has no upn, which is needed"), "{}", no_user.out);
    desk.fails("seeds convert lin.csv --to safeword -o x.dat", 2, "format-not-written", &["entra-csv"]);
}

#[test]
fn standard_input_and_output_are_files_too() {
    let desk = furnished();
    let file = fs::read_to_string(desk.path("fobs.csv")).unwrap();
    let mut command = assert_cmd::cargo::cargo_bin_cmd!("oath");
    let words = ["seeds", "convert", "-", "--to", "otpauth-lines", "-o", "-", "--accept-loss"];
    let output = command.args(words).write_stdin(file.clone()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().filter(|line| line.starts_with("otpauth://totp/")).count(), 2, "{text}");
    let report = String::from_utf8(output.stderr).unwrap();
    assert!(report.contains("Wrote 2 tokens of 2 to -."), "{report}");
    let checked = desk.oath_with("seeds check - --json", &file);
    assert_eq!(checked.status, 0, "{checked:?}");
    let several = desk.oath("seeds check fobs.csv fobs.csv --json");
    assert_eq!(several.out.lines().count(), 2, "{several:?}");
}

#[test]
fn what_can_be_mended_is_and_the_rest_stays_as_it_was() {
    let desk = Desk::new();
    let [first, second, third] = SECRETS;
    let spaced = format!("{} {}", &first[..16], &first[16..]);
    let rest = format!("carol@example.com,3,{}0,30,C,M", &third[..31]);
    desk.write(
        "x.csv",
        &format!("{HEADER}\nalice@example.com,1,{spaced},30,C,M\nbob@example.com,2,{second},60,C,M\n{rest}\n"),
    );
    let asked = desk.oath("seeds repair x.csv -o good.csv");
    assert_eq!((asked.status, desk.path("good.csv").exists()), (1, false), "{asked:?}");
    assert!(asked.err.contains("add --yes"), "{asked:?}");
    let done = desk.oath("seeds repair x.csv -o good.csv --yes");
    assert_eq!(done.status, 1, "a row is left: {done:?}");
    for words in [
        "mend line 2, secret key: ",
        "Wrote 2 tokens to good.csv as entra-csv, 1 of them mended.",
        "1 row",
        "good-rest.csv",
    ] {
        assert!(done.out.contains(words), "{words}: {}", done.out);
    }
    assert_eq!(desk.json("seeds check good.csv")["records"], 2);
    assert_eq!(fs::read_to_string(desk.path("good-rest.csv")).unwrap(), format!("{HEADER}\n{rest}\n"));
    #[cfg(unix)]
    assert_eq!((mode(&desk, "good.csv"), mode(&desk, "good-rest.csv")), (0o600, 0o600));
}

/// A spreadsheet that rounded one serial number may have taken the zeros of those above, more of them than are read ahead.
#[test]
fn serial_numbers_of_a_damaged_column_go_nowhere_also_those_above_the_damage() {
    const ABOVE: u8 = 70;
    let desk = Desk::new();
    let row = |number: u8, serial: &str| {
        let secret = oath_totp::Secret::from_bytes(&[number; 20]).unwrap();
        format!(",{serial},{},30,C,M\n", &*secret.expose_base32())
    };
    let mut file = format!("{HEADER}\n");
    (1..=ABOVE).for_each(|number| file.push_str(&row(number, &format!("23{number:03}"))));
    file.push_str(&row(100, "\"2,31E+12\""));
    file.push_str(&row(101, "00042"));
    desk.write("fobs.csv", &file);
    let json = |line: &str| -> serde_json::Value { serde_json::from_str(&desk.oath(line).out).unwrap() };
    let report = json("seeds check fobs.csv --for inventory --json");
    assert_eq!((&report["rows"], &report["records"]), (&json!(72), &json!(1)), "{report}");
    desk.done("init");
    let uploaded = json("tokens upload fobs.csv --inventory --json");
    assert_eq!((&uploaded["imported"], &uploaded["failed"]), (&json!(1), &json!(71)), "{uploaded}");
    let repaired = desk.oath("seeds repair fobs.csv -o good.csv --yes --for inventory");
    assert!(repaired.out.contains("Wrote 1 token to good.csv"), "{repaired:?}");
    assert!(!fs::read_to_string(desk.path("good.csv")).unwrap().contains("23001"));
    desk.write("users.csv", "serial number;upn\n23001;carol@example.com\n00042;dave@example.com\n");
    let assigned = desk.oath("seeds assign fobs.csv users.csv -o out.csv");
    assert!(assigned.out.contains("Wrote 1 token to out.csv"), "{assigned:?}");
    let converted = desk.oath("seeds convert fobs.csv --to pskc -o out.pskc");
    assert_eq!((converted.status, desk.path("out.pskc").exists()), (1, false), "{converted:?}");
    assert!(converted.out.contains("serial-column-damaged") && converted.out.contains("Nothing was written"));
    let found = json("seeds match fobs.csv 000000 --json");
    assert_eq!((&found["searched"], &found["unread"]), (&json!(1), &json!(71)), "{found}");
}

#[test]
fn tokens_are_given_to_users_and_those_left_are_named() {
    let desk = furnished();
    desk.write("users.csv", "serial number;upn\n2300001;carol@example.com\n2300009;dave@example.com\n");
    let [_, _, third] = SECRETS;
    desk.write("box.csv", &format!("{HEADER}\n,2300001,{third},30,C,M\n,2300002,{},30,C,M\n", SECRETS[0]));
    let given = desk.oath("seeds assign box.csv users.csv -o out.csv");
    assert_eq!(given.status, 1, "a serial number is unknown: {given:?}");
    for words in ["serial-unknown", "Wrote 1 token to out.csv.", "1 token left without a user", "2300002"] {
        assert!(given.out.contains(words), "{words}: {}", given.out);
    }
    let report = desk.json("seeds check out.csv");
    assert_eq!((&report["records"], &report["findings"]), (&json!(1), &json!([])));
}

#[test]
fn a_token_in_the_hand_is_found_by_its_codes() {
    let desk = furnished();
    let step = oath_totp::TimeStep::SECONDS_30;
    let [code, next] = [0, 30].map(|later| shows(SECRETS[0], step, MONDAY + later));
    let found = desk.json(&format!("seeds match fobs.csv {code} {next} --at {}", MONDAY + 30));
    assert_eq!((&found["tokens"][0]["serial"], &found["searched"]), (&json!("2300001"), &json!(2)));
    let text = desk.done(&format!("seeds match fobs.csv {code} --at {MONDAY}"));
    assert!(text.contains("2300001, alice@example.com") && text.contains("on time"), "{text}");
    let none = desk.oath(&format!("seeds match fobs.csv 000000 --at {MONDAY}"));
    assert_eq!((none.status, none.out.contains("No token")), (1, true), "{none:?}");
}

#[test]
fn a_seed_is_probed_against_codes_on_the_display() {
    let desk = Desk::new();
    let step = oath_totp::TimeStep::SECONDS_30;
    let hex = oath_totp::Secret::from_base32(SECRETS[0]).unwrap().expose_hex().to_string();
    let [code, next] = [0, 30].map(|later| shows(SECRETS[0], step, MONDAY + later));
    let words = format!("seeds probe --code {code} --code {next}@{} --at {MONDAY}", MONDAY + 30);
    let found = desk.oath_with(&words, &hex);
    assert_eq!(found.status, 0, "{found:?}");
    assert!(found.out.starts_with("hex, 160 bits, SHA1, 6 digits, 30 s: its clock is on time"), "{}", found.out);
    let doubtful = desk.oath_with(&format!("seeds probe --code {code} --at {MONDAY}"), &hex);
    assert!(doubtful.out.contains("may be chance"), "{}", doubtful.out);
    let none = desk.oath_with(&format!("seeds probe --code 000000 --radius 1 --at {MONDAY}"), &hex);
    assert_eq!((none.status, none.out.contains("No reading")), (1, true), "{none:?}");
    let argument = desk.oath(&format!("seeds probe --code {code} JBSWY3DPEHPK3PXP"));
    assert_eq!((argument.status, argument.err.contains("JBSWY")), (2, false), "{argument:?}");
}

#[test]
fn the_formats_are_listed_with_what_they_cannot_hold() {
    let desk = Desk::new();
    let text = desk.done("seeds formats");
    for format in oath_seeds::Format::ALL {
        assert!(text.contains(format.name()) && text.contains(format.title()), "{format}");
    }
    let list = desk.json("seeds formats");
    let formats = list["formats"].as_array().unwrap();
    assert_eq!(formats.len(), oath_seeds::Format::ALL.len());
    let entra = formats.iter().find(|format| format["format"] == "entra-csv").unwrap();
    assert_eq!(entra["cannot_carry"][0], "hash: SHA1 only");
}

#[test]
fn an_encrypted_file_asks_for_its_password_and_takes_it_from_a_file() {
    let desk = Desk::new();
    let kit = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testkit/seeds/pskc/pbkdf2.xml");
    fs::copy(kit, desk.path("t.xml")).unwrap();
    let asked = desk.oath("seeds check t.xml");
    assert_eq!(asked.status, 1);
    assert!(asked.out.contains("password-missing") && asked.out.contains("--password-file"), "{}", asked.out);
    desk.write("right.txt", "correct horse battery staple\n");
    assert_eq!(desk.json("seeds check t.xml --password-file right.txt --for any")["findings"], json!([]));
    desk.write("wrong.txt", "not this one\n");
    let wrong = desk.oath("seeds check t.xml --password-file wrong.txt");
    assert!(wrong.status == 1 && wrong.out.contains("key-wrong"), "{}", wrong.out);
}

/// One row of each kind: a new token, one that is there, an unknown user, a guest, a token of another user, one that no user
/// holds, a user who is full by then, a conflict, a weak secret, one that is no secret.
fn of_each_kind(desk: &Desk) -> String {
    let new = |number: u8| {
        let secret = oath_totp::Secret::from_bytes(&[number; 20]).unwrap();
        secret.expose_base32().to_string()
    };
    let [first, second, third] = SECRETS;
    desk.write("free.csv", &format!("{HEADER}\n,FREE,{},30,C,M\n", new(1)));
    desk.done("tokens upload free.csv --inventory");
    let mut rows: Vec<String> = [
        ("alice", "2300001", first.to_owned()),
        ("nobody", "1", new(2)),
        ("alice", "2300002", second.to_owned()),
        ("alice", "FREE", new(1)),
        ("bob", "2300001", new(3)),
        ("bob", "2", new(4)[..16].to_owned()),
        ("bob", "3", "NOTBASE32!".to_owned()),
    ]
    .map(|(user, serial, secret)| format!("{user}@example.com,{serial},{secret},30,C,M"))
    .into();
    rows[2] = format!("alice@example.com,2300002,{second},60,C,M");
    rows.push(format!("guest@else.com,4,{third},30,C,M"));
    rows.extend((5..10).map(|number| format!("alice@example.com,{number},{},30,C,M", new(number))));
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

#[test]
fn a_check_against_a_directory_comes_to_what_the_upload_comes_to() {
    for options in ["", " --legacy", " --inventory", " --assign", " --assign --legacy --for inventory"] {
        let desk = Desk::furnished();
        let file = of_each_kind(&desk);
        desk.write("x.csv", &file);
        let before = desk.snapshot();
        let checked = desk.oath(&format!("seeds check x.csv --against sqlite:oath.db{options} --json"));
        let tried = desk.oath(&format!("tokens upload x.csv --dry-run{options} --json"));
        assert!(desk.snapshot() == before, "nothing is written");
        let uploaded = desk.oath(&format!("tokens upload x.csv{options} --json"));
        assert_eq!((checked.status, tried.status, uploaded.status), (1, 1, 1), "{checked:?} {tried:?} {uploaded:?}");
        let value = |ended: &support::Ended| serde_json::from_str::<serde_json::Value>(&ended.out).unwrap();
        let (checked, tried, uploaded) = (value(&checked), value(&tried), value(&uploaded));
        let shown = desk.json(&format!("uploads show {}", uploaded["upload"]));
        for part in ["rows", "imported", "unchanged", "failed", "failures"] {
            assert_eq!(checked["upload"][part], shown[part], "{part}{options}");
            assert_eq!(tried[part], shown[part], "{part}{options}");
        }
        let failures = shown["failures"].as_array().unwrap();
        let mut codes: Vec<&str> = failures.iter().map(|failure| failure["code"].as_str().unwrap()).collect();
        let mut expected = vec![
            "user-unknown",
            "token-held",
            "serial-duplicate",
            "secret-illegal-character",
            "user-guest",
            "user-full",
        ];
        if !options.contains("--assign") {
            expected.push("token-known");
        } else {
            expected.push("user-full");
        }
        if !options.contains("--legacy") {
            expected.push("secret-weak");
        }
        codes.sort_unstable();
        expected.sort_unstable();
        assert_eq!(codes, expected, "{options}");
        // What the check says of the file alone is what the upload says of it.
        let of_file: Vec<_> =
            checked["findings"].as_array().unwrap().iter().filter(|f| f["severity"] == "error").collect();
        assert!(
            of_file.iter().all(|f| failures.iter().any(|failure| failure["message"] == f["message"])),
            "{of_file:?}"
        );
    }
}

#[test]
fn the_check_that_an_upload_names_has_the_options_of_the_upload() {
    let desk = Desk::furnished();
    desk.write("x.csv", &format!("{HEADER}\n,2300009,{},30,,\n", &SECRETS[2][..16]));
    let uploaded = desk.done("tokens upload x.csv --inventory --legacy --assume-digits 6");
    let named = uploaded.lines().find_map(|line| line.strip_prefix("  oath ")).unwrap();
    assert_eq!(named, "seeds check x.csv --legacy --inventory --assume-digits 6");
    assert!(desk.done(named).contains("0 errors, 1 warning"));
    let tried = desk.done("tokens upload x.csv --dry-run --for inventory --legacy --from entra-csv");
    assert!(tried.contains("  oath seeds check x.csv --legacy --from entra-csv --for inventory\n"), "{tried}");
}

#[test]
fn a_check_against_a_directory_says_what_the_directory_has_against_a_row() {
    let desk = Desk::furnished();
    let file = of_each_kind(&desk);
    desk.write("x.csv", &file);
    let checked = desk.oath("seeds check x.csv --against sqlite:oath.db");
    for words in [
        "error user-unknown\n  line 3, upn: There is no user nobody@example.com.\n  to do: Add the user first",
        "error secret-weak\n  line 7, secret key: ",
        "An upload into sqlite:oath.db: 13 rows, 4 imported, 1 unchanged, 8 failed.",
    ] {
        assert!(checked.out.contains(words), "{words}: {}", checked.out);
    }
    // What is wrong with the file itself stands there once.
    assert_eq!(checked.out.matches("line 8").count(), 1, "{}", checked.out);
    desk.fails("seeds check x.csv --against sqlite:none.db", 2, "database-missing", &["none.db"]);
}

#[test]
fn a_written_pskc_file_is_encrypted_with_a_password_or_a_key() {
    let desk = furnished();
    desk.write("password.txt", "a long passphrase\n");
    desk.write("wrong.txt", "another one\n");
    desk.write("key.txt", "000102030405060708090a0b0c0d0e0f\n");
    desk.write("short.txt", "0001020304\n");
    desk.write("empty.txt", "\n");
    for (with, from, what) in [
        ("--encrypt-password-file password.txt", "--password-file password.txt", "password"),
        ("--encrypt-key-file key.txt", "--key-file key.txt", "key"),
    ] {
        let name = format!("{what}.pskc");
        let done = desk.done(&format!("seeds convert fobs.csv --to pskc -o {name} {with}"));
        assert!(
            done.contains("Wrote 2 tokens of 2") && done.contains(&format!("Send the {what} another way")),
            "{done}"
        );
        let text = fs::read_to_string(desk.path(&name)).unwrap();
        assert!(text.contains("EncryptedValue") && !text.contains("PlainValue>HA4"), "{text}");
        let read = desk.json(&format!("seeds check {name} {from}"));
        assert_eq!((&read["records"], &read["findings"]), (&json!(2), &json!([])), "{what}");
        desk.fails(
            &format!("seeds convert {name} --to linotp-csv -o x.csv"),
            1,
            &format!("{what}-missing"),
            &[&name, from.split(' ').next().unwrap()],
        );
    }
    // A repair of an encrypted file is encrypted where that is asked for, and says where it is not.
    let repair = "seeds repair key.pskc --key-file key.txt --yes";
    let plain = desk.done(&format!("{repair} -o plain.pskc"));
    assert!(plain.contains("Its secrets are not encrypted; with --encrypt they are."), "{plain}");
    assert_eq!(desk.json("seeds check plain.pskc")["records"], 2);
    let again = desk.done(&format!("{repair} -o again.pskc --encrypt-key-file key.txt"));
    assert!(again.contains("Send the key another way"), "{again}");
    assert_eq!(desk.oath("seeds check again.pskc").status, 1);
    assert_eq!(desk.json("seeds check again.pskc --key-file key.txt")["records"], 2);
    // The same secrets come back.
    let back = desk.json("seeds convert password.pskc --password-file password.txt --to entra-csv -o back.csv");
    assert_eq!(back["written"], 2);
    let tokens = |name: &str| {
        let text = fs::read_to_string(desk.path(name)).unwrap();
        text.lines().skip(1).map(|line| line.trim_end().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(tokens("back.csv"), tokens("fobs.csv"));
    let wrong = desk.oath("seeds convert password.pskc --password-file wrong.txt --to pskc -o x");
    assert_eq!(
        (wrong.status, wrong.err.contains("error[key-wrong]"), desk.path("x").exists()),
        (1, true, false),
        "{wrong:?}"
    );
    let convert = "seeds convert fobs.csv -o x";
    desk.fails(&format!("{convert} --to pskc --encrypt-key-file short.txt"), 2, "key-malformed", &["5 bytes"]);
    desk.fails(&format!("{convert} --to pskc --encrypt-password-file empty.txt"), 2, "password-empty", &["empty.txt"]);
    desk.fails(&format!("{convert} --to pskc --encrypt"), 2, "password-missing", &["--encrypt-password-file"]);
    desk.fails(&format!("{convert} --to entra-csv --encrypt"), 2, "format-not-written", &["pskc"]);
    desk.fails("seeds convert - -o x --to pskc --encrypt-password-file -", 2, "usage", &["standard input"]);
}

/// Standard input is longer than what is kept in memory, and comes once.
#[test]
fn an_upload_reads_what_comes_once_as_it_reads_a_file() {
    let desk = Desk::new();
    desk.done("init");
    let mut file = format!("{HEADER}\n");
    // Comments are skipped, and make the file long in little time.
    let comment = format!("#{}\n", "x".repeat(1000));
    for number in 0..20u8 {
        let secret = oath_totp::Secret::from_bytes(&[number; 20]).unwrap();
        file.push_str(&format!(",S{number:02},{},30,C,M\n", &*secret.expose_base32()));
        (0..300).for_each(|_| file.push_str(&comment));
    }
    desk.write("fobs.csv", &file);
    let counts = |ended: support::Ended| -> serde_json::Value {
        let mut value: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
        value.as_object_mut().unwrap().retain(|name, _| !["file", "upload"].contains(&name.as_str()));
        value
    };
    let options = "--inventory --json";
    let tried = counts(desk.oath_with(&format!("tokens upload - --dry-run {options}"), &file));
    assert_eq!(tried, counts(desk.oath(&format!("tokens upload fobs.csv --dry-run {options}"))));
    assert_eq!((&tried["imported"], &tried["failed"]), (&json!(20), &json!(0)));
    let taken = counts(desk.oath_with(&format!("tokens upload - {options}"), &file));
    assert_eq!((&taken["imported"], &taken["rows"]), (&json!(20), &json!(20)));
    let again = counts(desk.oath(&format!("tokens upload fobs.csv {options}")));
    assert_eq!((&again["imported"], &again["unchanged"]), (&json!(0), &json!(20)));
    #[cfg(unix)]
    {
        let made = std::process::Command::new("mkfifo").arg(desk.path("pipe")).status().unwrap();
        assert!(made.success());
        let pipe = desk.path("pipe");
        let writer = std::thread::spawn(move || fs::write(pipe, file).unwrap());
        assert_eq!(counts(desk.oath(&format!("tokens upload pipe {options}"))), again);
        writer.join().unwrap();
    }
}

/// What stands at the end of a file is known before its first row is taken.
#[test]
fn a_file_that_breaks_off_changes_nothing() {
    let desk = Desk::new();
    desk.done("init");
    let rows: String = (0..2000u16).fold(String::new(), |rows, number| {
        let secret = oath_totp::Secret::from_bytes(&[&number.to_be_bytes()[..], &[7; 18]].concat()).unwrap();
        rows + &format!(",S{number:04},{},30,C,M\n", &*secret.expose_base32())
    });
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, format!("{HEADER}\n{rows}").as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    fs::write(desk.path("cut.csv.gz"), &packed[..packed.len() - 20]).unwrap();
    desk.fails("tokens upload cut.csv.gz --inventory", 1, "malformed", &["cut.csv.gz"]);
    assert_eq!(desk.json("uploads list"), json!([]));
    fs::write(desk.path("whole.csv.gz"), &packed).unwrap();
    assert_eq!(desk.json("tokens upload whole.csv.gz --inventory")["imported"], 2000);
}
