use crate::hotp::{Hotp, HotpState};
use crate::key::KeyError;
use crate::parameters::{Algorithm, Digits};
use crate::secret::{Secret, SecretError};
use crate::time::TimeStep;
use crate::totp::Totp;
use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt::{self, Write as _};
use core::num::NonZeroU32;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use zeroize::Zeroizing;

/// An otpauth:// URI, what a QR code at sign-up holds: a secret, its parameters, and whose it is.
///
/// Read leniently where the field is loose (Microsoft's label prefix differs from its issuer: both are kept), strictly
/// where a guess would give wrong codes. `Debug` elides the secret.
///
/// ```
/// use oath_totp::{KeyUri, Secret};
/// let uri = KeyUri::totp(Secret::from_base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")?, "alice@example.com")
///     .with_issuer("Example Ltd");
/// assert_eq!(
///     *uri.expose_uri(),
///     "otpauth://totp/Example%20Ltd:alice@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
///      &issuer=Example%20Ltd&algorithm=SHA1&digits=6&period=30",
/// );
/// assert_eq!(KeyUri::parse(&uri.expose_uri())?, uri);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct KeyUri {
    secret: Secret,
    algorithm: Algorithm,
    digits: Digits,
    moving: Moving,
    issuer: Option<String>,
    prefix: Option<String>,
    account: String,
}

/// What moves the codes on: the URI's type and the parameter that goes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moving {
    /// `totp`, with `period`: X in seconds. T0 is always 1970; a URI cannot say otherwise.
    Time {
        /// X in seconds.
        period: NonZeroU32,
    },
    /// `hotp`, with `counter`: the next one.
    Counter {
        /// C, the counter of the next code.
        counter: u64,
    },
}

impl Moving {
    const TIME_30: Self = Self::Time { period: NonZeroU32::new(30).unwrap() };
}

const SCHEME: &str = "otpauth://";
/// Of the printable ASCII characters only those that RFC 3986 calls unreserved stay as they are…
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// …and in the label the @ of an address.
const LABEL: &AsciiSet = &VALUE.remove(b'@');

impl KeyUri {
    /// A TOTP secret with the parameters that every app takes: SHA-1, 6 digits, 30 s. `account` is whose it is, usually
    /// an address.
    #[must_use]
    pub fn totp(secret: Secret, account: &str) -> Self {
        Self {
            secret,
            algorithm: Algorithm::Sha1,
            digits: Digits::Six,
            moving: Moving::TIME_30,
            issuer: None,
            prefix: None,
            account: account.to_owned(),
        }
    }

    /// An HOTP secret with SHA-1 and 6 digits; `counter` is the next one.
    #[must_use]
    pub fn hotp(secret: Secret, account: &str, counter: u64) -> Self {
        Self { moving: Moving::Counter { counter }, ..Self::totp(secret, account) }
    }

    /// The secret of this token with its parameters; `None` where T0 is not 0, which no URI can say: apps count from 1970.
    #[must_use]
    pub fn of_totp(totp: &Totp, secret: Secret, account: &str) -> Option<Self> {
        let (algorithm, digits, step) = (totp.algorithm(), totp.digits(), totp.time_step());
        let period = NonZeroU32::new(step.x()).filter(|_| step.t0() == 0)?;
        Some(Self::totp(secret, account).with_algorithm(algorithm).with_digits(digits).with_period(period))
    }

    /// The secret of this token with its parameters; `counter` is the next one.
    #[must_use]
    pub fn of_hotp(hotp: &Hotp, secret: Secret, account: &str, counter: u64) -> Self {
        let (algorithm, digits) = (hotp.algorithm(), hotp.digits());
        Self::hotp(secret, account, counter).with_algorithm(algorithm).with_digits(digits)
    }

