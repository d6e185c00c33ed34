//! A directory in a database that speaks PostgreSQL's protocol.
//!
//! A store has a thread of its own, which holds a few connections: callers need no runtime. Looks of the same moment share a
//! statement, and sign-ins of the same moment a transaction. Many stores, in many processes, may use one database at the same
//! time; a [`Tenant`](crate::model::Tenant) sees its own records only.
//!
//! The SQL is the part that PostgreSQL, `CockroachDB`, `YugabyteDB`, Aurora DSQL and Citus have in common. Unless the URL asks for
//! prepared statements, it needs no session: a pooler may give each transaction to another connection. It is right at READ
//! COMMITTED and above.

mod apply;
mod connect;
mod fault;
mod log;
mod password;
mod prepared;
mod read;
mod rows;
mod schema;
mod url;
mod values;
mod write;

pub use self::url::{MalformedPostgresUrl, PostgresUrl};

use self::connect::{Connection, Place, Session};
use self::fault::Failure;
use self::write::{Request, Work, Writer};
use super::{
    Changes, CommitError, Fault, Fresh, Listed, ListedUser, Pass, Store, StoreError, TokenFilter, View, Wanted,
};
use crate::audit::{AuditEvent, AuditKey, Chain, Head};
use crate::model::{Fingerprint, State, TenantId, Upload, UploadFailure};
use core::future::Future;
use core::pin::Pin;
use core::time::Duration;
use futures_channel::oneshot;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc as blocking;
use std::thread::{self, JoinHandle};
use tokio::runtime::Builder;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::task::LocalSet;

/// A directory in a database that speaks PostgreSQL's protocol. Clones are handles of the same one; the last one to go ends
/// its thread.
///
/// The URL is that of [`PostgresUrl`] without a tenant. Where it has no password, the one that libpq would take is sent: that of
/// `PGPASSWORD`, or of the file that `PGPASSFILE` names, by default `~/.pgpass`. To a server on another machine it speaks TLS only; `sslmode=disable` allows it without. Certificates are always
/// checked, against those that the machine trusts or those of the file that `sslrootcert` names.
#[derive(Clone, Debug)]
pub struct PostgresStore(Arc<Thread>);

/// How many connections look for sign-ins, and how many read lists and views.
const LOOKERS: usize = 2;
const READERS: usize = 2;
/// How many looks share a statement at the most.
const LOOKS: usize = 128;

impl PostgresStore {
    /// Makes the tables that are missing, or brings those of an older version forward. What is there stays.
    ///
    /// # Errors
    /// [`StoreError`] with the place where the database cannot be reached or does not allow it, or was made by a newer version.
    pub fn migrate(url: &str) -> Result<(), StoreError> {
        Self::ask(url, async |session| schema::migrate(session).await)
    }

    /// The format of the tables that this version reads and writes.
    pub const FORMAT: i64 = schema::FORMAT;

    /// The format of the tables; `None` where there are none.
    ///
    /// # Errors
    /// [`StoreError`] with the place where the database cannot be reached.
    pub fn format(url: &str) -> Result<Option<i64>, StoreError> {
        Self::ask(url, async |session| schema::found(session).await)
    }

