//! Waiting for the database in a way that a signal ends.

use core::pin::pin;
use core::task::{Context, Poll};
use core::time::Duration;
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use std::io::{self, ErrorKind, Read};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Wake, Waker};
use std::thread::{self, Thread};
use std::time::Instant;

/// The longest time between two looks at the signals of the process.
const LOOK: Duration = Duration::from_millis(50);
/// How long a call that is interrupted may still take to end.
const GRACE: Duration = Duration::from_millis(300);

const CANCELLED: &str = "the call was cancelled: nothing was done \
                         (unless its commit had begun; then all of it was done, and events() tells)";

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits with Python's other threads running. Where a signal handler raises (Ctrl-C does), the call gets a moment to end and is
/// cancelled then; the exception says which of the two happened.
pub(crate) fn wait<T: Send, E: Send>(
    py: Python<'_>,
    future: impl Future<Output = Result<T, E>> + Send,
) -> PyResult<Result<T, E>> {
    py.detach(|| {
        let mut future = pin!(future);
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut context = Context::from_waker(&waker);
        let mut interrupted: Option<(PyErr, Instant)> = None;
        let mut watch = Watch::new();
        loop {
            match (future.as_mut().poll(&mut context), interrupted.take()) {
                (Poll::Ready(result), None) => return Ok(result),
                (Poll::Ready(Ok(_)), Some((error, _))) => return Err(noted(error, "the call had ended: it is done")),
                (Poll::Ready(Err(_)), Some((error, _))) => {
                    return Err(noted(error, "the call failed: nothing was done"));
                }
                (Poll::Pending, Some((error, since))) if since.elapsed() > GRACE => {
                    return Err(noted(error, CANCELLED));
                }
                (Poll::Pending, before) => interrupted = before,
            }
            thread::park_timeout(LOOK);
            if interrupted.is_none() {
                interrupted = watch.look().err().map(|error| (error, Instant::now()));
            }
        }
    })
}

/// The exception that a signal handler raises, where a signal arrived. Handlers run in the main thread only.
fn signal() -> PyResult<()> {
    #[expect(clippy::redundant_closure_for_method_calls, reason = "the method is not general enough in its lifetime")]
    Python::attach(|py| py.check_signals())
}

/// Returns the exception of a signal handler with a note that says whether the call was done.
pub(crate) fn noted(error: PyErr, note: &'static str) -> PyErr {
    Python::attach(|py| {
        if error.get_type(py).is(py.get_type::<PyKeyboardInterrupt>()) {
            return PyKeyboardInterrupt::new_err(note);
        }
        // Python 3.10 has no notes.
        let _ = error.value(py).call_method1("add_note", (note,));
        error
    })
}

/// Looks at the signals from time to time, in the course of long work.
pub(crate) struct Watch(Instant);

impl Watch {
    pub(crate) fn new() -> Self {
        Self(Instant::now())
    }

    /// # Errors
    /// The exception that a signal handler raised.
    pub(crate) fn look(&mut self) -> PyResult<()> {
        if self.0.elapsed() < LOOK {
            return Ok(());
        }
        self.0 = Instant::now();
        signal()
    }
}

/// What a signal handler raised while a source was read.
#[derive(Clone, Default)]
pub(crate) struct Raised(Arc<Mutex<Option<PyErr>>>);

impl Raised {
    /// # Errors
    /// What was raised.
    pub(crate) fn ended(&self) -> PyResult<()> {
        let raised = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        raised.map_or(Ok(()), |error| Err(noted(error, "the file was not read to its end: nothing was done")))
    }
}

/// A source that ends with an error when a signal handler raises.
pub(crate) struct Watched<R> {
    source: R,
    watch: Watch,
    raised: Raised,
}

/// So much is read between two looks at the clock.
const PIECE: usize = 1 << 16;

impl<R> Watched<R> {
    pub(crate) fn new(source: R, raised: &Raised) -> Self {
        Self { source, watch: Watch::new(), raised: raised.clone() }
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let piece = buffer.len().min(PIECE);
        let read = self.source.read(buffer.get_mut(..piece).unwrap_or_default());
        let interrupted = read.as_ref().is_err_and(|error| error.kind() == ErrorKind::Interrupted);
        match if interrupted { signal() } else { self.watch.look() } {
            Ok(()) => read,
            Err(error) => {
                *self.raised.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                Err(io::Error::other("interrupted by a signal"))
            }
        }
    }
}
