use crate::error::Error;
use crate::model::Upload;
use core::fmt;
use oath_seeds::ReadError;

/// An upload did not come to its end.
#[derive(Debug)]
#[non_exhaustive]
pub enum UploadError {
    /// The directory refused it, or failed. Where some rows were taken, the upload can be resumed.
    Directory(Error),
    /// The seed file could not be read further.
    Unread {
        /// Why.
        error: ReadError,
        /// The upload with the rows before, to be resumed; `None` where no row was taken.
        taken: Option<Box<Upload>>,
    },
}

impl UploadError {
    pub(super) fn unread(error: ReadError, taken: Option<Upload>) -> Self {
        Self::Unread { error, taken: taken.map(Box::new) }
    }
}

impl fmt::Display for UploadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory(error) => error.fmt(f),
            Self::Unread { error, taken } => {
                error.fmt(f)?;
                let Some(taken) = taken else { return Ok(()) };
                write!(f, "; {} rows before were taken by upload {}, which can be resumed", taken.rows, taken.id)
            }
        }
    }
}

impl core::error::Error for UploadError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Directory(error) => Some(error),
            Self::Unread { error, .. } => Some(error),
        }
    }
}

impl<E: Into<Error>> From<E> for UploadError {
    fn from(error: E) -> Self {
        Self::Directory(error.into())
    }
}