    /// Asks in a connection of its own.
    fn ask<T: Send + 'static>(
        url: &str,
        question: impl AsyncFnOnce(&mut Session) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        let place = Arc::new(Place::new(url, TenantId::default(), PATIENCE)?);
        let (answer, answered) = blocking::channel();
        start(&Arc::clone(&place), async move || {
            let mut session = Session::new(Arc::clone(&place));
            let result = question(&mut session).await.map_err(|failure| place.explain(&failure));
            // The caller waits for the answer.
            drop(answer.send(result));
        })
        .and_then(|thread| {
            let found = answered.recv().unwrap_or_else(|_| Err(ended()))?;
            joined(thread).map(|()| found)
        })
    }

    /// Opens the directory of a tenant. A server that does not answer is waited for, up to 10 seconds.
    ///
    /// # Errors
    /// [`StoreError`] with the place where the database cannot be reached, or its tables are not those of this version.
    pub fn open(url: &str, tenant: TenantId) -> Result<Self, StoreError> {
        Self::open_with_patience(url, tenant, PATIENCE)
    }

    /// As [`open`](Self::open), but waits this long for an answer of the server before it fails with [`Fault::Busy`].
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with_patience(url: &str, tenant: TenantId, patience: Duration) -> Result<Self, StoreError> {
        let place = Arc::new(Place::new(url, tenant, patience)?);
        let (looks, asked) = mpsc::unbounded_channel();
        let (reads, jobs) = mpsc::unbounded_channel();
        let (writes, requests) = mpsc::unbounded_channel();
        let (answer, answered) = blocking::channel();
        let served = Arc::clone(&place);
        let thread = start(&place, async move || {
            let mut session = Session::new(Arc::clone(&served));
            let checked = schema::check(&mut session).await.map_err(|failure| served.explain(&failure));
            let fine = checked.is_ok();
            drop(answer.send(checked));
            if fine {
                serve(&served, session, asked, jobs, requests).await;
            }
        })?;
        answered.recv().unwrap_or_else(|_| Err(ended()))?;
        let (looks, reads, writes) = (Some(looks), Some(reads), Some(writes));
        Ok(Self(Arc::new(Thread { tenant, looks, reads, writes, thread: Some(thread) })))
    }

    async fn read<T, F>(&self, query: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: AsyncFn(&Connection) -> Result<T, Failure> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |session| {
            Box::pin(async move {
                // The caller may have gone away.
                if !answer.is_canceled() {
                    let result = session.run(&query).await;
                    drop(answer.send(result.map_err(|failure| session.place.explain(&failure))));
                }
            })
        });
        send(self.0.reads.as_ref(), job)?;
        answered.await.unwrap_or_else(|_| Err(ended()))
    }

    async fn write(&self, work: Work, key: &AuditKey) -> Result<(), CommitError> {
        let (answer, answered) = oneshot::channel();
        send(self.0.writes.as_ref(), Request { work, key: key.clone(), answer })?;
        answered.await.unwrap_or_else(|_| Err(ended().into()))
    }
}

/// How long a server may take for an answer.
const PATIENCE: Duration = Duration::from_secs(10);

impl Store for PostgresStore {
    fn tenant(&self) -> TenantId {
        self.0.tenant
    }

    async fn look(&self, name: String, _: Fresh) -> Result<View, StoreError> {
        let (answer, answered) = oneshot::channel();
        send(self.0.looks.as_ref(), Look { name, answer })?;
        answered.await.unwrap_or_else(|_| Err(ended()))
    }

    async fn pass(&self, pass: Pass, key: &AuditKey) -> Result<(), CommitError> {
        self.write(Work::Pass(Box::new(pass)), key).await
    }

    async fn view(&self, wanted: Wanted) -> Result<View, StoreError> {
        self.read(async move |connection| read::view(connection, &wanted).await).await
    }

    async fn commit(&self, changes: Changes, key: &AuditKey) -> Result<(), CommitError> {
        changes.bounded()?;
        self.write(Work::Changes(Box::new(changes)), key).await
    }

    async fn users(&self, after: Option<String>, limit: usize) -> Result<Vec<ListedUser>, StoreError> {
        self.read(async move |connection| read::users(connection, after.as_deref(), limit).await).await
    }

    async fn tokens(
        &self,
        filter: TokenFilter,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<Listed>, StoreError> {
        self.read(async move |connection| read::tokens(connection, &filter, after.as_deref(), limit).await).await
    }

    async fn states(&self, after: Option<Fingerprint>, limit: usize) -> Result<Vec<State>, StoreError> {
        self.read(async move |connection| read::states(connection, after, limit).await).await
    }

    async fn uploads(&self, after: u64, limit: usize) -> Result<Vec<Upload>, StoreError> {
        self.read(async move |connection| read::uploads(connection, after, limit).await).await
    }

    async fn failures(&self, upload: u64, skip: u64, limit: usize) -> Result<Vec<UploadFailure>, StoreError> {
        self.read(async move |connection| read::failures(connection, upload, skip, limit).await).await
    }

    async fn events(&self, chain: Chain, after: u64, limit: usize) -> Result<Vec<AuditEvent>, StoreError> {
        self.read(async move |connection| read::events(connection, chain, after, limit).await).await
    }

    async fn heads(&self) -> Result<Vec<Head>, StoreError> {
        self.read(async |connection| read::heads(connection).await).await
    }

    async fn beginnings(&self) -> Result<Vec<Head>, StoreError> {
        self.read(async |connection| read::beginnings(connection).await).await
    }
}

/// A question of a sign-in.
struct Look {
    name: String,
    answer: oneshot::Sender<Result<View, StoreError>>,
}

type Job = Box<dyn for<'a> FnOnce(&'a mut Session) -> Pin<Box<dyn Future<Output = ()> + 'a>> + Send>;

