//! `--as`, roles, and what the lists show of locks.

mod support;

use oath_totp::TimeStep;
use serde_json::json;
use std::collections::BTreeSet;
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

/// Each command about Alice, who has no role, and the operation of `oath roles` that it is; `None`: it has to do with no directory,
/// or makes one, which no user may.
const COMMANDS: &[(&str, Option<&str>)] = &[
    ("tour", None),
    ("init", None),
    ("migrate", None),
    ("migrate --dry-run", None),
    ("restore copy.db --replace", None),
    ("restore copy.db --replace --dry-run", None),
    ("users list", Some("list")),
    ("users list --locked", Some("list")),
    ("users show alice@example.com", Some("show-user")),
    ("users roles alice@example.com", Some("show-user")),
    ("users roles alice@example.com --add auditor --remove auditor", Some("change-roles")),
    ("users add zoe@example.com", Some("change-users")),
    ("users import users.csv", Some("change-users")),
    ("users import users.csv --dry-run", Some("change-users")),
    ("users sync users.csv --leavers keep", Some("change-users")),
    ("users sync users.csv --leavers keep --dry-run", Some("change-users")),
    ("users rename alice@example.com alice@example.com", Some("change-users")),
    ("users disable alice@example.com", Some("change-users")),
    ("users enable alice@example.com", Some("change-users")),
    ("users remove alice@example.com --dry-run", Some("change-users")),
    ("users remove alice@example.com", Some("change-users")),
    ("users unlock alice@example.com", Some("unlock")),
    ("roles", None),
    ("tokens list", Some("list")),
    ("tokens list --upn alice@example.com", Some("show-user")),
    ("tokens show 2300001", Some("list")),
    ("tokens upload more.csv --inventory --dry-run", Some("upload")),
    ("tokens upload more.csv --inventory", Some("upload")),
    ("tokens assign 2300003 alice@example.com", Some("assign")),
    ("tokens activate 2300001 123456", Some("activate")),
    ("tokens resync 2300001 123456 234567", Some("resync")),
    ("tokens deactivate 2300001", Some("deactivate")),
    ("tokens unlock 2300001", Some("unlock")),
    ("tokens reset 2300001", Some("reset-token")),
    ("tokens unassign 2300001", Some("unassign")),
    ("tokens delete 2300003", Some("delete-token")),
    ("uploads list", Some("list")),
    ("uploads show 1", Some("list")),
    ("uploads failures 1", Some("list")),
    ("uploads undo 1 --dry-run", Some("upload")),
    ("uploads undo 1", Some("upload")),
    ("uploads delete 1", Some("upload")),
    ("software enroll alice@example.com", Some("enroll")),
    ("software reenroll alice@example.com", Some("enroll")),
    ("software confirm alice@example.com 123456", Some("enroll")),
    ("software cancel alice@example.com", Some("enroll")),
    ("verify alice@example.com 123456", Some("sign-in")),
    ("recovery issue alice@example.com", Some("recovery")),
    ("recovery show alice@example.com", Some("show-user")),
    ("recovery reset alice@example.com", Some("recovery")),
    ("report", Some("list")),
    ("backup other.db", Some("maintain")),
    ("restored", Some("maintain")),
    ("restored --clock-was-ahead", Some("maintain")),
    ("policy show", Some("list")),
    ("policy set activations=none --dry-run", Some("change-policy")),
    ("policy set activations=none", Some("change-policy")),
    ("policy reset --dry-run", Some("change-policy")),
    ("policy reset", Some("change-policy")),
    ("policy use entra-2025 --dry-run", Some("change-policy")),
    ("policy use entra-2025", Some("change-policy")),
    ("keys list", Some("maintain")),
    ("keys check", Some("maintain")),
    ("keys add", Some("maintain")),
    ("keys activate none", Some("maintain")),
    ("keys rotate --dry-run", Some("maintain")),
    ("keys rotate", Some("maintain")),
    ("keys remove none", Some("maintain")),
    ("audit list", Some("read-log")),
    ("audit verify", Some("read-log")),
    ("audit checkpoint", Some("maintain")),
    ("audit export --until 2100-01-01 -o log.jsonl", Some("read-log")),
    ("audit prune --exported exported.jsonl --dry-run", Some("maintain")),
    ("audit prune --exported exported.jsonl", Some("maintain")),
    ("seeds check fobs.csv", None),
    ("seeds convert fobs.csv --to duo-csv -o duo.csv --accept-loss", None),
    ("seeds repair fobs.csv -o mended.csv --yes", None),
    ("seeds assign fobs.csv staff.csv -o assigned.csv", None),
    ("seeds probe --code 123456", None),
    ("seeds match fobs.csv 123456", None),
    ("seeds formats", None),
    ("code", None),
];

