//! Two operations on one token and its user at the same moment come to what one of them after the other comes to, in one of the
//! two orders: the answers, the token, the state of its secret, the attempts of the name and the user. On the store in memory,
//! on two connections to a SQLite file, and on two nodes of a PostgreSQL server. `cargo xtask soak` does it longer.

#[path = "support/children.rs"]
mod children;
#[cfg(all(feature = "postgres", unix))]
#[path = "support/server.rs"]
mod server;

use oath_directory::store::{MemoryStore, Store, Wanted};
use oath_directory::{Actor, Directory, Error, KeyRing, Policy, Upn, UserKind};
use oath_totp::{Algorithm, Code, Digits, Secret, TimeStep, Totp, UnixTime};
use pollster::block_on;
use std::sync::Barrier;
use std::thread;

const NOW: u64 = 1_700_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Op {
    SignIn,
    WrongCode,
    Activate,
    Resync,
    Deactivate,
    Assign,
    Unassign,
    Delete,
    Reset,
    UnlockUser,
    Disable,
    Remove,
}

const OPS: [Op; 12] = [
    Op::SignIn,
    Op::WrongCode,
    Op::Activate,
    Op::Resync,
    Op::Deactivate,
    Op::Assign,
    Op::Unassign,
    Op::Delete,
    Op::Reset,
    Op::UnlockUser,
    Op::Disable,
    Op::Remove,
];

/// Where the token stands when both begin.
#[derive(Clone, Copy, Debug)]
enum Start {
    Stock,
    Held,
    Active,
}

/// One round: a user and a token of its own.
#[derive(Clone, Copy, Debug)]
struct Round {
    number: usize,
    start: Start,
    ops: [Op; 2],
}

/// All pairs from all starts, so many times.
fn rounds(times: u64) -> Vec<Round> {
    let mut rounds = Vec::new();
    for _ in 0..times {
        for start in [Start::Stock, Start::Held, Start::Active] {
            for (index, one) in OPS.iter().enumerate() {
                for other in &OPS[index..] {
                    rounds.push(Round { number: rounds.len(), start, ops: [*one, *other] });
                }
            }
        }
    }
    rounds
}

impl Round {
    fn upn(self) -> Upn {
        format!("user{}@example.com", self.number).parse().unwrap()
    }

    fn serial(self) -> String {
        format!("{:06}", self.number)
    }

    fn secret(self) -> Secret {
        Secret::from_bytes(format!("secret number {:06}", self.number).as_bytes()).unwrap()
    }

    fn code(self, seconds: u64) -> Code {
        let totp = Totp::new(self.secret().key(Algorithm::Sha1).unwrap(), Digits::Six, TimeStep::SECONDS_30);
        totp.generate(UnixTime::from_secs(seconds))
    }

    /// A code that is none of the steps around.
    fn wrong(self, now: u64) -> Code {
        let near = |code: &Code| (0..20).any(|step| self.code(now - 300 + 30 * step) == *code);
        (0..).map(|number| Code::parse(&format!("{number:06}")).unwrap()).find(|code| !near(code)).unwrap()
    }

    fn play<S: Store>(self, directory: &Directory<S>, op: Op) -> Result<(), String> {
        let (actor, seconds) = (Actor::local_operator(), NOW + 600);
        let (now, upn, serial) = (UnixTime::from_secs(seconds), self.upn(), self.serial());
        let codes = || [self.code(seconds), self.code(seconds + 30)];
        let result: Result<(), Error> = block_on(async {
            match op {
                Op::SignIn => directory.verify(&actor, now, &upn, &self.code(seconds)).await.map(drop),
                Op::WrongCode => directory.verify(&actor, now, &upn, &self.wrong(seconds)).await.map(drop),
                Op::Activate => directory.activate(&actor, now, &serial, &codes().into()).await.map(drop),
                Op::Resync => directory.resync(&actor, now, &serial, &codes().into()).await.map(drop),
                Op::Deactivate => directory.deactivate(&actor, now, &serial).await.map(drop),
                Op::Assign => directory.assign(&actor, now, &serial, &upn).await.map(drop),
                Op::Unassign => directory.unassign(&actor, now, &serial).await.map(drop),
                Op::Delete => directory.delete(&actor, now, &serial).await,
                Op::Reset => directory.reset_token(&actor, now, &serial).await,
                Op::UnlockUser => directory.unlock_user(&actor, now, &upn).await,
                Op::Disable => directory.enable_user(&actor, now, &upn, false).await.map(drop),
                Op::Remove => directory.remove_user(&actor, now, &upn).await.map(drop),
            }
        });
        result.map_err(|error| match error {
            Error::Refused(refusal) => refusal.code().to_owned(),
            other => format!("fault: {other}"),
        })
    }

