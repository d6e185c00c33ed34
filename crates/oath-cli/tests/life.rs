//! The life of a token, told by commands: what they print, as what JSON, and with which exit status they end.

mod support;

use oath_totp::{TimeStep, Totp, TotpState, UnixTime};
use serde_json::json;
use support::{Desk, HEADER, MONDAY, SECRETS, shows};

/// Alice's token is 8 steps ahead.
fn alices(time: u64) -> String {
    shows(SECRETS[0], TimeStep::SECONDS_30, time + 250)
}

#[test]
fn an_upload_of_the_wrong_file_is_undone() {
    let desk = Desk::furnished();
    let [_, _, third] = SECRETS;
    desk.write("more.csv", &format!("{HEADER}\n,2300003,{third},30,Contoso,HardwareKey\n"));
    desk.done("tokens upload more.csv --inventory");
    desk.done("tokens assign 2300003 alice@example.com");
    let tried = desk.json("uploads undo 1 --dry-run");
    assert_eq!((&tried["dry_run"], &tried["taken_back"], &tried["kept"]), (&json!(true), &json!(2), &json!([])));
    assert_eq!(desk.json("tokens list").as_array().unwrap().len(), 3);
    let text = desk.done("uploads undo 1");
    assert!(text.contains("Took back 2 tokens of upload 1."), "{text}");
    let kept = desk.done("uploads undo 2");
    assert!(
        kept.contains("Took back 0 tokens") && kept.contains("1 token stays") && kept.contains("2300003"),
        "{kept}"
    );
    assert_eq!(desk.json("uploads list")[0]["taken_back"], 2);
    assert_eq!(desk.json("tokens upload fobs.csv")["imported"], 2);
    desk.fails("uploads undo 9", 1, "upload-unknown", &["9"]);
}

#[test]
fn a_token_is_activated_signs_in_once_per_code_and_is_passed_on() {
    let desk = Desk::furnished();
    let (activation, sign_in, later) = (MONDAY, MONDAY + 120, MONDAY + 600);

    let token = desk.json(&format!("tokens activate 2300001 {} --at {activation}", alices(activation)));
    assert_eq!(
        token,
        json!({"serial": "2300001", "upn": "alice@example.com", "status": "activated", "manufacturer": "Contoso",
               "model": "HardwareKey", "algorithm": "SHA1", "digits": 6, "step": 30, "drift": 8,
               "last_used": "2026-01-05T08:00:00Z", "failed_attempts": 0, "locked_until": null})
    );

    let verify = |code: &str, at: u64| desk.oath(&format!("verify alice@example.com {code} --at {at} --json"));
    let code = alices(sign_in);
    let accepted = verify(&code, sign_in);
    assert_eq!(
        (accepted.status, accepted.out.as_str()),
        (0, "{\"version\":1,\"accepted\":true,\"serial\":\"2300001\"}\n")
    );
    for (code, at) in [(&*code, sign_in), (&*code, sign_in + 10), (&*alices(activation), sign_in)] {
        let spent = verify(code, at);
        assert_eq!(
            (spent.status, spent.out.as_str()),
            (1, "{\"version\":1,\"accepted\":false,\"reason\":\"rejected\"}\n")
        );
    }

    desk.done("tokens unassign 2300001");
    assert_eq!(verify(&alices(later), later).status, 1, "taken back, it signs in no more");
    desk.done("tokens assign 2300001 bob@example.com");
    desk.done(&format!("tokens activate 2300001 {} --at {later}", alices(later)));
    let bobs = desk.oath(&format!("verify bob@example.com {} --at 2026-01-05T08:11:00Z", alices(MONDAY + 660)));
    assert_eq!((bobs.status, bobs.out.as_str()), (0, "Accepted: the code of token 2300001.\n"));

    desk.done("tokens deactivate 2300001");
    desk.done("tokens unassign 2300001");
    assert_eq!(desk.json("tokens delete 2300001"), json!({"serial": "2300001", "deleted": true}));
    let verified = desk.json("audit verify");
    assert_eq!(verified["verified"], true);
    let events = desk.json("audit list");
    assert_eq!(verified["events"], events.as_array().unwrap().len());
    assert_eq!(events.as_array().unwrap().last().unwrap()["hash"], verified["head"]);
}

