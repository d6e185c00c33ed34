use super::access::Place;
use super::apply::{self, Log, Refused};
use crate::audit::AuditKey;
use crate::store::gathering::Gathering;
use crate::store::{Changes, CommitError, Pass, StoreError};
use futures_channel::oneshot;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Instant;

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

/// How many requests share one transaction at the most, so that the first of them does not wait for ever.
const GROUP: usize = 256;

/// The one that writes.
pub(super) struct Writer {
    place: Arc<Place>,
    /// Opened for the first change: a process that only reads leaves no trace.
    connection: Option<Connection>,
}

impl Writer {
    pub(super) const fn new(place: Arc<Place>) -> Self {
        Self { place, connection: None }
    }

    /// Serves until no store is left that could ask. Those who asked while the last transaction went to the disk share the
    /// next one.
    pub(super) fn run(mut self, requests: &Receiver<Request>) {
        let mut gathering = Gathering::default();
        while let Ok(first) = requests.recv() {
            let mut group = VecDeque::from([first]);
            let until = Instant::now() + gathering.patience();
            while group.len() < GROUP {
                let Ok(next) = requests.try_recv().or_else(|_| match gathering.left(group.len(), until) {
                    Some(left) => requests.recv_timeout(left).map_err(drop),
                    None => Err(()),
                }) else {
                    break;
                };
                group.push_back(next);
            }
            let (size, begun) = (group.len(), Instant::now());
            while !group.is_empty() {
                self.transact(&mut group);
            }
            gathering.done(size, begun.elapsed());
        }
    }

    /// Applies the requests in one transaction, and answers them when it is over. Leaves those in the group for which there
    /// has to be another, because SQLite gave up this one.
    fn transact(&mut self, group: &mut VecDeque<Request>) {
        let place = Arc::clone(&self.place);
        let mut transaction = match self.begin() {
            Ok(transaction) => transaction,
            Err(error) => return tell(group.drain(..).map(|request| request.answer), &Err(error.into())),
        };
        let (mut applied, mut refused, mut log) = (Vec::new(), Vec::new(), Log::default());
        let mut given_up = None;
        while let Some(Request { work, key, answer }) = group.pop_front() {
            // A caller who no longer waits would never learn that it was done.
            if answer.is_canceled() {
                continue;
            }
            let outcome = match work {
                Work::Changes(changes) => {
                    apply_whole(&mut transaction, &changes, &key, &mut log, || answer.is_canceled())
                }
                Work::Pass(pass) => match apply::pass(&transaction, &pass, &key, &mut log) {
                    Ok(()) => Whole::Applied,
                    Err(Refused::Conflict) => Whole::Refused(Refused::Conflict),
                    Err(Refused::Failed(error)) => Whole::GivenUp(error),
                },
            };
            match outcome {
                Whole::Applied => applied.push(answer),
                Whole::Refused(Refused::Conflict) => refused.push(answer),
                Whole::Refused(Refused::Failed(error)) => {
                    tell([answer], &Err(place.sqlite(&error).into()));
                }
                Whole::GivenUp(error) => {
                    let error = place.sqlite(&error);
                    tell([answer], &Err(error.clone().into()));
                    given_up = Some(error);
                    break;
                }
            }
        }
        let result = match given_up {
            Some(error) => {
                // Rolled back before anybody is told.
                drop(transaction);
                Err(error)
            }
            None => {
                let committed = log.finish(&transaction).and_then(|()| transaction.commit());
                committed.map_err(|error| place.sqlite(&error))
            }
        };
        tell(applied, &result.map_err(CommitError::from));
        // Not before: what they conflict with may have been in this transaction, and they read again at once.
        tell(refused, &Err(CommitError::Conflict));
    }

    fn begin(&mut self) -> Result<Transaction<'_>, StoreError> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.place.connect_to_write()?,
        };
        let connection = self.connection.insert(connection);
        // Writes from its first moment: a lock that is upgraded later can be refused without waiting.
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(|error| self.place.sqlite(&error))
    }
}

/// What became of one set of changes.
enum Whole {
    Applied,
    /// Nothing of it is left in the transaction, which goes on.
    Refused(Refused),
    /// Nothing is left of the transaction.
    GivenUp(rusqlite::Error),
}

/// A caller who gives up while a long list of changes is applied is told that nothing was done: it is taken back.
fn apply_whole(
    transaction: &mut Transaction<'_>,
    changes: &Changes,
    key: &AuditKey,
    log: &mut Log,
    is_canceled: impl Fn() -> bool,
) -> Whole {
    let mut savepoint = match transaction.savepoint() {
        Ok(savepoint) => savepoint,
        Err(error) => return Whole::GivenUp(error),
    };
    let before = log.end();
    let applied = apply::apply(&savepoint, changes, key, log);
    let Err(refused) = applied.and_then(|()| if is_canceled() { Err(Refused::Conflict) } else { Ok(()) }) else {
        return savepoint.commit().map_or_else(Whole::GivenUp, |()| Whole::Applied);
    };
    log.back_to(before);
    // A full disk or a failed write ends the whole transaction, and with it the savepoint. What cannot be rolled
    // back must not be committed either.
    match (savepoint.rollback().and_then(|()| savepoint.commit()), refused) {
        (Ok(()), refused) => Whole::Refused(refused),
        (Err(_), Refused::Failed(error)) | (Err(error), Refused::Conflict) => Whole::GivenUp(error),
    }
}

