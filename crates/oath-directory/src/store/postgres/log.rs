//! The audit chain of this store's writer.

use super::apply::{columns, given};
use super::connect::Connection;
use super::fault::Failure;
use super::read;
use super::rows::{self, EVENTS};
use super::values::{Cell, Kind, Query};
use crate::audit::{AuditKey, Chain, Event, Head};
use crate::store::Fault;

/// The end of the chain that the writer appends to.
///
/// A writer goes on with a chain that exists, so that commands that run one after the other make one chain. Where another
/// writer turns out to append to the same chain, it begins one of its own.
#[derive(Debug, Default)]
pub(super) struct Log {
    chain: Option<Chain>,
    /// As of the last commit; `None` where it has to be read.
    end: Option<End>,
    /// Another writer appends to the chain.
    contended: bool,
}

#[derive(Clone, Copy, Debug)]
struct End {
    head: Head,
    /// Whether its row is there.
    kept: bool,
}

impl Log {
    /// Finds out where the chain ends. Outside a transaction.
    pub(super) async fn find(&mut self, connection: &Connection) -> Result<(), Failure> {
        if self.end.is_some() {
            return Ok(());
        }
        let found = if self.contended { None } else { read::head(connection, self.chain).await? };
        let end = match found {
            Some(head) => End { head, kept: true },
            None => {
                let chain = getrandom::u64().map_err(|_| Failure::other(Fault::Other, "needs randomness"))?;
                // Zero is the chain of stores that have one writer at a time.
                End { head: Head::empty(Chain(chain.max(1))), kept: false }
            }
        };
        (self.chain, self.end, self.contended) = (Some(end.head.chain), Some(end), false);
        Ok(())
    }

    /// Appends events and ends the transaction, all in one go.
    pub(super) async fn commit<'a>(
        &mut self,
        connection: &Connection,
        events: impl Iterator<Item = (&'a AuditKey, &'a Event)>,
    ) -> Result<(), Failure> {
        // What is not known to be so has to be read.
        let before = self.end.take();
        let mut after = before;
        let mut queries = Vec::new();
        let mut records = Vec::new();
        for (key, event) in events {
            let end = after.as_mut().ok_or_else(|| Failure::other(Fault::Other, "does not know the end of the log"))?;
            let (chained, head) = end.head.append(key, event.clone());
            end.head = head;
            records.push(rows::event_cells(&chained));
        }
        if let (Some(before), Some(after), false) = (before, after.as_mut(), records.is_empty()) {
            i64::try_from(after.head.events).map_err(|_| Failure::other(Fault::Full, "the log has no numbers left"))?;
            let names = EVENTS.map(|(name, _)| name).join(", ");
            let taken = EVENTS.map(|(name, _)| format!("w.{name}")).join(", ");
            let sql =
                format!("INSERT INTO oath_events (tenant, {names}) SELECT $1, {taken} FROM {}", given(&[], &EVENTS));
            queries.push(columns(read::of(connection, sql), &EVENTS, records));
            queries.push(keep(connection, before, after.head));
            after.kept = true;
        }
        queries.push(Query::new("COMMIT"));
        let outcomes = connection.outcomes(&queries).await.map_err(|_| Failure::Unknown)?;
        for outcome in outcomes {
            if let Err(error) = outcome {
                let failure = Failure::of_commit(error);
                self.contended = failure.is_other_end();
                return Err(failure);
            }
        }
        self.end = after;
        Ok(())
    }

    /// Whether the last try failed because of another writer.
    pub(super) const fn is_contended(&self) -> bool {
        self.contended
    }
}

/// Keeps the end of the chain. Where it is not the one that was there, the statement fails, and with it COMMIT: a null is not
/// allowed, and a row that exists is not inserted.
fn keep(connection: &Connection, before: End, after: Head) -> Query {
    let sql = if before.kept {
        "UPDATE oath_heads SET events = CASE WHEN events = $5 AND hash = $6 THEN $3 END, hash = $4
         WHERE tenant = $1 AND chain = $2"
    } else {
        "INSERT INTO oath_heads (tenant, chain, events, hash) VALUES ($1, $2, $3, $4)"
    };
    let query = read::of(connection, sql)
        .with(Kind::Number, Cell::bits(after.chain.0))
        .with(Kind::Number, Cell::bits(after.events))
        .with(Kind::Bytes, Cell::Bytes(after.hash.0.to_vec()));
    if !before.kept {
        return query;
    }
    query.with(Kind::Number, Cell::bits(before.head.events)).with(Kind::Bytes, Cell::Bytes(before.head.hash.0.to_vec()))
}
