use super::access::Place;
use super::{Fault, Missing, SqliteStore, StoreError, fault};
use core::time::Duration;
use std::path::Path;

impl SqliteStore {
    /// Brings everything that was committed into the one file of the database, where no other connection has it open: the file
    /// can then be renamed, and no log of it remains beside the new owner of its name.
    pub(crate) fn settle(path: &Path) -> Result<(), StoreError> {
        let place = Place::open(path, Missing::Refuse, Duration::from_secs(1))?;
        let connection = place.connect_to_write()?;
        let in_use = || place.fault(Fault::Busy, "is open in another process, which must be stopped first");
        // SQLite leaves the write-ahead log only for the last connection.
        match connection.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get::<_, String>(0)) {
            Ok(mode) if mode == "delete" => Ok(()),
            Ok(_) => Err(in_use()),
            Err(error) if fault::is_busy(&error) => Err(in_use()),
            Err(error) => Err(place.sqlite(&error)),
        }
    }
}