    /// Who issued it, in the parameter and, where it has no colon, before the account as well.
    #[must_use]
    pub fn with_issuer(self, issuer: &str) -> Self {
        let prefix = (!issuer.contains(':')).then_some(issuer);
        Self { issuer: non_empty(issuer), prefix: prefix.and_then(non_empty), ..self }
    }

    /// Another hash. Several apps compute SHA-1 whatever the URI says, Microsoft Authenticator among them.
    #[must_use]
    pub fn with_algorithm(self, algorithm: Algorithm) -> Self {
        Self { algorithm, ..self }
    }

    /// Another number of digits.
    #[must_use]
    pub fn with_digits(self, digits: Digits) -> Self {
        Self { digits, ..self }
    }

    /// Another period in seconds, for TOTP.
    #[must_use]
    pub fn with_period(self, period: NonZeroU32) -> Self {
        Self { moving: Moving::Time { period }, ..self }
    }

    /// Reads `otpauth://TYPE/LABEL?secret=…&issuer=…&algorithm=…&digits=…&period=…&counter=…`.
    ///
    /// The label is split at its first `:` or `%3A` before it is decoded; `+` is a plus sign. Unknown parameters are
    /// passed over. The secret may have lower case, spaces, dashes and padding.
    ///
    /// Leakage: the secret's characters; where the URI's parts begin and end is public.
    ///
    /// # Errors
    /// [`UriError`] names the part that is wrong, never the secret.
    pub fn parse(uri: &str) -> Result<Self, UriError> {
        let rest = match uri.split_at_checked(SCHEME.len()) {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case(SCHEME) => rest,
            _ => return Err(UriError::of_scheme(uri)),
        };
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (kind, label) = path.split_once('/').unwrap_or((path, ""));
        let counts = match kind {
            _ if kind.eq_ignore_ascii_case("totp") => false,
            _ if kind.eq_ignore_ascii_case("hotp") => true,
            _ => return Err(UriError::Type),
        };
        let parameters = Parameters::of(query)?;
        let secret = decode(parameters.secret.ok_or(UriError::Missing("secret"))?, "secret")?;
        let moving = if counts {
            let counter = parameters.counter.ok_or(UriError::Missing("counter"))?;
            Moving::Counter { counter: number(counter).ok_or(UriError::Counter)? }
        } else {
            match parameters.period {
                Some(period) => Moving::Time { period: number(period).ok_or(UriError::Period)? },
                None => Moving::TIME_30,
            }
        };
        let (prefix, account) = split_label(label);
        Ok(Self {
            secret: Secret::from_base32(&secret).map_err(UriError::Secret)?,
            algorithm: parameters
                .algorithm
                .map_or(Ok(Algorithm::Sha1), |a| a.parse().map_err(|_| UriError::Algorithm))?,
            digits: match parameters.digits {
                Some(digits) => number::<u8>(digits).and_then(|d| Digits::try_from(d).ok()).ok_or(UriError::Digits)?,
                None => Digits::Six,
            },
            moving,
            issuer: parameters.issuer.map(|issuer| decode(issuer, "issuer")).transpose()?.and_then(|i| non_empty(&i)),
            prefix: decode(prefix, "label").map(|p| non_empty(&p))?,
            account: decode(account, "label")?.trim_start().to_owned(),
        })
    }

