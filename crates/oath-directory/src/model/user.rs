use super::{Recovery, Tag, UserId};
use crate::rights::Roles;
use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Serialize};

/// A userPrincipalName: how a user is addressed. Kept as written, compared without regard to case.
#[derive(Clone, Debug)]
pub struct Upn {
    text: String,
    key: String,
}

impl Upn {
    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Folded to lower case: what stores look it up by.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// Checks what Entra ID allows: letters, digits, `'.-_!#^~` and one `@` with something on both sides; 113 characters at
/// the most.
impl FromStr for Upn {
    type Err = MalformedUpn;

    fn from_str(text: &str) -> Result<Self, MalformedUpn> {
        let text = text.trim();
        if text.is_empty() {
            return Err(MalformedUpn::Empty);
        }
        if text.chars().count() > 113 {
            return Err(MalformedUpn::TooLong);
        }
        let legal = |c: char| c.is_alphanumeric() || "'.-_!#^~@".contains(c);
        if let Some((index, found)) = text.chars().enumerate().find(|(_, c)| !legal(*c)) {
            return Err(MalformedUpn::Character { index, found });
        }
        match text.split_once('@') {
            Some((name, domain)) if !name.is_empty() && !domain.is_empty() && !domain.contains('@') => {
                Ok(Self { text: text.to_owned(), key: text.to_lowercase() })
            }
            _ => Err(MalformedUpn::At),
        }
    }
}

impl PartialEq for Upn {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Upn {}

impl fmt::Display for Upn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

/// A text that is no userPrincipalName.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MalformedUpn {
    /// Nothing there.
    Empty,
    /// More than 113 characters.
    TooLong,
    /// Not just one `@`, or nothing before or after it.
    At,
    /// A character that a userPrincipalName cannot have.
    Character {
        /// Its place, in characters from 0.
        index: usize,
        /// The character.
        found: char,
    },
}

impl fmt::Display for MalformedUpn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the user name is empty: expected one like alice@example.com"),
            Self::TooLong => f.write_str("the user name has more than 113 characters"),
            Self::At => {
                f.write_str("a user name has one @ with a name before and a domain after it: alice@example.com")
            }
            Self::Character { index, found } => write!(
                f,
                "the user name has the character {found:?} at position {}; allowed are letters, digits and '.-_!#^~@",
                index.saturating_add(1)
            ),
        }
    }
}

impl core::error::Error for MalformedUpn {}

/// Whether a user belongs to the organisation: `userType` of Graph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UserKind {
    /// Belongs to the organisation.
    #[default]
    Member,
    /// Invited from elsewhere: holds no hardware token.
    Guest,
}

impl UserKind {
    /// `member` or `guest`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Guest => "guest",
        }
    }

    /// The kind of a user of whom only the user name is known: a guest's holds `#EXT#`.
    #[must_use]
    pub fn of_name(upn: &str) -> Self {
        if upn.to_lowercase().contains("#ext#") { Self::Guest } else { Self::Member }
    }

    /// The kind that is called so, in either case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Member, Self::Guest].into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name))
    }
}

/// A person who can hold tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Never changes.
    pub id: UserId,
    /// How the user is addressed; unique in a directory.
    pub upn: Upn,
    /// Member or guest.
    pub kind: UserKind,
    /// `displayName`, where known.
    pub display_name: Option<String>,
    /// Whether the user may sign in: `accountEnabled`. The codes of a user who may not are refused like wrong ones, and no
    /// token is assigned to such a user.
    pub enabled: bool,
    /// The `id` (object ID) of the user in the system that the users come from, where known. By it a synchronization
    /// recognises a user whose user name has changed.
    pub object_id: Option<String>,
    /// What the user may do for others; see [`rights`](crate::rights).
    pub roles: Roles,
    /// The recovery codes that are not used yet, as keyed hashes.
    pub recovery: Recovery,
    /// Binds all of it but the display name to the key ring.
    pub mac: Tag,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_names_are_compared_without_regard_to_case_and_checked() {
        assert_eq!("Alice@Example.com".parse::<Upn>().unwrap(), " alice@example.COM ".parse().unwrap());
        assert!("my'user@domain.com".parse::<Upn>().is_ok());
        assert!("a_b#EXT#@x.onmicrosoft.com".parse::<Upn>().is_ok());
        for (text, error) in [
            ("", MalformedUpn::Empty),
            ("alice", MalformedUpn::At),
            ("@example.com", MalformedUpn::At),
            ("a@b@c", MalformedUpn::At),
            ("my’user@domain.com", MalformedUpn::Character { index: 2, found: '’' }),
            ("a b@example.com", MalformedUpn::Character { index: 1, found: ' ' }),
        ] {
            assert_eq!(text.parse::<Upn>().unwrap_err(), error, "{text}");
        }
    }
}
