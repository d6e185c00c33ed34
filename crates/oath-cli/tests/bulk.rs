//! One operation for the tokens of a file: what becomes of each row, once, again, and as a trial.

mod support;

use oath_totp::TimeStep;
use serde_json::{Value, json};
use support::{Desk, HEADER, MONDAY, SECRETS, lines, shows};

/// Alice's and Bob's token are taken back, a third was never given away.
fn stock() -> Desk {
    let desk = Desk::furnished();
    desk.write("third.csv", &format!("{HEADER}\n,0950380269,{},30,Contoso,HardwareKey\n", SECRETS[2]));
    desk.done("tokens upload third.csv --inventory");
    desk.done("tokens unassign 2300001");
    desk.done("tokens unassign 2300002");
    desk
}

/// What became of each row: its result, or the code of its error.
fn results(desk: &Desk, words: &str, status: i32) -> (Vec<String>, Value) {
    let ended = desk.oath(&format!("{words} --json"));
    assert_eq!((ended.status, ended.err.as_str()), (status, ""), "oath {words}: {ended:?}");
    let mut rows = lines(&ended.out);
    let mut report = rows.pop().unwrap();
    let result = |row: &Value| row.get("code").unwrap_or(&row["result"]).as_str().unwrap().to_owned();
    let results = rows.iter().map(result).collect();
    assert!(rows.iter().all(|row| row["type"] == "row") && report["type"] == "summary", "{ended:?}");
    report["rows"] = rows.into();
    (results, report)
}

/// A trial says the same as what follows and changes nothing; the same file again leaves what is done.
fn three_times(desk: &Desk, words: &str, status: i32, first: &[&str], again: &[&str]) -> Value {
    let before = desk.snapshot();
    let (tried, report) = results(desk, &format!("{words} --dry-run"), status);
    assert_eq!((tried, &report["dry_run"]), (first.iter().map(|&text| text.to_owned()).collect(), &json!(true)));
    assert!(desk.snapshot() == before, "{words}: the trial changed something");
    let (done, report) = results(desk, words, status);
    assert_eq!(done, first, "{words}");
    let count = |name: &str| first.iter().filter(|result| **result == name).count();
    assert_eq!(
        [&report["done"], &report["unchanged"], &report["left"]],
        [&json!(count("done")), &json!(count("unchanged")), &json!(0)]
    );
    let after = desk.json("tokens list");
    let failed = again.iter().any(|result| !matches!(*result, "done" | "unchanged"));
    assert_eq!(results(desk, words, i32::from(failed)).0, again, "{words}");
    assert_eq!(desk.json("tokens list"), after, "{words}: the same file again changed a token");
    report
}

#[test]
fn tokens_of_a_file_are_assigned_row_by_row() {
    let desk = stock();
    desk.write(
        "staff.csv",
        "Serial-Number;Note;User Principal Name\n2300001;x;alice@example.com\n2300001;;bob@example.com\n\
         2300002;;BOB@example.com\n2300002;;bob@example.com\n0950380268;;bob@example.com\n0950380269;;guest@else.com\n\
         0950380269;;nobody@example.com\n0950380269;;bob\n;;bob@example.com\n",
    );
    let errors = ["token-unknown", "user-guest", "user-unknown", "upn-malformed", "serial-empty"];
    let first = [&["done", "token-held", "done", "unchanged"][..], &errors].concat();
    let again = [&["unchanged", "token-held", "unchanged", "unchanged"][..], &errors].concat();
    let report = three_times(&desk, "tokens assign --file staff.csv", 1, &first, &again);
    assert_eq!(report["operation"], "assign");
    assert_eq!(report["rows"][0], json!({"type": "row", "line": 2, "serial": "2300001", "result": "done"}));
    assert_eq!(
        report["rows"][4],
        json!({"type": "row", "line": 6, "serial": "0950380268", "result": "failed", "code": "token-unknown",
               "message": "there is no token 0950380268; is 0950380269 meant?",
               "action": "correct the serial number, leading zeros included, or upload the token's seed file"})
    );
    let text = desk.oath("tokens assign --file staff.csv");
    assert!(text.out.starts_with("  line 2, 2300001: assigned already\n  line 3, 2300001: token 2300001 is held by"));
    assert!(text.out.ends_with("staff.csv: 9 rows, 0 assigned, 3 unchanged, 6 failed.\n"), "{}", text.out);
}

