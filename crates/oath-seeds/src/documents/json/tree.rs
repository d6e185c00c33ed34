//! A JSON document as a tree, read by `serde_json`.
//!
//! What holds a secret is wiped on drop: texts, names and whole numbers. `serde_json` keeps one buffer for texts with
//! escapes, which it does not wipe: a secret that is written with escapes leaves a copy there until the memory is used again.
//! Base32 and hex need no escapes; the members of Keycloak that hold JSON in a text do.

use crate::{Finding, Kind, Limits, Place, Severity};
use core::cell::Cell;
use core::fmt;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use zeroize::{Zeroize, Zeroizing};

/// At the level below these `serde_json` gives up by itself, with an error of its own.
const DEEPEST: usize = 126;
/// A document of more values is refused: each takes some 50 bytes of memory and may have two in the file.
const MOST_VALUES: usize = 16 << 20;

/// A value.
pub(super) enum Json {
    Null,
    False,
    True,
    Unsigned(u64),
    /// Below 0.
    Negative(i64),
    /// With a fraction or an exponent, or larger than 64 bits; nothing that is read here is.
    Fraction,
    Text(Zeroizing<String>),
    Array(Array),
    Object(Object),
}

/// Values in order. An array of whole numbers may be a secret.
#[derive(Default)]
pub(super) struct Array(Vec<Json>);

/// Members in order; a name may recur.
#[derive(Default)]
pub(super) struct Object(Vec<(Zeroizing<String>, Json)>);

impl Json {
    /// What it is, for a message.
    pub(super) const fn what(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::False | Self::True => "true or false",
            Self::Unsigned(_) | Self::Negative(_) | Self::Fraction => "a number",
            Self::Text(_) => "a text",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(super) fn array(&self) -> Option<&[Self]> {
        if let Self::Array(array) = self { Some(&array.0) } else { None }
    }

    pub(super) const fn object(&self) -> Option<&Object> {
        if let Self::Object(object) = self { Some(object) } else { None }
    }

    fn wipe(&mut self) {
        match self {
            Self::Unsigned(number) => number.zeroize(),
            Self::Negative(number) => number.zeroize(),
            _ => {}
        }
    }
}

impl Array {
    /// Adds a value; where there is no room, moves all by hand and wipes the numbers in the old place.
    fn push(&mut self, value: Json) {
        if self.0.len() == self.0.capacity() {
            let mut larger = Vec::with_capacity(self.0.len().saturating_mul(2).max(4));
            for old in &mut self.0 {
                let moved = match old {
                    Json::Unsigned(number) => Json::Unsigned(*number),
                    Json::Negative(number) => Json::Negative(*number),
                    _ => core::mem::replace(old, Json::Null),
                };
                larger.push(moved);
                old.wipe();
            }
            self.0 = larger;
        }
        self.0.push(value);
    }
}

impl Drop for Array {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(Json::wipe);
    }
}

impl Object {
    /// The values of a name, null left out.
    fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Json> {
        self.0
            .iter()
            .filter(move |(own, value)| own.as_str() == name && !matches!(value, Json::Null))
            .map(|(_, value)| value)
    }

    /// The value of a name; null counts as none. The error: the name stands there more than once.
    pub(super) fn sole(&self, name: &str) -> Result<Option<&Json>, ()> {
        let mut all = self.all(name);
        let first = all.next();
        if all.next().is_some() { Err(()) } else { Ok(first) }
    }

    /// Whether there is a value of that name, null left out.
    pub(super) fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    /// The first value of a name; null counts as none.
    pub(super) fn first(&self, name: &str) -> Option<&Json> {
        self.all(name).next()
    }

    /// The names of the members that are not null.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|(_, value)| !matches!(value, Json::Null)).map(|(name, _)| name.as_str())
    }
}

/// Reads a document.
///
/// # Errors
/// The refusal of the file, with line and column; never a value.
pub(super) fn parse(text: &str, limits: Limits) -> Result<Json, Finding> {
    let levels = limits.depth.min(DEEPEST);
    let budget = Budget { values: Cell::new(MOST_VALUES), too_deep: Cell::new(false) };
    let mut source = serde_json::Deserializer::from_str(text);
    let read = Seed { budget: &budget, levels }.deserialize(&mut source);
    read.and_then(|tree| source.end().map(|()| tree)).map_err(|error| {
        let place = u64::try_from(error.line()).map_or(Place::File, Place::Line);
        let column = error.column();
        let (kind, message, action) = if budget.too_deep.get() {
            let message = format!("The JSON has more than {levels} levels, which is the limit, at column {column}.");
            (Kind::TooLarge, message, "No export is nested so deeply: check where the file comes from.")
        } else if budget.values.get() == 0 {
            let message =
                format!("The JSON has more than {MOST_VALUES} values, which is the limit, at column {column}.");
            (Kind::TooLarge, message, "Split the file.")
        } else if error.is_eof() {
            let message = format!("The JSON ends at column {column} before it is complete.");
            (Kind::Malformed, message, "The file was cut off: copy or export it again.")
        } else {
            // The texts of serde_json for what is not JSON are fixed ones, with line and column.
            let message = format!("The file is not well-formed JSON: {error}.");
            (Kind::Malformed, message, "Copy or export the file again; if it was edited by hand, correct that place.")
        };
        Finding { place, ..Finding::new(kind, Severity::Error, message, action) }
    })
}

