//! The formats that are read as a whole.

mod json;

use crate::Format;
use crate::source::Document;

/// The reader of a document; `None` for formats of lines.
pub(crate) fn reader(format: Format) -> Option<Document> {
    json::reader(format)
}
