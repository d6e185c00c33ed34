//! XML: a pull reader that never holds more than one item as a tree.
//!
//! A document type declaration is refused, so that no entity exists but the five predefined ones and numeric character
//! references. Depth, the elements of an item and the attributes of an element are bounded. Names are local names: a prefix
//! does not matter.

pub(crate) mod deepnet;
pub(crate) mod pskc;
pub(crate) mod safenet;
mod tree;

pub(crate) use self::tree::{Element, Text, Tree};

use crate::{Finding, Kind, Place, Severity};
use quick_xml::events::attributes::Attributes;
use quick_xml::events::{BytesRef, Event};
use quick_xml::{Reader, escape};

/// The start tag of an element.
#[derive(Clone, Copy)]
pub(crate) struct Start<'a> {
    /// The local name.
    pub(crate) name: &'a str,
    /// What stands between `<` and `>`, without the slash of an empty element.
    content: &'a str,
    /// Where the whole name ends in the content.
    name_end: usize,
}

impl<'a> Start<'a> {
    fn attributes(&self) -> Attributes<'a> {
        Attributes::new(self.content, self.name_end)
    }
}

/// Reads a document from front to back.
pub(crate) struct Pull<'a> {
    text: &'a str,
    reader: Reader<&'a [u8]>,
    depth: usize,
    most_depth: usize,
}

