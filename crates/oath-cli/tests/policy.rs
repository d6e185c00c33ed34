//! The rules of a directory by the command.

mod support;

use serde_json::json;
use support::Desk;

fn value(desk: &Desk, name: &str) -> String {
    let policy = desk.json("policy show");
    let fields = policy["policy"].as_array().unwrap();
    fields.iter().find(|field| field["name"] == name).unwrap()["value"].as_str().unwrap().to_owned()
}

#[test]
fn rules_are_shown_changed_tried_and_reset() {
    let desk = Desk::furnished();
    assert_eq!(value(&desk, "tokens-per-user"), "5");
    let shown = desk.done("policy show");
    assert!(shown.contains("300 seconds (5 min)"), "{}", shown);
    let tried = desk.json("policy set tokens-per-user=1 activations=none --dry-run");
    let changed = json!([
        {"name": "tokens-per-user", "from": "5", "to": "1"},
        {"name": "activations", "from": "200", "to": "none"},
    ]);
    assert_eq!((&tried["dry_run"], &tried["changed"]), (&json!(true), &changed));
    assert_eq!(value(&desk, "tokens-per-user"), "5", "nothing was changed");
    let done = desk.json("policy set tokens-per-user=1 activations=none");
    assert_eq!((&done["dry_run"], &done["changed"]), (&json!(false), &changed));
    desk.fails("software enroll alice@example.com", 1, "user-full", &["alice@example.com"]);
    assert!(desk.done("policy set tokens-per-user=1").contains("already"));

    desk.done("policy reset activations");
    assert_eq!((value(&desk, "activations"), value(&desk, "tokens-per-user")), ("200".to_owned(), "1".to_owned()));
    desk.done("policy use entra-2025");
    assert_eq!(value(&desk, "activations"), "none");
    assert_eq!(
        (value(&desk, "activation-radius-one-code"), value(&desk, "tokens-per-user")),
        ("2880".to_owned(), "5".to_owned())
    );
    desk.done("policy reset");
    assert_eq!(value(&desk, "activations"), "200");

    let log = desk.done("audit list --action policy-changed --json");
    assert_eq!(log.lines().count(), 4, "{log}");
    assert!(log.contains("200 -> none"), "{log}");
}

#[test]
fn a_wrong_rule_or_value_changes_nothing_and_says_what_is_expected() {
    let desk = Desk::furnished();
    desk.fails("policy set token-per-user=3", 1, "policy-field-unknown", &["tokens-per-user may be meant"]);
    desk.fails("policy set tokens-per-user=3 radius=9999", 1, "policy-value", &["radius", "1 to 2880 steps"]);
    desk.fails("policy set first-wait", 1, "policy-value", &["1 to 31536000 seconds"]);
    desk.fails("policy reset colour", 1, "policy-field-unknown", &["colour", "oath policy show"]);
    assert_eq!(desk.oath("policy use entra-2024").status, 2);
    assert_eq!(value(&desk, "tokens-per-user"), "5");
}