#[test]
fn the_places_of_a_user_are_counted_over_the_rows_of_a_trial_too() {
    let desk = Desk::furnished();
    let secret = |n: u8| oath_totp::Secret::from_bytes(&[n; 20]).unwrap();
    let rows: Vec<_> = (1..=6).map(|n| format!(",{n},{},30,C,M\n", *secret(n).expose_base32())).collect();
    desk.write("six.csv", &format!("{HEADER}\n{}", rows.concat()));
    desk.done("tokens upload six.csv --inventory");
    let rows: Vec<_> = (1..=6).map(|n| format!("{n},guest2@example.com\n")).collect();
    desk.done("users add guest2@example.com");
    desk.write("staff.csv", &format!("serial,upn\n{}", rows.concat()));
    let first = ["done", "done", "done", "done", "done", "user-full"];
    let again = ["unchanged", "unchanged", "unchanged", "unchanged", "unchanged", "user-full"];
    three_times(&desk, "tokens assign --file staff.csv", 1, &first, &again);
}

#[test]
fn tokens_of_a_file_are_activated_with_their_codes() {
    let desk = Desk::furnished();
    desk.write("third.csv", &format!("{HEADER}\n,0950380269,{},30,Contoso,HardwareKey\n", SECRETS[2]));
    desk.done("tokens upload third.csv --inventory");
    let [alices, next] = [0, 30].map(|ahead| shows(SECRETS[0], TimeStep::SECONDS_30, MONDAY + ahead));
    let bobs = shows(SECRETS[1], TimeStep::SECONDS_60, MONDAY);
    let wrong = shows(SECRETS[2], TimeStep::SECONDS_30, 0);
    let (head, tail) = bobs.split_at(3);
    desk.write(
        "codes.csv",
        &format!(
            "Seriennummer,Code,next code\n2300001,{alices},{next}\n2300002,{wrong},\n2300002,{head} {tail},\n\
             0950380269,{wrong},\n2300009,{wrong},\n2300002,98541,\n2300002,{bobs},98x541\n"
        ),
    );
    let words = format!("tokens activate --file codes.csv --at {MONDAY}");
    let errors = ["wrong-status", "token-unknown", "code-malformed", "code-malformed"];
    let first = [&["done", "next-code-needed", "done"][..], &errors].concat();
    let again = [&["unchanged", "unchanged", "unchanged"][..], &errors].concat();
    let report = three_times(&desk, &words, 1, &first, &again);
    let shown = report.to_string();
    for code in [&alices, &next, &bobs, &wrong, "98541", "98x541"] {
        assert!(!shown.contains(code), "{code} is shown: {shown}");
    }
    assert_eq!(report["rows"][5]["message"], "the code: expected a code of 6, 7 or 8 digits; found 5 digits");
}

#[test]
fn tokens_of_a_file_are_taken_back_and_deleted() {
    let desk = Desk::furnished();
    let app = desk.json("software enroll alice@example.com")["serial"].as_str().unwrap().to_owned();
    desk.write("back.csv", &format!("serial number\n2300001\n\n{app}\n2300009\n"));
    let (first, again) =
        (["done", "software-token", "token-unknown"], ["unchanged", "software-token", "token-unknown"]);
    let report = three_times(&desk, "tokens unassign --file back.csv", 1, &first, &again);
    assert_eq!(report["rows"][1]["line"], 4, "empty lines are counted");
    let text = desk.oath("tokens unassign --file back.csv").out;
    assert!(text.contains("line 2, 2300001: held by no user already\n"), "{text}");

    desk.write("gone.csv", &format!("serial\n2300001\n2300002\n{app}\n7\n"));
    let (first, again) =
        (["done", "token-held", "done", "unchanged"], ["unchanged", "token-held", "unchanged", "unchanged"]);
    three_times(&desk, "tokens delete --file gone.csv", 1, &first, &again);
    let text = desk.oath("tokens delete --file gone.csv --dry-run").out;
    assert!(text.contains("line 5, 7: not there any more\n") && text.contains("Nothing was changed."), "{text}");
    assert_eq!(desk.json("audit verify")["verified"], true);
}

