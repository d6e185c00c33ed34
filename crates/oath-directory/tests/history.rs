//! Random histories of a directory against a model of it that fits on a page.
//!
//! What must hold after every operation: no code is accepted twice, the last step of a secret only grows, the limits
//! hold, the answer is the one that the model gives, and a refusal leaves everything as it was but for the attempt that
//! a wrong code costs.

#[path = "support/probe.rs"]
#[allow(dead_code, reason = "of its faults only conflicts are injected here")]
mod probe;
#[cfg(all(feature = "postgres", unix))]
#[path = "support/server.rs"]
mod server;

use self::probe::ProbeOn;
use oath_directory::store::{MemoryStore, Store, TokenFilter};
use oath_directory::{
    Actor, Clock, Directory, Error, KeyRing, Policy, Refusal, Status, TokenQuery, UploadOptions, Upn, UserKind,
};
use oath_totp::{Accepted, Algorithm, Code, CodeRun, Consecutive, Digits, Secret, TimeStep, Totp, TotpState, UnixTime};
use pollster::block_on;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

const TOKENS: usize = 7;
const USERS: [&str; 3] = ["alice@example.com", "bob@example.com", "guest@example.com"];

fn policy() -> Policy {
    // Some clocks are further off than one code finds, some are not.
    Policy {
        radius: 40,
        activation_radius_one_code: 3,
        tokens_per_user: 3,
        activations: Some(4),
        free_attempts: 3,
        activation_attempts: 3,
        ..Policy::default()
    }
}

fn upn(user: usize) -> Upn {
    USERS[user].parse().unwrap()
}

fn serial(token: usize) -> String {
    format!("00{token}")
}

fn secret(token: usize) -> Secret {
    Secret::from_bytes(format!("secret number {token:06}").as_bytes()).unwrap()
}

fn totp(token: usize) -> Totp {
    Totp::new(secret(token).key(Algorithm::Sha1).unwrap(), Digits::Six, TimeStep::SECONDS_30)
}

/// The step that a token's clock stands at: each token is off by another number of steps.
fn step_of(token: usize, now: u64) -> u64 {
    now / 30 + 2 * u64::try_from(token).unwrap() - 6
}

#[derive(Clone, Debug)]
enum Op {
    Wait(u64),
    Upload(Vec<(usize, Option<usize>)>, bool),
    UnlockUser(usize),
    UnlockToken(usize),
    Reset(usize),
    Assign(usize, usize),
    /// By one code, or with the next one as well.
    Activate(usize, Typed, bool),
    Resync(usize, Typed),
    Verify(usize, usize, Typed),
    Deactivate(usize),
    Unassign(usize),
    Delete(usize),
    /// The database is restored by a clock that is so many seconds ahead. What it knows stays: a backup of this moment.
    Restored(u64),
    LowerFloor,
}

/// What is typed: the code on the display, one that was used before, or a wrong one.
#[derive(Clone, Copy, Debug)]
enum Typed {
    Shown,
    Used(prop::sample::Index),
    Wrong,
}

fn op() -> impl Strategy<Value = Op> {
    let token = 0..TOKENS;
    let user = 0..USERS.len();
    let typed = prop_oneof![
        6 => Just(Typed::Shown),
        3 => any::<prop::sample::Index>().prop_map(Typed::Used),
        1 => Just(Typed::Wrong),
    ];
    prop_oneof![
        3 => (0..200u64).prop_map(Op::Wait),
        2 => (prop::collection::vec((token.clone(), prop::option::of(user.clone())), 1..TOKENS), any::<bool>())
            .prop_map(|(rows, assign)| Op::Upload(rows, assign)),
        1 => user.clone().prop_map(Op::UnlockUser),
        1 => token.clone().prop_map(Op::UnlockToken),
        1 => token.clone().prop_map(Op::Reset),
        3 => (token.clone(), user.clone()).prop_map(|(t, u)| Op::Assign(t, u)),
        5 => (token.clone(), typed.clone(), any::<bool>()).prop_map(|(t, c, two)| Op::Activate(t, c, two)),
        1 => (token.clone(), typed.clone()).prop_map(|(t, c)| Op::Resync(t, c)),
        8 => (user, token.clone(), typed).prop_map(|(u, t, c)| Op::Verify(u, t, c)),
        1 => token.clone().prop_map(Op::Deactivate),
        1 => token.clone().prop_map(Op::Unassign),
        1 => token.prop_map(Op::Delete),
        1 => prop_oneof![Just(0), 0..2000u64].prop_map(Op::Restored),
        1 => Just(Op::LowerFloor),
    ]
}

