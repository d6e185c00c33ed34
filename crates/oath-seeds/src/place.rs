use core::fmt;

/// Where in a file something stands.
///
/// ```
/// use oath_seeds::Place;
/// assert_eq!(Place::Line(7).to_string(), "line 7");
/// assert_eq!(Place::Item { of: "KeyPackage", number: 3 }.to_string(), "KeyPackage 3");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Place {
    /// The file as a whole.
    #[default]
    File,
    /// A line, counted from 1.
    Line(u64),
    /// One of the things of a kind that a document lists: the third `KeyPackage` of a PSKC file, the fifth of an export's
    /// `entries`.
    Item {
        /// The name of the element or of the array.
        of: &'static str,
        /// Which of them, counted from 1.
        number: u64,
    },
}

impl Place {
    /// The line, counted from 1, where the place is one.
    #[must_use]
    pub const fn line(self) -> Option<u64> {
        match self {
            Self::Line(line) => Some(line),
            Self::File | Self::Item { .. } => None,
        }
    }

    /// The number of the line or of the item, counted from 1; 0 for the file as a whole.
    #[must_use]
    pub const fn number(self) -> u64 {
        match self {
            Self::Line(number) | Self::Item { number, .. } => number,
            Self::File => 0,
        }
    }

    /// The place of the same kind with another number.
    pub(crate) const fn with_number(self, number: u64) -> Self {
        match self {
            Self::Line(_) => Self::Line(number),
            Self::Item { of, .. } => Self::Item { of, number },
            Self::File => Self::File,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => f.write_str("the file"),
            Self::Line(line) => write!(f, "line {line}"),
            Self::Item { of, number } => write!(f, "{of} {number}"),
        }
    }
}
