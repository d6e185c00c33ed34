//! The fields of a policy as a table: a new field of [`Policy`] is one line here, and is then stored, listed, set by the
//! command, checked and logged.

mod kinds;
#[cfg(test)]
mod tests;

use self::kinds::{Kind, Value};
use super::{Policy, PolicyError};
use oath_totp::{Centres, Window};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// A field of a policy: its name, what it counts, which values it takes.
#[derive(Debug)]
pub struct Field {
    /// A stable name, in kebab case.
    pub name: &'static str,
    /// What it counts: `tokens`, `steps`, `seconds`; empty where it counts nothing.
    pub unit: &'static str,
    /// What it says, in a sentence.
    pub meaning: &'static str,
    /// The least and the greatest number; of a text, of characters.
    range: (u64, u64),
    kind: Kind,
    get: fn(&Policy) -> Json,
    /// `None` where the value is not one of the field.
    set: fn(&mut Policy, &Json, (u64, u64)) -> Option<()>,
}

const fn kind_of<T: Value>(_: fn(&Policy) -> T) -> Kind {
    T::KIND
}

/// `field` of [`Policy`], or what `get` and `set` make of it.
macro_rules! field {
    ($name:literal, $unit:literal, $least:literal..=$greatest:literal, $field:ident, $meaning:literal) => {
        field!(
            $name,
            $unit,
            $least..=$greatest,
            |policy| policy.$field.clone(),
            |policy, value| policy.$field = value,
            $meaning
        )
    };
    ($name:literal, $unit:literal, $least:literal..=$greatest:literal, |$of:ident| $get:expr, |$to:ident, $value:ident|
        $set:expr, $meaning:literal) => {
        Field {
            name: $name,
            unit: $unit,
            meaning: $meaning,
            range: ($least, $greatest),
            kind: kind_of(|$of| $get),
            get: |$of| Value::to_json(&$get),
            set: |$to, json, range| {
                let $value = Value::of_json(json, range)?;
                $set;
                Some(())
            },
        }
    };
}

/// The window with other ends.
const fn window(back: u8, ahead: u8, of: Window) -> Window {
    let window = Window::new(back, ahead).with_max_drift(of.max_drift());
    match of.centres() {
        Centres::Both => window,
        Centres::Recorded => window.recorded_only(),
    }
}

