//! A directory that stays usable when the process forks.
//!
//! Threads do not survive a fork, and neither SQLite nor the connection to a server may be used after a fork if they are from
//! before it. So the hooks of
//! `os.register_at_fork` close all databases before a fork, when no call runs; parent and child open them again at their next
//! call. A fork that bypasses these hooks is recognised by the number of the process and is an error.

use crate::errors::{closed, forked, held, in_use, location_error};
use crate::same_file::{FileId, held_elsewhere};
use core::cell::Cell;
use core::ops::Deref;
use core::sync::atomic::Ordering::SeqCst;
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize};
use core::time::Duration;
use oath_directory::Location;
use oath_directory::store::AnyStore;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::{mem, process, thread};

pub(crate) type Inner = oath_directory::Directory<AnyStore>;

/// The calls that run in any directory of this process.
static CALLS: AtomicUsize = AtomicUsize::new(0);
/// The forks that are being made.
static FORKS: AtomicUsize = AtomicUsize::new(0);
/// The process in which `CALLS`, `FORKS` and `OPEN` were counted.
static PROCESS: AtomicU32 = AtomicU32::new(0);
/// The databases that are open in `PROCESS`.
static OPEN: AtomicUsize = AtomicUsize::new(0);
/// Whether this process inherited an open database, which makes SQLite unusable in it.
static INHERITED: AtomicBool = AtomicBool::new(false);
/// The databases that are open, or being opened or closed, in this process.
static HELD: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
/// Every directory but those in memory: a fork closes them all.
static ALL: Mutex<Vec<Weak<Shared>>> = Mutex::new(Vec::new());

thread_local! {
    /// The calls that this thread is in: more than one where a signal handler calls.
    static MINE: Cell<usize> = const { Cell::new(0) };
    /// Whether this thread forks now.
    static FORKING: Cell<bool> = const { Cell::new(false) };
}

/// A call in progress. No fork by way of the hooks begins before it ends.
struct Section;

impl Section {
    /// Waits while a fork is being made.
    fn enter(py: Python<'_>) -> PyResult<Self> {
        if PROCESS.swap(process::id(), SeqCst) != process::id() {
            // The counts are those of the parent process, whose threads do not run here.
            CALLS.store(0, SeqCst);
            FORKS.store(0, SeqCst);
            INHERITED.fetch_or(OPEN.swap(0, SeqCst) > 0, SeqCst);
        }
        if INHERITED.load(SeqCst) || FORKING.get() {
            return Err(forked(py));
        }
        loop {
            CALLS.fetch_add(1, SeqCst);
            if FORKS.load(SeqCst) == 0 || MINE.get() > 0 {
                MINE.set(MINE.get().saturating_add(1));
                return Ok(Self);
            }
            CALLS.fetch_sub(1, SeqCst);
            py.detach(|| thread::sleep(Duration::from_millis(1)));
        }
    }
}

impl Drop for Section {
    fn drop(&mut self) {
        MINE.set(MINE.get().saturating_sub(1));
        // A child that a signal handler forked inside of a call has counted anew.
        if PROCESS.load(SeqCst) == process::id() {
            let _ = CALLS.fetch_update(SeqCst, SeqCst, |calls| calls.checked_sub(1));
        }
    }
}

/// An open directory, for one call.
pub(crate) struct Call {
    inner: Arc<Tracked>,
    _section: Section,
}

impl Deref for Call {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.inner.inner
    }
}

/// A directory, and its entry in the list of those that are held. The fields are dropped in this order: the entry goes when the
/// file is closed.
struct Tracked {
    inner: Inner,
    _held: Option<Held>,
}

/// An entry in the list of databases that this process holds.
struct Held(PathBuf);

impl Held {
    /// The path comes back where the process has the file open by other means.
    fn new(database: PathBuf) -> Result<Self, PathBuf> {
        let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
        if !is_held(&held, &database) && held_elsewhere(&database) {
            return Err(database);
        }
        held.push(database.clone());
        Ok(Self(database))
    }

