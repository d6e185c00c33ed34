use crate::audit::{Action, Actor, AuditEvent, AuditKey, Event, Head};
use crate::keys::KeyRing;
use crate::model::{
    Attempts, Fingerprint, Gate, Id, Import, KnownSource, Parameters, Recovery, Sealed, Settings, State, Status, Tag,
    Token, TokenKind, Upload, UploadFailure, User, UserKind, Version, Versioned,
};
use crate::rights::Roles;
use crate::store::{Activations, Changes, CommitError, Listed, ListedUser, Store, TokenFilter, Write};
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
    store.commit(changes, &key()).await
}

/// A key for audit logs.
pub(in crate::store) fn key() -> AuditKey {
    let zeros = "00".repeat(32);
    KeyRing::parse(&format!("bind {zeros}\nseal a {zeros}")).unwrap().audit_key().clone()
}

/// All failures of an upload.
pub(in crate::store) async fn failures(store: &impl Store, upload: u64) -> Vec<UploadFailure> {
    store.failures(upload, 0, usize::MAX).await.unwrap()
}

/// The gate of a name that has these wrong codes.
pub(in crate::store) fn gate(name: &str, attempts: Attempts) -> Gate {
    let known = [1, 2].map(|number| KnownSource { source: Tag([number; 16]), last_seen: at(number.into()), attempts });
    Gate { name: name.to_owned(), attempts, known: known.to_vec(), last_request: Some(Id::from_random(7)) }
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
        enabled: number.is_multiple_of(2),
        object_id: Some(format!("object-{number}")),
        roles: Roles::from_bits(number % 64).unwrap(),
        recovery: match number % 2 {
            0 => Recovery::default(),
            _ => Recovery {
                issued: at(number.into()),
                floor: at(number.into()),
                codes: vec![Tag([number; 16]), Tag([0; 16])],
            },
        },
        mac: Tag([number; 16]),
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
        replaces: Some(Id::from_bytes([number.wrapping_add(100); 16])),
        created: at(1),
        import: Some(Import { upload: 7, changed: number.is_multiple_of(2) }),
        mac: Tag([number; 16]),
    }
}

pub(in crate::store) fn held(number: u8, holder: u8) -> Token {
    Token { holder: Some(user(holder).id), status: Status::Assigned, ..token(number) }
}

pub(in crate::store) fn upload(id: u64) -> Upload {
    let file = "seeds.csv".to_owned();
    let (digest, finished, taken_back) = (Tag([1; 16]), true, 1);
    Upload {
        id,
        file,
        at: at(1),
        expires: at(2),
        rows: 3,
        imported: 1,
        unchanged: 1,
        failed: 1,
        digest,
        finished,
        taken_back,
    }
}

pub(in crate::store) fn failure(line: u64, text: &str) -> UploadFailure {
    let (place, text) = (format!("line {line}"), || text.to_owned());
    UploadFailure {
        place,
        line: Some(line),
        upn: text(),
        serial: text(),
        field: text(),
        code: text(),
        message: text(),
        action: text(),
    }
}

pub(in crate::store) const TALLY: Attempts =
    Attempts { failures: 3, last_failure: None, locked_until: Some(UnixTime::from_secs(0)) };

/// Something of everything.
pub(in crate::store) fn full() -> Changes {
    set_of(1, Write::Insert(settings(1)), Write::Insert(Activations(vec![at(5)])))
}

/// The same once more, that is: again something of everything, after [`full`].
pub(in crate::store) fn full_again() -> Changes {
    let activations = Write::Update(Version::FIRST, Activations(vec![at(5), at(6)]));
    set_of(2, Write::Update(Version::FIRST, settings(2)), activations)
}

pub(in crate::store) fn settings(number: u8) -> Settings {
    let policy = if number == 1 { String::new() } else { format!("{{\"radius\":{number}}}") };
    let [floor, backup_end] = [0, 100].map(|after| at(u64::from(number) + after));
    Settings { ring: Tag([number; 16]), floor, backup_end, policy, mac: Tag([0xff; 16]) }
}