/// All that the model knows.
#[derive(Clone, Debug, Default)]
struct Model {
    tokens: BTreeMap<usize, (Status, Option<usize>)>,
    states: BTreeMap<usize, TotpState>,
    token_failures: BTreeMap<usize, (u32, u64)>,
    user_failures: BTreeMap<usize, (u32, u64)>,
    activated_at: Vec<u64>,
    used: Vec<(usize, Code)>,
    /// Codes up to this second are refused.
    floor: u64,
}

type Answer = Result<(), &'static str>;

impl Model {
    fn held(&self, user: usize) -> usize {
        self.tokens.values().filter(|(_, holder)| *holder == Some(user)).count()
    }

    fn may_hold(&self, user: usize) -> Answer {
        match user {
            2 => Err("user-guest"),
            user if self.held(user) >= policy().tokens_per_user => Err("user-full"),
            _ => Ok(()),
        }
    }

    fn locked(failures: Option<&(u32, u64)>, now: u64) -> Answer {
        let Some((count, last)) = failures else { return Ok(()) };
        let wait = count.checked_sub(policy().free_attempts).map_or(0, |beyond| (30 << beyond.min(7)).min(3600));
        if now < last + wait { Err("locked") } else { Ok(()) }
    }

    fn token(&self, token: usize) -> Result<(Status, Option<usize>), &'static str> {
        self.tokens.get(&token).copied().ok_or("token-unknown")
    }

    /// What is known of a secret, with the codes up to the floor as used: by its clock, and `ahead` steps more.
    fn state(&self, token: usize, ahead: u64) -> TotpState {
        let state = self.states.get(&token).copied().unwrap_or(TotpState::NEW);
        let spent = self.floor / 30 + u64::try_from(state.drift).unwrap_or(0) + ahead;
        if self.floor == 0 { state } else { TotpState { last_step: state.last_step.max(Some(spent)), ..state } }
    }

    fn upload(&mut self, rows: &[(usize, Option<usize>)], assign: bool) -> (u64, u64, u64) {
        let (mut imported, mut unchanged, mut failed) = (0, 0, 0);
        for (token, user) in rows {
            let outcome = match (self.tokens.get(token).copied(), *user) {
                (Some(_), None) => Ok(false),
                (Some((_, Some(holder))), Some(user)) => {
                    if holder == user {
                        Ok(false)
                    } else {
                        Err(())
                    }
                }
                (None, None) => Ok(self.tokens.insert(*token, (Status::Available, None)).is_none()),
                (Some((_, None)), Some(_)) if !assign => Err(()),
                (_, Some(user)) if self.may_hold(user).is_ok() => {
                    self.tokens.insert(*token, (Status::Assigned, Some(user)));
                    Ok(true)
                }
                (_, Some(_)) => Err(()),
            };
            match outcome {
                Ok(true) => imported += 1,
                Ok(false) => unchanged += 1,
                Err(()) => failed += 1,
            }
        }
        (imported, unchanged, failed)
    }

    fn assign(&mut self, token: usize, user: usize) -> Answer {
        if self.token(token)?.1.is_some() {
            return Err("token-held");
        }
        self.may_hold(user)?;
        self.tokens.insert(token, (Status::Assigned, Some(user)));
        Ok(())
    }

    fn codes(&mut self, token: usize, codes: &CodeRun, now: u64, activation: bool) -> Answer {
        let (status, holder) = self.token(token)?;
        let fits = if activation {
            matches!(status, Status::Assigned | Status::FailedActivation | Status::Deactivated)
        } else {
            status == Status::Activated
        };
        if !fits {
            return Err("wrong-status");
        }
        if activation && self.activated_at.iter().filter(|at| **at + 300 > now).count() >= policy().activations.unwrap()
        {
            return Err("too-many-activations");
        }
        Self::locked(self.token_failures.get(&token), now)?;
        let near = u64::from(policy().activation_radius_one_code);
        let by_one = activation && matches!(codes, CodeRun::One(_));
        let window = u64::from(policy().window.ahead());
        let state = self.state(token, if by_one { near.max(window) } else { window });
        let (now_time, radius) = (UnixTime::from_secs(now), policy().radius);
        let found = match codes {
            CodeRun::One(code) => {
                let expected = UnixTime::from_secs(now.checked_add_signed(30 * state.drift).unwrap());
                let found = totp(token).activate(code, expected, policy().activation_radius_one_code, &state);
                found.map(|Accepted { next, matched }| {
                    let drift = (next.drift + state.drift).clamp(-i64::from(radius), radius.into());
                    Accepted { next: TotpState { drift, ..next }, matched }
                })
            }
            CodeRun::Several(codes) => totp(token).resync(codes, now_time, radius, &state),
        };
        match found {
            Ok(accepted) => {
                self.accept(token, &accepted);
                self.token_failures.remove(&token);
                if activation {
                    self.activated_at.push(now);
                    self.tokens.insert(token, (Status::Activated, holder));
                }
                Ok(())
            }
            Err(oath_totp::Rejected::Ambiguous) => Err("ambiguous"),
            Err(_) => {
                fail(&mut self.token_failures, token, now);
                if activation && status != Status::Deactivated {
                    self.tokens.insert(token, (Status::FailedActivation, holder));
                }
                let recently = self.floor > 0 && now / 30 <= self.floor / 30 + 2 * near;
                Err(match codes {
                    CodeRun::One(_) if recently => "restored-recently",
                    CodeRun::One(_) => "next-code-needed",
                    CodeRun::Several(_) => "wrong-code",
                })
            }
        }
    }

    fn verify(&mut self, user: usize, code: &Code, now: u64) -> Answer {
        Self::locked(self.user_failures.get(&user), now)?;
        let mine: Vec<usize> =
            self.tokens.iter().filter(|(_, s)| **s == (Status::Activated, Some(user))).map(|(t, _)| *t).collect();
        let mut accepted = false;
        for token in mine {
            let state = self.state(token, policy().window.ahead().into());
            if let Ok(found) = totp(token).verify(code, UnixTime::from_secs(now), policy().window, &state) {
                self.accept(token, &found);
                self.token_failures.remove(&token);
                accepted = true;
            }
        }
        if accepted {
            self.user_failures.remove(&user);
            return Ok(());
        }
        fail(&mut self.user_failures, user, now);
        Err("rejected")
    }

    fn accept(&mut self, token: usize, accepted: &Accepted<TotpState>) {
        let old = self.states.insert(token, accepted.next);
        assert!(accepted.next.last_step > old.and_then(|state| state.last_step), "the last step only grows");
        assert!(self.floor == 0 || accepted.matched > self.floor / 30, "a code from before the restore");
        self.used.push((token, totp(token).generate_at_step(accepted.matched)));
    }
}

