//! The commands that need no directory.

mod support;

use core::fmt::Write;
use serde_json::json;
use support::{Desk, HEADER};

#[test]
fn a_seed_file_is_checked_and_every_finding_has_its_place_and_its_action() {
    let desk = Desk::new();
    desk.write(
        "x.csv",
        &format!("{HEADER}\na@b.c,1,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1,30,C,M\na@b.c,2,3435363738393031323334353637383930313233,30,C,M\n"),
    );
    let checked = desk.oath("seeds check x.csv --json");
    assert_eq!((checked.status, &*checked.err), (1, ""));
    let report: serde_json::Value = serde_json::from_str(&checked.out).unwrap();
    assert_eq!((&report["format"], &report["records"]), (&json!("entra-csv"), &json!(0)));
    let findings = report["findings"].as_array().unwrap();
    let place = |code: &str| {
        findings.iter().find(|finding| finding["code"] == code).map(|finding| (&finding["line"], &finding["field"]))
    };
    assert_eq!(place("secret-confusable"), Some((&json!(2), &json!("secret key"))));
    assert_eq!(place("secret-hex"), Some((&json!(3), &json!("secret key"))));
    for finding in findings {
        assert!(
            ["severity", "message", "action"]
                .iter()
                .all(|part| finding[part].as_str().is_some_and(|text| !text.is_empty()))
        );
        assert_eq!(finding.get("repair").is_some(), finding["code"] == "secret-hex", "{finding}");
    }
    let text = desk.oath("seeds check x.csv").out;
    let end = "\n0 of 2 rows are fit to be uploaded; 2 errors, 0 warnings, 0 notes.\n\
               `oath seeds repair` can mend 1 row, and shows how before it writes.\n";
    assert!(text.ends_with(end), "{text}");
}

#[test]
fn of_a_file_that_cannot_be_read_no_rows_are_counted() {
    let desk = Desk::new();
    desk.write("x.csv", "");
    let ended = desk.oath("seeds check x.csv");
    assert!(ended.out.ends_with("\n\n1 error, 0 warnings, 0 notes.\n"), "{}", ended.out);
}

#[test]
fn a_sound_file_ends_with_0_and_a_file_that_is_none_still_gives_json() {
    let desk = Desk::new();
    desk.write("x.csv", &format!("{HEADER}\na@b.c,1,GIZTINJWG44DSMBRGIZTINJWG44DSMBR,30,C,M\n"));
    let report = desk.json("seeds check x.csv");
    let whole =
        json!({"file": "x.csv", "format": "entra-csv", "target": "entra", "findings": [], "rows": 1, "records": 1});
    assert_eq!(report, whole);
    desk.write("y.csv", "hello\n");
    let report = desk.oath("seeds check y.csv --json");
    assert_eq!(report.status, 1);
    let report: serde_json::Value = serde_json::from_str(&report.out).unwrap();
    assert_eq!((&report["format"], &report["findings"][0]["code"]), (&json!(null), &json!("header-missing")));
    desk.fails("seeds check none.csv", 2, "file-missing", &["none.csv"]);
}

#[test]
fn many_findings_of_one_cause_are_counted_and_the_first_are_shown() {
    let desk = Desk::new();
    let mut file = format!("{HEADER}\n");
    for n in 0..1234 {
        writeln!(file, "a@b.c,{n:05},,30,C,M").unwrap();
    }
    desk.write("x.csv", &file);
    let text = desk.oath("seeds check x.csv").out;
    assert!(text.contains("error secret-empty, 1,234 times\n  line 2, secret key: "), "{text}");
    assert!(text.contains("\n  and 1,229 more\n"), "{text}");
    assert!(text.lines().count() < 20, "{text}");
}

#[cfg(unix)]
#[test]
fn when_nobody_reads_any_further_it_stops_quietly() {
    use std::io::{BufRead, BufReader, Read};
    use std::process::{Command, Stdio};
    let desk = Desk::new();
    let mut file = format!("{HEADER}\n");
    for n in 0..20_000 {
        writeln!(file, "a@b.c,{n:05},,30,C,M").unwrap();
    }
    desk.write("x.csv", &file);
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("oath"));
    command.args(["seeds", "check", "--json"]).arg(desk.path("x.csv")).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.contains("\"format\":\"entra-csv\",\"target\":\"entra\",\"findings\":[{"), "{first}");
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert_eq!(err, "");
    assert_ne!(child.wait().unwrap().code(), Some(0), "the answer was not delivered");
}

