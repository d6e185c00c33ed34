use super::*;

#[test]
fn every_field_is_in_the_table_and_is_read_back() {
    // Exhaustive, so that a new field that is not in the table fails to compile here.
    let Policy {
        tokens_per_user: _,
        guests_hold_hardware: _,
        activations: _,
        activation_period: _,
        radius: _,
        activation_radius_one_code: _,
        activation_attempts: _,
        window: _,
        algorithms: _,
        legacy_secrets: _,
        free_attempts: _,
        first_wait: _,
        longest_wait: _,
        forget_after: _,
        uploads_kept: _,
        users_claim_tokens: _,
        known_sources: _,
        known_source_kept: _,
        recovery_codes: _,
        issuer: _,
    } = Policy::default();
    let default = Policy::default();
    default.check().unwrap();
    let mut other = Policy::default();
    for field in Policy::FIELDS {
        let typed = match field.kind {
            Kind::Number if field.shown(&default) == "7" => "8",
            Kind::Number | Kind::NumberOrNone | Kind::Seconds => "7",
            Kind::YesOrNo if field.shown(&default) == "no" => "yes",
            Kind::YesOrNo => "no",
            Kind::Algorithms => "SHA256,SHA512",
            Kind::Text => "Contoso Ltd",
        };
        let before = other.clone();
        other.set(field.name, typed).unwrap();
        assert_eq!(field.shown(&other), typed, "{}", field.name);
        let changed: Vec<_> = other.differences(&before).map(|field| field.name).collect();
        assert_eq!(changed, [field.name], "one field alone changes");
    }
    assert_eq!(other.differences(&default).count(), Policy::FIELDS.len());
    assert_eq!(Policy::of_stored(&other.stored()), Ok(other.clone()));
    assert_eq!(serde_json::from_str::<Policy>(&serde_json::to_string(&other).unwrap()).unwrap(), other);
    for field in Policy::FIELDS {
        other.reset(field.name).unwrap();
    }
    assert_eq!((&other, &*other.stored()), (&default, ""));
}

#[test]
fn names_are_unique_and_a_named_policy_is_sound() {
    let mut names: Vec<_> = Policy::FIELDS.iter().map(|field| field.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Policy::FIELDS.len());
    for name in Policy::NAMES {
        Policy::named(name).unwrap().check().unwrap();
    }
    assert_eq!(Policy::named("seed-documents"), Some(Policy::default()));
    assert_eq!(Policy::named("entra"), None);
    let today = Policy::named("entra-2025").unwrap();
    assert_eq!(today.stored(), r#"{"activation-radius-one-code":2880,"activations":null}"#);
    assert_eq!((today.one_code_radius(), today.activations), (2880, None));
}

#[test]
fn what_is_typed_is_checked_and_a_wrong_name_is_answered_with_a_right_one() {
    let mut policy = Policy::default();
    for (name, typed, shown) in [
        ("first-wait", "5m", "300"),
        ("first-wait", "90 s", "90"),
        ("longest-wait", "2h", "7200"),
        ("uploads-kept", "90d", "7776000"),
        ("activations", "none", "none"),
        ("activations", "1000", "1000"),
        ("algorithms", "sha-1, SHA256", "SHA1,SHA256"),
    ] {
        policy.set(name, typed).unwrap();
        let field = Policy::FIELDS.iter().find(|field| field.name == name).unwrap();
        assert_eq!(field.shown(&policy), shown, "{name}={typed}");
    }
    let before = policy.clone();
    for (name, typed) in [
        ("tokens-per-user", "0"),
        ("tokens-per-user", "101"),
        ("tokens-per-user", "+5"),
        ("tokens-per-user", "none"),
        ("tokens-per-user", ""),
        ("window-back", "256"),
        ("radius", "2881"),
        ("first-wait", "0"),
        ("first-wait", "1y"),
        ("first-wait", "18446744073709551615d"),
        ("legacy-secrets", "true"),
        ("algorithms", ""),
        ("algorithms", "SHA1,SHA1"),
        ("algorithms", "MD5"),
        ("issuer", ""),
        ("issuer", "a:b"),
        ("issuer", "a\nb"),
    ] {
        let error = policy.set(name, typed).unwrap_err();
        assert!(matches!(error, PolicyError::Value { name: found, .. } if found == name), "{name}={typed}: {error}");
    }
    assert_eq!(policy, before);
    for (typed, meant) in [
        ("tokens_per_user", Some("tokens-per-user")),
        ("Issuer", Some("issuer")),
        ("isuer", Some("issuer")),
        ("first-wiat", Some("first-wait")),
        ("one-code", Some("activation-radius-one-code")),
        ("window", None),
        ("color", None),
    ] {
        let expected = PolicyError::Unknown { name: typed.to_owned(), similar: meant };
        assert_eq!(policy.set(typed, "1"), Err(expected), "{typed}");
    }
}

#[test]
fn a_stored_policy_is_read_strictly() {
    for text in ["[]", "{", "null", r#"{"colour":1}"#, r#"{"radius":"40"}"#, r#"{"radius":0}"#, r#"{"radius":1.5}"#] {
        assert!(Policy::of_stored(text).is_err(), "{text}");
    }
    let missing = Policy { tokens_per_user: 0, ..Policy::default() };
    assert!(matches!(missing.check(), Err(PolicyError::Value { name: "tokens-per-user", .. })));
}
