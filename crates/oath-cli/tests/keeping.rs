//! Backup, restore, keys and the log, as an administrator keeps a directory.

mod support;

use oath_totp::TimeStep;
use serde_json::{Value, json};
use std::fs;
use support::{Desk, MONDAY, SECRETS, plain, shows};

fn alices(time: u64) -> String {
    shows(SECRETS[0], TimeStep::SECONDS_30, time)
}

/// With Alice's token activated on Monday.
fn in_use() -> Desk {
    let desk = Desk::furnished_on_sqlite();
    desk.done(&format!("tokens activate 2300001 {} --at {MONDAY}", alices(MONDAY)));
    desk
}

#[test]
fn a_backup_comes_back_and_no_code_from_before_is_accepted() {
    let desk = in_use();
    assert_eq!(desk.json("backup monday.db"), json!({"backup": "monday.db", "keys": "oath.keys"}));
    desk.fails("backup monday.db", 2, "file-exists", &["monday.db"]);
    let noon = MONDAY + 4 * 3600;
    desk.done(&format!("verify alice@example.com {} --at {noon}", alices(noon)));
    desk.fails("restore monday.db", 1, "directory-exists", &["--replace"]);
    desk.fails("restore missing.db --replace", 2, "file-missing", &["missing.db"]);
    let restored = desk.json(&format!("restore monday.db --replace --at {noon}"));
    assert_eq!(
        restored,
        json!({"database": "oath.db", "former": format!("oath.db.replaced-{noon}"), "refused_until": "2026-01-05T12:00:00Z"})
    );
    for seconds in [0, 30] {
        let code = alices(noon + seconds);
        assert_eq!(desk.oath(&format!("verify alice@example.com {code} --at {}", noon + seconds)).status, 1);
    }
    desk.done(&format!("verify alice@example.com {} --at {}", alices(noon + 600), noon + 600));
    // By other means.
    let later = noon + 3600;
    assert_eq!(desk.json(&format!("restored --at {later}")), json!({"refused_until": "2026-01-05T13:00:00Z"}));
    assert_eq!(desk.oath(&format!("verify alice@example.com {} --at {later}", alices(later))).status, 1);
    assert_eq!(desk.json("audit verify")["verified"], true);
}

#[test]
fn a_restore_by_a_clock_that_is_ahead_is_seen_and_put_right() {
    let desk = in_use();
    desk.done("backup monday.db");
    let (noon, wrong) = (MONDAY + 4 * 3600, MONDAY + 366 * 86400);
    // The preview compares the clock with the end of the backup.
    let tried = desk.done(&format!("restore monday.db --replace --dry-run --at {wrong}"));
    assert!(tried.contains("Check the clock: it shows 2027-01-06"), "{tried}");
    assert!(!desk.done(&format!("restore monday.db --replace --dry-run --at {noon}")).contains("clock"));
    let said = desk.done(&format!("restore monday.db --replace --at {wrong}"));
    assert!(said.contains("up to 2027-01-06T08:00:00Z are refused"), "{said}");
    assert!(said.contains("Check the clock") && said.contains("oath restored --clock-was-ahead"), "{said}");
    // With the clock set right: what each says, and what it advises.
    assert_eq!(desk.oath(&format!("verify alice@example.com {} --at {noon}", alices(noon))).status, 1);
    let show = format!("users show alice@example.com --at {noon}");
    assert!(desk.done(&show).contains("refused until 2027-01-06T08:00:00Z"), "{}", desk.done(&show));
    assert_eq!(desk.json(&show)["refused_until"], "2027-01-06T08:00:00Z");
    let token = format!("tokens show 2300001 --at {noon}");
    assert!(desk.done(&token).contains("refused until 2027-01-06T08:00:00Z"), "{}", desk.done(&token));
    assert_eq!(desk.json(&token)["refused_until"], "2027-01-06T08:00:00Z");
    let again = format!("restored --at {noon}");
    let again = desk.done(&again);
    assert!(
        again.contains("up to 2027-01-06T08:00:01Z") && again.contains("oath restored --clock-was-ahead"),
        "{again}"
    );
    let lowered = desk.json(&format!("restored --clock-was-ahead --at {noon}"));
    assert_eq!(lowered, json!({"refused_until": "2026-01-05T12:00:00Z", "former": "2027-01-06T08:00:01Z"}));
    let words = format!("restored --clock-was-ahead --at {noon}");
    desk.fails(&words, 1, "clock-was-not-ahead", &["no code is refused beyond now", "oath users show"]);
    assert_eq!(desk.oath(&format!("verify alice@example.com {} --at {noon}", alices(noon))).status, 1);
    desk.done(&format!("verify alice@example.com {} --at {}", alices(noon + 600), noon + 600));
    assert_eq!(desk.json(&show)["refused_until"], Value::Null);
    assert_eq!(desk.json("audit list --action floor-lowered").as_array().unwrap().len(), 1);
    assert_eq!(desk.json("audit verify")["verified"], true);
}