    fn again(database: PathBuf) -> Self {
        HELD.lock().unwrap_or_else(PoisonError::into_inner).push(database.clone());
        Self(database)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = held.iter().position(|database| *database == self.0) {
            held.swap_remove(place);
        }
    }
}

/// How to open the directory again; none for one in memory, which a fork copies.
type Again = Option<Location>;

struct Shared {
    again: Again,
    state: Mutex<State>,
}

enum State {
    Open(Arc<Tracked>),
    /// Closed for a fork, to be opened again at the next call.
    Paused,
    Closed,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The open directory goes to the caller, who drops it without the lock: the last handle waits for its threads.
    fn change(&self, next: State) -> Option<Arc<Tracked>> {
        let before = mem::replace(&mut *self.state(), next);
        let State::Open(inner) = before else { return None };
        if self.again.is_some() {
            OPEN.fetch_sub(1, SeqCst);
        }
        Some(inner)
    }
}

/// A directory that is opened once and closed once; forks in between go unnoticed.
pub(crate) struct Opened(Arc<Shared>);

impl Opened {
    /// Opens a directory, now and after each fork.
    pub(crate) fn new(py: Python<'_>, again: Again, open: impl FnOnce() -> PyResult<Inner> + Send) -> PyResult<Self> {
        register(py)?;
        if again.as_ref().is_some_and(|location| location.database_path().is_some()) {
            watch(py)?;
        }
        let _section = Section::enter(py)?;
        py.detach(|| {
            let in_use = |database: &Path| Python::attach(|py| in_use(py, database));
            let held = again.as_ref().and_then(Location::database_path).map(Held::new);
            let held = held.transpose().map_err(|database| in_use(&database))?;
            let inner = Tracked { inner: open()?, _held: held };
            let shared = Arc::new(Shared { state: Mutex::new(State::Open(Arc::new(inner))), again });
            if shared.again.is_some() {
                OPEN.fetch_add(1, SeqCst);
                let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
                all.retain(|one| one.strong_count() > 0);
                all.push(Arc::downgrade(&shared));
            }
            Ok(Self(shared))
        })
    }

    /// The directory for one call, which works on it to its end even where another thread closes it meanwhile.
    pub(crate) fn call(&self, py: Python<'_>) -> PyResult<Call> {
        let section = Section::enter(py)?;
        let open = || -> Result<Option<Arc<Tracked>>, oath_directory::LocationError> {
            let mut state = self.0.state();
            if let (State::Paused, Some(location)) = (&*state, &self.0.again) {
                // A second SQLite that came in between is not looked for: this handle was first.
                let held = location.database_path().map(Held::again);
                let inner = pollster::block_on(location.open())?;
                *state = State::Open(Arc::new(Tracked { inner, _held: held }));
                OPEN.fetch_add(1, SeqCst);
            }
            Ok(match &*state {
                State::Open(inner) => Some(Arc::clone(inner)),
                State::Paused | State::Closed => None,
            })
        };
        let inner = py.detach(open).map_err(|error| location_error(py, &error))?;
        Ok(Call { inner: inner.ok_or_else(|| closed(py))?, _section: section })
    }

    /// Where it is; none for one in memory.
    pub(crate) fn location(&self) -> Option<&Location> {
        self.0.again.as_ref()
    }

    /// Closes it until the next call, which opens it again with the key ring as it is then.
    pub(crate) fn pause(&self, py: Python<'_>) -> PyResult<()> {
        let _section = Section::enter(py)?;
        py.detach(|| {
            let is_open = matches!(*self.0.state(), State::Open(_));
            if is_open {
                drop(self.0.change(State::Paused));
            }
        });
        Ok(())
    }