impl Policy {
    /// All fields, in the order in which they are shown.
    pub const FIELDS: &[Field] = &[
        field!(
            "tokens-per-user",
            "tokens",
            1..=100,
            tokens_per_user,
            "How many tokens a user may hold, hardware and software together"
        ),
        field!("guests-hold-hardware", "", 0..=1, guests_hold_hardware, "Whether guests may hold hardware tokens"),
        field!(
            "activations",
            "tokens",
            1..=1_000_000,
            activations,
            "How many tokens may be activated within activation-period; none: any number"
        ),
        field!(
            "activation-period",
            "seconds",
            1..=31_536_000,
            activation_period,
            "The period of the limit of activations"
        ),
        field!(
            "radius",
            "steps",
            1..=2880,
            radius,
            "How far from the server's clock two codes find a token's clock, at activation and resynchronization"
        ),
        field!(
            "activation-radius-one-code",
            "steps",
            0..=2880,
            activation_radius_one_code,
            "How far from the token's expected clock one code activates it"
        ),
        field!(
            "activation-attempts",
            "codes",
            1..=4_294_967_295,
            activation_attempts,
            "How many wrong codes in a row at the activation of a token cost no wait"
        ),
        field!(
            "window-back",
            "steps",
            0..=255,
            |policy| policy.window.back(),
            |policy, back| policy.window = window(back, policy.window.ahead(), policy.window),
            "How many steps before the expected one a sign-in accepts"
        ),
        field!(
            "window-ahead",
            "steps",
            0..=255,
            |policy| policy.window.ahead(),
            |policy, ahead| policy.window = window(policy.window.back(), ahead, policy.window),
            "How many steps after the expected one a sign-in accepts"
        ),
        field!(
            "window-max-drift",
            "steps",
            0..=2880,
            |policy| policy.window.max_drift(),
            |policy, most| policy.window = policy.window.with_max_drift(most),
            "How far the recorded drift of a token may move by sign-ins"
        ),
        field!(
            "window-recorded-only",
            "",
            0..=1,
            |policy| policy.window.centres() == Centres::Recorded,
            |policy, only| policy.window = centred(policy.window, only),
            "Whether a sign-in looks around the recorded drift only, and not around the server's own step as well"
        ),
        field!("algorithms", "", 1..=3, algorithms, "The hashes of the tokens that are let in"),
        field!("legacy-secrets", "", 0..=1, legacy_secrets, "Whether secrets of 80 to 127 bits are let in"),
        field!(
            "free-attempts",
            "codes",
            1..=4_294_967_295,
            free_attempts,
            "How many wrong codes in a row at sign-in cost no wait"
        ),
        field!(
            "first-wait",
            "seconds",
            1..=31_536_000,
            first_wait,
            "The wait after the last free attempt; it doubles with each further wrong code"
        ),
        field!("longest-wait", "seconds", 1..=31_536_000, longest_wait, "The longest wait"),
        field!(
            "forget-after",
            "seconds",
            1..=31_536_000,
            forget_after,
            "How long after the last wrong code all of them are forgotten"
        ),
        field!(
            "users-claim-tokens",
            "",
            0..=1,
            users_claim_tokens,
            "Whether a user may take a token that no user holds by its serial number"
        ),
        field!(
            "known-sources",
            "sources",
            0..=32,
            known_sources,
            "How many sources that a user has signed in from are remembered, each with attempts of its own"
        ),
        field!(
            "known-source-kept",
            "seconds",
            1..=31_536_000,
            known_source_kept,
            "How long after its last right code a source is known"
        ),
        field!("recovery-codes", "codes", 1..=32, recovery_codes, "How many recovery codes a user is given"),
        field!(
            "uploads-kept",
            "seconds",
            1..=3_153_600_000,
            uploads_kept,
            "How long the status and the failures of an upload are kept"
        ),
        field!("issuer", "", 1..=64, issuer, "Who the user sees in the app of a software token"),
    ];

    /// The policies that have a name, the first being the default.
    pub const NAMES: [&str; 2] = ["seed-documents", "entra-2025"];

    /// The policy of this name: `seed-documents`, the [default](Self::default), or `entra-2025`, which follows Microsoft's pages
    /// since December 2025: any number of activations, and one code is enough within ± 2880 steps.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "seed-documents" => Some(Self::default()),
            "entra-2025" => Some(Self { activations: None, activation_radius_one_code: 2880, ..Self::default() }),
            _ => None,
        }
    }

    /// Sets the field of this name to what a person typed: `200`, `none`, `yes`, `30s`, `5m`, `1h`, `30d`, `SHA1,SHA256`.
    ///
    /// # Errors
    /// [`PolicyError`]; nothing has changed then.
    pub fn set(&mut self, name: &str, typed: &str) -> Result<(), PolicyError> {
        let field = Field::find(name)?;
        let value = || PolicyError::Value { name: field.name, expected: field.expected() };
        let json = field.kind.read(typed.trim()).ok_or_else(value)?;
        (field.set)(self, &json, field.range).ok_or_else(value)
    }

    /// Sets the field of this name back to its default.
    ///
    /// # Errors
    /// [`PolicyError::Unknown`].
    pub fn reset(&mut self, name: &str) -> Result<(), PolicyError> {
        let field = Field::find(name)?;
        let default = (field.get)(&Self::default());
        (field.set)(self, &default, field.range)
            .ok_or_else(|| PolicyError::Value { name: field.name, expected: field.expected() })
    }

    /// Whether every field has a value that the directory takes.
    ///
    /// # Errors
    /// [`PolicyError::Value`] with the first that has not.
    pub fn check(&self) -> Result<(), PolicyError> {
        let mut copy = Self::default();
        for field in Self::FIELDS {
            let value = (field.get)(self);
            (field.set)(&mut copy, &value, field.range)
                .ok_or_else(|| PolicyError::Value { name: field.name, expected: field.expected() })?;
        }
        Ok(())
    }

    /// The fields that differ from another policy.
    pub fn differences<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'static Field> + use<'a> {
        Self::FIELDS.iter().filter(move |field| (field.get)(self) != (field.get)(other))
    }

    /// What a directory keeps: the fields that differ from the defaults, as a JSON object; empty where none does.
    pub(crate) fn stored(&self) -> String {
        let default = Self::default();
        // In the order of the names, which is not that of a JSON object in every build.
        let fields: BTreeMap<_, _> = self.differences(&default).map(|field| (field.name, (field.get)(self))).collect();
        if fields.is_empty() {
            return String::new();
        }
        let text = |(name, value): (&str, Json)| format!("{}:{value}", Json::from(name));
        format!("{{{}}}", fields.into_iter().map(text).collect::<Vec<_>>().join(","))
    }

    /// Reads what [`stored`](Self::stored) wrote.
    pub(crate) fn of_stored(text: &str) -> Result<Self, PolicyError> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let unreadable = || PolicyError::Value { name: "policy", expected: "a JSON object".to_owned() };
        let Ok(Json::Object(fields)) = serde_json::from_str(text) else { return Err(unreadable()) };
        Self::of_fields(&fields)
    }

    fn of_fields(fields: &Map<String, Json>) -> Result<Self, PolicyError> {
        let mut policy = Self::default();
        for (name, value) in fields {
            let field = Field::find(name)?;
            (field.set)(&mut policy, value, field.range)
                .ok_or_else(|| PolicyError::Value { name: field.name, expected: field.expected() })?;
        }
        Ok(policy)
    }
}