#[test]
fn a_restore_by_a_clock_that_is_behind_the_backup_is_refused() {
    let desk = in_use();
    // The backup has an event of another century: the clock of today is behind, as far as the backup tells.
    desk.done("users add carol@example.com --at 2100-01-01T00:00:00Z");
    desk.done("backup ahead.db");
    let refused = |words: &str| {
        desk.fails(words, 1, "clock-behind", &["2100-01-01T00:00:00Z", "set the clock right", "--force"]);
    };
    for words in ["restore ahead.db --replace --dry-run", "restore ahead.db --replace", "restored"] {
        refused(words);
    }
    assert_eq!(desk.json("audit list --action directory-restored"), json!([]));
    // The floor of a clock that was even further ahead is not lowered either, until a person says that today's clock is right.
    let restored = desk.done("restored --at 2101-01-01T00:00:00Z");
    assert!(restored.contains("Check the clock") && restored.contains("--clock-was-ahead"), "{restored}");
    refused("restored --clock-was-ahead");
    let (noon, one) = ("2026-01-06T12:00:00Z", "2026-01-06T13:00:00Z");
    assert_eq!(desk.json(&format!("restored --clock-was-ahead --at {noon}"))["refused_until"], noon);
    assert_eq!(desk.json(&format!("restore ahead.db --replace --at {one}"))["refused_until"], one);
}

#[test]
fn a_directory_on_a_server_is_backed_up_by_the_server() {
    let desk = Desk::on_sqlite();
    for words in ["backup monday.db", "restore monday.db --replace"] {
        let words = format!("{words} --db postgres://nobody@localhost:1/oath");
        desk.fails(&words, 2, "database-on-server", &["pg_dump", "oath restored"]);
    }
}

#[test]
fn the_log_is_listed_by_user_token_kind_and_time() {
    let desk = in_use();
    let noon = MONDAY + 4 * 3600;
    desk.done(&format!("verify alice@example.com {} --at {noon}", alices(noon)));
    let all = desk.json("audit list");
    let all = all.as_array().unwrap();
    let kept = |keep: &dyn Fn(&Value) -> bool| all.iter().filter(|event| keep(event)).cloned().collect::<Vec<_>>();
    let activated = kept(&|event| event["action"] == "token-activated");
    let text = |event: &Value, name: &str| event[name].as_str().unwrap_or_default().to_owned();
    for (words, expected) in [
        ("--user ALICE@example.com", kept(&|event| event["upn"] == "alice@example.com")),
        ("--serial 2300001", kept(&|event| event["serial"] == "2300001")),
        ("--action token-activated", activated.clone()),
        ("--serial 2300001 --action token-activated --user alice@example.com", activated),
        ("--since 2026-01-05T12:00:00Z", kept(&|event| *text(event, "at") >= *"2026-01-05T12:00:00Z")),
        ("--until 1767600000", kept(&|event| *text(event, "at") <= *"2026-01-05T08:00:00Z")),
        ("--last 2", all[all.len() - 2..].to_vec()),
        ("--last 999", all.clone()),
        ("--action signed-in --last 5", kept(&|event| event["action"] == "signed-in")),
        ("--user nobody@example.com", Vec::new()),
        ("--last 0", Vec::new()),
    ] {
        assert_eq!(desk.json(&format!("audit list {words}")), json!(expected), "{words}");
    }
    assert!(all.iter().any(|event| event["action"] == "signed-in"));
    assert_eq!(desk.done("audit list --serial 2300010"), "No events; is 2300001 meant?\n");
    assert_eq!(desk.done("audit list --user alise@example.com"), "No events; is alice@example.com meant?\n");
    assert_eq!(desk.done("audit list --action user-removed"), "No events.\n");
    let wrong = desk.oath("audit list --action signed");
    assert_eq!(wrong.status, 2);
    assert!(wrong.err.contains("sign-in-rejected, user-unlocked"), "{}", wrong.err);
}

