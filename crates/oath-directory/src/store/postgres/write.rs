//! The one that writes.

use super::apply::{self, Mode, Step, columns, given};
use super::connect::{Connection, Place, Session, rest};
use super::fault::Failure;
use super::log::Log;
use super::read;
use super::rows::{self, GATES, STATES};
use super::values::{Cell, Kind, Query};
use crate::audit::AuditKey;
use crate::model::{Fingerprint, Version};
use crate::store::cells::Cells;
use crate::store::gathering::Gathering;
use crate::store::{Changes, CommitError, Fault, Pass, Write, batch};
use futures_channel::oneshot;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::timeout;

/// What a caller waits for.
pub(super) struct Request {
    pub(super) work: Work,
    pub(super) key: AuditKey,
    pub(super) answer: Answer,
}

pub(super) enum Work {
    Changes(Box<Changes>),
    Pass(Box<Pass>),
}

type Answer = oneshot::Sender<Result<(), CommitError>>;

/// A sign-in that waits.
struct SignIn {
    pass: Pass,
    key: AuditKey,
    answer: Answer,
}

/// How many sign-ins share a transaction at the most.
const BATCH: usize = 128;
/// How often a transaction is tried.
const TRIES: u32 = 10;

pub(super) struct Writer {
    session: Session,
    log: Log,
}

impl Writer {
    pub(super) fn new(place: Arc<Place>) -> Self {
        Self { session: Session::new(place), log: Log::default() }
    }

    /// Serves until no store is left that could ask. Those who asked while the last transaction ran share the next one; sign-ins
    /// go first.
    pub(super) async fn run(mut self, mut requests: UnboundedReceiver<Request>) {
        let (mut sign_ins, mut others) = (VecDeque::new(), VecDeque::new());
        let mut gathering = Gathering::default();
        loop {
            if sign_ins.is_empty() && others.is_empty() {
                let Some(first) = requests.recv().await else { return };
                sort(first, &mut sign_ins, &mut others);
            }
            let until = Instant::now() + gathering.patience();
            loop {
                while let Ok(next) = requests.try_recv() {
                    sort(next, &mut sign_ins, &mut others);
                }
                let left = if others.is_empty() { gathering.left(sign_ins.len(), until) } else { None };
                let Some(left) = left else { break };
                // Those who are about to ask share the transaction.
                let Ok(Some(next)) = timeout(left, requests.recv()).await else { break };
                sort(next, &mut sign_ins, &mut others);
            }
            sign_ins.retain(|waiting: &SignIn| !waiting.answer.is_canceled());
            if !sign_ins.is_empty() {
                let batch = batch::take(&mut sign_ins, BATCH, |waiting| &waiting.pass);
                let (size, begun) = (batch.len(), Instant::now());
                self.pass(batch).await;
                gathering.done(size, begun.elapsed());
            }
            if let Some((changes, key, answer)) = others.pop_front()
                && !Answer::is_canceled(&answer)
            {
                let result = self.commit(&changes, &key).await;
                // The caller may have gone away.
                drop(answer.send(result));
            }
        }
    }

    async fn commit(&mut self, changes: &Changes, key: &AuditKey) -> Result<(), CommitError> {
        if changes.is_empty() {
            return Ok(());
        }
        let (mut mode, mut tries) = (Mode::Many, 0);
        loop {
            tries += 1;
            let log = &mut self.log;
            let tried = self.session.once(async |connection| commit(connection, changes, key, mode, log).await).await;
            match tried {
                Ok(()) => return Ok(()),
                Err(failure) if self.again(&failure, tries).await => {}
                Err(failure) if failure.is_taken() && mode == Mode::Many && apply::order_matters(changes) => {
                    mode = Mode::One;
                }
                Err(failure) => return Err(self.refused(&failure)),
            }
        }
    }

    /// Ends sign-ins of the same moment in one transaction, and tells each what became of it.
    async fn pass(&mut self, mut batch: Vec<SignIn>) {
        let mut tries = 0;
        while !batch.is_empty() {
            tries += 1;
            let log = &mut self.log;
            let tried = self.session.once(async |connection| pass(connection, &batch, log).await).await;
            match tried {
                Ok(verdicts) => {
                    let mut left = Vec::new();
                    for (waiting, verdict) in batch.into_iter().zip(verdicts) {
                        match verdict {
                            Verdict::Applied => tell(waiting, Ok(())),
                            Verdict::Refused => tell(waiting, Err(CommitError::Conflict)),
                            Verdict::Left => left.push(waiting),
                        }
                    }
                    batch = left;
                }
                Err(failure) if self.again(&failure, tries).await => {}
                Err(failure) => {
                    let error = self.refused(&failure);
                    return batch.into_iter().for_each(|waiting| tell(waiting, Err(error.clone())));
                }
            }
        }
    }