    /// All that the two may have changed, as text.
    fn found<S: Store>(self, directory: &Directory<S>) -> String {
        let wanted = Wanted {
            users: vec![self.upn().key().to_owned()],
            holdings: true,
            fingerprints: vec![directory_print(directory, self)],
            serials: vec![self.serial()],
            ..Wanted::default()
        };
        let view = block_on(directory.store().view(wanted)).unwrap();
        let users: Vec<_> = view.users.iter().map(|user| (user.value.upn.to_string(), user.value.enabled)).collect();
        let tokens: Vec<_> =
            view.tokens.iter().map(|token| (token.value.status, token.value.holder.is_some())).collect();
        let states: Vec<_> =
            view.states.iter().map(|state| (state.value.totp, state.value.attempts, state.value.last_used)).collect();
        let gates: Vec<_> = view.gates.iter().map(|gate| gate.value.attempts).collect();
        format!("{users:?} {tokens:?} {states:?} {gates:?}")
    }
}

/// Under which the state of the secret is kept, also after its token is gone. The ring is the same for all directories here.
fn directory_print<S: Store>(directory: &Directory<S>, round: Round) -> oath_directory::model::Fingerprint {
    ring().of_tenant(directory.store().tenant()).fingerprint(&round.secret()).unwrap()
}

fn ring() -> KeyRing {
    KeyRing::parse(&format!("recognise {}\nseal one {}\n", "11".repeat(32), "22".repeat(32))).unwrap()
}

fn directory<S: Store>(store: S) -> Directory<S> {
    Directory::new(store, ring(), Policy { activations: None, ..Policy::default() }).unwrap()
}

/// The users and tokens of these rounds, each where it starts.
fn furnish<S: Store>(directory: &Directory<S>, rounds: &[Round]) {
    let (actor, now) = (Actor::local_operator(), UnixTime::from_secs(NOW));
    let mut csv = "upn,serial number,secret key,time interval,manufacturer,model\r\n".to_owned();
    for round in rounds {
        block_on(directory.add_user(&actor, now, &round.upn(), UserKind::Member, None)).unwrap();
        let upn = if matches!(round.start, Start::Stock) { String::new() } else { round.upn().to_string() };
        let secret = round.secret();
        csv.push_str(&format!("{upn},{},{},30,Contoso,T\r\n", round.serial(), *secret.expose_base32()));
    }
    let options = oath_seeds::Options::default().target(oath_seeds::Target::Inventory);
    let rows = oath_seeds::Reader::new(csv.as_bytes(), &options).unwrap();
    block_on(directory.upload(&actor, now, "t.csv", rows)).unwrap();
    for round in rounds.iter().filter(|round| matches!(round.start, Start::Active)) {
        let codes = [round.code(NOW), round.code(NOW + 30)].into();
        let _ = block_on(directory.activate(&actor, now, &round.serial(), &codes)).unwrap();
    }
}

/// What one after the other comes to: the answers in the order of the round, and what is left.
fn one_after_the_other(round: Round, first: usize) -> (Vec<Result<(), String>>, String) {
    let alone = directory(MemoryStore::default());
    furnish(&alone, &[round]);
    let mut answers = vec![Ok(()); 2];
    for turn in [first, 1 - first] {
        answers[turn] = round.play(&alone, round.ops[turn]);
    }
    (answers, round.found(&alone))
}

/// Two handles of one directory, with a thread each.
fn race<S: Store>(nodes: [Directory<S>; 2], rounds: &[Round]) {
    furnish(&nodes[0], rounds);
    let barrier = Barrier::new(2);
    let answers: Vec<Vec<_>> = thread::scope(|scope| {
        let running = [0, 1].map(|turn| {
            let (nodes, barrier) = (&nodes, &barrier);
            scope.spawn(move || {
                let answer = |round: &Round| {
                    barrier.wait();
                    round.play(&nodes[turn], round.ops[turn])
                };
                rounds.iter().map(answer).collect()
            })
        });
        running.map(|thread| thread.join().unwrap()).into()
    });
    for (index, round) in rounds.iter().enumerate() {
        let found = (vec![answers[0][index].clone(), answers[1][index].clone()], round.found(&nodes[0]));
        let expected = [0, 1].map(|first| one_after_the_other(*round, first));
        assert!(expected.contains(&found), "{round:?}: found {found:#?}, expected one of {expected:#?}");
    }
    block_on(nodes[0].verify_audit()).unwrap().unwrap();
}

#[test]
fn two_at_once_come_to_one_after_the_other_in_memory() {
    let store = MemoryStore::default();
    race([directory(store.clone()), directory(store)], &rounds(children::times(2, 200)));
}

#[cfg(feature = "sqlite")]
#[test]
fn two_at_once_come_to_one_after_the_other_on_sqlite() {
    use oath_directory::store::{Missing, SqliteStore};
    let folder = children::folder();
    let open = || directory(SqliteStore::open(&folder.path().join("oath.db"), Missing::Create).unwrap());
    race([open(), open()], &rounds(children::times(1, 200)));
}

#[cfg(all(feature = "postgres", unix))]
#[test]
fn two_at_once_come_to_one_after_the_other_on_postgres() {
    use oath_directory::model::TenantId;
    use oath_directory::store::PostgresStore;
    let Some(server) = server::Server::start("two_at_once_come_to_one_after_the_other_on_postgres") else { return };
    PostgresStore::migrate(&server.url("")).unwrap();
    let open = || directory(PostgresStore::open(&server.url(""), TenantId::from_random(1)).unwrap());
    race([open(), open()], &rounds(children::times(1, 200)));
}
