//! `--as`, roles, and what the lists show of locks.

mod support;

use oath_totp::TimeStep;
use serde_json::json;
use support::{Desk, MONDAY, SECRETS, shows};

/// Refused, and one event more in the log.
fn is_denied(desk: &Desk, words: &str) {
    let events = || support::lines(&desk.done("audit list --json"));
    let before = events().len();
    let ended = desk.oath(words);
    assert_eq!((ended.status, &*ended.out), (1, ""), "oath {words}: {ended:?}");
    assert!(ended.err.starts_with("error[denied]: ") && ended.err.contains(" may not do this"), "{ended:?}");
    assert!(ended.err.contains("to do: ask an administrator") && ended.err.contains("`oath roles`"), "{ended:?}");
    let after = events();
    assert_eq!((after.len() - before, &after.last().unwrap()["action"]), (1, &json!("denied")), "oath {words}");
}

#[test]
fn a_help_desk_unlocks_and_does_no_more() {
    let desk = Desk::furnished();
    let given = desk.json("users roles bob@example.com --add helpdesk-administrator");
    assert_eq!((&given["upn"], &given["roles"]), (&json!("bob@example.com"), &json!(["helpdesk-administrator"])));
    for _ in 0..10 {
        desk.oath(&format!("verify alice@example.com 000000 --at {MONDAY}"));
    }
    let listed = desk.done(&format!("users list --locked --at {MONDAY}"));
    assert!(listed.contains("alice@example.com") && listed.contains("2026-01-05T08:00:30Z"), "{listed}");
    assert!(!listed.contains("bob@example.com"), "{listed}");
    let shown = desk.json(&format!("users show alice@example.com --at {MONDAY}"));
    assert_eq!((&shown["failed_attempts"], &shown["locked_until"]), (&json!(10), &json!("2026-01-05T08:00:30Z")));
    desk.done("--as bob@example.com users list");
    desk.done("--as bob@example.com users unlock alice@example.com");
    assert_eq!(desk.done(&format!("users list --locked --at {MONDAY}")), "No user has to wait.\n");
    for denied in [
        "tokens unassign 2300001",
        "users disable alice@example.com",
        "audit list",
        "keys list",
        "users roles bob@example.com --add global-administrator",
    ] {
        is_denied(&desk, &format!("--as bob@example.com {denied}"));
    }
    desk.done("users roles bob@example.com --add auditor --remove helpdesk-administrator");
    let log = desk.done("--as bob@example.com audit list");
    assert_eq!(log.matches("denied").count(), 5, "{log}");
    desk.fails("--as bob@example.com init", 2, "usage", &["only the local operator"]);
    assert_eq!(desk.json("audit verify")["verified"], true);
}

#[test]
fn a_user_activates_an_own_token_and_a_dry_run_knows_the_rights() {
    let desk = Desk::furnished();
    let alices = shows(SECRETS[0], TimeStep::SECONDS_30, MONDAY);
    desk.write("codes.csv", &format!("serial,code\n2300001,{alices}\n2300002,123456\n"));
    let words = format!("--as alice@example.com tokens activate --file codes.csv --at {MONDAY}");
    for dry_run in [" --dry-run", ""] {
        let ended = desk.oath(&format!("{words}{dry_run}"));
        assert_eq!(ended.status, 1);
        assert!(ended.out.contains("line 3, 2300002: alice@example.com may not do this"), "{}", ended.out);
        assert!(ended.out.contains("2 rows, 1 activated"), "{}", ended.out);
    }
    is_denied(&desk, "--as alice@example.com tokens unassign 2300099");
    let claimed = desk.oath("--as alice@example.com tokens assign 2300009 alice@example.com");
    assert!(claimed.err.contains("there is no token 2300009\n") && !claimed.err.contains("meant"), "{}", claimed.err);
}

