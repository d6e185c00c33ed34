//! Seed files as output: private, complete or not there at all.

use super::input::is_standard;
use crate::failure::{Exit, Failure};
use crate::place::Surroundings;
use std::io::{self, Write};
use std::path::Path;
use zeroize::Zeroizing;

/// Writes to a file, which is there afterwards as a whole or not at all, or to standard output. A file is readable by its
/// owner alone; one that exists already is left as it is. `write` answers whether what it wrote is to be kept.
pub(crate) fn to(
    surroundings: &Surroundings,
    stdout: &mut dyn Write,
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<bool, Failure>,
) -> Result<(), Failure> {
    if is_standard(path) {
        let mut held = Held::default();
        if write(&mut held)? {
            held.0.iter().try_for_each(|block| stdout.write_all(block))?;
        }
        return Ok(());
    }
    let place = surroundings.file(path);
    if place.symlink_metadata().is_ok() {
        return Err(exists(path));
    }
    let failed = |error: io::Error| Failure::file("the file cannot be written", path, &error);
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A temporary file is made with mode 0600.
    let mut file = tempfile::Builder::new().prefix(".oath-").tempfile_in(folder).map_err(failed)?;
    if !write(&mut file)? {
        return Ok(());
    }
    file.as_file().sync_all().map_err(failed)?;
    match file.persist_noclobber(&place) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(exists(path)),
        Err(error) => Err(failed(error.error)),
    }
}

pub(crate) fn exists(path: &Path) -> Failure {
    let what = "there is a file of this name already; it is left as it is";
    Failure::new(Exit::Fault, "file-exists", what, "name another file, or move that one away").at(path)
}

/// What is held back until it is known to be complete. Each block is wiped.
#[derive(Default)]
struct Held(Vec<Zeroizing<Vec<u8>>>);

impl Write for Held {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.push(Zeroizing::new(bytes.to_owned()));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
