mod error;
mod parse;
mod write;

pub use self::error::UriError;

use self::parse::non_empty;
use crate::hotp::{Hotp, HotpState};
use crate::key::{Key, KeyError};
use crate::parameters::{Algorithm, Digits};
use crate::secret::Secret;
use crate::time::TimeStep;
use crate::totp::Totp;
use alloc::borrow::ToOwned;
use alloc::string::String;
use core::num::NonZeroU32;
use core::str::FromStr;
use zeroize::Zeroizing;

const SCHEME: &str = "otpauth://";

/// An otpauth:// URI, which a QR code at enrolment holds: a secret with its parameters, its issuer and its account.
///
/// `Debug` elides the secret; there is no `Display`.
///
/// ```
/// use oath_totp::{KeyUri, Secret};
/// let secret = Secret::from_base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")?;
/// let uri = KeyUri::totp(secret, "alice@example.com")?.with_issuer("Example Ltd");
/// assert_eq!(
///     *uri.expose_uri(),
///     "otpauth://totp/Example%20Ltd:alice@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
///      &issuer=Example%20Ltd&algorithm=SHA1&digits=6&period=30",
/// );
/// let totp = KeyUri::parse(&uri.expose_uri())?.to_totp()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct KeyUri {
    secret: Secret,
    algorithm: Algorithm,
    digits: Digits,
    moving_factor: MovingFactor,
    issuer: Option<String>,
    prefix: Option<String>,
    account: String,
}

/// The moving factor of RFC 4226 §5.1, which changes the codes: the URI's type and the parameter that belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MovingFactor {
    /// `totp`, with `period`. T0 is always 1970; a URI cannot say otherwise.
    Time {
        /// The time step X in seconds.
        period: NonZeroU32,
    },
    /// `hotp`, with `counter`.
    Counter {
        /// C, the counter of the next code.
        counter: u64,
    },
}

impl MovingFactor {
    const TIME_30: Self = Self::Time { period: NonZeroU32::new(30).unwrap() };
}

impl KeyUri {
    /// A time-based secret with the parameters that every app takes: SHA-1, six digits, 30 s. The account is the user's
    /// name, usually an address.
    ///
    /// # Errors
    /// [`UriError::Account`] where the account is empty or blank.
    pub fn totp(secret: Secret, account: &str) -> Result<Self, UriError> {
        Self::new(secret, account, MovingFactor::TIME_30)
    }

    /// A counter-based secret with SHA-1 and six digits; `counter` is that of the next code.
    ///
    /// ```
    /// use oath_totp::{KeyUri, MovingFactor, Secret};
    /// let secret = Secret::from_base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")?;
    /// let uri = KeyUri::hotp(secret, "alice", 7)?;
    /// assert_eq!(uri.moving_factor(), MovingFactor::Counter { counter: 7 });
    /// let (hotp, state) = uri.to_hotp()?;
    /// assert_eq!(state.counter, 7);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`UriError::Account`] where the account is empty or blank.
    pub fn hotp(secret: Secret, account: &str, counter: u64) -> Result<Self, UriError> {
        Self::new(secret, account, MovingFactor::Counter { counter })
    }

    fn new(secret: Secret, account: &str, moving_factor: MovingFactor) -> Result<Self, UriError> {
        if account.trim().is_empty() {
            return Err(UriError::Account);
        }
        let (algorithm, digits) = (Algorithm::Sha1, Digits::Six);
        Ok(Self { secret, algorithm, digits, moving_factor, issuer: None, prefix: None, account: account.to_owned() })
    }

    /// The same with an issuer, in the parameter and before the account. White space around it is dropped. An issuer that
    /// begins with a colon stands in the parameter alone, and so does each before an account that begins with a blank:
    /// readers would split such a label elsewhere.
    #[must_use]
    pub fn with_issuer(self, issuer: &str) -> Self {
        let issuer = non_empty(issuer.trim());
        let prefix = issuer.clone().filter(|i| !i.starts_with(':') && !self.account.starts_with(char::is_whitespace));
        Self { issuer, prefix, ..self }
    }

    /// The same with another hash. Several apps compute SHA-1 whatever the URI says, Microsoft Authenticator among them.
    #[must_use]
    pub fn with_algorithm(self, algorithm: Algorithm) -> Self {
        Self { algorithm, ..self }
    }

    /// The same with another number of digits.
    #[must_use]
    pub fn with_digits(self, digits: Digits) -> Self {
        Self { digits, ..self }
    }

    /// The same with another time step, for a time-based secret.
    ///
    /// ```
    /// use oath_totp::{KeyUri, Secret, TimeStep, UriError};
    /// let secret = || Secret::from_base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    /// let uri = KeyUri::totp(secret()?, "alice")?.with_time_step(TimeStep::SECONDS_60)?;
    /// assert!(uri.expose_uri().ends_with("&period=60"));
    /// let counter_based = KeyUri::hotp(secret()?, "alice", 0)?;
    /// assert_eq!(counter_based.with_time_step(TimeStep::SECONDS_60), Err(UriError::IsHotp));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`UriError::IsHotp`] for a counter-based secret, [`UriError::T0`] where T0 is not 0: a URI cannot say it.
    pub fn with_time_step(self, step: TimeStep) -> Result<Self, UriError> {
        match (self.moving_factor, NonZeroU32::new(step.x())) {
            (MovingFactor::Counter { .. }, _) => Err(UriError::IsHotp),
            (MovingFactor::Time { .. }, Some(period)) if step.t0() == 0 => {
                Ok(Self { moving_factor: MovingFactor::Time { period }, ..self })
            }
            _ => Err(UriError::T0),
        }
    }

