//! The formats that are read as a whole.

use crate::Format;
use crate::source::Document;

/// The reader of a document; `None` for formats of lines.
pub(crate) fn reader(_format: Format) -> Option<Document> {
    None
}