    /// The URI, secret included, in a string that is wiped when dropped: for a QR code or an app, once.
    #[must_use]
    pub fn expose_uri(&self) -> Zeroizing<String> {
        let secret = self.secret.expose_base32();
        let issuer = self.issuer.as_deref().unwrap_or_default();
        let prefix = self.prefix.as_deref().unwrap_or_default();
        // Room for every byte escaped, so that the string never moves and leaves a copy behind.
        let names = issuer.len().saturating_add(prefix.len()).saturating_add(self.account.len()).saturating_mul(3);
        let mut uri = Zeroizing::new(String::with_capacity(names.saturating_add(secret.len()).saturating_add(128)));
        let kind = if matches!(self.moving, Moving::Time { .. }) { "totp" } else { "hotp" };
        // Writing to a String does not fail.
        let _ = write!(uri, "{SCHEME}{kind}/{}", utf8_percent_encode(prefix, LABEL));
        if !prefix.is_empty() || self.account.contains(':') {
            uri.push(':');
        }
        let _ = write!(uri, "{}?secret=", utf8_percent_encode(&self.account, LABEL));
        uri.push_str(&secret);
        if !issuer.is_empty() {
            let _ = write!(uri, "&issuer={}", utf8_percent_encode(issuer, VALUE));
        }
        let _ = write!(uri, "&algorithm={}&digits={}", self.algorithm, self.digits);
        let _ = match self.moving {
            Moving::Time { period } => write!(uri, "&period={period}"),
            Moving::Counter { counter } => write!(uri, "&counter={counter}"),
        };
        uri
    }

    /// The secret.
    #[must_use]
    pub const fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The secret alone, without what stood around it.
    #[must_use]
    pub fn into_secret(self) -> Secret {
        self.secret
    }

    /// The hash.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// How many digits.
    #[must_use]
    pub const fn digits(&self) -> Digits {
        self.digits
    }

    /// Time or counter.
    #[must_use]
    pub const fn moving(&self) -> Moving {
        self.moving
    }

    /// Whose it is: the label behind the first colon, decoded.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The parameter `issuer`, decoded.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// The label before the first colon, decoded: the issuer as a rule, the organisation in Microsoft's.
    #[must_use]
    pub fn prefix(&self) -> Option<&str> {
        self.prefix.as_deref()
    }

    /// The token, where the URI's type is `totp`. Secrets from 80 bits on are taken: apps are handed such secrets.
    ///
    /// # Errors
    /// [`KeyError`] where the secret is shorter than 80 bits.
    #[must_use]
    pub fn to_totp(&self) -> Option<Result<Totp, KeyError>> {
        let Moving::Time { period } = self.moving else { return None };
        let step = TimeStep::new(period.get(), 0).ok()?;
        Some(self.secret.legacy_key(self.algorithm).map(|key| Totp::new(key, self.digits, step)))
    }

    /// The token and its state, where the URI's type is `hotp`. Secrets from 80 bits on are taken.
    ///
    /// # Errors
    /// [`KeyError`] where the secret is shorter than 80 bits.
    #[must_use]
    pub fn to_hotp(&self) -> Option<Result<(Hotp, HotpState), KeyError>> {
        let Moving::Counter { counter } = self.moving else { return None };
        let key = self.secret.legacy_key(self.algorithm);
        Some(key.map(|key| (Hotp::new(key, self.digits), HotpState { counter })))
    }
}

/// The known parameters of a query, still encoded.
#[derive(Default)]
struct Parameters<'a> {
    secret: Option<&'a str>,
    issuer: Option<&'a str>,
    algorithm: Option<&'a str>,
    digits: Option<&'a str>,
    period: Option<&'a str>,
    counter: Option<&'a str>,
}

impl<'a> Parameters<'a> {
    fn of(query: &'a str) -> Result<Self, UriError> {
        let mut all = Self::default();
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, place) = match () {
                () if name.eq_ignore_ascii_case("secret") => ("secret", &mut all.secret),
                () if name.eq_ignore_ascii_case("issuer") => ("issuer", &mut all.issuer),
                () if name.eq_ignore_ascii_case("algorithm") => ("algorithm", &mut all.algorithm),
                () if name.eq_ignore_ascii_case("digits") => ("digits", &mut all.digits),
                () if name.eq_ignore_ascii_case("period") => ("period", &mut all.period),
                () if name.eq_ignore_ascii_case("counter") => ("counter", &mut all.counter),
                () => continue,
            };
            if place.replace(value).is_some() {
                return Err(UriError::Twice(name));
            }
        }
        Ok(all)
    }
}