/// Every file and every record but the log, and of the log the number of the last event and what it is.
type State = (Vec<(String, Vec<u8>)>, (i64, String));

fn state(desk: &Desk) -> State {
    let files = std::fs::read_dir(desk.folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let named = files.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), path));
    let named = named.filter(|(name, _)| !name.starts_with("oath.db"));
    let mut all: Vec<_> = named.map(|(name, path)| (name, std::fs::read(path).unwrap())).collect();
    all.sort();
    let file = rusqlite::Connection::open(desk.path("oath.db")).unwrap();
    for table in
        ["settings", "users", "tokens", "states", "gates", "activations", "uploads", "failures", "audit_beginning"]
    {
        let mut statement = file.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = statement.column_count();
        let row = |row: &rusqlite::Row<'_>| (0..columns).map(|i| Ok(format!("{:?} ", row.get_ref(i)?))).collect();
        let rows: Vec<String> = statement.query_map([], row).unwrap().map(Result::unwrap).collect();
        all.push((table.to_owned(), rows.concat().into_bytes()));
    }
    let last = "SELECT sequence, action FROM events ORDER BY sequence DESC LIMIT 1";
    let last = file.query_row(last, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    (all, last)
}

/// The table of `oath roles`, cell by cell: what the command does as a user with each role about a user without one. What a role may
/// not do leaves one event `denied` and no other change.
#[test]
fn every_command_as_every_role_is_what_the_table_says() {
    let all: BTreeSet<&str> = oath_cli::schema::COMMANDS.iter().map(|output| output.command).collect();
    let tried = |command: &&str| {
        COMMANDS.iter().any(|(words, _)| *words == *command || words.starts_with(&format!("{command} ")))
    };
    let untried: Vec<_> = all.iter().filter(|command| !tried(command)).collect();
    assert!(untried.is_empty(), "{untried:?} are tried as no role");

    let rows = support::lines(&Desk::on_sqlite().done("roles --json"));
    let cell = |operation: &str, column: &str| -> String {
        let row = rows.iter().find(|row| row["operation"] == operation).unwrap_or_else(|| panic!("{operation}"));
        row[column].as_str().unwrap().to_owned()
    };
    let roles = [
        ("helpdesk", "helpdesk-administrator"),
        ("auditor", "auditor"),
        ("authentication", "authentication-administrator"),
        ("privileged", "privileged-authentication-administrator"),
        ("policy", "authentication-policy-administrator"),
        ("global", "global-administrator"),
    ];
    for (column, role) in [("user", "")].into_iter().chain(roles) {
        let desk = Desk::furnished_on_sqlite();
        desk.done("users add actor@example.com");
        if !role.is_empty() {
            desk.done(&format!("users roles actor@example.com --add {role}"));
        }
        desk.write("users.csv", "userPrincipalName\nalice@example.com\nzoe@example.com\n");
        desk.write("staff.csv", "serial number,upn\n2300001,alice@example.com\n");
        desk.write("more.csv", &format!("{}\n,2300003,{},30,C,M\n", support::HEADER, SECRETS[2]));
        desk.done("tokens upload more.csv --inventory");
        desk.done("backup copy.db");
        desk.done("audit export --until 2100-01-01 -o exported.jsonl");
        let may = |operation: &str| ["all", "users"].contains(&&*cell(operation, column));
        // First what is refused, while everything is as it was.
        for (words, operation) in COMMANDS {
            let Some(operation) = operation.filter(|operation| !may(operation)) else { continue };
            let (before, events) = state(&desk);
            let ended = desk.oath(&format!("--as actor@example.com {words}"));
            assert_eq!((ended.status, &*ended.out), (1, ""), "`{words}` as {column}: {ended:?}");
            assert!(ended.err.starts_with("error[denied]: "), "`{words}` as {column}: {ended:?}");
            let (after, logged) = state(&desk);
            assert!(after == before, "`{words}` as {column} changed something: {operation}");
            assert_eq!((logged.0 - events.0, &*logged.1), (1, "denied"), "`{words}` as {column}");
        }
        for (words, operation) in COMMANDS {
            let ended = desk.oath_with(&format!("--as actor@example.com {words}"), "x");
            match operation {
                Some(operation) if may(operation) => {
                    assert!(!ended.err.starts_with("error[denied]"), "`{words}` as {column}: {ended:?}");
                }
                Some(_) => {}
                None => assert!(!ended.err.starts_with("error[denied]"), "`{words}` as {column}: {ended:?}"),
            }
        }
        assert_eq!(desk.json("audit verify")["verified"], true);
    }
}