#[test]
fn the_log_names_the_person_at_the_keyboard_and_the_actor() {
    let desk = Desk::furnished();
    let me = String::from_utf8(std::process::Command::new("id").arg("-un").output().unwrap().stdout).unwrap();
    desk.oath("--as alice@example.com users disable bob@example.com");
    let events = support::lines(&desk.done("audit list --json"));
    assert_eq!(events[0]["actor"], format!("local-operator:{}", me.trim()));
    assert_eq!(events.last().unwrap()["actor"], "alice@example.com");
    assert_eq!(events.last().unwrap()["action"], "denied");
}

#[test]
fn a_device_that_the_user_signed_in_from_is_not_locked_by_others() {
    let desk = Desk::furnished();
    let code = |seconds| shows(SECRETS[0], TimeStep::SECONDS_30, MONDAY + seconds);
    desk.done(&format!("tokens activate 2300001 {} --at {MONDAY}", code(0)));
    let verify = |code: &str, source: &str, at: u64| {
        desk.oath(&format!("verify alice@example.com {code}{source} --at {}", MONDAY + at))
    };
    assert_eq!(verify(&code(60), " --source laptop", 60).status, 0);
    for _ in 0..10 {
        assert_eq!(verify("000000", "", 90).status, 1);
    }
    assert!(verify(&code(90), "", 90).out.contains("Locked"));
    assert_eq!(verify(&code(90), " --source laptop", 90).status, 0);
}

#[test]
fn recovery_codes_are_shown_once_and_each_signs_in_once() {
    let desk = Desk::furnished();
    let text = desk.done("recovery issue alice@example.com");
    let codes: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("  ")).filter(|line| line.len() == 14).collect();
    assert_eq!(codes.len(), 10, "{text}");
    assert_eq!(desk.json("recovery show alice@example.com")["left"], 10);
    let recover = |code: &str| desk.oath_with("verify alice@example.com - --recovery", code);
    let accepted = recover(&codes[4].to_lowercase());
    assert_eq!((accepted.status, &*accepted.out), (0, "Accepted: a recovery code; 9 recovery codes left.\n"));
    assert_eq!(recover(codes[4]).status, 1);
    assert_eq!(recover("000000").status, 1, "it is none");
    let shown = desk.oath(&format!("verify alice@example.com {} --recovery", codes[5]));
    assert!(shown.status == 2 && shown.err.contains("standard input") && !shown.err.contains(codes[5]), "{shown:?}");
    assert_eq!(desk.json("recovery reset alice@example.com")["had"], 9);
    assert_eq!(recover(codes[6]).status, 1);
    let said = ["recovery show alice@example.com", "audit list", "users show alice@example.com"];
    let said = said.map(|words| desk.done(words)).concat();
    assert!(said.contains("has 0 recovery codes left") && said.contains("recovery-issued"), "{said}");
    assert!(codes.iter().all(|code| !said.contains(code)), "{said}");
}

#[test]
fn the_rights_are_printed() {
    let desk = Desk::new();
    let text = desk.done("roles");
    for operation in ["sign-in", "read-log", "unassign", "maintain"] {
        assert!(text.contains(operation), "{text}");
    }
}

#[test]
fn the_report_is_drawn_and_shows_no_secret() {
    let desk = Desk::furnished();
    let code = shows(SECRETS[0], TimeStep::SECONDS_30, MONDAY + 90);
    desk.done(&format!("tokens activate 2300001 {code} --at {MONDAY}"));
    let text = desk.done(&format!("report --svg fleet.svg --at {}", MONDAY + 100 * 86_400));
    let svg = std::fs::read_to_string(desk.path("fleet.svg")).unwrap();
    for part in ["Contoso HardwareKey", "1 min 30 s", "2300001"] {
        assert!(text.contains(part) && svg.contains(part), "{part}: {text}\n{svg}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
    assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>") && !svg.contains("<script"), "{svg}");
    let json = desk.oath("report --json").out;
    for secret in SECRETS.iter().chain([&&*code]) {
        assert!(![&text, &svg, &json].iter().any(|shown| shown.to_uppercase().contains(&secret.to_uppercase())));
    }
    desk.fails("report --svg nowhere/fleet.svg", 2, "file-missing", &["nowhere/fleet.svg"]);
}