/// Splits at the first colon, written out or as %3A, before anything is decoded.
fn split_label(label: &str) -> (&str, &str) {
    let colon = |rest: &[u8]| match rest {
        [b':', ..] => Some(1),
        [b'%', b'3', b'A' | b'a', ..] => Some(3),
        _ => None,
    };
    match (0..label.len()).find_map(|at| Some((at, colon(label.as_bytes().get(at..)?)?))) {
        Some((at, length)) => {
            (label.get(..at).unwrap_or_default(), label.get(at.saturating_add(length)..).unwrap_or_default())
        }
        None => ("", label),
    }
}

fn decode(text: &str, part: &'static str) -> Result<Zeroizing<String>, UriError> {
    let mut bytes = Zeroizing::new(alloc::vec::Vec::with_capacity(text.len()));
    bytes.extend(percent_decode_str(text));
    match String::from_utf8(core::mem::take(&mut *bytes)) {
        Ok(text) => Ok(Zeroizing::new(text)),
        Err(error) => {
            drop(Zeroizing::new(error.into_bytes()));
            Err(UriError::NotUtf8(part))
        }
    }
}

/// Plain decimal digits: no sign, no blanks.
fn number<T: core::str::FromStr>(text: &str) -> Option<T> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn non_empty(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// What is wrong with an otpauth:// URI. Never shows the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UriError {
    /// It does not begin with `otpauth://`.
    Scheme,
    /// `otpauth-migration://`, several secrets in one export of Google Authenticator.
    Migration,
    /// `phonefactor://`, Microsoft's push registration: no OATH secret is in it.
    PhoneFactor,
    /// The type is neither `totp` nor `hotp`.
    Type,
    /// A parameter that must be there is not.
    Missing(&'static str),
    /// A parameter is given twice.
    Twice(&'static str),
    /// A part is not UTF-8 once it is decoded.
    NotUtf8(&'static str),
    /// The secret is malformed.
    Secret(SecretError),
    /// The algorithm is none of SHA1, SHA256, SHA512.
    Algorithm,
    /// The digits are not 6, 7 or 8.
    Digits,
    /// The period is no whole number of seconds from 1 to 2^32 - 1.
    Period,
    /// The counter is no whole number below 2^64.
    Counter,
}

impl UriError {
    fn of_scheme(uri: &str) -> Self {
        let begins = |scheme: &str| uri.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme));
        match () {
            () if begins("otpauth-migration:") => Self::Migration,
            () if begins("phonefactor:") => Self::PhoneFactor,
            () => Self::Scheme,
        }
    }
}

impl fmt::Display for UriError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheme => f.write_str("not an otpauth URI: expected otpauth://totp/… or otpauth://hotp/…"),
            Self::Migration => f.write_str("otpauth-migration:// is an export of several secrets, not one otpauth URI"),
            Self::PhoneFactor => {
                f.write_str("phonefactor:// registers Microsoft's push notifications; it holds no OATH secret")
            }
            Self::Type => f.write_str("the type of the URI is unknown: expected otpauth://totp/… or otpauth://hotp/…"),
            Self::Missing(name) => write!(f, "the parameter {name} is missing"),
            Self::Twice(name) => write!(f, "the parameter {name} is given twice"),
            Self::NotUtf8(part) => write!(f, "the {part} is not UTF-8 text"),
            Self::Secret(error) => error.fmt(f),
            Self::Algorithm => f.write_str("the parameter algorithm is unknown: expected SHA1, SHA256 or SHA512"),
            Self::Digits => f.write_str("the parameter digits is unknown: expected 6, 7 or 8"),
            Self::Period => f.write_str("the parameter period is not a number of seconds, 1 or more"),
            Self::Counter => f.write_str("the parameter counter is not a number below 2^64"),
        }
    }
}

impl core::error::Error for UriError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Secret(error) => Some(error),
            _ => None,
        }
    }
}
