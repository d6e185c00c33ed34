use super::*;
use crate::model::Status;
use crate::model::{Import, Settings, State, TokenKind, User, UserId};
use oath_totp::{Digits, TimeStep, UnixTime};

const PARAMETERS: Parameters =
    Parameters { algorithm: Algorithm::Sha1, digits: Digits::Six, time_step: TimeStep::SECONDS_30 };

fn token(keys: &KeyRing) -> Token {
    let secret = Secret::from_bytes(b"12345678901234567890").unwrap();
    let id = TokenId::from_random(7);
    Token {
        id,
        kind: TokenKind::Hardware,
        serial: "0950380269".to_owned(),
        manufacturer: String::new(),
        model: String::new(),
        parameters: PARAMETERS,
        sealed: keys.seal(id, "0950380269", &PARAMETERS, &secret).unwrap(),
        fingerprint: keys.fingerprint(&secret).unwrap(),
        status: Status::Available,
        holder: None,
        replaces: None,
        created: UnixTime::default(),
        import: None,
        mac: Tag::default(),
    }
}

#[test]
fn a_secret_opens_for_its_own_row_only() {
    let keys = KeyRing::generate().unwrap();
    let token = token(&keys);
    assert_eq!(keys.open(&token).unwrap().expose_bytes(), b"12345678901234567890");
    let damaged = |token: Token| matches!(keys.open(&token), Err(KeyRingError::Damaged { .. }));
    assert!(damaged(Token { id: TokenId::from_random(8), ..token.clone() }));
    assert!(damaged(Token { serial: "950380269".to_owned(), ..token.clone() }));
    let sixty = Parameters { time_step: TimeStep::SECONDS_60, ..PARAMETERS };
    assert!(damaged(Token { parameters: sixty, ..token.clone() }));
    let other_hash = Parameters { algorithm: Algorithm::Sha256, ..PARAMETERS };
    assert!(damaged(Token { parameters: other_hash, ..token.clone() }));
    for at in 0..token.sealed.bytes.len() {
        let mut flipped = token.clone();
        flipped.sealed.bytes[at] ^= 1;
        assert!(damaged(flipped), "byte {at}");
    }
    let mut cut = token.clone();
    cut.sealed.bytes.truncate(10);
    assert!(damaged(cut));
}

#[test]
fn nothing_of_one_tenant_is_anything_of_another_with_the_same_ring() {
    let text = KeyRing::generate().unwrap().expose_text();
    let of = |tenant| KeyRing::parse(&text).unwrap().of_tenant(TenantId::from_random(tenant));
    let (one, other) = (of(1), of(2));
    let sealed = token(&one);
    assert_eq!(of(1).open(&sealed).unwrap().expose_bytes(), b"12345678901234567890");
    assert!(matches!(other.open(&sealed), Err(KeyRingError::Damaged { .. })));
    let secret = Secret::from_bytes(b"12345678901234567890").unwrap();
    assert_eq!(of(1).fingerprint(&secret).unwrap(), sealed.fingerprint);
    assert_ne!(other.fingerprint(&secret).unwrap(), sealed.fingerprint);
    let state = State::fresh(sealed.fingerprint);
    assert_eq!(of(1).tag_of_state(&state), one.tag_of_state(&state));
    assert_ne!(one.tag_of_state(&state), other.tag_of_state(&state));
    assert_ne!(one.tag_of_token(&sealed), other.tag_of_token(&sealed));
    use crate::audit::{Action, Actor, Chain, ChainHash, Event};
    let event = Event::new(UnixTime::default(), &Actor::local_operator(), Action::SignedIn);
    let chained = |keys: &KeyRing| ChainHash::START.followed_by(keys.audit_key(), Chain::FIRST, 1, &event);
    assert_eq!(chained(&one), chained(&of(1)));
    assert_ne!(chained(&one), chained(&other));
    // The ring is the same one all the same.
    assert_eq!(one.id(), other.id());
}

#[test]
fn each_seal_has_a_nonce_of_its_own_and_the_last_key_seals() {
    let key = |byte: &str| byte.repeat(32);
    let text = format!("bind {}\nseal a {}\nseal b {}\n", key("01"), key("02"), key("03"));
    let keys = KeyRing::parse(&text).unwrap();
    let (one, two) = (token(&keys), token(&keys));
    assert_ne!(one.sealed.bytes[..NONCE], two.sealed.bytes[..NONCE]);
    assert_eq!(one.sealed.key, "b");
    // Another key of that name does not open it.
    let other = text.replace(&key("03"), &key("04"));
    assert!(matches!(KeyRing::parse(&other).unwrap().open(&one), Err(KeyRingError::Damaged { .. })));
    let zero = text.replace(&key("03"), &key("00"));
    assert!(matches!(KeyRing::parse(&zero).unwrap().open(&one), Err(KeyRingError::Damaged { .. })));
}

