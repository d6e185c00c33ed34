//! The formats that are read as a whole.

mod json;
mod xml;

pub(crate) use self::xml::pskc::is_upn as is_pskc_upn;

use crate::Format;
use crate::source::Document;

/// The reader of a document; `None` for formats of lines.
pub(crate) fn reader(format: Format) -> Option<Document> {
    Some(match format {
        Format::Pskc => xml::pskc::read,
        Format::DeepnetXml => xml::deepnet::read,
        Format::SafeNetXml => xml::safenet::read,
        _ => return json::reader(format),
    })
}