/// Serves until no store is left that could ask.
async fn serve(
    place: &Arc<Place>,
    first: Session,
    looks: UnboundedReceiver<Look>,
    jobs: UnboundedReceiver<Job>,
    requests: UnboundedReceiver<Request>,
) {
    let (looks, jobs) = (Rc::new(Mutex::new(looks)), Rc::new(Mutex::new(jobs)));
    let mut sessions = core::iter::once(first).chain(core::iter::repeat_with(|| Session::new(Arc::clone(place))));
    let mut tasks = Vec::new();
    for session in sessions.by_ref().take(LOOKERS) {
        tasks.push(tokio::task::spawn_local(look_all(session, Rc::clone(&looks))));
    }
    for session in sessions.take(READERS) {
        tasks.push(tokio::task::spawn_local(read_all(session, Rc::clone(&jobs))));
    }
    tasks.push(tokio::task::spawn_local(Writer::new(Arc::clone(place)).run(requests)));
    for task in tasks {
        // One that panicked answers no more: its callers get an error.
        drop(task.await);
    }
}

/// Answers looks: those of the same moment by one statement.
async fn look_all(mut session: Session, looks: Rc<Mutex<UnboundedReceiver<Look>>>) {
    let mut asked = Vec::new();
    // Taken in a statement of its own: the other must not wait while this one works.
    while next_looks(&looks, &mut asked).await > 0 {
        asked.retain(|look| !look.answer.is_canceled());
        let names: BTreeSet<_> = asked.iter().map(|look| look.name.clone()).collect();
        let found = session.run(async |connection| read::look(connection, &names).await).await;
        let found = found.map_err(|failure| session.place.explain(&failure));
        for Look { name, answer } in asked.drain(..) {
            let view = found.as_ref().map(|views| views.get(&name).cloned().unwrap_or_default());
            drop(answer.send(view.map_err(Clone::clone)));
        }
    }
}

async fn next_looks(looks: &Mutex<UnboundedReceiver<Look>>, asked: &mut Vec<Look>) -> usize {
    looks.lock().await.recv_many(asked, LOOKS).await
}

async fn read_all(mut session: Session, jobs: Rc<Mutex<UnboundedReceiver<Job>>>) {
    loop {
        let job = jobs.lock().await.recv().await;
        match job {
            Some(job) => job(&mut session).await,
            None => return,
        }
    }
}

#[derive(Debug)]
struct Thread {
    tenant: TenantId,
    looks: Option<UnboundedSender<Look>>,
    reads: Option<UnboundedSender<Job>>,
    writes: Option<UnboundedSender<Request>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Thread {
    fn drop(&mut self) {
        // Without senders the thread finishes what waits, closes its connections and ends. One that panicked has nothing more
        // to say.
        (self.looks, self.reads, self.writes) = (None, None, None);
        self.thread.take().into_iter().for_each(|thread| drop(thread.join()));
    }
}

/// Starts a thread that runs this to its end.
fn start<F>(place: &Place, work: impl FnOnce() -> F + Send + 'static) -> Result<JoinHandle<()>, StoreError>
where
    F: Future<Output = ()>,
{
    let runtime = Builder::new_current_thread().enable_all().build();
    let thread = runtime.and_then(|runtime| {
        thread::Builder::new()
            .name("oath-postgres".to_owned())
            .spawn(move || LocalSet::new().block_on(&runtime, async move { work().await }))
    });
    thread.map_err(|error| place.fault(Fault::Other, &format!("no thread could be started ({error})")))
}

fn send<T>(to: Option<&UnboundedSender<T>>, message: T) -> Result<(), StoreError> {
    to.and_then(|to| to.send(message).ok()).ok_or_else(ended)
}

/// Only a panic ends the thread while callers wait for its answers.
fn ended() -> StoreError {
    let message = "the thread that serves the database has ended unexpectedly".to_owned();
    StoreError { fault: Fault::Other, message }
}

fn joined(thread: JoinHandle<()>) -> Result<(), StoreError> {
    thread.join().map_err(|_| ended())
}