fn fail(failures: &mut BTreeMap<usize, (u32, u64)>, of: usize, now: u64) {
    let entry = failures.entry(of).or_default();
    *entry = (entry.0 + 1, now);
}

fn answer<T>(result: Result<T, Error>) -> Answer {
    match result {
        Ok(_) => Ok(()),
        Err(Error::Refused(refusal)) => Err(refusal.code()),
        Err(error) => panic!("{error}"),
    }
}

/// Everything that lasts, as text. Attempts and the status that a wrong code changes are left out where asked.
fn dump<S: Store>(directory: &Directory<S>, without_attempts: bool) -> String {
    let mut text = String::new();
    for listed in block_on(directory.store().tokens(TokenFilter::default(), None, usize::MAX)).unwrap() {
        let (mut token, mut state) = (listed.token, listed.state);
        if without_attempts {
            (token.status, token.import) = (Status::Available, None);
            token.mac = Default::default();
            state.attempts = Default::default();
        }
        writeln!(text, "{token:?} {state:?} {:?}", listed.holder).unwrap();
    }
    writeln!(text, "{:?}", block_on(directory.users()).unwrap()).unwrap();
    text
}

fn seed_rows(rows: &[(usize, Option<usize>)]) -> Vec<Result<oath_seeds::Row, oath_seeds::ReadError>> {
    let mut csv = "upn,serial number,secret key,time interval,manufacturer,model\r\n".to_owned();
    for (token, user) in rows {
        let user = user.map(|user| USERS[user]).unwrap_or_default();
        write!(csv, "{user},{},{},30,Contoso,Test\r\n", serial(*token), *secret(*token).expose_base32()).unwrap();
    }
    let options = oath_seeds::Options::default().target(oath_seeds::Target::Inventory);
    oath_seeds::Reader::new(csv.as_bytes(), &options).unwrap().collect()
}