    /// Reads `otpauth://TYPE/LABEL?secret=…&issuer=…&algorithm=…&digits=…&period=…&counter=…`.
    ///
    /// Lenient where URIs in the field are loose: case, white space around the URI and its values, `&amp;` for `&`, blanks,
    /// dashes and padding in the secret, unknown parameters, a label whose prefix differs from the issuer (both are
    /// kept). Strict where a guess would give wrong codes: tokens of Steam, other encoders, enrolments in two steps, names
    /// of parameters that other software uses, a parameter inside another one's value, an epoch T0 other than 1970, and
    /// anything out of range are refused by name. `testkit/uris.json` in the repository has an example of each.
    ///
    /// ```
    /// use oath_totp::{KeyUri, UriError};
    /// let uri = KeyUri::parse("otpauth://totp/Contoso%3Aalice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Microsoft")?;
    /// assert_eq!((uri.issuer(), uri.prefix(), uri.account()), (Some("Microsoft"), Some("Contoso"), "alice"));
    ///
    /// let steam = "otpauth://totp/Steam:alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    /// assert_eq!(KeyUri::parse(steam), Err(UriError::Steam));
    /// # Ok::<(), UriError>(())
    /// ```
    ///
    /// Leakage: the secret's characters are secret; where the URI's parts begin and end is public.
    ///
    /// # Errors
    /// [`UriError`] names the part that is wrong, never the secret.
    pub fn parse(uri: &str) -> Result<Self, UriError> {
        parse::parse(uri)
    }

    /// The URI, secret included, in a string that is wiped when dropped. Show it once: as a QR code, or to an app.
    ///
    /// Leakage: the secret; its length is public.
    #[must_use]
    pub fn expose_uri(&self) -> Zeroizing<String> {
        write::write(self)
    }

    /// The secret.
    #[must_use]
    pub const fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The secret alone.
    #[must_use]
    pub fn into_secret(self) -> Secret {
        self.secret
    }

    /// The hash of the HMAC.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The number of digits of a code.
    #[must_use]
    pub const fn digits(&self) -> Digits {
        self.digits
    }

    /// Time or counter.
    #[must_use]
    pub const fn moving_factor(&self) -> MovingFactor {
        self.moving_factor
    }

    /// The account, decoded: the label after its issuer.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The issuer: the parameter `issuer`, or the label's prefix where the parameter is missing.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref().or(self.prefix())
    }

    /// The part of the label before the account, decoded: the issuer as a rule, the organisation in Microsoft's URIs.
    #[must_use]
    pub fn prefix(&self) -> Option<&str> {
        self.prefix.as_deref()
    }

    /// The time-based token.
    ///
    /// # Errors
    /// [`UriError::IsHotp`] where the type is `hotp`; [`UriError::Key`] where the secret is shorter than 128 bits, which
    /// [`to_legacy_totp`](Self::to_legacy_totp) takes.
    pub fn to_totp(&self) -> Result<Totp, UriError> {
        self.totp_with(self.secret.key(self.algorithm))
    }

    /// The time-based token with a secret of 80 bits or more; see [`Key::legacy_from_bytes`].
    ///
    /// # Errors
    /// [`UriError::IsHotp`], [`UriError::Key`].
    pub fn to_legacy_totp(&self) -> Result<Totp, UriError> {
        self.totp_with(self.secret.legacy_key(self.algorithm))
    }

    /// The counter-based token and its state.
    ///
    /// # Errors
    /// [`UriError::IsTotp`] where the type is `totp`; [`UriError::Key`] where the secret is shorter than 128 bits, which
    /// [`to_legacy_hotp`](Self::to_legacy_hotp) takes.
    pub fn to_hotp(&self) -> Result<(Hotp, HotpState), UriError> {
        self.hotp_with(self.secret.key(self.algorithm))
    }

    /// The counter-based token with a secret of 80 bits or more, and its state; see [`Key::legacy_from_bytes`].
    ///
    /// # Errors
    /// [`UriError::IsTotp`], [`UriError::Key`].
    pub fn to_legacy_hotp(&self) -> Result<(Hotp, HotpState), UriError> {
        self.hotp_with(self.secret.legacy_key(self.algorithm))
    }

    fn totp_with(&self, key: Result<Key, KeyError>) -> Result<Totp, UriError> {
        let MovingFactor::Time { period } = self.moving_factor else { return Err(UriError::IsHotp) };
        // X is not 0, so that this error does not occur.
        let step = TimeStep::new(period.get(), 0).map_err(|_| UriError::Period)?;
        Ok(Totp::new(key.map_err(UriError::Key)?, self.digits, step))
    }

    fn hotp_with(&self, key: Result<Key, KeyError>) -> Result<(Hotp, HotpState), UriError> {
        let MovingFactor::Counter { counter } = self.moving_factor else { return Err(UriError::IsTotp) };
        Ok((Hotp::new(key.map_err(UriError::Key)?, self.digits), HotpState { counter }))
    }
}

impl FromStr for KeyUri {
    type Err = UriError;

    fn from_str(text: &str) -> Result<Self, UriError> {
        Self::parse(text)
    }
}
