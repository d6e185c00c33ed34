//! A directory in one SQLite file.
//!
//! Callers never wait for the disk on their own thread: reads go to a few threads with a connection each, writes to one
//! thread that takes all requests waiting at that moment into one transaction, so that many sign-ins share one sync of
//! the disk. Other processes may use the same file at the same time.

mod access;
mod apply;
mod fault;
mod former;
mod read;
mod rows;
mod schema;
mod settle;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use self::former::Former;

use self::access::{Place, Reader};
use self::write::{Request, Work, Writer};
use super::{
    Changes, CommitError, Fault, Fresh, Listed, ListedUser, Pass, Store, StoreError, TokenFilter, View, Wanted,
};
use crate::audit::{AuditEvent, AuditKey, Chain, Head};
use crate::model::{Fingerprint, State, TenantId, Upload, UploadFailure};
use core::time::Duration;
use futures_channel::oneshot;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

/// What to do where there is no database yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Make an empty directory, readable by its owner only.
    Create,
    /// Fail with [`Fault::Missing`].
    Refuse,
}

/// A directory in one SQLite file. Clones are handles of the same one; the last one to go ends its threads.
///
/// The file is in WAL mode, so what was committed may for a while lie in the files `…-wal` and `…-shm` beside it: copy
/// a directory in use with [`backup`](Self::backup), never as one file. It must lie on a local disk.
#[derive(Clone, Debug)]
pub struct SqliteStore(Arc<Threads>);

/// How many threads read. A read takes microseconds; the second is for the time a long one takes.
const READERS: usize = 2;

impl SqliteStore {
    /// Opens the directory in this file. Writers of other processes are waited for, up to 10 seconds.
    ///
    /// A file that exists is not changed by opening it. One that cannot be written can still be read.
    ///
    /// # Errors
    /// [`StoreError`] with the path where there is no database, or one of something else, a damaged one, one of a newer
    /// version of this library, or one that cannot be read.
    pub fn open(path: &Path, missing: Missing) -> Result<Self, StoreError> {
        Self::open_with_patience(path, missing, Duration::from_secs(10))
    }

    /// As [`open`](Self::open), but waits this long for writers of other processes before it fails with
    /// [`Fault::Busy`].
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with_patience(path: &Path, missing: Missing, patience: Duration) -> Result<Self, StoreError> {
        let place = Place::open(path, missing, patience).map(Arc::new)?;
        let (reads, jobs) = mpsc::channel::<Job>();
        let (writes, requests) = mpsc::channel();
        let (readers, writer) = (Vec::new(), None);
        let tenant = Reader::open(&place)?.read(read::tenant)?;
        let mut store = Threads { tenant, place, reads: Some(reads), writes: Some(writes), readers, writer };
        let jobs = Arc::new(Mutex::new(jobs));
        for _ in 0..READERS {
            let (reader, jobs) = (Reader::open(&store.place)?, Arc::clone(&jobs));
            let thread = store.start("reader", move || read_all(reader, &jobs))?;
            store.readers.push(thread);
        }
        let writer = Writer::new(Arc::clone(&store.place));
        let thread = store.start("writer", move || writer.run(&requests))?;
        store.writer = Some(thread);
        Ok(Self(Arc::new(store)))
    }

    /// Writes a copy of the database into a new file, readable by its owner only, as of one moment and while others read and
    /// write. The key ring is not part of it.
    ///
    /// # Errors
    /// [`StoreError`] where the file exists or cannot be written. The copy is complete or not there.
    pub async fn backup(&self, path: PathBuf) -> Result<(), StoreError> {
        self.job(move |reader| reader.backup(&path)).await
    }

    async fn read<T, F>(&self, query: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        self.job(|reader| reader.read(query)).await
    }

    async fn write(&self, work: Work, key: &AuditKey) -> Result<(), CommitError> {
        let (answer, answered) = oneshot::channel();
        let writes = self.0.writes.as_ref().ok_or_else(|| self.0.ended())?;
        writes.send(Request { work, key: key.clone(), answer }).map_err(|_| self.0.ended())?;
        answered.await.unwrap_or_else(|_| Err(self.0.ended().into()))
    }

    async fn job<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Reader) -> Result<T, StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        self.ask(Job::Other(Box::new(move |reader| {
            // The caller may have gone away.
            if !answer.is_canceled() {
                drop(answer.send(work(reader)));
            }
        })))?;
        answered.await.unwrap_or_else(|_| Err(self.0.ended()))
    }

    fn ask(&self, job: Job) -> Result<(), StoreError> {
        self.0.reads.as_ref().and_then(|reads| reads.send(job).ok()).ok_or_else(|| self.0.ended())
    }
}

impl Store for SqliteStore {
    fn tenant(&self) -> TenantId {
        self.0.tenant
    }

    async fn view(&self, wanted: Wanted) -> Result<View, StoreError> {
        self.read(|connection| read::view(connection, wanted)).await
    }