#[test]
fn the_limit_of_activations_stops_a_file_and_says_when_to_go_on() {
    let desk = Desk::new();
    desk.done("init");
    desk.done("users add alice@example.com");
    let count = 203u32;
    let users: Vec<_> = (0..count).map(|n| format!("user{n}@example.com\n")).collect();
    desk.write("users.csv", &format!("upn\n{}", users.concat()));
    desk.done("users import users.csv");
    let secret = |n: u32| oath_totp::Secret::from_bytes(format!("secret number {n:06}").as_bytes()).unwrap();
    let base32 = |n| secret(n).expose_base32().to_string();
    let rows: Vec<_> = (0..count).map(|n| format!("user{n}@example.com,{n:04},{},30,C,M\n", base32(n))).collect();
    desk.write("tokens.csv", &format!("{HEADER}\n{}", rows.concat()));
    desk.done("tokens upload tokens.csv");
    let code = |n, ahead| shows(&base32(n), TimeStep::SECONDS_30, MONDAY + ahead);
    let rows: Vec<_> = (0..count).map(|n| format!("{n:04},{},{}\n", code(n, 0), code(n, 30))).collect();
    desk.write("codes.csv", &format!("serial,code,next code\n{}", rows.concat()));

    let text = desk.oath(&format!("tokens activate --file codes.csv --dry-run --at {MONDAY}"));
    assert!(text.status == 1 && text.out.contains("3 rows are left"), "{text:?}");
    let (done, report) = results(&desk, &format!("tokens activate --file codes.csv --at {MONDAY}"), 1);
    assert_eq!((done.len(), &report["done"], &report["left"]), (200, &json!(200), &json!(3)));
    assert_eq!(report["retry_after"], 300);
    let at = MONDAY + 100;
    let text = desk.oath(&format!("tokens activate --file codes.csv --at {at}"));
    assert_eq!(text.status, 1);
    for part in [
        "codes.csv: 203 rows, 0 activated, 200 unchanged, 0 failed.\n3 rows are left: the policy allows no more activations for \
         3 min 20 s. Go on at 2026-01-05T08:05:00Z with the same file",
        "  oath tokens activate --file codes.csv\n",
    ] {
        assert!(text.out.contains(part), "{part}: {}", text.out);
    }
    let (done, report) = results(&desk, &format!("tokens activate --file codes.csv --at {}", MONDAY + 300), 0);
    assert_eq!((done.len(), &report["done"], &report["retry_after"]), (203, &json!(3), &json!(null)));
}

#[test]
fn a_file_comes_on_standard_input_and_in_the_code_page_of_a_spreadsheet() {
    let desk = stock();
    let ended = desk.oath_with("tokens assign --file - --json", "serial,user\n2300001,alice@example.com\n");
    let report = lines(&ended.out).pop().unwrap();
    assert_eq!((ended.status, &report["done"]), (0, &json!(1)), "{ended:?}");
    let again = desk.oath_with("tokens assign --file -", "serial,user\n2300001,alice@example.com\n");
    assert!(again.out.ends_with("standard input: 1 row, 0 assigned, 1 unchanged, 0 failed.\n"), "{again:?}");
    let latin = "Seriennummer;Ort;Benutzer\r\n2300002;Z\u{fc}rich;bob@example.com\r\n";
    let latin: Vec<u8> = latin.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    std::fs::write(desk.path("staff.csv"), latin).unwrap();
    assert_eq!(results(&desk, "tokens assign --file staff.csv", 0).0, ["done"]);
}

#[test]
fn what_is_no_file_of_tokens_changes_nothing() {
    let desk = Desk::furnished();
    desk.write("x.csv", "serial,upn\n2300001,alice@example.com\n2300002\n");
    desk.fails("tokens assign --file x.csv", 1, "tokens-row-malformed", &["x.csv", "line 3", "nothing was changed"]);
    desk.fails("tokens activate --file x.csv", 1, "tokens-row-malformed", &["x.csv", "line 3"]);
    desk.write("x.csv", "serial,upn\n2300001,alice@example.com\n");
    desk.fails("tokens activate --file x.csv", 1, "tokens-header", &["no column code", "serial number,code"]);
    desk.write("x.csv", "upn\nalice@example.com\n");
    desk.fails("tokens delete --file x.csv", 1, "tokens-header", &["no column serial number"]);
    desk.fails("tokens delete --file none.csv", 2, "file-missing", &["none.csv"]);
}

#[test]
fn a_token_or_a_file_of_them_is_named_and_not_both() {
    let desk = Desk::furnished();
    for words in [
        "tokens assign",
        "tokens assign 2300001",
        "tokens assign 2300001 alice@example.com --file x.csv",
        "tokens activate 2300001",
        "tokens unassign",
        "tokens delete",
        "tokens delete 2300001 --dry-run",
    ] {
        let ended = desk.oath(words);
        assert_eq!((ended.status, ended.out.as_str()), (2, ""), "oath {words}: {ended:?}");
        assert!(ended.err.contains("--file"), "oath {words}: {ended:?}");
        let json: Value = serde_json::from_str(&desk.oath(&format!("{words} --json")).err).unwrap();
        assert_eq!(json["error"]["code"], "usage", "oath {words}");
    }
}
