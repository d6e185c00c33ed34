use super::Tag;
use core::fmt;
use oath_totp::{GenerateError, Secret, SecretError, UnixTime};
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

/// A code that signs a user in once when no token is at hand: 56 random bits, written as `ABCD-EFGH-IJKL` in Base32 (A to Z and
/// 2 to 7, so that no two characters look alike). Wiped when dropped; `Debug` is elided.
///
/// Leakage: the code is secret, its length public. It is read and written in constant time.
pub struct RecoveryCode(Secret);

impl RecoveryCode {
    /// 56 bits: of ten codes, one guess of 7 * 10^15 is right.
    const BYTES: usize = 7;

    pub(crate) fn generate() -> Result<Self, GenerateError> {
        // As many as a key has at least, of which some are left out.
        let random = Secret::generate_bytes(16)?;
        let bytes = random.expose_bytes().first_chunk::<{ Self::BYTES }>();
        // 16 bytes begin with 7.
        let secret = bytes.and_then(|bytes| Secret::from_bytes(bytes).ok());
        secret.map(Self).ok_or(GenerateError::NoRandomness)
    }

    /// Reads a code as a person types it: case, spaces and dashes do not matter.
    ///
    /// # Errors
    /// [`MalformedRecoveryCode`]; never with what was typed.
    pub fn from_typed(text: &str) -> Result<Self, MalformedRecoveryCode> {
        let secret = Secret::from_base32(text).map_err(|error| match error {
            SecretError::Empty => MalformedRecoveryCode::Length,
            _ => MalformedRecoveryCode::Character,
        })?;
        if secret.byte_len() == Self::BYTES { Ok(Self(secret)) } else { Err(MalformedRecoveryCode::Length) }
    }

    /// The code in groups of four characters, in a string that is wiped when dropped.
    #[must_use]
    pub fn expose_text(&self) -> Zeroizing<String> {
        let base32 = self.0.expose_base32();
        // Room for all of it, so that the string never moves: what it moved from would not be wiped.
        let mut text = Zeroizing::new(String::with_capacity(16));
        for (place, character) in base32.chars().enumerate() {
            if place > 0 && place.is_multiple_of(4) {
                text.push('-');
            }
            text.push(character);
        }
        text
    }

    pub(crate) fn expose_bytes(&self) -> &[u8] {
        self.0.expose_bytes()
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode([elided])")
    }
}

/// A text that is no recovery code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MalformedRecoveryCode {
    /// A character that no recovery code has: 0, 1, 8, 9, or none of Base32.
    Character,
    /// Not 12 characters.
    Length,
}

impl MalformedRecoveryCode {
    /// What to do.
    #[must_use]
    pub const fn action(self) -> &'static str {
        match self {
            Self::Character => {
                "compare it with the list: it has the letters A to Z and the digits 2 to 7, so O is a letter and not 0"
            }
            Self::Length => "type all 12 characters of one code; case, spaces and dashes do not matter",
        }
    }
}

impl fmt::Display for MalformedRecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Character => "a character is none of a recovery code",
            Self::Length => "expected a recovery code of 12 characters, like ABCD-EFGH-IJKL",
        })
    }
}

impl core::error::Error for MalformedRecoveryCode {}

/// The recovery codes of a user that are not used yet, as keyed hashes: [`KeyRing::tag_of_recovery`](crate::KeyRing::tag_of_recovery).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Recovery {
    /// When they were issued.
    pub issued: UnixTime,
    /// The [floor](super::Settings::floor) of the directory then. Where it is another one now, the database was restored since,
    /// and the codes are refused: some may have been used. The time of issue would not show it where a clock was wrong.
    pub floor: UnixTime,
    /// One for each code, at most [`Recovery::MOST`].
    pub codes: Vec<Tag>,
}

impl Recovery {
    /// How many codes one user can have, whatever the policy says.
    pub const MOST: usize = 32;