    async fn look(&self, name: String, _: Fresh) -> Result<View, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.ask(Job::Look(Look { name, answer }))?;
        answered.await.unwrap_or_else(|_| Err(self.0.ended()))
    }

    async fn pass(&self, pass: Pass, key: &AuditKey) -> Result<(), CommitError> {
        self.write(Work::Pass(Box::new(pass)), key).await
    }

    async fn commit(&self, changes: Changes, key: &AuditKey) -> Result<(), CommitError> {
        changes.bounded()?;
        self.write(Work::Changes(Box::new(changes)), key).await
    }

    async fn users(&self, after: Option<String>, limit: usize) -> Result<Vec<ListedUser>, StoreError> {
        self.read(move |connection| read::users(connection, after.as_deref(), limit)).await
    }

    async fn tokens(
        &self,
        filter: TokenFilter,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<Listed>, StoreError> {
        self.read(move |connection| read::tokens(connection, &filter, after.as_deref(), limit)).await
    }

    async fn states(&self, after: Option<Fingerprint>, limit: usize) -> Result<Vec<State>, StoreError> {
        self.read(move |connection| read::states(connection, after, limit)).await
    }

    async fn uploads(&self, after: u64, limit: usize) -> Result<Vec<Upload>, StoreError> {
        self.read(move |connection| read::uploads(connection, after, limit)).await
    }

    async fn failures(&self, upload: u64, skip: u64, limit: usize) -> Result<Vec<UploadFailure>, StoreError> {
        self.read(move |connection| read::failures(connection, upload, skip, limit)).await
    }

    async fn events(&self, chain: Chain, after: u64, limit: usize) -> Result<Vec<AuditEvent>, StoreError> {
        if chain != Chain::FIRST {
            return Ok(Vec::new());
        }
        self.read(move |connection| read::events(connection, after, limit)).await
    }

    async fn heads(&self) -> Result<Vec<Head>, StoreError> {
        self.read(|connection| read::head(connection).map(|head| vec![head])).await
    }

    async fn beginnings(&self) -> Result<Vec<Head>, StoreError> {
        let beginning = self.read(read::beginning).await?;
        Ok(Some(beginning).into_iter().filter(|beginning| beginning.events > 0).collect())
    }
}

/// What a reader is asked for.
enum Job {
    Look(Look),
    Other(Other),
}

/// A question of a sign-in.
struct Look {
    name: String,
    answer: oneshot::Sender<Result<View, StoreError>>,
}

/// How many looks share a snapshot at the most: the other reader takes as many.
const LOOKS: usize = 32;

/// Serves whatever comes next, until no store is left that could ask. Looks of the same moment share a snapshot.
fn read_all(mut reader: Reader, jobs: &Mutex<Receiver<Job>>) {
    let mut looks = Vec::new();
    loop {
        let Some(other) = next_jobs(jobs, &mut looks) else {
            // One after the other: the last connection clears away the files beside the database, and of two that
            // close at the same moment neither is the last.
            let _one_at_a_time = jobs.lock().unwrap_or_else(PoisonError::into_inner);
            return drop(reader);
        };
        // Who has gone away needs no answer.
        looks.retain(|look: &Look| !look.answer.is_canceled());
        if !looks.is_empty() {
            let (names, answers): (Vec<_>, Vec<_>) = looks.drain(..).map(|look| (look.name, look.answer)).unzip();
            let mut answers = answers.into_iter();
            reader.look(names.iter().map(String::as_str), |view| {
                if let Some(answer) = answers.next() {
                    drop(answer.send(view));
                }
            });
        }
        if let Some(job) = other {
            job(&mut reader);
        }
    }
}

type Other = Box<dyn FnOnce(&mut Reader) + Send>;

/// Waits for a job, and takes the looks that wait after it up to something else, which is returned. `None` at the end. The other
/// readers wait meanwhile, and not while this one works.
fn next_jobs(jobs: &Mutex<Receiver<Job>>, looks: &mut Vec<Look>) -> Option<Option<Other>> {
    let jobs = jobs.lock().unwrap_or_else(PoisonError::into_inner);
    let mut next = jobs.recv().ok();
    next.as_ref()?;
    while let Some(job) = next {
        match job {
            Job::Look(look) => looks.push(look),
            Job::Other(job) => return Some(Some(job)),
        }
        next = if looks.len() < LOOKS { jobs.try_recv().ok() } else { None };
    }
    Some(None)
}

#[derive(Debug)]
struct Threads {
    tenant: TenantId,
    place: Arc<Place>,
    reads: Option<Sender<Job>>,
    writes: Option<Sender<Request>>,
    readers: Vec<JoinHandle<()>>,
    writer: Option<JoinHandle<()>>,
}

impl Threads {
    fn start(&self, name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
        let thread = thread::Builder::new().name(format!("oath-{name}")).spawn(work);
        thread.map_err(|error| self.place.fault(Fault::Other, format_args!("no thread could be started ({error})")))
    }

    /// Only a panic ends a thread while callers wait for its answers.
    fn ended(&self) -> StoreError {
        self.place.fault(Fault::Other, "the thread that serves it has ended unexpectedly")
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        // Without senders the threads finish what waits, close their connections and end: the writer last. One that
        // panicked has nothing more to say.
        self.reads = None;
        self.readers.drain(..).for_each(|thread| drop(thread.join()));
        self.writes = None;
        self.writer.take().into_iter().for_each(|thread| drop(thread.join()));
    }
}
