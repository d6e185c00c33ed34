//! Files that are complete under a name of their own before they get the name under which they are looked for.

use super::{Location, LocationError};
use crate::keys::{KeyRing, KeyRingError, fill};
use crate::model::Tag;
use crate::private_file;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

impl Location {
    /// Gives a key ring its name, which no file may have.
    pub(super) fn link_ring(&self, made: &Path) -> Result<(), LocationError> {
        match link(made, &self.keys_path()) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists || !made.exists() => {
                Err(LocationError::KeyRingExists { keys: self.keys.clone() })
            }
            Err(error) => Err(io_failed("the key ring cannot be created", &self.keys, error)),
        }
    }
}

/// What comes before the id in the name of a file that is being made.
const MARK: &str = ".new-";

/// The name of a file until it is complete and linked.
pub(super) fn beside(path: &Path, id: Tag) -> PathBuf {
    with_end(path, &format!("{MARK}{id}"))
}

/// Such a name that no other call has.
pub(super) fn temporary(path: &Path) -> Result<PathBuf, KeyRingError> {
    let mut id = Tag::default();
    fill(&mut id.0)?;
    Ok(beside(path, id))
}

/// Files that this process made, and that go with it.
pub(super) struct Temporary<const N: usize>(pub(super) [PathBuf; N]);

impl<const N: usize> Drop for Temporary<N> {
    fn drop(&mut self) {
        for made in &self.0 {
            for end in ["", "-wal", "-shm"] {
                let _ = fs::remove_file(with_end(made, end));
            }
        }
    }
}

pub(super) fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push(end);
    PathBuf::from(name)
}

pub(super) fn io_failed(what: &'static str, place: &Path, error: io::Error) -> LocationError {
    LocationError::Io { what, place: place.to_owned(), error }
}

pub(super) fn is_there(path: &Path, what: &'static str, shown: &Path) -> Result<bool, LocationError> {
    path.try_exists().map_err(|error| io_failed(what, shown, error))
}

/// Written to the disk before anything is sealed under it.
pub(super) fn write_keys(path: &Path, ring: &KeyRing) -> io::Result<()> {
    let mut file = private_file::create(path)?;
    file.write_all(ring.expose_text().as_bytes())?;
    file.sync_all()?;
    private_file::sync_folder_of(path)
}

/// A second name for a complete file, which must not exist; lasting.
pub(super) fn link(made: &Path, name: &Path) -> io::Result<()> {
    fs::hard_link(made, name)?;
    private_file::sync_folder_of(name)
}

/// Gives a complete file the name of another, which is gone then; lasting.
pub(super) fn replace(made: &Path, name: &Path) -> io::Result<()> {
    fs::rename(made, name)?;
    private_file::sync_folder_of(name)
}

/// Removes what killed processes left. One that is at work under the same name has lost: this directory has the name.
pub(super) fn remove_left_overs(path: &Path) {
    let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else { return };
    let start = format!("{name}{MARK}");
    for entry in fs::read_dir(private_file::folder_of(path)).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(&start) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_that_cannot_be_linked_is_not_said_to_exist() {
        let folder = tempfile::tempdir().unwrap();
        let made = folder.path().join("made");
        fs::write(&made, "").unwrap();
        let linked = |keys: &str| {
            Location::new("oath.db".parse().unwrap(), Some(keys.into())).within(folder.path()).link_ring(&made)
        };
        assert!(matches!(linked("nowhere/oath.keys"), Err(LocationError::Io { .. })));
        assert!(matches!(linked("oath.keys"), Ok(())));
        assert!(matches!(linked("oath.keys"), Err(LocationError::KeyRingExists { .. })));
        // Another process that was faster has put away what was not linked yet.
        fs::remove_file(&made).unwrap();
        assert!(matches!(linked("other.keys"), Err(LocationError::KeyRingExists { .. })));
    }
}
