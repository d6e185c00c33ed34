use std::io;
use std::path::Path;

/// Creates a file that only its owner can read, and write; a file that exists is left alone.
#[cfg(feature = "sqlite")]
pub(crate) fn create(path: &Path) -> io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The permissions of a file that others than its owner can read or write.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn open_to_others(path: &Path) -> Option<u32> {
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&path.metadata().ok()?.permissions()) & 0o777;
        Some(mode).filter(|mode| mode & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

/// Gives a file to the owner of another, whose place it is to take: an administrator may run the command as another user than
/// the service.
#[cfg(feature = "sqlite")]
pub(crate) fn give_to_owner_of(model: &Path, file: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, chown};
        let (wanted, found) = (model.metadata()?, file.metadata()?);
        if (wanted.uid(), wanted.gid()) != (found.uid(), found.gid()) {
            chown(file, Some(wanted.uid()), Some(wanted.gid()))?;
        }
    }
    #[cfg(not(unix))]
    let _ = (model, file);
    Ok(())
}

/// Makes the name of a file lasting. Where folders cannot be opened (Windows), it is.
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    std::fs::File::open(folder_of(path)).map_or(Ok(()), |folder| folder.sync_all())
}

/// The folder that a file is in, or is to be in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."))
}
