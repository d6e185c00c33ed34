use crate::code::Code;
use crate::scan::Span;
use core::fmt;

/// One, two or three codes that a token showed one right after the other.
///
/// ```
/// use oath_totp::{Code, Consecutive};
/// let (code, next): (Code, Code) = ("755224".parse()?, "287082".parse()?);
/// let one = Consecutive::from(code.clone());
/// let two = Consecutive::from([code, next]);
/// # Ok::<(), oath_totp::MalformedCode>(())
/// ```
#[derive(Clone, Debug)]
pub struct Consecutive(Codes);

#[derive(Clone, Debug)]
enum Codes {
    One([Code; 1]),
    Two([Code; 2]),
    Three([Code; 3]),
}

impl Consecutive {
    pub(crate) fn codes(&self) -> &[Code] {
        match &self.0 {
            Codes::One(codes) => codes,
            Codes::Two(codes) => codes,
            Codes::Three(codes) => codes,
        }
    }

    /// Where runs of these codes may lie so that they end within the radius.
    pub(crate) fn ending_around(&self, server: u64, radius: u16) -> Span {
        let radius = u64::from(radius);
        Span::new(server.saturating_sub(radius).saturating_sub(self.further()), server.saturating_add(radius))
    }

    /// How many steps there are after the first code's.
    pub(crate) fn further(&self) -> u64 {
        match self.0 {
            Codes::One(_) => 0,
            Codes::Two(_) => 1,
            Codes::Three(_) => 2,
        }
    }
}

impl From<Code> for Consecutive {
    fn from(code: Code) -> Self {
        Self(Codes::One([code]))
    }
}

impl From<[Code; 1]> for Consecutive {
    fn from(codes: [Code; 1]) -> Self {
        Self(Codes::One(codes))
    }
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

impl TryFrom<&[Code]> for Consecutive {
    type Error = CodeCount;

    fn try_from(codes: &[Code]) -> Result<Self, CodeCount> {
        match codes {
            [a] => Ok([a.clone()].into()),
            [a, b] => Ok([a.clone(), b.clone()].into()),
            [a, b, c] => Ok([a.clone(), b.clone(), c.clone()].into()),
            _ => Err(CodeCount { found: codes.len() }),
        }
    }
}

/// Not one, two or three codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeCount {
    /// How many there were.
    pub found: usize,
}

impl fmt::Display for CodeCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected one, two or three consecutive codes; found {}", self.found)
    }
}

impl core::error::Error for CodeCount {}
