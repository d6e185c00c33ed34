use crate::values::interval::MAX;
use crate::values::parameters;
use crate::{Finding, Format, Kind, Severity, Target};
use core::fmt;
use core::str::FromStr;
use oath_totp::{Algorithm, Digits};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How a file is to be read.
///
/// ```
/// use oath_seeds::{Options, Target};
/// let options = Options::default().target(Target::Inventory);
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// The format; `None`: recognised from the content.
    pub format: Option<Format>,
    /// The system that the tokens are for, whose rules each record is checked against; `None`: [`Target::Entra`] for a file
    /// with the header of Entra ID's upload, else [`otherwise`](Self::otherwise).
    pub target: Option<Target>,
    /// The system whose rules are checked where `target` is `None` and the file has not the header of Entra ID's upload:
    /// [`Target::Any`], which refuses no token. A check that is to come to the verdict of a directory sets
    /// [`Target::Inventory`].
    pub otherwise: Target,
    /// What becomes of mistakes that can be repaired safely.
    pub repairs: Repairs,
    /// The numbers of the places where [`Repairs::Apply`] applies; `None`: everywhere.
    pub(crate) only: Option<Arc<BTreeSet<u64>>>,
    /// What a file means that leaves parameters out.
    pub assume: Assume,
    /// How much of a file is read at most.
    pub limits: Limits,
    /// Accepts what drafts of a format did differently from the standard, with a warning: a PSKC draft's MAC over the
    /// plaintext.
    pub lenient: bool,
    /// Refuses secrets of 80 to 127 bits, fewer than RFC 4226 asks for, instead of warning of them. This holds for
    /// [`Target::Entra`], [`Target::Graph`] and [`Target::Inventory`], and for tokens with a serial number: a directory takes no
    /// others.
    pub refuse_weak: bool,
}

impl Options {
    /// Takes the format as given instead of recognising it.
    #[must_use]
    pub const fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// Sets the system that the tokens are for.
    #[must_use]
    pub const fn target(mut self, target: Target) -> Self {
        self.target = Some(target);
        self
    }

    /// Sets the system whose rules are checked where no target is set and the file has not the header of Entra ID's upload.
    #[must_use]
    pub const fn otherwise(mut self, target: Target) -> Self {
        self.otherwise = target;
        self
    }

    /// Sets what becomes of mistakes that can be repaired safely.
    #[must_use]
    pub const fn repairs(mut self, repairs: Repairs) -> Self {
        self.repairs = repairs;
        self
    }

    /// Applies the repairs of these places alone, and offers the others: one by one, as a person chooses. A place is named by
    /// its [`number`](crate::Place::number).
    ///
    /// ```
    /// use oath_seeds::{Options, read};
    /// const FILE: &[u8] = b"upn,serial number,secret key,time interval,manufacturer,model\r\n\
    ///     o'neil@example.com,1,JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP,30,Contoso,One\r\n\
    ///     o'hara@example.com,2,JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXA,30,Contoso,One\r\n";
    /// let file = read(FILE, &Options::default().repair_only([3]))?;
    /// assert_eq!((file.records.len(), file.records[0].upn.as_deref()), (1, Some("o'hara@example.com")));
    /// # Ok::<(), oath_seeds::ReadError>(())
    /// ```
    #[must_use]
    pub fn repair_only(mut self, numbers: impl IntoIterator<Item = u64>) -> Self {
        self.repairs = Repairs::Apply;
        self.only = Some(Arc::new(numbers.into_iter().collect()));
        self
    }

    /// Sets what a file means that leaves parameters out.
    #[must_use]
    pub const fn assume(mut self, assume: Assume) -> Self {
        self.assume = assume;
        self
    }

    /// Sets how much of a file is read at most.
    #[must_use]
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Accepts what drafts of a format did differently from the standard.
    #[must_use]
    pub const fn lenient(mut self, lenient: bool) -> Self {
        self.lenient = lenient;
        self
    }

    /// Sets whether secrets of 80 to 127 bits are refused.
    #[must_use]
    pub const fn refuse_weak(mut self, refuse: bool) -> Self {
        self.refuse_weak = refuse;
        self
    }
}

/// What becomes of mistakes that can be repaired safely.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Repairs {
    /// The row is refused; its finding carries the [`Repair`](crate::Repair) for a person to see.
    #[default]
    Offer,
    /// The row is read with the repair in place; its finding becomes a warning that says so.
    Apply,
}

/// What a file means that leaves parameters out. A parameter in the file always wins. Where a format has a default of its
/// own, `None` leaves it in place; where it has none, a row without the parameter is an error that names the field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Assume {
    /// Time or counter.
    pub kind: Option<TokenType>,
    /// The hash.
    pub algorithm: Option<Algorithm>,
    /// How long a code is.
    pub digits: Option<Digits>,
    /// X, in seconds: 1 to [`MAX_INTERVAL`](Self::MAX_INTERVAL). A reader refuses another one.
    pub interval: Option<u32>,
}

impl Assume {
    /// The longest interval that is read or can be assumed, in seconds: a day. A larger number stands in a wrong column.
    pub const MAX_INTERVAL: u32 = MAX;

    /// Refuses an interval that no token has.
    pub(crate) fn check(self) -> Result<(), Finding> {
        let Some(x) = self.interval.filter(|x| !(1..=MAX).contains(x)) else { return Ok(()) };
        Err(Finding::new(
            Kind::IntervalUnsupported,
            Severity::Error,
            format!("The interval to be assumed is {x} s; expected 1 to {MAX}."),
            "Give how many seconds the token shows a code for: 30 or 60.",
        ))
    }
}

/// What moves the codes of a token on, by the name that files use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenType {
    /// Time (RFC 6238).
    Totp,
    /// A counter (RFC 4226).
    Hotp,
}

/// How much of a file is read at most: what is beyond is refused, so that a hostile file takes bounded memory and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a document (XML, JSON, an encrypted or compressed file once it is open). Rows of a table have no limit.
    pub document_bytes: usize,
    /// Levels of nesting in a document.
    pub depth: usize,
    /// Rounds of a password's key derivation.
    pub rounds: u32,
}

impl Default for Limits {
    /// 256 MiB, 64 levels, 10,000,000 rounds (some seconds).
    fn default() -> Self {
        Self { document_bytes: 256 << 20, depth: 64, rounds: 10_000_000 }
    }
}

impl TokenType {
    /// `totp`, `hotp`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::Hotp => "hotp",
        }
    }
}

impl fmt::Display for TokenType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for TokenType {
    type Err = UnknownType;

    fn from_str(text: &str) -> Result<Self, UnknownType> {
        parameters::token_type(text).ok_or(UnknownType)
    }
}

/// A text that is neither `totp` nor `hotp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownType;

impl fmt::Display for UnknownType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown type of token: expected totp or hotp")
    }
}

impl core::error::Error for UnknownType {}