    /// Rests and says so where the same should be tried again.
    async fn again(&self, failure: &Failure, tries: u32) -> bool {
        let again = tries < TRIES && (failure.is_passing() || self.log.is_contended());
        if again {
            rest(tries).await;
        }
        again
    }

    fn refused(&self, failure: &Failure) -> CommitError {
        // What another caller took in between is a conflict as well.
        if matches!(failure, Failure::Conflict) || failure.is_taken() {
            return CommitError::Conflict;
        }
        self.session.place.explain(failure).into()
    }
}

fn sort(request: Request, sign_ins: &mut VecDeque<SignIn>, others: &mut VecDeque<(Box<Changes>, AuditKey, Answer)>) {
    let Request { work, key, answer } = request;
    match work {
        Work::Pass(pass) if is_plain(&pass) => sign_ins.push_back(SignIn { pass: *pass, key, answer }),
        Work::Pass(pass) => others.push_back((Box::new((*pass).into()), key, answer)),
        Work::Changes(changes) => others.push_back((changes, key, answer)),
    }
}

/// Whether it is what a sign-in writes: a batch has no statement for anything else.
fn is_plain(pass: &Pass) -> bool {
    let prints: HashSet<_> =
        pass.states.iter().filter_map(|write| write.record()).map(|state| state.fingerprint).collect();
    pass.gate.record().is_some()
        && prints.len() == pass.states.len()
        && pass.states.iter().all(|write| matches!(write, Write::Update(..)))
}

fn tell(waiting: SignIn, result: Result<(), CommitError>) {
    // The caller may have gone away.
    drop(waiting.answer.send(result));
}

/// One try at a set of changes.
async fn commit(
    connection: &Connection,
    changes: &Changes,
    key: &AuditKey,
    mode: Mode,
    log: &mut Log,
) -> Result<(), Failure> {
    if !changes.events.is_empty() {
        log.find(connection).await?;
    }
    let steps = apply::steps(connection.tenant, changes, mode);
    let mut begin = vec![Query::new("BEGIN")];
    let (queries, expected): (Vec<_>, Vec<_>) =
        steps.into_iter().map(|Step { query, expected, upload }| (query, (expected, upload))).unzip();
    begin.extend(queries);
    let counts = connection.counts(&begin).await?;
    for (count, (expected, upload)) in counts.into_iter().skip(1).zip(expected) {
        if expected.is_none_or(|expected| expected == count) {
            continue;
        }
        let Some(upload) = upload else { return Err(Failure::Conflict) };
        let what = format!("refused rows of upload {upload} cannot be kept, because there is no such upload");
        return Err(Failure::other(Fault::Other, what));
    }
    log.commit(connection, changes.events.iter().map(|event| (key, event))).await
}

/// What became of one sign-in of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Applied,
    Refused,
    /// Nothing of the batch was applied; this one may be.
    Left,
}