enum Item<'a> {
    Start(Start<'a>),
    End,
    Text(Text<'a>),
    Eof,
}

impl<'a> Pull<'a> {
    pub(crate) fn new(text: &'a str, most_depth: usize) -> Self {
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Self { text, reader, depth: 0, most_depth }
    }

    /// The root element. Its children come next.
    pub(crate) fn root(&mut self) -> Result<Start<'a>, Finding> {
        loop {
            match self.item()? {
                Item::Start(start) => return Ok(start),
                Item::Text(text) if text.is_blank() => {}
                Item::Text(_) => return Err(self.malformed("text stands before the first element")),
                Item::End | Item::Eof => return Err(self.malformed("there is no element")),
            }
        }
    }

    /// The next child of the element that is open; `None` at its end. The caller reads it with [`tree`](Self::tree), passes
    /// over it with [`skip`](Self::skip), or goes on with its children.
    pub(crate) fn child(&mut self) -> Result<Option<Start<'a>>, Finding> {
        loop {
            match self.item()? {
                Item::Start(start) => return Ok(Some(start)),
                Item::End => return Ok(None),
                Item::Text(_) => {}
                Item::Eof => return Err(self.cut_off()),
            }
        }
    }

    /// Passes over the rest of the element that is open, its end included.
    pub(crate) fn skip(&mut self) -> Result<(), Finding> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside {
            if matches!(self.item()?, Item::Eof) {
                return Err(self.cut_off());
            }
        }
        Ok(())
    }

    /// Reads the element that is open, whose start tag this is, with all that is in it.
    pub(crate) fn tree(&mut self, start: Start<'a>, tree: &mut Tree<'a>) -> Result<(), Finding> {
        tree.clear();
        self.open(start, tree)?;
        loop {
            match self.item()? {
                Item::Start(start) => self.open(start, tree)?,
                Item::Text(text) => tree.text(text),
                Item::End => {
                    if tree.close() {
                        return Ok(());
                    }
                }
                Item::Eof => return Err(self.cut_off()),
            }
        }
    }

    fn open(&self, start: Start<'a>, tree: &mut Tree<'a>) -> Result<(), Finding> {
        if !tree.open(start.name) {
            return Err(self.too_large("An element here has more than 4096 elements in it."));
        }
        for attribute in start.attributes() {
            let Ok(attribute) = attribute else {
                return Err(self.malformed("an attribute is not of the form name=\"value\", or is there twice"));
            };
            let key = attribute.key.into_inner();
            if key == "xmlns" || key.starts_with("xmlns:") {
                continue;
            }
            let std::borrow::Cow::Borrowed(raw) = attribute.value else {
                return Err(self.malformed("an attribute cannot be read"));
            };
            let value = if raw.contains('&') {
                match escape::unescape(raw) {
                    Ok(text) => Text::of(text),
                    Err(_) => return Err(self.reference()),
                }
            } else {
                Text::Slice(raw)
            };
            if !tree.attribute(attribute.key.local_name().into_inner(), value) {
                return Err(self.too_large("An element here has more than 64 attributes."));
            }
        }
        Ok(())
    }

    /// Checks that nothing comes after the root element.
    pub(crate) fn finish(&mut self) -> Result<(), Finding> {
        loop {
            match self.item()? {
                Item::Eof => return Ok(()),
                Item::Text(text) if text.is_blank() => {}
                _ => return Err(self.malformed("something stands after the end of the first element")),
            }
        }
    }

    fn item(&mut self) -> Result<Item<'a>, Finding> {
        loop {
            let event = self.reader.read_event();
            return Ok(match event {
                Ok(Event::Start(start)) => {
                    self.depth = self.depth.saturating_add(1);
                    if self.depth > self.most_depth {
                        return Err(self.too_deep());
                    }
                    let name_end = start.name().into_inner().len();
                    let Some(content) = self.content(&start) else {
                        return Err(self.malformed("a start tag cannot be read"));
                    };
                    let name = content.get(..name_end).unwrap_or_default();
                    let name = name.split_once(':').map_or(name, |(_, local)| local);
                    Item::Start(Start { name, content, name_end })
                }
                Ok(Event::End(_)) => {
                    self.depth = self.depth.saturating_sub(1);
                    Item::End
                }
                Ok(Event::Text(text)) => Item::Text(Text::of(text.into_inner())),
                Ok(Event::CData(text)) => Item::Text(Text::of(text.into_inner())),
                Ok(Event::GeneralRef(reference)) => match resolved(&reference) {
                    Some(text) => Item::Text(text),
                    None => return Err(self.reference()),
                },
                Ok(Event::DocType(_)) => return Err(self.document_type()),
                Ok(Event::Comment(_) | Event::PI(_) | Event::Decl(_)) => continue,
                Ok(Event::Empty(_)) => return Err(self.malformed("an empty element cannot be read")),
                Ok(Event::Eof) => Item::Eof,
                Err(error) => {
                    return Err(match error {
                        quick_xml::Error::Syntax(_) => self.malformed("a tag, a comment or a section is not closed"),
                        quick_xml::Error::IllFormed(_) => self.malformed(
                            "an end tag is not that of the element that is open, or a reference is not closed",
                        ),
                        _ => self.malformed("it cannot be read"),
                    });
                }
            });
        }
    }

    /// What stands between the angle brackets of the start tag just read, as part of the text.
    fn content(&self, start: &str) -> Option<&'a str> {
        let end = usize::try_from(self.reader.buffer_position()).ok()?.checked_sub(1)?;
        let slash = self.text.as_bytes().get(end.checked_sub(1)?) == Some(&b'/');
        let end = end.checked_sub(usize::from(slash))?;
        self.text.get(end.checked_sub(start.len())?..end).filter(|content| *content == start)
    }

    /// The line that has been reached.
    fn line(&self) -> Place {
        let position = usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX);
        let before = self.text.as_bytes().get(..position).unwrap_or(self.text.as_bytes());
        let ends = memchr::memchr_iter(b'\n', before).count();
        Place::Line(u64::try_from(ends).unwrap_or(u64::MAX).saturating_add(1))
    }

    fn refusal(&self, kind: Kind, message: impl Into<std::borrow::Cow<'static, str>>, action: &'static str) -> Finding {
        Finding { place: self.line(), ..Finding::new(kind, Severity::Error, message, action) }
    }

    pub(crate) fn malformed(&self, what: &'static str) -> Finding {
        self.refusal(
            Kind::Malformed,
            format!("The file is not well-formed XML up to here: {what}."),
            "Ask the vendor for the file again; it was damaged on its way, or changed by hand.",
        )
    }

    fn cut_off(&self) -> Finding {
        self.malformed("it ends within an element")
    }

    fn reference(&self) -> Finding {
        self.malformed("an entity or a character reference is none of XML's own")
    }

    fn document_type(&self) -> Finding {
        self.refusal(
            Kind::Malformed,
            "The file has a document type declaration (DOCTYPE), which no seed file needs; it is refused, since entities \
             can be declared there.",
            "Ask the vendor for the file without it, and look at where this file comes from.",
        )
    }

    fn too_deep(&self) -> Finding {
        self.refusal(
            Kind::TooLarge,
            format!(
                "The elements of the file are nested more than {} levels deep, which is the limit.",
                self.most_depth
            ),
            "No seed file needs so many levels: look at where this file comes from.",
        )
    }

    fn too_large(&self, message: &'static str) -> Finding {
        self.refusal(Kind::TooLarge, message, "No token needs so many: look at where this file comes from.")
    }
}

/// The text of a predefined entity or of a numeric character reference.
fn resolved(reference: &BytesRef<'_>) -> Option<Text<'static>> {
    if !reference.is_char_ref() {
        return escape::resolve_xml_entity(reference).map(Text::Slice);
    }
    let c = reference.resolve_char_ref().ok().flatten()?;
    let illegal = (c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}');
    (!illegal).then(|| Text::Joined(zeroize::Zeroizing::new(c.to_string())))
}

/// Refuses a document whose root element is another format's.
fn wrong_root(found: &str, expected: &'static str) -> Finding {
    let found = crate::values::parameters::shown(found);
    Finding::new(
        Kind::OtherFormat,
        Severity::Error,
        format!("The first element of the file is {found}; expected {expected}."),
        "Leave the format to be recognised, or ask the vendor which format the file has.",
    )
}
