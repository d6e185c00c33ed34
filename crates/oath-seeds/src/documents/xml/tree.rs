//! One element with all that is in it.

use core::fmt;
use std::borrow::Cow;
use zeroize::Zeroizing;

/// So many elements an item has at most.
const MOST_ELEMENTS: usize = 4096;
/// So many attributes an element has at most.
const MOST_ATTRIBUTES: usize = 64;

/// Text: a part of the file, or, where it stands there in pieces or with references, a copy that is wiped.
pub(crate) enum Text<'a> {
    Slice(&'a str),
    Joined(Zeroizing<String>),
}

impl<'a> Text<'a> {
    pub(crate) fn of(text: Cow<'a, str>) -> Self {
        match text {
            Cow::Borrowed(text) => Self::Slice(text),
            Cow::Owned(text) => Self::Joined(Zeroizing::new(text)),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Slice(text) => text,
            Self::Joined(text) => text,
        }
    }

    pub(crate) fn is_blank(&self) -> bool {
        self.as_str().trim_ascii().is_empty()
    }

    /// Adds more text. Where it has to move, the old place is wiped.
    fn push(&mut self, more: Self) {
        if self.as_str().is_empty() {
            *self = more;
            return;
        }
        let wanted = self.as_str().len().saturating_add(more.as_str().len());
        if let Self::Joined(text) = self
            && text.capacity() >= wanted
        {
            text.push_str(more.as_str());
            return;
        }
        let mut larger = Zeroizing::new(String::with_capacity(wanted.saturating_mul(2)));
        larger.push_str(self.as_str());
        larger.push_str(more.as_str());
        *self = Self::Joined(larger);
    }
}

/// It may hold a secret.
impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Text([elided])")
    }
}

#[derive(Debug)]
struct Node<'a> {
    name: &'a str,
    text: Text<'a>,
    /// Its attributes are those from here to `attributes_end`.
    attributes: usize,
    attributes_end: usize,
    /// Behind its last descendant; the element itself while it is open.
    end: usize,
}

/// The elements of one item in the order of the file, so that those in an element come right after it.
#[derive(Debug, Default)]
pub(crate) struct Tree<'a> {
    nodes: Vec<Node<'a>>,
    attributes: Vec<(&'a str, Text<'a>)>,
    /// The elements that are open.
    open: Vec<usize>,
}

impl<'a> Tree<'a> {
    pub(super) fn clear(&mut self) {
        self.nodes.clear();
        self.attributes.clear();
        self.open.clear();
    }

    /// Opens an element within the one that is open; false where there are too many.
    pub(super) fn open(&mut self, name: &'a str) -> bool {
        if self.nodes.len() >= MOST_ELEMENTS {
            return false;
        }
        let (index, attributes) = (self.nodes.len(), self.attributes.len());
        self.open.push(index);
        self.nodes.push(Node { name, text: Text::Slice(""), attributes, attributes_end: attributes, end: index });
        true
    }

    /// Adds an attribute to the element just opened; false where there are too many.
    pub(super) fn attribute(&mut self, name: &'a str, value: Text<'a>) -> bool {
        let Some(node) = self.nodes.last_mut() else { return false };
        if node.attributes_end.saturating_sub(node.attributes) >= MOST_ATTRIBUTES {
            return false;
        }
        self.attributes.push((name, value));
        node.attributes_end = self.attributes.len();
        true
    }

    /// Adds text to the element that is open.
    pub(super) fn text(&mut self, text: Text<'a>) {
        if let Some(node) = self.open.last().and_then(|index| self.nodes.get_mut(*index)) {
            // White space between elements is nearly all of the text.
            if !text.is_blank() || !matches!(node.text, Text::Slice("")) {
                node.text.push(text);
            }
        }
    }

    /// Closes the element that is open; true where it was the outermost.
    pub(super) fn close(&mut self) -> bool {
        let end = self.nodes.len();
        if let Some(node) = self.open.pop().and_then(|index| self.nodes.get_mut(index)) {
            node.end = end;
        }
        self.open.is_empty()
    }

    /// The outermost element.
    pub(crate) fn root(&self) -> Element<'_> {
        Element { tree: self, index: 0 }
    }
}

/// An element of a tree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'t> {
    tree: &'t Tree<'t>,
    index: usize,
}

impl<'t> Element<'t> {
    fn node(self) -> Option<&'t Node<'t>> {
        self.tree.nodes.get(self.index)
    }

    /// The local name.
    pub(crate) fn name(self) -> &'t str {
        self.node().map_or("", |node| node.name)
    }

    /// Its text without white space around it.
    pub(crate) fn text(self) -> &'t str {
        self.node().map_or("", |node| node.text.as_str().trim_ascii())
    }

    /// An attribute without white space around it; `None` where it is not there.
    pub(crate) fn attribute(self, name: &str) -> Option<&'t str> {
        let node = self.node()?;
        let all = self.tree.attributes.get(node.attributes..node.attributes_end)?;
        all.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str().trim_ascii())
    }

    /// The elements in it, but not those in them.
    pub(crate) fn children(self) -> impl Iterator<Item = Self> + use<'t> {
        let end = self.node().map_or(0, |node| node.end);
        let mut index = self.index.saturating_add(1);
        core::iter::from_fn(move || {
            let child = Self { index, ..self };
            let node = child.node().filter(|_| index < end)?;
            index = node.end.max(index.saturating_add(1));
            Some(child)
        })
    }

    /// The first child of a name.
    pub(crate) fn child(self, name: &str) -> Option<Self> {
        self.children().find(|child| child.name() == name)
    }

    /// The first child of a name, then the first child of the next name in that.
    pub(crate) fn at(self, path: &[&str]) -> Option<Self> {
        path.iter().try_fold(self, |element, name| element.child(name))
    }

    /// Every element in it, at whatever depth.
    pub(crate) fn descendants(self) -> impl Iterator<Item = Self> + use<'t> {
        let end = self.node().map_or(0, |node| node.end);
        (self.index.saturating_add(1)..end).map(move |index| Self { index, ..self })
    }

    /// The text of the first child of a name; `None` where there is no child or no text.
    pub(crate) fn text_of(self, name: &str) -> Option<&'t str> {
        self.child(name).map(Self::text).filter(|text| !text.is_empty())
    }
}