#[test]
fn a_wrong_code_at_activation_is_refused_and_the_next_right_one_is_taken() {
    let desk = Desk::furnished();
    let wrong =
        desk.oath(&format!("tokens activate 2300001 {} --at {MONDAY}", shows(SECRETS[2], TimeStep::SECONDS_30, 0)));
    assert_eq!(wrong.status, 1);
    assert!(
        wrong.err.starts_with(
            "error[next-code-needed]: the code is not one that token 2300001 shows within 30 min of the expected time\n"
        ),
        "{}",
        wrong.err
    );
    let listed = desk.json("tokens list --status failedActivation");
    assert_eq!(listed[0]["serial"], "2300001");
    let details = desk.json("tokens show 2300001");
    assert_eq!((&details["failed_attempts"], &details["locked_until"]), (&json!(1), &json!(null)));
    desk.done(&format!("tokens activate 2300001 {} --at {MONDAY}", alices(MONDAY)));
    desk.fails("tokens activate 2300001 123456", 1, "wrong-status", &["signs in already"]);
}

#[test]
fn two_codes_find_a_clock_that_ran_away() {
    let desk = Desk::furnished();
    desk.done(&format!("tokens activate 2300001 {} --at {MONDAY}", alices(MONDAY)));
    let (now, off) = (MONDAY + 3600, 2 * 3600);
    let code = alices(now + off);
    assert_eq!(desk.oath(&format!("verify alice@example.com {code} --at {now}")).status, 1);
    let token = desk.json(&format!("tokens resync 2300001 {code} {} --at {now}", alices(now + off + 30)));
    assert_eq!(token["drift"], 8 + 240 + 1);
    let next = now + 60;
    assert_eq!(desk.oath(&format!("verify alice@example.com {} --at {next}", alices(next + off))).status, 0);
}

#[test]
fn after_ten_wrong_codes_a_sign_in_is_locked_and_says_for_how_long() {
    let desk = Desk::furnished();
    desk.done(&format!("tokens activate 2300001 {} --at {MONDAY}", alices(MONDAY)));
    let wrong = shows(SECRETS[2], TimeStep::SECONDS_30, 0);
    for _ in 0..10 {
        assert_eq!(desk.oath(&format!("verify alice@example.com {wrong} --at {}", MONDAY + 60)).status, 1);
    }
    let locked = desk.oath(&format!("verify alice@example.com {} --at {} --json", alices(MONDAY + 70), MONDAY + 70));
    assert_eq!(
        (locked.status, &*locked.out),
        (1, "{\"version\":1,\"accepted\":false,\"reason\":\"locked\",\"retry_after\":20}\n")
    );
    let text = desk.oath(&format!("verify alice@example.com {wrong} --at {}", MONDAY + 70)).out;
    assert!(text.starts_with("Locked: too many wrong codes; the next one is read in 20 s."), "{text}");
    assert_eq!(
        desk.oath(&format!("verify alice@example.com {} --at {}", alices(MONDAY + 100), MONDAY + 100)).status,
        0
    );
}

#[test]
fn the_rows_that_failed_are_told_page_by_page_in_the_order_of_the_file() {
    const ROWS: usize = 2001;
    let desk = Desk::furnished();
    let rows =
        (0..ROWS).map(|row| format!("bob@example.com,,{},30,Contoso,Key {row}\n", SECRETS[2])).collect::<String>();
    desk.write("box.csv", &format!("{HEADER}\n{rows}"));
    assert_eq!(desk.oath("tokens upload box.csv").status, 1);
    let failures = desk.json("uploads failures 2");
    let lines: Vec<_> = failures.as_array().unwrap().iter().map(|failure| failure["line"].as_u64().unwrap()).collect();
    assert!(lines.is_sorted() && lines.len() >= ROWS, "{}", lines.len());
    let csv = desk.done("uploads failures 2");
    assert_eq!((csv.lines().count(), csv.matches("what to do").count()), (lines.len() + 1, 1), "one header");
    assert_eq!(desk.json("uploads failures 2 -o failed.csv")[0]["failures"], lines.len());
    assert_eq!(std::fs::read_to_string(desk.path("failed.csv")).unwrap(), csv);
    // Nothing is written, and no file is made, for an upload that is not there.
    assert_eq!(desk.oath("uploads failures 9").out, "");
    desk.fails("uploads failures 9 -o none.csv", 1, "upload-unknown", &["9"]);
    assert!(!desk.path("none.csv").exists());
}

