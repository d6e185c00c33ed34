use core::fmt;
use data_encoding::HEXLOWER;
use oath_totp::UnixTime;

/// A MAC of the key ring (HMAC-SHA-256, the first 128 bits) over a record: a writer of the database without the ring cannot
/// make one.
///
/// Leakage: all public. It is compared in constant time all the same.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Tag(pub [u8; 16]);

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What holds for a directory as a whole, in one record that its first change inserts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Which key ring the directory belongs to: [`KeyRing::id`](crate::KeyRing::id).
    pub ring: Tag,
    /// Codes up to this moment are refused, because the database may have forgotten that they were used: when it was
    /// restored from a backup. Zero where that never happened.
    pub floor: UnixTime,
    /// The newest event that the database held when it was last restored: the floor is not lowered to an earlier time. Zero where
    /// it was never restored.
    pub backup_end: UnixTime,
    /// The policy, as the fields that differ from the defaults: a JSON object, or empty where none does.
    pub policy: String,
    /// Binds the record to the key ring.
    pub mac: Tag,
}