fn tell(waiting: impl IntoIterator<Item = Answer>, result: &Result<(), CommitError>) {
    for answer in waiting {
        // The caller may have gone away.
        drop(answer.send(result.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::conformance::samples::key;
    use super::super::Missing;
    use super::*;
    use crate::audit::{Action, Actor, Event};
    use crate::store::Fault;
    use core::time::Duration;
    use oath_totp::UnixTime;

    fn events(count: usize) -> Changes {
        let event = Event::new(UnixTime::from_secs(1), &Actor::local_operator(), Action::SignedIn);
        Changes { events: vec![event.with("padding", "x".repeat(1000)); count], ..Changes::default() }
    }

    #[test]
    fn a_full_disk_takes_nothing_of_what_did_not_fit_and_the_rest_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::open(&folder.path().join("oath.db"), Missing::Create, Duration::from_secs(1)).unwrap();
        let mut writer = Writer::new(Arc::new(place));
        drop(writer.begin().unwrap());
        writer.connection.as_ref().unwrap().execute_batch("PRAGMA max_page_count = 100").unwrap();
        let (mut group, answers): (VecDeque<_>, Vec<_>) = [1, 2000, 1, 2000, 1]
            .map(|count| {
                let (answer, answered) = oneshot::channel();
                (Request { work: Work::Changes(Box::new(events(count))), key: key(), answer }, answered)
            })
            .into_iter()
            .unzip();
        while !group.is_empty() {
            writer.transact(&mut group);
        }
        let answers: Vec<_> = answers.into_iter().map(|answer| pollster::block_on(answer).unwrap()).collect();
        let applied = answers.iter().filter(|answer| answer.is_ok()).count();
        for answer in &answers {
            let Err(CommitError::Store(error)) = answer else { continue };
            assert_eq!(error.fault, Fault::Full, "{error}");
        }
        assert!(answers[1].is_err() && answers[3].is_err() && answers[4].is_ok(), "{answers:?}");
        let count = "SELECT (SELECT count(*) FROM events), (SELECT events FROM audit_head)";
        let connection = writer.connection.as_ref().unwrap();
        let kept: (usize, usize) = connection
            .query_row(count, [], |row| Ok((row.get::<_, u32>(0)?, row.get::<_, u32>(1)?)))
            .map(|(events, head)| (usize::try_from(events).unwrap(), usize::try_from(head).unwrap()))
            .unwrap();
        assert_eq!(kept, (applied, applied));
    }

    #[test]
    fn what_the_caller_has_given_up_is_not_done() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::open(&folder.path().join("oath.db"), Missing::Create, Duration::from_secs(1)).unwrap();
        let mut writer = Writer::new(Arc::new(place));
        let pass = |name: &str| Pass {
            gate: crate::store::Write::Insert(crate::model::Gate { name: name.to_owned(), ..Default::default() }),
            states: Vec::new(),
            events: events(1).events,
        };
        let work =
            [Work::Changes(Box::new(events(1))), Work::Pass(Box::new(pass("a"))), Work::Pass(Box::new(pass("b")))];
        let mut kept = Vec::new();
        let mut group = VecDeque::new();
        for (index, work) in work.into_iter().enumerate() {
            let (answer, answered) = oneshot::channel();
            group.push_back(Request { work, key: key(), answer });
            // The first two go away.
            if index == 2 {
                kept.push(answered);
            }
        }
        while !group.is_empty() {
            writer.transact(&mut group);
        }
        assert!(pollster::block_on(kept.pop().unwrap()).unwrap().is_ok());
        let count = "SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM gates WHERE name = 'b'),
                     (SELECT count(*) FROM gates), (SELECT events FROM audit_head)";
        let connection = writer.connection.as_ref().unwrap();
        let found: [i64; 4] =
            connection.query_row(count, [], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?])).unwrap();
        assert_eq!(found, [1, 1, 1, 1]);
    }

    #[test]
    fn the_log_goes_on_where_a_set_of_changes_that_was_given_up_began() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::open(&folder.path().join("oath.db"), Missing::Create, Duration::from_secs(1)).unwrap();
        let mut writer = Writer::new(Arc::new(place));
        let mut transaction = writer.begin().unwrap();
        let mut log = Log::default();
        let applied = apply_whole(&mut transaction, &events(1), &key(), &mut log, || false);
        assert!(matches!(applied, Whole::Applied));
        let end = log.end();
        let given_up = apply_whole(&mut transaction, &events(1), &key(), &mut log, || true);
        assert!(matches!(given_up, Whole::Refused(Refused::Conflict)));
        assert_eq!((log.end(), end.map(|head| head.events)), (end, Some(1)));
    }
}
