use core::fmt;
use core::marker::PhantomData;
use core::str::FromStr;
use data_encoding::HEXLOWER;

/// A random name of 128 bits, written as 32 hexadecimal digits. `T` says of what.
pub struct Id<T>(u128, PhantomData<fn() -> T>);

/// The name of a [`User`](super::User).
pub type UserId = Id<super::User>;
/// The name of a [`Token`](super::Token).
pub type TokenId = Id<super::Token>;

/// Whose directory it is, where a database or a key ring has several.
#[derive(Debug)]
pub enum Tenant {}

/// The name of a [`Tenant`].
pub type TenantId = Id<Tenant>;

/// All 0: the tenant of a database on a server whose URL names none, and of a store in memory.
impl Default for TenantId {
    fn default() -> Self {
        Self::from_random(0)
    }
}

impl<T> Id<T> {
    /// From 128 random bits.
    #[must_use]
    pub const fn from_random(bits: u128) -> Self {
        Self(bits, PhantomData)
    }

    /// The 16 bytes, most significant first.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// From the 16 bytes, most significant first.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes), PhantomData)
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Id<T> {}

impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T> Eq for Id<T> {}

impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

impl<T> core::hash::Hash for Id<T> {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&HEXLOWER.encode(&self.0.to_be_bytes()))
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<T> FromStr for Id<T> {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let mut bytes = [0; 16];
        if text.len() != 32 || HEXLOWER.decode_mut(text.as_bytes(), &mut bytes).is_err() {
            return Err(IdError);
        }
        Ok(Self::from_random(u128::from_be_bytes(bytes)))
    }
}

/// A text that is not an [`Id`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IdError;

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected an identifier of 32 lower-case hexadecimal digits")
    }
}

impl core::error::Error for IdError {}

#[cfg(test)]
mod tests {
    use super::{IdError, TokenId};

    #[test]
    fn an_identifier_is_read_back_from_its_text_and_from_no_other() {
        let id = TokenId::from_random(0x0123_4567);
        assert_eq!(id.to_string(), "00000000000000000000000001234567");
        assert_eq!(id.to_string().parse(), Ok(id));
        for text in ["", "1234567", "+0000000000000000000000001234567", "0000000000000000000000000123456G"] {
            assert_eq!(text.parse::<TokenId>(), Err(IdError), "{text:?}");
        }
    }
}
