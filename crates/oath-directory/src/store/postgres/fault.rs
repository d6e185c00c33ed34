//! What can go wrong, and what it means.

use crate::store::{Fault, StoreError};
use std::error::Error as _;
use tokio_postgres::Error;
use tokio_postgres::error::{DbError, Severity, SqlState};

/// Why a try failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// A record is not as it was compared.
    Conflict,
    /// What the server said, or that it was not reached.
    Server(Error),
    /// The server did not answer in time.
    TimedOut,
    /// The connection was lost after COMMIT was sent.
    Unknown,
    /// Anything else.
    Said(Fault, String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Server(error)
    }
}

impl Failure {
    pub(super) fn other(fault: Fault, what: impl Into<String>) -> Self {
        Self::Said(fault, what.into())
    }

    /// Something stands in a table that this library does not write.
    pub(super) fn unreadable(what: impl Into<String>) -> Self {
        Self::Said(Fault::Corrupt, format!("is damaged ({})", what.into()))
    }

    fn said(&self) -> Option<&DbError> {
        match self {
            Self::Server(error) => error.as_db_error(),
            Self::Conflict | Self::TimedOut | Self::Unknown | Self::Said(..) => None,
        }
    }

    fn code(&self) -> Option<&SqlState> {
        self.said().map(DbError::code)
    }

    /// Whether the connection is of no use any more.
    pub(super) fn is_lost(&self) -> bool {
        match self {
            Self::Server(error) => {
                error.as_db_error().is_none_or(|said| ends_the_session(said) || is_outdated(said) || is_mixed_up(said))
            }
            Self::TimedOut | Self::Unknown => true,
            Self::Conflict | Self::Said(..) => false,
        }
    }

    /// Whether the same may succeed when it is tried again. Nothing of it was applied.
    pub(super) fn is_passing(&self) -> bool {
        let passing = [
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::TOO_MANY_CONNECTIONS,
            SqlState::CANNOT_CONNECT_NOW,
        ];
        match self {
            Self::Server(error) => match error.as_db_error() {
                Some(said) => passing.contains(said.code()) || is_cut_off(said) || is_outdated(said),
                None => !is_denied(error),
            },
            Self::Conflict | Self::TimedOut | Self::Unknown | Self::Said(..) => false,
        }
    }

    /// Whether a record of this key, or with something that must be unique, exists already.
    pub(super) fn is_taken(&self) -> bool {
        self.code() == Some(&SqlState::UNIQUE_VIOLATION)
    }

    /// Whether a table of this name exists, or its name was taken at the same moment.
    pub(super) fn is_made(&self) -> bool {
        self.is_taken() || [Some(&SqlState::DUPLICATE_TABLE), Some(&SqlState::DUPLICATE_OBJECT)].contains(&self.code())
    }

    /// Whether the end of a chain is not what it was: another writer appends to it.
    pub(super) fn is_other_end(&self) -> bool {
        self.is_taken() || self.code() == Some(&SqlState::NOT_NULL_VIOLATION)
    }

    /// What became of COMMIT, or of a statement that was sent together with it: only an error that leaves the session in
    /// place says that nothing was applied.
    pub(super) fn of_commit(error: Error) -> Self {
        let unknown = [SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN, SqlState::TRANSACTION_RESOLUTION_UNKNOWN];
        match error.as_db_error() {
            Some(said) if !ends_the_session(said) && !unknown.contains(said.code()) => Self::Server(error),
            _ => Self::Unknown,
        }
    }

    /// In words, with the place.
    pub(super) fn explain(&self, place: &str) -> StoreError {
        let (fault, what) = match self {
            Self::Conflict => (Fault::Busy, "was changed by another process again and again".to_owned()),
            Self::TimedOut => (Fault::Busy, "did not answer in time".to_owned()),
            Self::Unknown => (Fault::Unknown, "the connection was lost while a change was made".to_owned()),
            Self::Said(fault, what) => (*fault, what.clone()),
            Self::Server(error) => match error.as_db_error() {
                Some(said) => {
                    let cure = if is_mixed_up(said) { MIXED_UP } else { "" };
                    (fault_of(said), format!("{} (SQLSTATE {}){cure}", said.message(), said.code().code()))
                }
                None if is_denied(error) => (Fault::Denied, format!("refused the connection ({})", chain_of(error))),
                None => (Fault::Unreachable, format!("cannot be reached ({})", chain_of(error))),
            },
        };
        StoreError { fault, message: format!("{place}: {what}") }
    }
}

/// Says why without what it stands in: details of an error hold values of rows, and are left out.
fn chain_of(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let said = cause.to_string();
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        source = cause.source();
    }
    text
}

/// An error after which the server, or a pooler before it, closes the connection.
fn ends_the_session(said: &DbError) -> bool {
    !matches!(said.parsed_severity(), Some(Severity::Error)) || is_cut_off(said)
}

/// The tables were changed after a statement was prepared: a new connection prepares it again.
fn is_outdated(said: &DbError) -> bool {
    // The code has many causes.
    said.routine() == Some("RevalidateCachedQuery")
}

/// The connection does not have a statement that was prepared on it, or has one of that name already: it leads to changing
/// connections of the server.
fn is_mixed_up(said: &DbError) -> bool {
    ["26000", "42P05"].contains(&said.code().code())
}

/// What to do about that.
const MIXED_UP: &str =
    ". A pooler that does not keep prepared statements stands before the server: take prepare=on out of the URL";

/// The server is stopping, or a pooler has lost it.
fn is_cut_off(said: &DbError) -> bool {
    let code = said.code().code();
    code.starts_with("08") || ["57P01", "57P02", "57P03", "57P05"].contains(&code)
}

/// The server asks for a password that there is not, or for a proof that this library does not know. The library that speaks
/// the protocol tells this by its words only.
fn is_denied(error: &Error) -> bool {
    let said = error.to_string();
    ["authentication error", "invalid configuration"].iter().any(|start| said.starts_with(start))
}

fn fault_of(said: &DbError) -> Fault {
    match said.code().code() {
        // The database, the schema or a table is not there.
        "3D000" | "3F000" => Fault::Missing,
        "42P01" | "42703" | "XX001" | "XX002" => Fault::Corrupt,
        "28000" | "28P01" => Fault::Denied,
        "25006" | "42501" => Fault::ReadOnly,
        "53100" | "53200" => Fault::Full,
        "40001" | "40P01" | "55P03" | "53300" | "57P03" => Fault::Busy,
        _ => Fault::Other,
    }
}