#[test]
fn an_event_that_was_noted_down_is_looked_for() {
    let desk = Desk::furnished();
    let noted = desk.json("audit verify")["ends"][0].as_str().unwrap().to_owned();
    desk.done("users add carol@example.com");
    let verified = desk.json(&format!("audit verify --contains {noted}"));
    assert_eq!(verified["verified"], true);
    assert_ne!(verified["ends"][0], noted.as_str());
    let text = desk.done(&format!("audit verify --contains {noted}"));
    assert!(text.contains(&format!("holds {noted}")), "{text}");
    // Another hash, and a number that is not there yet.
    let (number, hash) = noted.rsplit_once(':').unwrap();
    let other = format!("{number}:{}", hash.chars().rev().collect::<String>());
    let ahead = noted.replace(&format!("{number}:"), &format!("{number}999:"));
    for (wrong, reason) in [(other, "changed"), (ahead, "missing")] {
        let ended = desk.oath(&format!("audit verify --contains {noted} --contains {wrong} --json"));
        let answer: Value = serde_json::from_str(&ended.out).unwrap();
        assert_eq!((ended.status, &answer["verified"], &answer["reason"]), (1, &json!(false), &json!(reason)));
    }
    assert_eq!(desk.oath("audit verify --contains 12").status, 2);
}

#[test]
fn a_key_is_added_activated_and_the_old_one_removed_when_no_token_uses_it() {
    let desk = in_use();
    let keys = |desk: &Desk| desk.json("keys list")["keys"].clone();
    let old = keys(&desk)[0]["name"].as_str().unwrap().to_owned();
    assert_eq!(keys(&desk), json!([{"name": old, "seals": true}]));
    desk.fails(&format!("keys remove {old}"), 1, "key-in-use", &["oath keys activate"]);
    let added = desk.json("keys add");
    let new = added["key"].as_str().unwrap().to_owned();
    assert_eq!(keys(&desk), json!([{"name": new, "seals": false}, {"name": old, "seals": true}]));
    desk.fails("keys activate missing", 1, "key-unknown", &["missing", "oath keys list"]);
    assert_eq!(desk.json(&format!("keys activate {new}")), json!({"key": new, "seals": true}));
    desk.fails(&format!("keys remove {old}"), 1, "key-in-use", &["2 tokens", "oath keys rotate"]);
    let used = |name: &str, tokens: u64, seals: bool| json!({"name": name, "tokens": tokens, "recognised": tokens, "in_ring": true, "seals": seals});
    assert_eq!(desk.json("keys check"), json!({"keys": [used(&old, 2, false), used(&new, 0, true)], "damaged": []}));
    assert_eq!(desk.json("keys rotate"), json!({"key": new, "dry_run": false, "sealed": 2, "damaged": []}));
    assert_eq!(desk.json("keys rotate"), json!({"key": new, "dry_run": false, "sealed": 0, "damaged": []}));
    assert_eq!(desk.json("keys check")["keys"], json!([used(&old, 0, false), used(&new, 2, true)]));
    assert_eq!(desk.json(&format!("keys remove {old}")), json!({"key": old, "removed": true, "recognised": 0}));
    let noon = MONDAY + 4 * 3600;
    desk.done(&format!("verify alice@example.com {} --at {noon}", alices(noon)));
    // What does not open is told, and stays.
    desk.done("keys add");
    let connection = rusqlite::Connection::open(desk.path("oath.db")).unwrap();
    connection.execute("UPDATE tokens SET sealed = zeroblob(60) WHERE serial = '2300002'", []).unwrap();
    drop(connection);
    let checked = desk.oath("keys check");
    assert_eq!(checked.status, 1);
    assert!(checked.out.contains("The secret of token 2300002 does not open."), "{}", checked.out);
    let third = keys(&desk)[0]["name"].as_str().unwrap().to_owned();
    desk.done(&format!("keys activate {third}"));
    let rotated = desk.oath("keys rotate --json");
    let answer = plain(&rotated.out);
    assert_eq!(
        (rotated.status, answer),
        (1, json!({"key": third, "dry_run": false, "sealed": 1, "damaged": ["2300002"]}))
    );
    assert_eq!(desk.json("audit verify")["verified"], true);
}