#[test]
fn codes_are_those_of_the_rfcs() {
    let desk = Desk::new();
    let k = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    let hex32 = "3132333435363738393031323334353637383930313233343536373839303132";
    for (words, input, code) in [
        ("code --counter 0", k, "755224"),
        ("code --counter 9", k, "520489"),
        ("code --at 59 --digits 8", k, "94287082"),
        ("code --at 2005-03-18T01:58:29Z --digits 8", "gezd gnbv gy3t qojq gezd gnbv gy3t qojq", "07081804"),
        ("code --at 1111111109 --digits 8 --algorithm SHA256 --hex", hex32, "68084774"),
        ("code --at 118 --step 60", k, "287082"),
        ("code --at 1059 --t0 1000", k, "287082"),
    ] {
        for end in ["", "\n", "\r\n"] {
            let ended = desk.oath_with(words, &format!("{input}{end}"));
            assert_eq!((ended.status, ended.out.trim(), &*ended.err), (0, code, ""), "{words}");
        }
    }
    let json = desk.oath_with("code --at 59 --json", k).out;
    assert_eq!(json, "{\"version\":1,\"code\":\"287082\",\"valid_for\":1}\n");
    assert_eq!(desk.oath_with("code --counter 1 --json", k).out, "{\"version\":1,\"code\":\"287082\",\"counter\":1}\n");
}

#[test]
fn a_secret_that_is_none_is_refused_by_position_and_never_shown() {
    let desk = Desk::new();
    for (words, input, says) in [
        ("code", "GEZDGNBVGY3TQOJ0", "position 16"),
        ("code", "", "empty"),
        ("code", "GEZDGNBV", "too short"),
        ("code --hex", "31323334353637383930ZZ", "position 21"),
    ] {
        let ended = desk.oath_with(words, input);
        assert_eq!((ended.status, &*ended.out), (2, ""), "{input}");
        assert!(ended.err.contains(says) && ended.err.contains("standard input"), "{}", ended.err);
        assert!(input.is_empty() || !ended.err.contains(input), "{}", ended.err);
    }
    let weak = desk.oath_with("code --counter 0", "GEZDGNBVGY3TQOJQ");
    assert_eq!(weak.status, 0);
    assert!(weak.err.contains("80 bits"), "{}", weak.err);
    let argument = desk.oath("code GEZDGNBVGY3TQOJQ");
    assert_eq!((argument.status, argument.err.contains("GEZD")), (2, false), "{}", argument.err);
}

#[test]
fn a_uri_says_its_parameters_and_a_window_shows_the_codes_around() {
    let desk = Desk::new();
    let uri = "otpauth://totp/a?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&digits=8&period=30";
    assert_eq!(desk.oath_with("code --at 59", uri).out, "94287082\n");
    let window = desk.oath_with("code --at 59 --window 1 --json", uri).out;
    let window = support::lines(&window);
    let codes: Vec<_> = window.iter().map(|code| (&code["code"], &code["step"], &code["now"])).collect();
    assert_eq!(codes.len(), 3);
    assert_eq!(codes[1], (&json!("94287082"), &json!(1), &json!(true)));
    let text = desk.oath_with("code --at 59 --window 1", uri).out;
    assert!(text.contains("94287082  from 1970-01-01T00:00:30Z  now\n"), "{text}");
    let hotp = "otpauth://hotp/a?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&counter=1";
    assert_eq!(desk.oath_with("code", hotp).out, "287082\n");
    let counters = desk.oath_with("code --window 2", hotp).out;
    assert_eq!(counters, "287082  counter 1\n359152  counter 2\n969429  counter 3\n");
    let broken = desk.oath_with("code", "otpauth://totp/a?secret=GEZDGNBVGY3TQOJ1");
    assert_eq!((broken.status, broken.err.contains("GEZD")), (2, false), "{}", broken.err);
}

#[test]
fn what_needs_no_directory_does_not_ask_which() {
    let run = |words: &[&str]| {
        let mut command = assert_cmd::cargo::cargo_bin_cmd!("oath");
        let output =
            command.args(words).env("OATH_DB", "nonsense").write_stdin("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").output();
        output.unwrap().status.code().unwrap()
    };
    assert_eq!((run(&["code"]), run(&["users", "list"])), (0, 2));
}