/// What may still be read.
struct Budget {
    values: Cell<usize>,
    too_deep: Cell<bool>,
}

/// Reads one value with so many levels below it.
#[derive(Clone, Copy)]
struct Seed<'b> {
    budget: &'b Budget,
    levels: usize,
}

impl Seed<'_> {
    /// One level down.
    fn down<E: serde::de::Error>(self) -> Result<Self, E> {
        match self.levels.checked_sub(1) {
            Some(levels) => Ok(Self { levels, ..self }),
            None => {
                self.budget.too_deep.set(true);
                Err(E::custom("too deep"))
            }
        }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        let left = self.budget.values.get().checked_sub(1).filter(|left| *left > 0);
        self.budget.values.set(left.unwrap_or_default());
        if left.is_none() {
            return Err(D::Error::custom("too many values"));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(if value { Json::True } else { Json::False })
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Unsigned(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Negative(number))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
        Ok(Json::Fraction)
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(Zeroizing::new(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Json, A::Error> {
        let below = self.down()?;
        let mut array = Array::default();
        while let Some(value) = sequence.next_element_seed(below)? {
            array.push(value);
        }
        Ok(Json::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let below = self.down()?;
        let mut members = Vec::new();
        while let Some(Json::Text(name)) = map.next_key_seed(below)? {
            members.push((name, map.next_value_seed(below)?));
        }
        Ok(Json::Object(Object(members)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str, limits: Limits) -> (Kind, Place, String) {
        let Err(finding) = parse(text, limits) else { panic!("{text}") };
        (finding.kind, finding.place, finding.message.into_owned())
    }

    #[test]
    fn a_tree_holds_what_the_text_says() {
        let tree =
            parse(r#" {"a":[1,-2,3.5,1e3,true,false,null,"t\u0041"],"b":{},"a":7,"n":null} "#, Limits::default())
                .ok()
                .unwrap();
        let object = tree.object().unwrap();
        assert!(object.sole("a").is_err() && object.has("a") && !object.has("n"));
        assert!(matches!(object.sole("n"), Ok(None)) && matches!(object.sole("b"), Ok(Some(Json::Object(_)))));
        assert_eq!(object.names().collect::<Vec<_>>(), ["a", "b", "a"]);
        let array = object.first("a").and_then(Json::array).unwrap();
        assert!(matches!(
            array,
            [
                Json::Unsigned(1),
                Json::Negative(-2),
                Json::Fraction,
                Json::Fraction,
                Json::True,
                Json::False,
                Json::Null,
                Json::Text(_)
            ]
        ));
        assert_eq!(array.last().unwrap().text(), Some("tA"));
    }

    #[test]
    fn an_array_that_grows_keeps_its_values() {
        let text = format!("[{}1]", "-7,\"x\",".repeat(100));
        let tree = parse(&text, Limits::default()).ok().unwrap();
        let array = tree.array().unwrap();
        assert_eq!(array.len(), 201);
        for pair in array[..200].chunks(2) {
            assert!(matches!(pair, [Json::Negative(-7), Json::Text(text)] if **text == "x"));
        }
    }

    #[test]
    fn what_is_no_json_is_refused_with_its_place_and_without_a_value() {
        let limits = Limits::default();
        for (text, kind, line) in [
            ("{\"a\":1", Kind::Malformed, 1),
            ("{\"a\":\"GEZDGNBVGY3TQOJQ", Kind::Malformed, 1),
            ("{\n\"a\" \"GEZDGNBVGY3TQOJQ\"}", Kind::Malformed, 2),
            ("{\"a\":GEZDGNBVGY3TQOJQ}", Kind::Malformed, 1),
            ("[1]\n\n[GEZDGNBVGY3TQOJQ]", Kind::Malformed, 3),
            ("[1,]", Kind::Malformed, 1),
            ("\"\\ud800\"", Kind::Malformed, 1),
            ("[1e999]", Kind::Malformed, 1),
        ] {
            let (found, place, message) = refusal(text, limits);
            assert_eq!((found, place), (kind, Place::Line(line)), "{text}");
            assert!(message.contains("column") && !message.contains("GEZDG"), "{message}");
        }
        assert!(refusal("[1", limits).2.contains("before it is complete"));
    }

    #[test]
    fn nesting_has_a_limit() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        let depth = |depth| Limits { depth, ..Limits::default() };
        assert!(parse(&nested(64), Limits::default()).is_ok());
        assert_eq!(refusal(&nested(65), Limits::default()).0, Kind::TooLarge);
        assert!(parse(&nested(3), depth(3)).is_ok());
        assert_eq!(refusal("{\"a\":{\"b\":{\"c\":[]}}}", depth(3)).0, Kind::TooLarge);
        assert!(parse(&nested(126), depth(1000)).is_ok());
        assert_eq!(refusal(&nested(100_000), depth(1_000_000)).0, Kind::TooLarge);
    }
}