fn centred(of: Window, recorded_only: bool) -> Window {
    let window = Window::new(of.back(), of.ahead()).with_max_drift(of.max_drift());
    if recorded_only { window.recorded_only() } else { window }
}

/// An object of all fields by their names.
impl Serialize for Policy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(Self::FIELDS.iter().map(|field| (field.name, (field.get)(self))))
    }
}

/// An object of some fields by their names; those that are missing have their defaults. An unknown name and a value out of
/// range are errors.
impl<'de> Deserialize<'de> for Policy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::of_fields(&Map::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl Field {
    fn find(name: &str) -> Result<&'static Self, PolicyError> {
        Policy::FIELDS
            .iter()
            .find(|field| field.name == name)
            .ok_or_else(|| PolicyError::Unknown { name: name.to_owned(), similar: similar(name) })
    }

    /// The value of the field as a person reads it: `200`, `none`, `yes`, `SHA1,SHA256`.
    #[must_use]
    pub fn shown(&self, policy: &Policy) -> String {
        match (self.get)(policy) {
            Json::Null => "none".to_owned(),
            Json::Bool(yes) => if yes { "yes" } else { "no" }.to_owned(),
            Json::String(text) => text,
            Json::Array(names) => names.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(","),
            value => value.to_string(),
        }
    }

    /// Which values the field takes: `1 to 100 tokens`, `yes or no`.
    #[must_use]
    pub fn expected(&self) -> String {
        let (least, greatest) = self.range;
        let unit = if self.unit.is_empty() { String::new() } else { format!(" {}", self.unit) };
        match self.kind {
            Kind::Number => format!("{least} to {greatest}{unit}"),
            Kind::NumberOrNone => format!("{least} to {greatest}{unit}, or none"),
            Kind::Seconds => format!("{least} to {greatest} seconds, or a number with s, m, h or d"),
            Kind::YesOrNo => "yes or no".to_owned(),
            Kind::Algorithms => "SHA1, SHA256 and SHA512, separated by commas".to_owned(),
            Kind::Text => format!("{least} to {greatest} characters, none of them a colon or a control character"),
        }
    }
}

/// The field whose name begins like this, has this in it, or has one other character.
fn similar(name: &str) -> Option<&'static str> {
    let plain = name.to_lowercase().replace(['_', ' ', '.'], "-");
    let close = |field: &&Field| {
        let other = field.name;
        other == plain
            || (plain.len() > 2 && other.contains(&*plain))
            || plain.contains(other)
            || slips(other, &plain) <= 2
    };
    let mut near = Policy::FIELDS.iter().filter(close);
    near.next().filter(|_| near.next().is_none()).map(|field| field.name)
}

/// How many characters differ between two texts after their common beginning and before their common end.
fn slips(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let front = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let back = one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
    let longer = one.len().max(other.len());
    longer.saturating_sub(front.saturating_add(back).min(longer))
}