/// One try at a batch of sign-ins: first what they compare and set, then their events and COMMIT. Each of the sign-ins is
/// applied whole or not at all.
async fn pass(connection: &Connection, batch: &[SignIn], log: &mut Log) -> Result<Vec<Verdict>, Failure> {
    log.find(connection).await?;
    let (mut updates, mut inserts, mut states) = (Vec::new(), Vec::new(), Vec::new());
    let mut of_print: HashMap<Fingerprint, &str> = HashMap::new();
    for SignIn { pass, .. } in batch {
        let (found, next, gate) = match &pass.gate {
            Write::Update(found, gate) => (Some(*found), found.next(), gate),
            Write::Insert(gate) => (None, Version::FIRST, gate),
            Write::Delete(..) | Write::Unchanged(..) => continue,
        };
        let [next, record] = [vec![Cell::bits(next.get())], rows::gate_cells(gate)];
        match found {
            Some(found) => updates.push([vec![Cell::bits(found.get())], next.clone(), record].concat()),
            None => inserts.push([next.clone(), record].concat()),
        }
        for write in &pass.states {
            let Write::Update(found, state) = write else { continue };
            of_print.insert(state.fingerprint, &gate.name);
            let gate = [Cell::text(&gate.name), next.first().cloned().unwrap_or(Cell::Null)];
            let request = pass.gate.record().and_then(|gate| gate.last_request);
            let versions = [Cell::bits(found.get()), Cell::bits(found.next().get())];
            states.push([&gate[..], &[Cell::maybe(request, Cell::id)], &versions, &rows::state_cells(state)].concat());
        }
    }
    let mut queries = vec![Query::new("BEGIN")];
    queries.extend(update_gates(connection, updates));
    queries.extend(insert_gates(connection, inserts));
    let of_gates = queries.len();
    states.sort_by(|one, other| one.get(5).cmp(&other.get(5)));
    queries.extend(update_states(connection, states));

    let mut found = connection.rows(&queries).await?.into_iter();
    let mut passed = HashSet::new();
    for rows in found.by_ref().take(of_gates) {
        passed.extend(read::each(&rows, Cells::text)?);
    }
    let mut used: HashMap<&str, usize> = HashMap::new();
    for rows in found {
        for print in read::each(&rows, Cells::fingerprint)? {
            let name = of_print.get(&print).copied().unwrap_or_default();
            *used.entry(name).or_default() += 1;
        }
    }
    // A sign-in whose gate was as it was compared, but not its states, or the other way round, was written in part: then all is
    // taken back, and the others are tried without it.
    let verdicts: Vec<_> = batch.iter().map(|SignIn { pass, .. }| verdict(pass, &passed, &used)).collect();
    if verdicts.contains(&None) {
        connection.counts(&[Query::new("ROLLBACK")]).await?;
        let left = |verdict: Option<bool>| if verdict.is_some() { Verdict::Left } else { Verdict::Refused };
        return Ok(verdicts.into_iter().map(left).collect());
    }
    let applied: Vec<_> = verdicts.into_iter().map(|verdict| verdict == Some(true)).collect();
    let events = batch.iter().zip(&applied).filter(|(_, applied)| **applied);
    let events = events.flat_map(|(SignIn { pass, key, .. }, _)| pass.events.iter().map(move |event| (key, event)));
    log.commit(connection, events).await?;
    Ok(applied.into_iter().map(|applied| if applied { Verdict::Applied } else { Verdict::Refused }).collect())
}

/// Whether it was written, or nothing of it was; `None` where it was written in part.
fn verdict(pass: &Pass, passed: &HashSet<String>, used: &HashMap<&str, usize>) -> Option<bool> {
    let name = batch::name(pass);
    let used = used.get(name).copied().unwrap_or(0);
    match (passed.contains(name), used) {
        (true, used) if used == pass.states.len() => Some(true),
        (false, 0) => Some(false),
        _ => None,
    }
}

const VERSIONS: [(&str, Kind); 2] = [("found", Kind::Number), ("version", Kind::Number)];

fn update_gates(connection: &Connection, records: Vec<Vec<Cell>>) -> Option<Query> {
    let all = [&VERSIONS[..], GATES.columns].concat();
    let sql = format!(
        "UPDATE oath_gates AS g SET version = w.version, failures = w.failures, last_failure = w.last_failure,
             locked_until = w.locked_until, last_request = w.last_request, known = w.known
         FROM {} WHERE g.tenant = $1 AND g.name = w.name AND g.version = w.found RETURNING g.name",
        given(&[], &all)
    );
    written(connection, sql, &all, records)
}

fn insert_gates(connection: &Connection, records: Vec<Vec<Cell>>) -> Option<Query> {
    let all = [&[("version", Kind::Number)], GATES.columns].concat();
    let sql = format!(
        "INSERT INTO oath_gates (tenant, version, name, failures, last_failure, locked_until, last_request, known)
         SELECT $1, w.version, w.name, w.failures, w.last_failure, w.locked_until, w.last_request, w.known
         FROM {} ON CONFLICT (tenant, name) DO NOTHING RETURNING name",
        given(&[], &all)
    );
    written(connection, sql, &all, records)
}

/// Only of sign-ins whose gate this transaction has written.
fn update_states(connection: &Connection, records: Vec<Vec<Cell>>) -> Option<Query> {
    let gate = [("gate", Kind::Text), ("gate_version", Kind::Number), ("request", Kind::Uuid)];
    let all = [&gate[..], &VERSIONS, STATES.columns].concat();
    let sql = format!(
        "UPDATE oath_states AS r SET version = w.version, last_step = w.last_step, drift = w.drift,
             last_used = w.last_used, failures = w.failures, last_failure = w.last_failure,
             locked_until = w.locked_until, mac = w.mac
         FROM {} JOIN oath_gates AS g ON g.tenant = $1 AND g.name = w.gate AND g.version = w.gate_version
             AND g.last_request IS NOT DISTINCT FROM w.request
         WHERE r.tenant = $1 AND r.fingerprint = w.fingerprint AND r.version = w.found RETURNING r.fingerprint",
        given(&[], &all)
    );
    written(connection, sql, &all, records)
}

fn written(connection: &Connection, sql: String, all: &[(&str, Kind)], records: Vec<Vec<Cell>>) -> Option<Query> {
    (!records.is_empty()).then(|| columns(read::of(connection, sql), all, records))
}
