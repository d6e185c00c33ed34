//! Statements that the server keeps for a connection, so that it reads and plans each text once.
//!
//! The URL asks for them (`prepare=on`). Without it every statement is sent with its text: a pooler may give the next one to
//! another connection of the server, which has no such statement.

use super::values::Query;
use core::cell::RefCell;
use std::collections::HashMap;
use tokio_postgres::{Client, Error, Statement};

/// How many statements a connection keeps at the most. Lists have a text for each set of conditions; a statement beyond this number is sent
/// with its text.
const MOST: usize = 64;

/// The statements of one connection, by their texts; `None` where it keeps none.
pub(super) struct Prepared(Option<RefCell<HashMap<String, Statement>>>);

impl Prepared {
    pub(super) fn new(keeps: bool) -> Self {
        Self(keeps.then(RefCell::default))
    }

    /// The statement of this query, prepared now if it is new. `None` for one that is to be sent with its text: those without
    /// values (`BEGIN`, `COMMIT`, tables that are made) have no plan.
    pub(super) async fn statement(&self, client: &Client, query: &Query) -> Result<Option<Statement>, Error> {
        let Some(kept) = self.0.as_ref().filter(|_| query.has_values()) else { return Ok(None) };
        let (known, is_full) = {
            let kept = kept.borrow();
            (kept.get(&query.sql).cloned(), kept.len() >= MOST)
        };
        if known.is_some() || is_full {
            return Ok(known);
        }
        let statement = client.prepare_typed(&query.sql, &query.types()).await?;
        kept.borrow_mut().insert(query.sql.clone(), statement.clone());
        Ok(Some(statement))
    }
}