#[test]
fn a_tag_depends_on_the_ring_and_on_each_field() {
    let keys = KeyRing::generate().unwrap();
    let base = token(&keys);
    let holder = Some(UserId::from_random(1));
    let tokens = [
        base.clone(),
        Token { id: TokenId::from_random(8), ..base.clone() },
        Token { kind: TokenKind::Software, ..base.clone() },
        Token { serial: "0950380260".to_owned(), ..base.clone() },
        Token { fingerprint: Fingerprint([1; 32]), ..base.clone() },
        Token { status: Status::Activated, ..base.clone() },
        Token { holder, ..base.clone() },
        Token { import: Some(Import { upload: 1, changed: false }), ..base.clone() },
        Token { import: Some(Import { upload: 1, changed: true }), ..base.clone() },
        Token { import: Some(Import { upload: 2, changed: false }), ..base.clone() },
    ];
    let state = State::fresh(base.fingerprint);
    let totp = |last_step, drift| State { totp: oath_totp::TotpState { last_step, drift }, ..state.clone() };
    let states = [
        state.clone(),
        State::fresh(Fingerprint([1; 32])),
        totp(Some(0), 0),
        totp(Some(1), 0),
        totp(None, 1),
        totp(None, -1),
    ];
    let user = |id, upn: &str, kind| User {
        id: UserId::from_random(id),
        upn: upn.parse().unwrap(),
        kind,
        display_name: None,
        enabled: true,
        object_id: None,
        roles: Roles::NONE,
        recovery: Recovery::default(),
        mac: Tag::default(),
    };
    use crate::model::Recovery;
    use crate::model::UserKind::{Guest, Member};
    use crate::rights::{Role, Roles};
    let base = user(1, "a@x", Member);
    let recovery = |issued, floor, code| Recovery {
        issued: UnixTime::from_secs(issued),
        floor: UnixTime::from_secs(floor),
        codes: vec![Tag([code; 16])],
    };
    let users = [
        base.clone(),
        user(2, "a@x", Member),
        user(1, "b@x", Member),
        user(1, "a@x", Guest),
        User { enabled: false, ..base.clone() },
        User { object_id: Some("1".to_owned()), ..base.clone() },
        User { roles: Roles::NONE.with(Role::Auditor), ..base.clone() },
        User { roles: Roles::NONE.with(Role::GlobalAdministrator), ..base.clone() },
        User { recovery: recovery(1, 0, 1), ..base.clone() },
        User { recovery: recovery(1, 0, 2), ..base.clone() },
        User { recovery: recovery(2, 0, 1), ..base.clone() },
        User { recovery: recovery(1, 1, 1), ..base.clone() },
        User { recovery: recovery(1, 2, 1), ..base },
    ];
    let settings = |ring, floor, backup_end, policy: &str| Settings {
        ring: Tag([ring; 16]),
        floor: UnixTime::from_secs(floor),
        backup_end: UnixTime::from_secs(backup_end),
        policy: policy.to_owned(),
        mac: Tag::default(),
    };
    let settings = [
        settings(1, 0, 0, ""),
        settings(2, 0, 0, ""),
        settings(1, 1, 0, ""),
        settings(1, 0, 1, ""),
        settings(1, 0, 0, "{}"),
    ];
    let tags = |keys: &KeyRing| {
        let mut tags: Vec<_> = tokens.iter().map(|token| keys.tag_of_token(token)).collect();
        tags.extend(states.iter().map(|state| keys.tag_of_state(state)));
        tags.extend(users.iter().map(|user| keys.tag_of_user(user)));
        tags.extend(settings.iter().map(|settings| keys.tag_of_settings(settings)));
        tags.push(keys.id());
        tags
    };
    let mut all = [tags(&keys), tags(&KeyRing::generate().unwrap())].concat();
    assert_eq!(tags(&keys), all[..all.len() / 2]);
    let count = all.len();
    all.sort_by_key(|tag| tag.0);
    all.dedup();
    assert_eq!(all.len(), count);
}

#[test]
fn debug_shows_the_names_of_the_keys_and_nothing_else() {
    // The whole text: whatever is added to it, a key in any form among it, fails here.
    let key = "00ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e";
    let text: String = (1..=6).map(|number| format!("seal name{number} {key}\n")).collect();
    let keys = KeyRing::parse(&format!("bind {key}\n{text}")).unwrap();
    assert_eq!(format!("{keys:?}"), r#"["name1", "name2", "name3", "name4", "name5", "name6"]"#);
    assert_eq!(keys.expose_text().matches(key).count(), 7);
}

#[test]
fn every_hash_is_bound_by_a_name_of_its_own() {
    let id = TokenId::from_random(7);
    let names: Vec<_> = Algorithm::ALL
        .into_iter()
        .map(|algorithm| binding(TenantId::default(), id, "1", &Parameters { algorithm, ..PARAMETERS }))
        .collect();
    assert!(names[0] != names[1] && names[1] != names[2] && names[0] != names[2]);
}

#[test]
fn a_ring_is_read_back_from_its_text() {
    let keys = KeyRing::generate().unwrap();
    let text = keys.expose_text();
    let again = KeyRing::parse(&text).unwrap();
    assert_eq!(again.open(&token(&keys)).unwrap().expose_bytes(), b"12345678901234567890");
    assert_eq!(
        again.fingerprint(&Secret::from_bytes(b"1").unwrap()),
        keys.fingerprint(&Secret::from_bytes(b"1").unwrap())
    );

    let other = KeyRing::generate().unwrap();
    assert!(matches!(other.open(&token(&keys)), Err(KeyRingError::Lacking { .. })));
    for (text, error) in [
        ("", KeyRingError::Incomplete),
        ("seal a 00", KeyRingError::Malformed { line: 1 }),
        ("# x\n\nhello", KeyRingError::Malformed { line: 3 }),
    ] {
        assert_eq!(KeyRing::parse(text).unwrap_err(), error, "{text:?}");
    }
}