fn set_of(number: u8, settings: Write<(), Settings>, activations: Write<(), Activations>) -> Changes {
    let event = Event::new(at(9), &Actor::local_operator(), Action::Uploaded).with("rows", number);
    let totp = TotpState { last_step: Some(0), drift: -1 };
    Changes {
        users: vec![Write::Insert(user(number))],
        settings: Some(settings),
        gates: vec![Write::Insert(gate(user(number).upn.key(), TALLY))],
        bumps: vec!["bumped@example.com".to_owned()],
        tokens: vec![Write::Insert(held(number, number))],
        states: vec![Write::Insert(State { totp, ..State::fresh(print(number)) })],
        activations: Some(activations),
        uploads: vec![Write::Insert(upload(number.into()))],
        failures: vec![(number.into(), vec![failure(2, "x"), failure(1, "y")])],
        pruned: None,
        events: vec![event],
    }
}

/// All that the lists and a view of everything show.
#[derive(PartialEq)]
pub(in crate::store) struct Everything {
    users: Vec<ListedUser>,
    tokens: Vec<(Token, State, Option<User>)>,
    versions: Versions,
    settings: Option<Versioned<Settings>>,
    uploads: Vec<(Upload, Vec<UploadFailure>)>,
    activations: Option<Versioned<Activations>>,
    next_upload: u64,
    events: Vec<AuditEvent>,
    heads: Vec<Head>,
    beginnings: Vec<Head>,
}

/// What only a view shows, in order.
#[derive(PartialEq)]
struct Versions {
    users: Vec<(Id<User>, Version)>,
    tokens: Vec<(Id<Token>, Version)>,
    states: Vec<(Fingerprint, Version, State)>,
    gates: Vec<Versioned<Gate>>,
}

pub(in crate::store) async fn everything(store: &impl Store) -> Everything {
    let users = store.users(None, usize::MAX).await.unwrap();
    let tokens = store.tokens(TokenFilter::default(), None, usize::MAX).await.unwrap();
    let mut view = store
        .view(crate::store::Wanted {
            users: (0..9)
                .map(|number| user(number).upn.key().to_owned())
                .chain(["bumped@example.com".to_owned()])
                .collect(),
            holdings: true,
            serials: tokens.iter().map(|listed| listed.token.serial.clone()).collect(),
            fingerprints: (0..9).map(print).collect(),
            activations: true,
            next_upload: true,
            upload: None,
        })
        .await
        .unwrap();
    view.users.sort_by_key(|user| user.value.id);
    view.tokens.sort_by_key(|token| token.value.id);
    view.states.sort_by_key(|state| state.value.fingerprint);
    view.gates.sort_by(|one, other| one.value.name.cmp(&other.value.name));
    let versions = Versions {
        users: view.users.into_iter().map(|user| (user.value.id, user.version)).collect(),
        tokens: view.tokens.into_iter().map(|token| (token.value.id, token.version)).collect(),
        states: view.states.into_iter().map(|state| (state.value.fingerprint, state.version, state.value)).collect(),
        gates: view.gates,
    };
    let mut uploads = Vec::new();
    for upload in store.uploads(0, usize::MAX).await.unwrap() {
        let failures = failures(store, upload.id).await;
        uploads.push((upload, failures));
    }
    Everything {
        users,
        tokens: tokens.into_iter().map(|Listed { token, state, holder }| (token, state, holder)).collect(),
        versions,
        settings: view.settings,
        uploads,
        activations: view.activations,
        next_upload: view.next_upload,
        events: store.events(super::end(store).await.chain, 0, usize::MAX).await.unwrap(),
        heads: store.heads().await.unwrap(),
        beginnings: store.beginnings().await.unwrap(),
    }
}