#[test]
fn a_removed_key_goes_on_to_recognise_deleted_tokens_until_none_is_left() {
    let desk = in_use();
    desk.done("tokens unassign 2300002");
    desk.done("tokens delete 2300002");
    let old = desk.json("keys list")["keys"][0]["name"].as_str().unwrap().to_owned();
    let new = desk.json("keys add")["key"].as_str().unwrap().to_owned();
    desk.done(&format!("keys activate {new}"));
    desk.done("keys rotate");
    assert!(desk.done(&format!("keys remove {old}")).contains("recognises 1 deleted token by it"));
    let listed = json!({"keys": [{"name": new, "seals": true}], "retired": [old]});
    assert_eq!(desk.json("keys list"), listed);
    assert!(desk.done("keys check").contains("recognises deleted tokens"));
    desk.fails(&format!("keys remove {old}"), 1, "key-in-use", &["1 deleted token", "keep it"]);
    // The token is back: its secret is there, and is recognised by the new key from then on.
    desk.done("tokens upload fobs.csv");
    desk.done("keys rotate");
    assert_eq!(desk.json(&format!("keys remove {old}"))["recognised"], 0);
    assert_eq!(desk.json("keys list")["retired"], json!([]));
    let noon = MONDAY + 4 * 3600;
    desk.done(&format!("verify alice@example.com {} --at {noon}", alices(noon)));
}

#[test]
fn the_log_is_exported_pruned_and_verified_from_then_on() {
    let desk = Desk::furnished();
    let noted = desk.json("audit verify")["ends"][0].as_str().unwrap().to_owned();
    let none = desk.oath("audit export --until 2020-01-01T00:00:00Z -o log.jsonl");
    assert!(none.out.contains("Nothing was written") && !desk.path("log.jsonl").exists(), "{none:?}");
    let done = desk.done("audit export --until 2100-01-01T00:00:00Z -o log.jsonl");
    assert!(done.contains("Exported") && done.contains("oath audit prune --exported log.jsonl"), "{done}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(desk.path("log.jsonl")).unwrap().permissions().mode() & 0o777, 0o600);
    }
    desk.fails("audit export --until 2100-01-01T00:00:00Z -o log.jsonl", 2, "file-exists", &["log.jsonl"]);
    let log = fs::read_to_string(desk.path("log.jsonl")).unwrap();
    let events = u64::try_from(log.lines().count() - 2).unwrap();
    let actions: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(actions[1..].iter().any(|event| event["action"] == "token-imported" && event["serial"] == "2300001"));
    assert_eq!(desk.json(&format!("audit verify log.jsonl --contains {noted}"))["events"], events);

    desk.write("cut.jsonl", &log[..log.len() / 2]);
    desk.fails("audit prune --exported cut.jsonl", 1, "exported-file-damaged", &["cut.jsonl", "line"]);
    desk.write("changed.jsonl", &log.replacen("2300001", "2300009", 1));
    let changed = desk.oath("audit verify changed.jsonl");
    assert_eq!(changed.status, 1, "{changed:?}");
    let tried = desk.json("audit prune --exported log.jsonl --dry-run");
    assert_eq!((&tried["events"], &desk.json("audit verify")["events"]), (&json!(events), &json!(events)));

    let pruned = desk.json("audit prune --exported log.jsonl");
    assert_eq!((&pruned["events"], &pruned["pruned"]), (&json!(events), &json!([noted])));
    let text = desk.done("audit verify");
    let first = events + 1;
    assert!(text.contains("1 event,") && text.contains(&format!("from event {first}")), "{text}");
    assert_eq!(desk.json("audit verify")["pruned"], json!([noted]));
    assert_eq!(desk.json(&format!("audit verify --contains {noted}"))["verified"], true);
    let early = noted.replacen(&format!("{events}:"), "1:", 1);
    desk.fails(&format!("audit verify --contains {early}"), 1, "event-pruned", &["exported"]);
    desk.done("users add carol@example.com");
    desk.done("audit verify log.jsonl");
    assert!(desk.done("audit prune --exported log.jsonl").contains("Nothing to delete"));
    desk.done("audit export --until 2100-01-01T00:00:00Z -o next.jsonl");
    desk.done("audit verify log.jsonl next.jsonl");
    // What is wrong in the second file is named by its line of that file.
    let text = fs::read_to_string(desk.path("next.jsonl")).unwrap();
    fs::write(desk.path("wrong.jsonl"), text.replacen("local-operator", "mallory", 1)).unwrap();
    let wrong = ["wrong.jsonl", "line 2:"];
    desk.fails("audit verify log.jsonl wrong.jsonl", 1, "exported-file-damaged", &wrong);
    desk.done("audit prune --exported next.jsonl");
    desk.fails("audit verify log.jsonl", 1, "segments-apart", &["log.jsonl"]);
    desk.done("audit verify log.jsonl next.jsonl");
    desk.done("tokens list");
}

