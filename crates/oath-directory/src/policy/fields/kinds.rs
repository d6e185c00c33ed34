//! The kinds of values that fields of a policy take, as they are kept and as a person types them.

use core::time::Duration;
use oath_totp::Algorithm;
use serde_json::Value as Json;

/// Which values a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    NumberOrNone,
    Seconds,
    YesOrNo,
    Algorithms,
    Text,
}

impl Kind {
    /// What a person typed, as a value; whether it is in the range is found when it is set.
    pub(super) fn read(self, typed: &str) -> Option<Json> {
        Some(match self {
            Self::NumberOrNone if typed == "none" => Json::Null,
            Self::Number | Self::NumberOrNone => Json::from(digits(typed)?),
            Self::Seconds => {
                let units = [("s", 1), ("m", 60), ("h", 60 * 60), ("d", 24 * 60 * 60)];
                let unit = units.iter().find_map(|(unit, seconds)| Some((typed.strip_suffix(unit)?, *seconds)));
                let (number, seconds) = unit.unwrap_or((typed, 1));
                Json::from(digits(number.trim_end())?.checked_mul(seconds)?)
            }
            Self::YesOrNo => Json::from(match typed {
                "yes" => true,
                "no" => false,
                _ => return None,
            }),
            Self::Algorithms => Json::from(typed.split(',').map(|name| Json::from(name.trim())).collect::<Vec<_>>()),
            Self::Text => Json::from(typed),
        })
    }
}

/// Digits and nothing else: `parse` takes a sign as well.
fn digits(typed: &str) -> Option<u64> {
    typed.parse().ok().filter(|_| typed.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A type of a field.
pub(super) trait Value: Sized {
    const KIND: Kind;
    fn to_json(&self) -> Json;
    fn of_json(json: &Json, range: (u64, u64)) -> Option<Self>;
}

fn number_within(json: &Json, (least, greatest): (u64, u64)) -> Option<u64> {
    json.as_u64().filter(|number| (least..=greatest).contains(number))
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Value for $number {
            const KIND: Kind = Kind::Number;

            fn to_json(&self) -> Json {
                Json::from(*self)
            }

            fn of_json(json: &Json, range: (u64, u64)) -> Option<Self> {
                number_within(json, range)?.try_into().ok()
            }
        }
    )*};
}

numbers!(u8, u16, u32, usize);

impl Value for Option<usize> {
    const KIND: Kind = Kind::NumberOrNone;

    fn to_json(&self) -> Json {
        Json::from(*self)
    }

    fn of_json(json: &Json, range: (u64, u64)) -> Option<Self> {
        if json.is_null() { Some(None) } else { usize::of_json(json, range).map(Some) }
    }
}

/// In whole seconds.
impl Value for Duration {
    const KIND: Kind = Kind::Seconds;

    fn to_json(&self) -> Json {
        Json::from(self.as_secs())
    }

    fn of_json(json: &Json, range: (u64, u64)) -> Option<Self> {
        number_within(json, range).map(Self::from_secs)
    }
}

impl Value for bool {
    const KIND: Kind = Kind::YesOrNo;

    fn to_json(&self) -> Json {
        Json::from(*self)
    }

    fn of_json(json: &Json, _: (u64, u64)) -> Option<Self> {
        json.as_bool()
    }
}

/// At least one, none twice.
impl Value for Vec<Algorithm> {
    const KIND: Kind = Kind::Algorithms;

    fn to_json(&self) -> Json {
        Json::from(self.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    fn of_json(json: &Json, _: (u64, u64)) -> Option<Self> {
        let mut all = Self::new();
        for name in json.as_array().filter(|names| !names.is_empty())? {
            let algorithm = name.as_str()?.parse().ok()?;
            if all.contains(&algorithm) {
                return None;
            }
            all.push(algorithm);
        }
        Some(all)
    }
}

/// Without control characters, and without a colon, which ends an issuer in a URI.
impl Value for String {
    const KIND: Kind = Kind::Text;

    fn to_json(&self) -> Json {
        Json::from(self.as_str())
    }

    fn of_json(json: &Json, (least, greatest): (u64, u64)) -> Option<Self> {
        let text = json.as_str()?;
        let length = u64::try_from(text.chars().count()).ok()?;
        let sound = (least..=greatest).contains(&length) && !text.chars().any(|c| c.is_control() || c == ':');
        (sound && text.trim() == text).then(|| text.to_owned())
    }
}