#[test]
fn rows_that_fail_are_told_written_to_a_file_corrected_and_uploaded_again() {
    let desk = Desk::furnished();
    let good = format!("bob@example.com,0950380269,{},30,Contoso,HardwareKey", SECRETS[2]);
    let unknown = good.replace("bob@", "bbo@");
    desk.write("box 2.csv", &format!("{HEADER}\n{unknown}\n"));
    let spaced = desk.path("box.csv");
    std::fs::copy(desk.path("box 2.csv"), &spaced).unwrap();

    let upload = desk.oath("tokens upload box.csv --json");
    let counts = json!({"upload": 2, "file": "box.csv", "rows": 1, "imported": 0, "unchanged": 0, "failed": 1});
    assert_eq!((upload.status, support::plain(&upload.out)), (1, counts));
    let text = desk.oath("tokens upload box.csv");
    assert_eq!(text.status, 1);
    assert!(text.out.contains("line 2, upn: There is no user bbo@example.com.\n"), "{}", text.out);
    assert!(text.out.contains("oath uploads failures 3 -o Failures_box.csv\n"), "{}", text.out);

    let failures = desk.json("uploads failures 2");
    assert_eq!((&failures[0]["line"], &failures[0]["code"]), (&json!(2), &json!("user-unknown")));
    desk.done("uploads failures 2 -o Failures_box.csv");
    let csv = std::fs::read_to_string(desk.path("Failures_box.csv")).unwrap();
    assert_eq!(csv, desk.done("uploads failures 2"));
    assert!(csv.contains("bbo@example.com,0950380269"), "{csv}");
    desk.done("uploads failures 3 -o Failures_box.csv");
    desk.fails("uploads failures 2 -o box.csv", 2, "file-exists", &["box.csv", "left as it is"]);

    desk.write("box.csv", &format!("{HEADER}\n{good}\n"));
    assert_eq!(desk.json("tokens upload box.csv")["imported"], 1);
    assert_eq!(desk.json("tokens upload box.csv")["unchanged"], 1, "the same file again changes nothing");
    assert_eq!(desk.json("tokens list --serial 0950380269")[0]["upn"], "bob@example.com");
    let uploads = desk.json("uploads list");
    let numbers: Vec<_> = uploads.as_array().unwrap().iter().map(|upload| upload["upload"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
    assert_eq!(desk.json("uploads delete 2"), json!({"upload": 2, "deleted": true}));
    desk.fails("uploads show 2", 1, "upload-unknown", &["there is no upload 2"]);
    assert_eq!(desk.json("uploads show 3")["failures"].as_array().unwrap().len(), 1);
}

#[test]
fn secrets_of_80_bits_come_in_on_request_only() {
    let desk = Desk::furnished();
    desk.write("old.csv", &format!("{HEADER}\nbob@example.com,1,GEZDGNBVGY3TQOJQ,30,Contoso,Old\n"));
    assert_eq!(desk.oath("tokens upload old.csv").status, 1);
    assert_eq!(desk.json("tokens upload old.csv --legacy")["imported"], 1);
}

#[test]
fn rows_without_a_user_come_into_the_inventory_on_request_only() {
    let desk = Desk::furnished();
    desk.write("box.csv", &format!("{HEADER}\n,77,{},30,Contoso,New\n", SECRETS[2]));
    assert_eq!(desk.oath("tokens upload box.csv").status, 1);
    assert_eq!(desk.json("tokens upload box.csv --inventory")["imported"], 1);
    assert_eq!(desk.json("tokens list --status available")[0]["serial"], "77");
}

#[test]
fn a_software_token_is_shown_once_and_confirmed_with_its_first_code() {
    let desk = Desk::furnished();
    // One secret in 170 shows its first code again within the radius; such a one is confirmed with two codes.
    let needs_one_code = |enrolment: &serde_json::Value| {
        let (secret, monday) = (enrolment["secret"].as_str().unwrap(), UnixTime::from_secs(MONDAY));
        let totp = Totp::from_base32(secret).unwrap();
        totp.activate(&totp.generate(monday), monday, 2880, &TotpState::NEW).is_ok()
    };
    let enroll = || desk.json("software enroll guest@else.com");
    let enrolment = std::iter::repeat_with(enroll).find(needs_one_code).unwrap();
    let secret = enrolment["secret"].as_str().unwrap();
    assert!(enrolment["uri"].as_str().unwrap().contains(&format!("secret={secret}")));
    let code = |time| shows(secret, TimeStep::SECONDS_30, time);
    let confirmed = desk.json(&format!("software confirm guest@else.com {} --at {MONDAY}", code(MONDAY)));
    assert_eq!((&confirmed["serial"], &confirmed["status"]), (&enrolment["serial"], &json!("activated")));
    let next = MONDAY + 30;
    assert_eq!(desk.oath(&format!("verify guest@else.com {} --at {next}", code(next))).status, 0);
    for words in ["tokens list", "audit list", "tokens list --json", "audit list --json"] {
        assert!(!desk.done(words).contains(secret), "{words}");
    }
    desk.fails("software confirm guest@else.com 123456", 1, "nothing-to-confirm", &["guest@else.com"]);

    let text = desk.done("software enroll alice@example.com");
    let groups = text.lines().find_map(|line| line.strip_prefix("  secret  ")).unwrap();
    assert!(groups.split(' ').all(|group| group.len() == 4), "{groups}");
    let drawn = desk.done("software enroll bob@example.com --qr");
    let picture: Vec<_> = drawn.lines().filter(|line| line.contains('█')).collect();
    let widths = picture.iter().map(|line| line.chars().count());
    assert!(picture.len() > 20 && widths.clone().min() == widths.max(), "{drawn}");
    assert_eq!(drawn.matches("otpauth://totp/").count(), 1);
    assert!(!drawn.contains("  secret  "));
}

#[test]
fn users_are_added_imported_and_listed() {
    let desk = Desk::new();
    desk.done("init");
    assert_eq!(
        desk.done("users list"),
        "No users yet. Add one with `oath users add UPN`, or many with `oath users import FILE`.\n"
    );
    let added = desk.json("users add alice@example.com --name Alice");
    assert_eq!(
        added,
        json!({
            "upn": "alice@example.com", "kind": "member", "display_name": "Alice", "enabled": true, "object_id": null,
            "roles": [],
        })
    );
    desk.done("users add guest@else.com --guest");
    desk.fails("users add ALICE@example.com", 1, "user-exists", &["alice@example.com"]);
    desk.write(
        "users.csv",
        "userPrincipalName,userType,displayName\nalice@example.com,Member,Alice\nguest@else.com,Guest,Gina\nbob@example.com,,\nbob,,\n",
    );
    let before = desk.snapshot();
    let tried = desk.oath("users import users.csv --dry-run").out;
    assert!(tried.starts_with("Would import users.csv: 1 user added, 1 changed, 1 unchanged, 1 failed."), "{tried}");
    assert!(desk.snapshot() == before, "nothing is written");
    let imported = desk.oath("users import users.csv --json");
    assert_eq!(imported.status, 1);
    let report: serde_json::Value = serde_json::from_str(&imported.out).unwrap();
    assert_eq!((&report["added"], &report["changed"], &report["unchanged"]), (&json!(1), &json!(1), &json!(1)));
    assert_eq!((&report["failed"][0]["line"], &report["failed"][0]["code"]), (&json!(5), &json!("upn-malformed")));
    assert_eq!(
        desk.done("users list"),
        "user               kind    account  wrong codes  name\nalice@example.com  member  enabled            0  Alice\n\
         bob@example.com    member  enabled            0  -\nguest@else.com     guest   enabled            0  Gina\n"
    );
}

#[test]
fn empty_lists_say_so_and_have_no_line_for_scripts() {
    let desk = Desk::new();
    desk.done("init");
    for (list, text) in
        [("users list", "No users yet."), ("tokens list", "No tokens yet."), ("uploads list", "No uploads.")]
    {
        assert!(desk.done(list).starts_with(text), "{list}");
        assert_eq!(desk.json(list), json!([]), "{list}");
    }
    assert_eq!(desk.done("tokens list --status activated"), "No token is like that.\n");
}

#[test]
fn global_options_stand_before_or_behind_the_command() {
    let desk = Desk::new();
    desk.done("--db sqlite:a.db --keys a.keys init");
    desk.done("users add alice@example.com --keys a.keys --db sqlite:a.db");
    let listed = |words: &str| desk.done(words).contains("alice@example.com");
    assert!(listed("--json users list --db sqlite:a.db --keys a.keys"));
    assert!(listed("users --db sqlite:./a.db list --json --keys a.keys"));
}

#[cfg(unix)]
#[test]
fn the_key_ring_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    desk.done("init");
    assert_eq!(std::fs::metadata(desk.path("oath.keys")).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_time_away_from_the_clock_needs_force_to_write_and_the_log_keeps_both() {
    let desk = Desk::furnished();
    let code = alices(MONDAY);
    for words in [
        format!("tokens activate 2300001 {code} --at {MONDAY}"),
        format!("verify alice@example.com {code} --at {MONDAY}"),
        format!("users unlock alice@example.com --at {MONDAY}"),
        format!("uploads undo 1 --at {MONDAY}"),
        format!("uploads delete 1 --at {MONDAY}"),
        format!("audit prune --exported log.jsonl --at {MONDAY}"),
        format!("audit checkpoint --at {MONDAY}"),
        format!("policy set activations=none --at {MONDAY}"),
        format!("recovery issue alice@example.com --at {MONDAY}"),
        format!("keys rotate --at {MONDAY}"),
    ] {
        let before = desk.snapshot();
        let refused = desk.run(&words, "");
        assert_eq!(refused.status, 2, "{refused:?}");
        assert!(
            refused.err.starts_with("error[time-differs]: the time of --at is 2026-01-05T08:00:00Z"),
            "{refused:?}"
        );
        assert!(refused.err.contains("--force"), "{refused:?}");
        assert!(desk.snapshot() == before);
    }
    assert_eq!(desk.run(&format!("tokens list --at {MONDAY}"), "").status, 0, "reading needs none");
    assert_eq!(desk.run("tokens list --force", "").status, 2, "--force alone means nothing");
    desk.done(&format!("tokens activate 2300001 {code} --at {MONDAY}"));
    let events = desk.json("audit list");
    let last = events.as_array().unwrap().last().unwrap();
    assert_eq!((&last["action"], &last["at"]), (&json!("token-activated"), &json!("2026-01-05T08:00:00Z")));
    let clock: u64 = last["detail"]["clock"].as_str().unwrap().parse().unwrap();
    assert!(clock > MONDAY + 3600, "{clock}");
    assert!(events[0]["detail"]["clock"].is_null(), "without --at there is one time");
}

#[test]
fn a_user_and_a_token_are_unlocked_and_a_token_of_the_future_is_reset() {
    let desk = Desk::furnished();
    desk.done(&format!("tokens activate 2300001 {} --at {MONDAY}", alices(MONDAY)));
    let wrong = shows(SECRETS[2], TimeStep::SECONDS_30, 0);
    let (now, next) = (MONDAY + 60, MONDAY + 90);
    for _ in 0..10 {
        assert_eq!(desk.oath(&format!("verify alice@example.com {wrong} --at {now}")).status, 1);
        assert_eq!(desk.oath(&format!("tokens activate 2300002 {wrong} --at {now}")).status, 1);
    }
    assert_eq!(desk.oath(&format!("verify alice@example.com {} --at {now}", alices(now))).status, 1);
    desk.done(&format!("users unlock alice@example.com --at {now}"));
    assert_eq!(desk.oath(&format!("verify alice@example.com {} --at {now}", alices(now))).status, 0);
    let bobs = |at| shows(SECRETS[1], TimeStep::SECONDS_60, at);
    assert!(desk.oath(&format!("tokens activate 2300002 {} --at {now}", bobs(now))).err.starts_with("error[locked]"));
    desk.done(&format!("tokens unlock 2300002 --at {now}"));
    desk.done(&format!("tokens activate 2300002 {} --at {now}", bobs(now)));

    let year = MONDAY + 365 * 86_400;
    assert_eq!(desk.oath(&format!("verify alice@example.com {} --at {year}", alices(year))).status, 0);
    assert_eq!(desk.oath(&format!("verify alice@example.com {} --at {next}", alices(next))).status, 1, "used up");
    desk.done(&format!("tokens reset 2300001 --at {next}"));
    let later = next + 90;
    // The drift begins anew: two codes tell it again.
    desk.done(&format!("tokens resync 2300001 {} {} --at {later}", alices(later), alices(later + 30)));
    let last = later + 60;
    assert_eq!(desk.oath(&format!("verify alice@example.com {} --at {last}", alices(last))).status, 0);
    let actions: Vec<_> = desk
        .json("audit list")
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["action"].as_str().unwrap().to_owned())
        .filter(|action| action.contains("unlocked") || action.contains("reset"))
        .collect();
    assert_eq!(actions, ["user-unlocked", "token-unlocked", "token-reset"]);
    desk.fails("users unlock nobody@example.com", 1, "user-unknown", &["nobody@example.com"]);
}

#[test]
fn the_file_of_a_user_who_left_gives_the_token_back_when_asked_only() {
    let desk = Desk::furnished();
    desk.done("tokens unassign 2300001");
    let again = desk.oath("tokens upload fobs.csv");
    assert_eq!(again.status, 1);
    assert!(again.out.contains("this row would give it to alice@example.com"), "{}", again.out);
    assert_eq!(desk.json("tokens list --serial 2300001")[0]["status"], "available");
    assert_eq!(desk.json("tokens upload fobs.csv --assign")["imported"], 1);
    assert_eq!(desk.json("tokens list --serial 2300001")[0]["upn"], "alice@example.com");
}

#[test]
fn a_guest_is_known_by_name_and_an_activated_app_is_not_deleted() {
    let desk = Desk::furnished();
    let user = desk.json("users add eve_else.com#EXT#@contoso.onmicrosoft.com");
    assert_eq!(user["kind"], "guest");
    let enrolled = desk.json("software enroll alice@example.com");
    let uri = oath_totp::KeyUri::parse(enrolled["uri"].as_str().unwrap()).unwrap();
    let app = uri.to_totp().unwrap();
    let at = |time: u64| app.generate(UnixTime::from_secs(time)).to_string();
    let (one, two) = (at(MONDAY), at(MONDAY + 30));
    desk.done(&format!("software confirm alice@example.com {one} {two} --at {MONDAY}"));
    let serial = enrolled["serial"].as_str().unwrap();
    desk.fails(&format!("tokens delete {serial}"), 1, "wrong-status", &["deactivate it first"]);
    desk.done(&format!("tokens deactivate {serial}"));
    assert_eq!(desk.json(&format!("tokens show {serial}"))["status"], "deactivated");
    desk.done(&format!("tokens delete {serial}"));
}

#[test]
fn users_are_shown_renamed_disabled_removed_and_made_like_a_list() {
    let desk = Desk::furnished();
    desk.done(&format!("tokens activate 2300001 {} --at {MONDAY}", alices(MONDAY)));
    let shown = desk.json("users show alice@example.com");
    assert_eq!((&shown["enabled"], &shown["tokens"][0]["serial"]), (&json!(true), &json!("2300001")));
    let text = desk.done("users show alice@example.com");
    assert!(text.contains("may sign in") && text.contains("2300001"), "{text}");
    desk.done("users rename alice@example.com alice.new@example.com");
    desk.fails("users show alice@example.com", 1, "user-unknown", &["add the user first"]);
    let verify = |at: u64| desk.oath(&format!("verify alice.new@example.com {} --at {at}", alices(at))).status;
    desk.done("users disable alice.new@example.com");
    assert_eq!(verify(MONDAY + 300), 1);
    desk.done("users enable alice.new@example.com");
    assert_eq!(verify(MONDAY + 600), 0);
    desk.write("all.csv", "User principal name,Block credential\nbob@example.com,False\n");
    let dry = desk.json("users sync all.csv --leavers remove --dry-run");
    assert_eq!((&dry["dry_run"], &dry["left"][0]), (&json!(true), &json!("alice.new@example.com")), "{dry}");
    assert_eq!(desk.json("users show alice.new@example.com")["upn"], "alice.new@example.com");
    let done = desk.json("users sync all.csv --leavers remove");
    assert_eq!((&done["left"], &done["available"]), (&dry["left"], &json!(["2300001"])), "{done}");
    assert_eq!(desk.json("users remove bob@example.com")["removed"], true);
    assert_eq!(desk.json("tokens show 2300001")["status"], "available");
    assert_eq!(desk.json("audit verify")["verified"], true);
}

#[test]
fn an_app_is_replaced_by_one_on_a_new_phone_while_it_signs_in() {
    let desk = Desk::furnished();
    let code = |secret: &str, at| shows(secret, TimeStep::SECONDS_30, at);
    let secret = |enrolled: &serde_json::Value| enrolled["secret"].as_str().unwrap().to_owned();
    desk.fails("software reenroll alice@example.com", 1, "software-token-unclear", &["has no software token"]);
    let old = desk.json("software enroll alice@example.com --issuer Contoso");
    assert!(old["uri"].as_str().unwrap().contains("issuer=Contoso"), "{old}");
    let first = secret(&old);
    desk.done(&format!("software confirm alice@example.com {} --at {MONDAY}", code(&first, MONDAY)));

    let new = desk.json("software reenroll alice@example.com");
    let (serial, second) = (new["serial"].as_str().unwrap(), secret(&new));
    assert_eq!(desk.json(&format!("tokens show {serial}"))["replacement"], true);
    assert!(desk.done(&format!("tokens show {serial}")).contains("replaces"));
    let at = MONDAY + 60;
    desk.fails(
        &format!("tokens activate {serial} {} --at {at}", code(&second, at)),
        1,
        "wrong-status",
        &["confirm it for its user"],
    );
    let verify =
        |secret: &str, at| desk.oath(&format!("verify alice@example.com {} --at {at}", code(secret, at))).status;
    assert_eq!((verify(&first, at), verify(&second, at + 60)), (0, 1));
    let at = MONDAY + 180;
    desk.done(&format!("software confirm alice@example.com {} --at {at}", code(&second, at)));
    assert_eq!((verify(&first, at + 60), verify(&second, at + 120)), (1, 0));
    let old_serial = old["serial"].as_str().unwrap();
    desk.fails(&format!("tokens show {old_serial}"), 1, "token-unknown", &[old_serial]);

    // By the serial number, and given up.
    let text = desk.done(&format!("software reenroll {serial}"));
    assert!(text.contains("Until it is confirmed, the app that it replaces signs in."), "{text}");
    let cancelled = desk.json("software cancel alice@example.com");
    assert_eq!((&cancelled["upn"], &cancelled["cancelled"]), (&json!("alice@example.com"), &json!(true)));
    desk.fails("software cancel alice@example.com", 1, "nothing-to-confirm", &["alice@example.com"]);
    assert_eq!(verify(&second, at + 240), 0);
    desk.fails("software reenroll 2300002", 1, "software-token-unclear", &["bob@example.com has no software token"]);
}

#[test]
fn a_qr_code_goes_into_a_new_file_of_its_owner_and_the_secret_to_no_screen() {
    let desk = Desk::furnished();
    for (file, begins) in [("alice.png", &b"\x89PNG\r\n\x1a\n"[..]), ("alice.svg", b"<svg")] {
        let text = desk.done(&format!("software enroll alice@example.com --qr {file}"));
        assert!(text.contains(file) && !text.contains("otpauth:") && !text.contains("secret"), "{text}");
        assert!(std::fs::read(desk.path(file)).unwrap().starts_with(begins), "{file}");
        #[cfg(unix)]
        {
            let mode =
                std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(desk.path(file)).unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600, "{file}");
        }
        desk.fails(&format!("software enroll alice@example.com --qr {file}"), 2, "file-exists", &[file]);
    }
    let drawn = desk.done("software enroll alice@example.com --qr");
    assert!(
        drawn.contains('\u{2588}') && desk.done("software enroll alice@example.com --qr terminal").contains('\u{2588}')
    );
    let wrong = desk.oath("software enroll alice@example.com --qr alice.pdf");
    assert!(wrong.status == 2 && wrong.err.contains(".png or .svg"), "{wrong:?}");
    let help = desk.done("help software enroll");
    assert!(help.contains("Microsoft Authenticator"), "{help}");
}