#[cfg(unix)]
#[test]
fn a_key_ring_comes_from_a_variable_or_a_program_and_is_not_changed_there() {
    let desk = in_use();
    let ring = fs::read_to_string(desk.path("oath.keys")).unwrap();
    fs::rename(desk.path("oath.keys"), desk.path("elsewhere")).unwrap();
    let noon = MONDAY + 4 * 3600;
    let verify = |at: u64| format!("verify alice@example.com {} --at {at} --force", alices(at));
    let by_variable = desk.run_with(&format!("{} --keys env:RING", verify(noon)), "", &[("RING", &ring)]);
    assert_eq!(by_variable.status, 0, "{by_variable:?}");
    let by_program = desk.run_with(&verify(noon + 60), "", &[("OATH_KEYS", "command:cat elsewhere")]);
    assert_eq!(by_program.status, 0, "{by_program:?}");
    for (from, code, says) in [
        ("command:false", "key-provider-failed", "exit status 1"),
        ("command:/no/such/program", "key-provider-failed", "cannot be run"),
        ("command:", "key-provider-failed", "cannot be run"),
        ("env:NOT_SET_ANYWHERE", "key-provider-failed", "not set"),
        ("command:printf seal", "key-ring-malformed", "line 1"),
    ] {
        let failed = desk.run_with("users list", "", &[("OATH_KEYS", from)]);
        assert_eq!((failed.status, &*failed.out), (2, ""), "{from}: {failed:?}");
        assert!(failed.err.starts_with(&format!("error[{code}]: ")) && failed.err.contains(says), "{from}: {failed:?}");
    }
    let key = ring.lines().find_map(|line| line.strip_prefix("seal ")).unwrap().split(' ').next().unwrap();
    for words in
        ["keys add".to_owned(), format!("keys activate {key}"), format!("keys remove {key}"), "init".to_owned()]
    {
        let refused = desk.run_with(&words, "", &[("OATH_KEYS", "command:cat elsewhere")]);
        assert_eq!((refused.status, &*refused.out), (1, ""), "{words}: {refused:?}");
        assert!(refused.err.starts_with("error[key-ring-read-only]: "), "{words}: {refused:?}");
        assert!(!refused.err.contains(ring.lines().last().unwrap()), "{words} shows a key");
    }
    assert!(
        desk.run_with("keys check", "", &[("OATH_KEYS", "command:cat elsewhere")]).out.contains("All secrets open.")
    );
}
