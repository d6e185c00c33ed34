use crate::code::Code;
use crate::scan::Span;
use core::fmt;
#[cfg(feature = "alloc")]
use core::slice::from_ref;

/// Two or three codes that a token showed one after another: what [`Totp::resync`](crate::Totp::resync) and
/// [`Hotp::resync`](crate::Hotp::resync) take. One code is too few for a wide search, by type.
///
/// ```
/// use oath_totp::{Code, Consecutive};
/// let (code, next): (Code, Code) = ("755224".parse()?, "287082".parse()?);
/// let two = Consecutive::from([code.clone(), next]);
/// assert!(Consecutive::try_from(&[code][..]).is_err());
/// # Ok::<(), oath_totp::CodeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Consecutive(Codes);

#[derive(Clone, Debug)]
enum Codes {
    Two([Code; 2]),
    Three([Code; 3]),
}

/// One to three codes that a token showed one after another.
///
/// [`Totp::find`](crate::Totp::find) and [`whose`](crate::whose) take it: these searches let no user in, so that one code
/// is enough. Where a state is at stake, a caller decides: [`activate`](crate::Totp::activate) takes one code,
/// [`resync`](crate::Totp::resync) several.
#[derive(Clone, Debug)]
pub enum CodeRun {
    /// One code.
    One(Code),
    /// Two or three codes.
    Several(Consecutive),
}

impl Consecutive {
    pub(crate) fn codes(&self) -> &[Code] {
        match &self.0 {
            Codes::Two(codes) => codes,
            Codes::Three(codes) => codes,
        }
    }

    /// The number of steps from the first code to the last.
    pub(crate) const fn further(&self) -> u64 {
        match self.0 {
            Codes::Two(_) => 1,
            Codes::Three(_) => 2,
        }
    }
}

#[cfg(feature = "alloc")]
impl CodeRun {
    pub(crate) fn codes(&self) -> &[Code] {
        match self {
            Self::One(code) => from_ref(code),
            Self::Several(codes) => codes.codes(),
        }
    }

    /// The number of steps from the first code to the last.
    pub(crate) const fn further(&self) -> u64 {
        match self {
            Self::One(_) => 0,
            Self::Several(codes) => codes.further(),
        }
    }
}

/// The steps to scan for a run of codes that ends within `radius` steps of the server's step. `further` is the number of
/// steps from the first code of the run to the last.
pub(crate) fn ending_around(server: u64, radius: u16, further: u64) -> Span {
    let radius = u64::from(radius);
    Span::new(server.saturating_sub(radius).saturating_sub(further), server.saturating_add(radius))
}

impl From<[Code; 2]> for Consecutive {
    fn from(codes: [Code; 2]) -> Self {
        Self(Codes::Two(codes))
    }
}

impl From<[Code; 3]> for Consecutive {
    fn from(codes: [Code; 3]) -> Self {
        Self(Codes::Three(codes))
    }
}

impl From<Code> for CodeRun {
    fn from(code: Code) -> Self {
        Self::One(code)
    }
}

impl From<Consecutive> for CodeRun {
    fn from(codes: Consecutive) -> Self {
        Self::Several(codes)
    }
}

impl From<[Code; 2]> for CodeRun {
    fn from(codes: [Code; 2]) -> Self {
        Self::Several(codes.into())
    }
}

impl From<[Code; 3]> for CodeRun {
    fn from(codes: [Code; 3]) -> Self {
        Self::Several(codes.into())
    }
}

impl TryFrom<&[Code]> for Consecutive {
    type Error = CodeCountError;

    fn try_from(codes: &[Code]) -> Result<Self, CodeCountError> {
        match codes {
            [a, b] => Ok([a.clone(), b.clone()].into()),
            [a, b, c] => Ok([a.clone(), b.clone(), c.clone()].into()),
            _ => Err(CodeCountError { found: codes.len(), least: 2 }),
        }
    }
}

impl TryFrom<&[Code]> for CodeRun {
    type Error = CodeCountError;

    fn try_from(codes: &[Code]) -> Result<Self, CodeCountError> {
        match codes {
            [code] => Ok(code.clone().into()),
            codes => {
                Consecutive::try_from(codes).map(Self::Several).map_err(|error| CodeCountError { least: 1, ..error })
            }
        }
    }
}

/// The wrong number of codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CodeCountError {
    /// How many codes were given.
    pub found: usize,
    /// How many are needed at least: 1 or 2.
    pub least: usize,
}

impl fmt::Display for CodeCountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expected = if self.least == 1 { "one, two or three" } else { "two or three" };
        write!(f, "expected {expected} consecutive codes; found {}", self.found)
    }
}

impl core::error::Error for CodeCountError {}
