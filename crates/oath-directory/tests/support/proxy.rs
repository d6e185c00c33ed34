//! A TCP proxy before a server, which cuts a connection at the end of a transaction that writes to the log.
#![allow(clippy::unwrap_used, reason = "a helper of tests is a test")]

use std::io::{Read, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Where the connection of the next transaction that writes to the log is cut.
pub(crate) enum Cut {
    /// COMMIT does not reach the server.
    Before,
    /// The answer to COMMIT does not reach the caller. In between this is done.
    After(Box<dyn FnOnce() + Send>),
}

pub(crate) struct Proxy {
    pub(crate) port: u16,
    next: Arc<Mutex<Option<Cut>>>,
}

impl Proxy {
    /// Before the server of this socket. Its threads end with the process.
    pub(crate) fn start(socket: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (port, next) = (listener.local_addr().unwrap().port(), Arc::default());
        let proxy = Self { port, next: Arc::clone(&next) };
        let socket = socket.to_owned();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                serve(client, &socket, &next);
            }
        });
        proxy
    }

    pub(crate) fn cut(&self, cut: Cut) {
        *lock(&self.next) = Some(cut);
    }

    /// Whether nothing is to be cut: what was to be cut has been.
    pub(crate) fn has_cut(&self) -> bool {
        lock(&self.next).is_none()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A connection of a caller, and its own to the server.
struct Line {
    client: TcpStream,
    server: UnixStream,
    next: Arc<Mutex<Option<Cut>>>,
    /// Whether the transaction writes to the log.
    writes: Mutex<bool>,
}

const LOG: &[u8] = b"INSERT INTO oath_events";
/// The end of the statement, and of the words with which the server ends it.
const COMMIT: &[u8] = b"COMMIT\0";

fn serve(client: TcpStream, socket: &Path, next: &Arc<Mutex<Option<Cut>>>) {
    let Ok(server) = UnixStream::connect(socket) else { return };
    let line = Arc::new(Line { client, server, next: Arc::clone(next), writes: Mutex::default() });
    for way in [Line::to_server, Line::to_client] {
        let line = Arc::clone(&line);
        thread::spawn(move || {
            way(&line);
            // What is closed already stays so.
            drop(line.client.shutdown(Shutdown::Both));
            drop(line.server.shutdown(Shutdown::Both));
        });
    }
}

impl Line {
    fn to_server(&self) {
        each(&self.client, LOG.len(), |bytes, seen| {
            *lock(&self.writes) |= seen(LOG);
            let is_end = *lock(&self.writes) && seen(COMMIT);
            let cut = lock(&self.next).take_if(|cut| is_end && matches!(cut, Cut::Before));
            cut.is_none() && (&self.server).write_all(bytes).is_ok()
        });
    }

    fn to_client(&self) {
        each(&self.server, COMMIT.len(), |bytes, seen| {
            if seen(COMMIT) && std::mem::take(&mut *lock(&self.writes)) {
                let cut = lock(&self.next).take_if(|cut| matches!(cut, Cut::After(_)));
                if let Some(Cut::After(between)) = cut {
                    between();
                    return false;
                }
            }
            (&self.client).write_all(bytes).is_ok()
        });
    }
}

/// Reads until the end, or until it is told to stop. A word of this length may begin in the bytes before.
fn each(mut from: impl Read, word: usize, mut take: impl FnMut(&[u8], &dyn Fn(&[u8]) -> bool) -> bool) {
    let (mut block, mut near) = (vec![0; 65_536], Vec::new());
    while let Ok(count @ 1..) = from.read(&mut block) {
        let bytes = &block[..count];
        near.extend_from_slice(bytes);
        if !take(bytes, &|word| near.windows(word.len()).any(|found| found == word)) {
            return;
        }
        // Not the whole word: none is seen twice.
        near.drain(..near.len().saturating_sub(word - 1));
    }
}
