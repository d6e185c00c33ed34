use crate::key::KeyError;
use crate::secret::SecretError;
use core::fmt;

/// What is wrong with an otpauth URI, or with what a URI was asked for. Never shows the secret.
///
/// ```
/// use oath_totp::KeyUri;
/// let error = KeyUri::parse("otpauth://totp/alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&digits=9").unwrap_err();
/// assert_eq!(error.code(), "digits");
/// assert_eq!(error.to_string(), "the URI's digits are out of range: expected 6, 7 or 8");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UriError {
    /// The text does not begin with `otpauth://`.
    Scheme,
    /// `otpauth-migration://`: an export of Google Authenticator, with several secrets in it.
    Migration,
    /// `phonefactor://`: Microsoft's push registration, which holds no OATH secret.
    PhoneFactor,
    /// The type is neither `totp` nor `hotp`.
    Type,
    /// A token of Steam (type, encoder, issuer or five digits), which shows letters and digits that RFC 6238 does not know.
    Steam,
    /// An encoder of another kind, which writes the codes with other characters.
    Encoder,
    /// The secret is one half of two, in an enrolment of privacyIDEA in two steps. The app makes the other half.
    TwoStep,
    /// A parameter that changes the codes stands inside another one's value: the `&` before it is missing or escaped.
    Separator,
    /// A parameter is missing.
    Missing(&'static str),
    /// A parameter is given twice.
    Twice(&'static str),
    /// A parameter that otpauth does not have, beside the one that its author probably meant. To ignore it would give wrong
    /// codes.
    Misnamed {
        /// The name in the URI.
        found: &'static str,
        /// The name that otpauth has for it.
        expected: &'static str,
    },
    /// A part is not UTF-8 once it is decoded.
    NotUtf8(&'static str),
    /// The secret is malformed.
    Secret(SecretError),
    /// The algorithm is not SHA1, SHA256 or SHA512.
    Algorithm,
    /// The digits are not 6, 7 or 8.
    Digits,
    /// The period is not a whole number of seconds from 1 to 2^32 - 1.
    Period,
    /// The counter is not a whole number below 2^64.
    Counter,
    /// A URI that is built needs an account: apps show it to tell tokens apart.
    Account,
    /// An epoch T0 other than 1970. Apps count from there, whatever a URI says.
    T0,
    /// The type is `hotp`, where a time-based token was asked for.
    IsHotp,
    /// The type is `totp`, where a counter-based token was asked for.
    IsTotp,
    /// The secret is too short for a key.
    Key(KeyError),
}

impl UriError {
    /// A stable name in kebab case, the same in every language.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Scheme => "scheme",
            Self::Migration => "migration",
            Self::PhoneFactor => "phone-factor",
            Self::Type => "type",
            Self::Steam => "steam",
            Self::Encoder => "encoder",
            Self::TwoStep => "two-step",
            Self::Separator => "separator",
            Self::Missing(_) => "missing",
            Self::Twice(_) => "twice",
            Self::Misnamed { .. } => "misnamed",
            Self::NotUtf8(_) => "not-utf8",
            Self::Secret(_) => "secret",
            Self::Algorithm => "algorithm",
            Self::Digits => "digits",
            Self::Period => "period",
            Self::Counter => "counter",
            Self::Account => "account",
            Self::T0 => "t0",
            Self::IsHotp => "is-hotp",
            Self::IsTotp => "is-totp",
            Self::Key(_) => "key",
        }
    }
}

impl fmt::Display for UriError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheme => f.write_str("this is not an otpauth URI: expected otpauth://totp/… or otpauth://hotp/…"),
            Self::Migration => f.write_str(
                "this is an export of Google Authenticator (otpauth-migration), with several secrets: expected otpauth://totp/…",
            ),
            Self::PhoneFactor => f.write_str(
                "this is a push registration for Microsoft Authenticator (phonefactor) and holds no secret; choose another app \
                 at sign-up to get an otpauth URI",
            ),
            Self::Type => f.write_str("the URI's type is unknown: expected otpauth://totp/… or otpauth://hotp/…"),
            Self::Steam => f.write_str(
                "this is a token of Steam, whose codes have five letters and digits: use Steam's own app",
            ),
            Self::Encoder => f.write_str("the URI's encoder is unknown: expected no encoder, for codes of decimal digits"),
            Self::TwoStep => f.write_str(
                "this secret is one half of an enrolment in two steps (2step): use privacyIDEA's own app, or enrol in one step",
            ),
            Self::Separator => f.write_str(
                "a parameter stands inside another one's value or inside the label: write & before each parameter, %3D for =",
            ),
            Self::Missing(name) => {
                write!(f, "the URI lacks the parameter {name}: expected …&{name}=…; copy the whole URI again")
            }
            Self::Twice(name) => write!(f, "the URI gives the parameter {name} twice: remove one"),
            Self::Misnamed { found, expected } => {
                write!(f, "the URI has a parameter {found}, which otpauth does not know: rename it to {expected}")
            }
            Self::NotUtf8(part) => write!(f, "the URI's {part} is not UTF-8 once it is decoded"),
            Self::Secret(error) => error.fmt(f),
            Self::Algorithm => f.write_str("the URI's algorithm is unknown: expected SHA1, SHA256 or SHA512"),
            Self::Digits => f.write_str("the URI's digits are out of range: expected 6, 7 or 8"),
            Self::Period => f.write_str("the URI's period is out of range: expected whole seconds from 1 to 4294967295"),
            Self::Counter => f.write_str("the URI's counter is out of range: expected a whole number below 2^64"),
            Self::Account => f.write_str("the account is empty: give the user's name or address, which the app shows"),
            Self::T0 => f.write_str("a URI cannot carry an epoch T0 other than 1970: apps count from there"),
            Self::IsHotp => f.write_str("the URI's type is hotp, a counter-based token: expected totp"),
            Self::IsTotp => f.write_str("the URI's type is totp, a time-based token: expected hotp"),
            Self::Key(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for UriError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Secret(error) => Some(error),
            Self::Key(error) => Some(error),
            _ => None,
        }
    }
}
