//! Whether this process has a file open already, under whatever name.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;

/// The identity of a file, which all its names share.
#[derive(PartialEq, Eq)]
pub(crate) struct FileId(u64, u64);

impl FileId {
    #[cfg(unix)]
    fn new(metadata: &Metadata) -> io::Result<Self> {
        use std::os::unix::fs::MetadataExt as _;
        Ok(Self(metadata.dev(), metadata.ino()))
    }

    /// The locks of Windows belong to a handle, so that a second SQLite does no harm there.
    #[cfg(not(unix))]
    fn new(_: &Metadata) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// # Errors
    /// The file does not exist, or cannot be looked up.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        Self::new(&fs::metadata(path)?)
    }
}

/// Whether a descriptor of this process belongs to this file, where the system lists descriptors (Linux).
pub(crate) fn held_elsewhere(path: &Path) -> bool {
    let (Ok(id), Ok(descriptors)) = (FileId::of(path), fs::read_dir("/proc/self/fd")) else { return false };
    descriptors.filter_map(Result::ok).any(|one| FileId::of(&one.path()).is_ok_and(|other| other == id))
}