    /// Closes it. The last call that uses it waits for the threads of the store to end.
    pub(crate) fn close(&self, py: Python<'_>) {
        let Ok(_section) = Section::enter(py) else { return };
        py.detach(|| drop(self.0.change(State::Closed)));
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        if PROCESS.load(SeqCst) == process::id() && !INHERITED.load(SeqCst) {
            drop(self.0.change(State::Closed));
        } else {
            // The threads that would be waited for are those of another process.
            mem::forget(Arc::clone(&self.0));
        }
    }
}

/// Registers the hooks for forks, once in a process and its children.
fn register(py: Python<'_>) -> PyResult<()> {
    static DONE: PyOnceLock<()> = PyOnceLock::new();
    let register = || {
        // Windows has no fork.
        let Ok(register) = py.import("os")?.getattr("register_at_fork") else { return Ok(()) };
        let hooks = PyDict::new(py);
        hooks.set_item("before", wrap_pyfunction!(before_fork, py)?)?;
        hooks.set_item("after_in_parent", wrap_pyfunction!(after_fork, py)?)?;
        hooks.set_item("after_in_child", wrap_pyfunction!(after_fork_in_child, py)?)?;
        register.call((), Some(&hooks)).map(drop)
    };
    DONE.get_or_try_init(py, register).map(drop)
}

/// Lets Python look at each file before it is opened, from the first directory on disk on. The locks of Windows need no such
/// care: they belong to a handle.
fn watch(py: Python<'_>) -> PyResult<()> {
    static DONE: PyOnceLock<()> = PyOnceLock::new();
    if cfg!(not(unix)) {
        return Ok(());
    }
    let watch = || {
        let refuse = wrap_pyfunction!(refuse_held, py)?;
        py.import("oath_totp._sqlite")?.call_method1("watch", (refuse,)).map(drop)
    };
    DONE.get_or_try_init(py, watch).map(drop)
}

/// Refuses a file in which an open directory of this process lies: to open and close it would release the locks of the database.
#[pyfunction]
#[pyo3(name = "refuse_held")]
fn refuse_held(py: Python<'_>, path: PathBuf) -> PyResult<()> {
    refuse_if_held(py, &path)
}

/// As [`refuse_held`], for the files that are opened here.
pub(crate) fn refuse_if_held(py: Python<'_>, path: &Path) -> PyResult<()> {
    if is_held(&HELD.lock().unwrap_or_else(PoisonError::into_inner), path) { Err(held(py)) } else { Ok(()) }
}

fn is_held(held: &[PathBuf], path: &Path) -> bool {
    if held.is_empty() {
        return false;
    }
    let Ok(id) = FileId::of(path) else { return false };
    held.iter().any(|database| FileId::of(database).is_ok_and(|other| other == id))
}

/// Waits for the calls of other threads to end, and closes every database.
#[pyfunction]
fn before_fork(py: Python<'_>) {
    // A signal handler that forks in the middle of a call would wait for itself: its child gets an error instead.
    if MINE.get() > 0 || PROCESS.load(SeqCst) != process::id() {
        return;
    }
    FORKING.set(true);
    FORKS.fetch_add(1, SeqCst);
    py.detach(|| {
        while CALLS.load(SeqCst) > 0 {
            thread::sleep(Duration::from_millis(1));
        }
        let all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
        for shared in all.iter().filter_map(Weak::upgrade) {
            let is_open = matches!(*shared.state(), State::Open(_));
            if is_open {
                drop(shared.change(State::Paused));
            }
        }
    });
}

#[pyfunction]
fn after_fork() {
    if FORKING.replace(false) {
        let _ = FORKS.fetch_update(SeqCst, SeqCst, |forks| forks.checked_sub(1));
    }
}

#[pyfunction]
fn after_fork_in_child() {
    if FORKING.replace(false) {
        PROCESS.store(process::id(), SeqCst);
        CALLS.store(0, SeqCst);
        FORKS.store(0, SeqCst);
    }
}