    /// As a record is bound and kept: nothing where there are none; else the time of issue in 8 bytes, most significant first,
    /// the floor in 8 bytes where it is not 0, and 16 bytes for each code.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        if self.codes.is_empty() {
            return Vec::new();
        }
        let floor = Some(self.floor.as_secs()).filter(|floor| *floor > 0).map(u64::to_be_bytes);
        let tags = self.codes.iter().flat_map(|tag| tag.0);
        self.issued.as_secs().to_be_bytes().into_iter().chain(floor.into_iter().flatten()).chain(tags).collect()
    }

    /// The opposite of [`to_bytes`](Self::to_bytes).
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let Some((issued, tags)) = bytes.split_first_chunk() else {
            return bytes.is_empty().then(Self::default);
        };
        // The tags are 16 bytes each, so that 8 more are the floor.
        let (floor, tags) = match (tags.as_chunks(), tags.split_first_chunk()) {
            ((tags, []), _) => (0, tags),
            (_, Some((floor, tags))) => match (u64::from_be_bytes(*floor), tags.as_chunks()) {
                (floor @ 1.., (tags, [])) => (floor, tags),
                _ => return None,
            },
            _ => return None,
        };
        let sound = (1..=Self::MOST).contains(&tags.len());
        sound.then(|| Self {
            issued: UnixTime::from_secs(u64::from_be_bytes(*issued)),
            floor: UnixTime::from_secs(floor),
            codes: tags.iter().map(|tag| Tag(*tag)).collect(),
        })
    }

    /// Whether one of the codes has this hash. Always as many comparisons, whatever there are and which one fits.
    ///
    /// Leakage: the number of codes and the answer are public.
    #[must_use]
    pub fn holds(&self, tag: Tag) -> bool {
        let none = Tag::default();
        let all = self.codes.iter().map(|code| (code, 1)).chain(core::iter::repeat((&none, 0))).take(Self::MOST);
        let found =
            all.fold(Choice::from(0), |found, (code, there)| found | (code.0.ct_eq(&tag.0) & Choice::from(there)));
        found.into()
    }

    /// Without the code of this hash.
    #[must_use]
    pub fn without(&self, tag: Tag) -> Self {
        Self {
            issued: self.issued,
            floor: self.floor,
            codes: self.codes.iter().copied().filter(|code| *code != tag).collect(),
        }
    }
}

impl fmt::Debug for Recovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recovery({} codes)", self.codes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_is_written_and_typed() {
        let code = RecoveryCode::generate().unwrap();
        let text = code.expose_text();
        assert_eq!(text.len(), 14);
        assert_eq!(text.matches('-').count(), 2);
        for typed in
            [text.to_string(), text.to_lowercase(), text.replace('-', " "), format!(" {} ", text.replace('-', ""))]
        {
            assert_eq!(RecoveryCode::from_typed(&typed).unwrap().expose_bytes(), code.expose_bytes(), "{typed:?}");
        }
        assert_ne!(RecoveryCode::generate().unwrap().expose_bytes(), code.expose_bytes());
        assert_eq!(format!("{code:?}"), "RecoveryCode([elided])");
        for (typed, error) in [
            ("", MalformedRecoveryCode::Length),
            ("ABCD", MalformedRecoveryCode::Length),
            ("ABCD-EFGH-IJKL-MNOP", MalformedRecoveryCode::Length),
            ("0BCD-EFGH-IJKL", MalformedRecoveryCode::Character),
            ("ABCD-EFGH-IJ:L", MalformedRecoveryCode::Character),
        ] {
            assert_eq!(RecoveryCode::from_typed(typed).unwrap_err(), error, "{typed}");
        }
    }

    #[test]
    fn hashes_are_kept_found_and_taken_out() {
        let tag = |number| Tag([number; 16]);
        for (count, floor) in (0..=32).flat_map(|count| [(count, 0), (count, 1), (count, u64::MAX)]) {
            let (issued, floor) = (UnixTime::from_secs(7), UnixTime::from_secs(floor));
            let recovery = Recovery { issued, floor, codes: (1..=count).map(tag).collect() };
            let kept = Recovery::from_bytes(&recovery.to_bytes()).unwrap();
            assert_eq!(kept, if count == 0 { Recovery::default() } else { recovery.clone() });
            for number in 0..=33 {
                let there = (1..=count).contains(&number);
                assert_eq!(recovery.holds(tag(number)), there, "{number} of {count}; zeros are no code");
                assert_eq!(recovery.without(tag(number)).codes.len(), usize::from(count) - usize::from(there));
            }
        }
        for length in [7, 8, 15, 16, 17, 23, 25, 31, 33, 8 + 33 * 16, 16 + 33 * 16] {
            assert_eq!(Recovery::from_bytes(&vec![1; length]), None, "{length}");
        }
        // A floor of 0 is not written: a record has one form.
        assert_eq!(Recovery::from_bytes(&[0; 32]), None);
    }
}