fn play<S: Store>(store: S, ops: Vec<Op>) {
    let directory = Directory::new(store, KeyRing::generate().unwrap(), policy()).unwrap();
    let operator = Actor::local_operator();
    let mut now = 1_700_000_000;
    for user in 0..USERS.len() {
        let kind = if user == 2 { UserKind::Guest } else { UserKind::Member };
        block_on(directory.add_user(&operator, UnixTime::from_secs(now), &upn(user), kind, None)).unwrap();
    }
    let mut model = Model::default();
    let mut accepted_codes: BTreeSet<(usize, u64)> = BTreeSet::new();
    for op in ops {
        let typed = |typed: Typed, token: usize, model: &Model| match typed {
            Typed::Used(index) if !model.used.is_empty() => index.get(&model.used).1.clone(),
            Typed::Wrong => Code::parse("000000").unwrap(),
            _ => totp(token).generate_at_step(step_of(token, now)),
        };
        let before = (model.clone(), dump(&directory, false), dump(&directory, true));
        let at = UnixTime::from_secs(now);
        let (expected, found) = match op.clone() {
            Op::Wait(seconds) => {
                now += seconds;
                continue;
            }
            Op::Upload(mut rows, assign_known) => {
                let mut seen = BTreeSet::new();
                rows.retain(|(token, _)| seen.insert(*token));
                let expected = model.upload(&rows, assign_known);
                let (options, rows) = (UploadOptions { assign_known, ..UploadOptions::default() }, seed_rows(&rows));
                let upload = block_on(directory.upload_with(&operator, at, "tokens.csv", options, rows)).unwrap();
                assert_eq!((upload.imported, upload.unchanged, upload.failed), expected, "{op:?}");
                continue;
            }
            Op::Assign(token, user) => (
                model.assign(token, user),
                answer(block_on(directory.assign(&operator, at, &serial(token), &upn(user)))),
            ),
            Op::Activate(token, what, two) => {
                let code = typed(what, token, &model);
                let next = || totp(token).generate_at_step(step_of(token, now) + 1);
                let code = if two { CodeRun::from([code, next()]) } else { CodeRun::from(code) };
                let found = answer(block_on(directory.activate(&operator, at, &serial(token), &code)));
                (model.codes(token, &code, now, true), found)
            }
            Op::Resync(token, what) => {
                let next = totp(token).generate_at_step(step_of(token, now) + 1);
                let codes = Consecutive::from([typed(what, token, &model), next]);
                let found = answer(block_on(directory.resync(&operator, at, &serial(token), &codes)));
                (model.codes(token, &codes.into(), now, false), found)
            }
            Op::Verify(user, token, what) => {
                let code = typed(what, token, &model);
                let found = answer(block_on(directory.verify(&operator, at, &upn(user), &code)));
                (model.verify(user, &code, now), found)
            }
            Op::Deactivate(token) => {
                let expected = model.token(token).and_then(|(status, holder)| {
                    if status != Status::Activated {
                        return Err("wrong-status");
                    }
                    model.tokens.insert(token, (Status::Deactivated, holder));
                    Ok(())
                });
                (expected, answer(block_on(directory.deactivate(&operator, at, &serial(token)))))
            }
            Op::Unassign(token) => {
                let expected = model.token(token).and_then(|(_, holder)| {
                    holder.ok_or("wrong-status")?;
                    model.tokens.insert(token, (Status::Available, None));
                    Ok(())
                });
                (expected, answer(block_on(directory.unassign(&operator, at, &serial(token)))))
            }
            Op::UnlockUser(user) => {
                model.user_failures.remove(&user);
                (Ok(()), answer(block_on(directory.unlock_user(&operator, at, &upn(user)))))
            }
            Op::UnlockToken(token) => {
                let expected = model.token(token).map(|_| {
                    model.token_failures.remove(&token);
                });
                (expected, answer(block_on(directory.unlock_token(&operator, at, &serial(token)))))
            }
            Op::Reset(token) => {
                let expected = model.token(token).map(|_| {
                    model.token_failures.remove(&token);
                    // Up to the highest step that a sign-in could accept, by the clock of the token.
                    let drift = model.states.get(&token).map_or(0, |state| state.drift.max(0).unsigned_abs());
                    let last_step = Some(now / 30 + drift + u64::from(policy().window.ahead()));
                    model.states.insert(token, TotpState { last_step, drift: 0 });
                    // The one way back: what was accepted after that step may be accepted again.
                    accepted_codes.retain(|(of, step)| *of != token || Some(*step) < last_step);
                });
                (expected, answer(block_on(directory.reset_token(&operator, at, &serial(token)))))
            }
            Op::Restored(ahead) => {
                let clock = now + ahead;
                model.floor = clock.max(model.floor + 1);
                let restored = directory.restored(&operator, UnixTime::from_secs(clock), Clock::Checked);
                (Ok(()), answer(block_on(restored)))
            }
            Op::LowerFloor => {
                let expected = (model.floor > now).then_some(UnixTime::from_secs(model.floor));
                model.floor = model.floor.min(now);
                let found = block_on(directory.lower_floor(&operator, at, Clock::Checked)).unwrap();
                assert_eq!(found, expected, "at {now}");
                (Ok(()), Ok(()))
            }
            Op::Delete(token) => {
                let expected = model.token(token).and_then(|(_, holder)| {
                    if holder.is_some() {
                        return Err("token-held");
                    }
                    model.tokens.remove(&token);
                    Ok(())
                });
                (expected, answer(block_on(directory.delete(&operator, at, &serial(token)))))
            }
        };
        assert_eq!(found, expected, "{op:?} at {now}");
        assert_eq!(block_on(directory.refused_until()).unwrap().as_secs(), model.floor);
        if let Err(code) = found {
            let counts = matches!(code, "wrong-code" | "next-code-needed" | "restored-recently" | "rejected");
            let after = if counts { dump(&directory, true) } else { dump(&directory, false) };
            assert_eq!(after, if counts { before.2 } else { before.1 }, "{op:?} was refused and changed something");
        }
        // Whatever was accepted: no step of a secret twice, and none below an earlier one.
        for (token, state) in &model.states {
            if before.0.states.get(token) != Some(state) {
                let step = state.last_step.unwrap();
                assert!(accepted_codes.insert((*token, step)), "step {step} of token {token} was accepted twice");
                assert_eq!(accepted_codes.range((*token, 0)..=(*token, u64::MAX)).last(), Some(&(*token, step)));
            }
        }
        for listed in block_on(directory.tokens(&TokenQuery::default())).unwrap() {
            let token: usize = listed.token.serial.parse().unwrap();
            let holder = listed.holder.map(|user| USERS.iter().position(|name| *name == user.upn.as_str()).unwrap());
            assert_eq!((listed.token.status, holder), model.tokens[&token], "{op:?}");
            assert_eq!(listed.state.totp.last_step, model.states.get(&token).and_then(|state| state.last_step));
            assert_eq!(listed.token.holder.is_none(), listed.token.status == Status::Available);
        }
        for user in 0..USERS.len() {
            assert!(model.held(user) <= policy().tokens_per_user);
        }
    }
    block_on(directory.verify_audit()).unwrap().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_histories_go_as_the_model_says(ops in prop::collection::vec(op(), 1..80)) {
        play(MemoryStore::default(), ops);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_histories_go_as_the_model_says_where_every_write_conflicts_first(
        ops in prop::collection::vec(op(), 1..80)
    ) {
        play(ProbeOn::contended(MemoryStore::default()), ops);
    }
}

#[cfg(feature = "sqlite")]
proptest! {
    // Each change waits for the disk.
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_histories_on_sqlite_go_as_the_model_says(ops in prop::collection::vec(op(), 40..80)) {
        use oath_directory::store::{Missing, SqliteStore};
        let folder = tempfile::tempdir().unwrap();
        play(SqliteStore::open(&folder.path().join("oath.db"), Missing::Create).unwrap(), ops.clone());
        play(ProbeOn::contended(SqliteStore::open(&folder.path().join("other.db"), Missing::Create).unwrap()), ops);
    }
}

/// The server has conflicts of its own beside: the one tenant is played while the other is.
#[cfg(all(feature = "postgres", unix))]
#[test]
fn random_histories_on_postgres_go_as_the_model_says() {
    use oath_directory::model::TenantId;
    use oath_directory::store::PostgresStore;
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;

    const HISTORIES: u128 = 12;
    let test = "random_histories_on_postgres_go_as_the_model_says";
    let Some(server) = server::Server::start(test) else { return };
    PostgresStore::migrate(&server.url("")).unwrap();
    let mut runner = TestRunner::default();
    for number in 0..HISTORIES {
        let ops = prop::collection::vec(op(), 40..80).new_tree(&mut runner).unwrap().current();
        let store = |tenant| PostgresStore::open(&server.url(""), TenantId::from_random(tenant)).unwrap();
        println!("{ops:?}");
        std::thread::scope(|scope| {
            let (plain, contended) = (ops.clone(), ops);
            scope.spawn(|| play(store(2 * number), plain));
            scope.spawn(|| play(ProbeOn::contended(store(2 * number + 1)), contended));
        });
    }
}

#[test]
fn a_deleted_token_that_is_uploaded_again_does_not_make_its_used_codes_good() {
    let directory = Directory::new(MemoryStore::default(), KeyRing::generate().unwrap(), policy()).unwrap();
    let (operator, now) = (Actor::local_operator(), UnixTime::from_secs(1_700_000_000));
    block_on(directory.add_user(&operator, now, &upn(0), UserKind::Member, None)).unwrap();
    let upload = || block_on(directory.upload(&operator, now, "t.csv", seed_rows(&[(3, Some(0))]))).unwrap();
    assert_eq!(upload().imported, 1);
    let code: Code = totp(3).generate_at_step(step_of(3, now.as_secs()));
    block_on(directory.activate(&operator, now, "003", &code.clone().into())).unwrap();
    block_on(directory.unassign(&operator, now, "003")).unwrap();
    block_on(directory.delete(&operator, now, "003")).unwrap();
    assert_eq!(upload().imported, 1);
    let again = block_on(directory.activate(&operator, now, "003", &code.into())).unwrap_err();
    assert_eq!(again, Error::Refused(Refusal::NextCodeNeeded { serial: "003".to_owned(), within: 90 }));
}
