//! Values of statements, and how they are kept.
//!
//! Statements carry the types of their parameters, so that each goes to the server in one message.

use crate::model::Id;
use bytes::BytesMut;
use std::error::Error;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// 16 bytes.
    Uuid,
    Text,
    /// 64 bits.
    Number,
    Bytes,
    Flag,
}

impl Kind {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Uuid => "uuid",
            Self::Text => "text",
            Self::Number => "int8",
            Self::Bytes => "bytea",
            Self::Flag => "bool",
        }
    }

    const fn one(self) -> Type {
        match self {
            Self::Uuid => Type::UUID,
            Self::Text => Type::TEXT,
            Self::Number => Type::INT8,
            Self::Bytes => Type::BYTEA,
            Self::Flag => Type::BOOL,
        }
    }

    const fn many(self) -> Type {
        match self {
            Self::Uuid => Type::UUID_ARRAY,
            Self::Text => Type::TEXT_ARRAY,
            Self::Number => Type::INT8_ARRAY,
            Self::Bytes => Type::BYTEA_ARRAY,
            Self::Flag => Type::BOOL_ARRAY,
        }
    }
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Cell {
    Null,
    Uuid([u8; 16]),
    Text(String),
    Number(i64),
    Bytes(Vec<u8>),
    Flag(bool),
}

impl Cell {
    pub(super) const fn id<T>(id: Id<T>) -> Self {
        Self::Uuid(id.to_bytes())
    }

    pub(super) fn text(text: &str) -> Self {
        Self::Text(kept(text))
    }

    /// A u64 as the i64 of the same bits.
    pub(super) const fn bits(number: u64) -> Self {
        Self::Number(number.cast_signed())
    }

    /// Null for `None`.
    pub(super) fn maybe<T>(value: Option<T>, cell: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Self::Null, cell)
    }
}

impl ToSql for Cell {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Uuid(bytes) => {
                out.extend_from_slice(bytes);
                Ok(IsNull::No)
            }
            Self::Text(text) => text.to_sql(kind, out),
            Self::Number(number) => number.to_sql(kind, out),
            Self::Bytes(bytes) => bytes.to_sql(kind, out),
            Self::Flag(flag) => flag.to_sql(kind, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// 16 bytes as a server gives them.
pub(super) struct Uuid(pub(super) [u8; 16]);

impl<'a> FromSql<'a> for Uuid {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(raw.try_into()?))
    }

    fn accepts(kind: &Type) -> bool {
        *kind == Type::UUID
    }
}

#[derive(Debug)]
enum Value {
    One(Cell),
    Many(Vec<Cell>),
}

impl ToSql for Value {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::One(cell) => cell.to_sql(kind, out),
            Self::Many(cells) => cells.to_sql(kind, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A statement with its values: `$1`, `$2` and so on.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) sql: String,
    values: Vec<(Value, Type)>,
}

impl Query {
    pub(super) fn new(sql: impl Into<String>) -> Self {
        Self { sql: sql.into(), values: Vec::new() }
    }

    pub(super) fn with(mut self, kind: Kind, cell: Cell) -> Self {
        self.values.push((Value::One(cell), kind.one()));
        self
    }

    pub(super) fn with_all(mut self, kind: Kind, cells: impl IntoIterator<Item = Cell>) -> Self {
        self.values.push((Value::Many(cells.into_iter().collect()), kind.many()));
        self
    }

    /// Whether there are any: statements without are not planned.
    pub(super) const fn has_values(&self) -> bool {
        !self.values.is_empty()
    }

    /// The types of the values.
    pub(super) fn types(&self) -> Vec<Type> {
        self.values.iter().map(|(_, kind)| kind.clone()).collect()
    }

    /// The values of a statement that the server keeps.
    pub(super) fn values(&self) -> Vec<&(dyn ToSql + Sync)> {
        let mut values: Vec<&(dyn ToSql + Sync)> = Vec::with_capacity(self.values.len());
        for (value, _) in &self.values {
            values.push(value);
        }
        values
    }

    /// The values of a statement that is sent with its text.
    pub(super) fn typed_values(&self) -> Vec<(&(dyn ToSql + Sync), Type)> {
        self.values().into_iter().zip(self.types()).collect()
    }
}

/// A text as it is kept: PostgreSQL has no text with a NUL. U+0000 and U+0001 become two characters each, in such a way that
/// the order stays that of the bytes.
fn kept(text: &str) -> String {
    if !text.contains(['\0', '\u{1}']) {
        return text.to_owned();
    }
    let mut kept = String::with_capacity(text.len().saturating_add(8));
    for character in text.chars() {
        match character {
            '\0' => kept.push_str("\u{1}\u{1}"),
            '\u{1}' => kept.push_str("\u{1}\u{2}"),
            other => kept.push(other),
        }
    }
    kept
}

/// The opposite of [`kept`].
pub(super) fn text_of(kept: String) -> Option<String> {
    if !kept.contains('\u{1}') {
        return Some(kept);
    }
    let (mut text, mut characters) = (String::with_capacity(kept.len()), kept.chars());
    while let Some(character) = characters.next() {
        text.push(match character {
            '\u{1}' => match characters.next()? {
                '\u{1}' => '\0',
                '\u{2}' => '\u{1}',
                _ => return None,
            },
            other => other,
        });
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_read_back_and_the_order_is_that_of_the_bytes() {
        let parts = ["", "\0", "\u{1}", "\u{2}", "a", "\0\u{2}", "é"];
        let texts: Vec<_> =
            parts.iter().flat_map(|a| parts.iter().flat_map(move |b| parts.map(|c| format!("{a}{b}{c}")))).collect();
        for one in &texts {
            assert_eq!(text_of(kept(one)).as_ref(), Some(one));
            assert!(!kept(one).contains('\0'));
            for other in &texts {
                assert_eq!(kept(one).cmp(&kept(other)), one.cmp(other), "{one:?} {other:?}");
            }
        }
        for wrong in ["\u{1}", "a\u{1}a"] {
            assert_eq!(text_of(wrong.to_owned()), None);
        }
    }
}
