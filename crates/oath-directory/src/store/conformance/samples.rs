use crate::audit::{Action, Actor, AuditEvent, Event, Head};
use crate::model::{
    Attempts, Fingerprint, Id, Parameters, Sealed, State, Status, Token, TokenKind, Upload, UploadFailure, User,
    UserKind, Version, Versioned,
};
use crate::store::{Activations, Changes, CommitError, Listed, Store, TokenFilter, Write};
use oath_totp::{Algorithm, Digits, TimeStep, TotpState, UnixTime};

/// What a text field may hold, and what a store might trip over.
pub(in crate::store) const ODD_TEXTS: [&str; 12] = [
    "",
    "0012",
    "12",
    " a ",
    "'; DROP TABLE tokens; --",
    "say \"x\" \\ %_?1",
    "line\r\nline\ttab",
    "nul\0behind",
    "Ünï©ødé ﬁ İ",
    "日本語 🔑",
    "e\u{301} \u{feff}\u{202e}",
    "\u{10ffff}",
];

pub(in crate::store) async fn commit(store: &impl Store, changes: Changes) -> Result<(), CommitError> {
    store.commit(changes).await
}

pub(in crate::store) fn version(version: u64) -> Version {
    Version::from_stored(version)
}

pub(in crate::store) fn at(seconds: u64) -> UnixTime {
    UnixTime::from_secs(seconds)
}

pub(in crate::store) fn print(of: u8) -> Fingerprint {
    Fingerprint([of; 32])
}

pub(in crate::store) fn user(number: u8) -> User {
    User {
        id: Id::from_random(number.into()),
        upn: format!("User{number}@example.com").parse().unwrap(),
        kind: UserKind::Member,
        display_name: None,
    }
}

pub(in crate::store) fn token(number: u8) -> Token {
    Token {
        id: Id::from_random(number.into()),
        kind: TokenKind::Hardware,
        serial: format!("00{number}"),
        manufacturer: "maker".to_owned(),
        model: "model".to_owned(),
        parameters: Parameters { algorithm: Algorithm::Sha1, digits: Digits::Six, time_step: TimeStep::SECONDS_30 },
        sealed: Sealed { key: "k1".to_owned(), bytes: vec![number, 0, 255] },
        fingerprint: print(number),
        status: Status::Available,
        holder: None,
        created: at(1),
    }
}

pub(in crate::store) fn held(number: u8, holder: u8) -> Token {
    Token { holder: Some(user(holder).id), status: Status::Assigned, ..token(number) }
}

pub(in crate::store) fn upload(id: u64) -> Upload {
    let file = "seeds.csv".to_owned();
    Upload { id, file, at: at(1), expires: at(2), rows: 3, imported: 1, unchanged: 1, failed: 1 }
}

pub(in crate::store) fn failure(line: u64, text: &str) -> UploadFailure {
    let text = || text.to_owned();
    UploadFailure { line, upn: text(), serial: text(), field: text(), code: text(), message: text(), action: text() }
}

pub(in crate::store) const TALLY: Attempts =
    Attempts { failures: 3, last_failure: None, locked_until: Some(UnixTime::from_secs(0)) };

/// Something of everything.
pub(in crate::store) fn full() -> Changes {
    set_of(1, Write::Insert(Activations(vec![at(5)])))
}

/// The same once more, that is: again something of everything, behind [`full`].
pub(in crate::store) fn full_again() -> Changes {
    set_of(2, Write::Update(Version::FIRST, Activations(vec![at(5), at(6)])))
}

fn set_of(number: u8, activations: Write<(), Activations>) -> Changes {
    let event = Event::new(at(9), &Actor::local_operator(), Action::Uploaded).with("rows", number);
    let totp = TotpState { last_step: Some(0), drift: -1 };
    Changes {
        users: vec![Write::Insert(user(number))],
        attempts: vec![Write::Insert((user(number).upn.key().to_owned(), TALLY))],
        tokens: vec![Write::Insert(held(number, number))],
        states: vec![Write::Insert(State { totp, ..State::fresh(print(number)) })],
        activations: Some(activations),
        uploads: vec![Write::Insert(upload(number.into()))],
        failures: vec![(number.into(), vec![failure(2, "x"), failure(1, "y")])],
        events: vec![event],
    }
}

/// All that the lists and a view of everything show.
#[derive(PartialEq)]
pub(in crate::store) struct Everything {
    users: Vec<User>,
    tokens: Vec<(Token, State, Option<User>)>,
    versions: Versions,
    uploads: Vec<(Versioned<Upload>, Vec<UploadFailure>)>,
    activations: Option<Versioned<Activations>>,
    next_upload: u64,
    events: Vec<AuditEvent>,
    head: Head,
}

/// What only a view shows, in order.
#[derive(PartialEq)]
struct Versions {
    users: Vec<(Id<User>, Version)>,
    tokens: Vec<(Id<Token>, Version)>,
    states: Vec<(Fingerprint, Version, State)>,
    attempts: Vec<(String, Versioned<Attempts>)>,
}

pub(in crate::store) async fn everything(store: &impl Store) -> Everything {
    let users = store.users(None, usize::MAX).await.unwrap();
    let tokens = store.tokens(TokenFilter::default(), None, usize::MAX).await.unwrap();
    let mut view = store
        .view(crate::store::Wanted {
            users: (0..9).map(|number| user(number).upn.key().to_owned()).collect(),
            holdings: true,
            serials: tokens.iter().map(|listed| listed.token.serial.clone()).collect(),
            fingerprints: (0..9).map(print).collect(),
            activations: true,
            uploads: true,
        })
        .await
        .unwrap();
    view.users.sort_by_key(|user| user.value.id);
    view.tokens.sort_by_key(|token| token.value.id);
    view.states.sort_by_key(|state| state.value.fingerprint);
    view.attempts.sort_by(|one, other| one.0.cmp(&other.0));
    let versions = Versions {
        users: view.users.into_iter().map(|user| (user.value.id, user.version)).collect(),
        tokens: view.tokens.into_iter().map(|token| (token.value.id, token.version)).collect(),
        states: view.states.into_iter().map(|state| (state.value.fingerprint, state.version, state.value)).collect(),
        attempts: view.attempts,
    };
    let mut uploads = Vec::new();
    for upload in store.uploads().await.unwrap() {
        let failures = store.failures(upload.value.id).await.unwrap();
        uploads.push((upload, failures));
    }
    Everything {
        users,
        tokens: tokens.into_iter().map(|Listed { token, state, holder }| (token, state, holder)).collect(),
        versions,
        uploads,
        activations: view.activations,
        next_upload: view.next_upload,
        events: store.events(0, usize::MAX).await.unwrap(),
        head: store.head().await.unwrap(),
    }
}
