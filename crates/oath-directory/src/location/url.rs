use core::fmt;
use core::str::FromStr;
use std::path::PathBuf;

#[cfg(feature = "postgres")]
use crate::store::{MalformedPostgresUrl, PostgresUrl};

/// A database as it is named: `sqlite:FILE` or the path of the file alone, and `postgres://user@host:5432/database`.
///
/// ```
/// # use oath_directory::DatabaseUrl;
/// # use std::path::PathBuf;
/// for name in ["oath.db", "sqlite:oath.db"] {
///     assert!(matches!(name.parse()?, DatabaseUrl::Sqlite(path) if path == PathBuf::from("oath.db")));
/// }
/// assert!("mysql://host/database".parse::<DatabaseUrl>().is_err());
/// # Ok::<(), oath_directory::MalformedUrl>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum DatabaseUrl {
    /// A file of SQLite's.
    Sqlite(PathBuf),
    /// A server.
    #[cfg(feature = "postgres")]
    Postgres(PostgresUrl),
}

impl DatabaseUrl {
    /// Whether a password stands in it. On a command line it can be read by every user of the machine.
    #[must_use]
    pub const fn has_password(&self) -> bool {
        match self {
            Self::Sqlite(_) => false,
            #[cfg(feature = "postgres")]
            Self::Postgres(url) => url.has_password(),
        }
    }

    /// As errors name it: the path as it was given, or the URL without user, password and options.
    #[must_use]
    pub fn place(&self) -> String {
        match self {
            Self::Sqlite(path) => path.display().to_string(),
            #[cfg(feature = "postgres")]
            Self::Postgres(url) => url.to_string(),
        }
    }
}

/// With the scheme, and without user and password.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            #[cfg(feature = "postgres")]
            Self::Postgres(url) => url.fmt(f),
        }
    }
}

/// The file of this path.
impl From<PathBuf> for DatabaseUrl {
    fn from(path: PathBuf) -> Self {
        Self::Sqlite(path)
    }
}

/// `sqlite:oath.db`.
impl Default for DatabaseUrl {
    fn default() -> Self {
        Self::Sqlite(PathBuf::from("oath.db"))
    }
}

impl FromStr for DatabaseUrl {
    type Err = MalformedUrl;

    fn from_str(url: &str) -> Result<Self, MalformedUrl> {
        #[cfg(feature = "postgres")]
        if PostgresUrl::is_one(url) {
            return url.parse().map(Self::Postgres).map_err(MalformedUrl::Postgres);
        }
        let path = match url.split_once(':') {
            Some(("sqlite", path)) => path.strip_prefix("//").unwrap_or(path),
            // A letter alone is a drive of Windows.
            Some((scheme, _)) if scheme.len() > 1 && scheme.chars().all(is_of_a_scheme) => {
                return Err(MalformedUrl::Scheme);
            }
            _ => url,
        };
        if path.is_empty() { Err(MalformedUrl::Empty) } else { Ok(Self::Sqlite(PathBuf::from(path))) }
    }
}

const fn is_of_a_scheme(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '+' | '-' | '.')
}

/// A text that names no database. It shows nothing of the text, which may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MalformedUrl {
    /// No name of a file.
    Empty,
    /// A kind of database that is not known.
    Scheme,
    /// Wrong after `postgres://`.
    #[cfg(feature = "postgres")]
    Postgres(MalformedPostgresUrl),
}

impl fmt::Display for MalformedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let servers = if cfg!(feature = "postgres") { " or postgres://user@host:5432/database" } else { "" };
        match self {
            Self::Empty => write!(f, "the URL of the database names no file; expected sqlite:FILE{servers}"),
            Self::Scheme => {
                write!(f, "the URL of the database is of an unknown kind; expected sqlite:FILE{servers}")
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for MalformedUrl {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_named_by_a_path_or_a_url() {
        for (url, path) in [
            ("oath.db", "oath.db"),
            ("sqlite:oath.db", "oath.db"),
            ("sqlite:///var/oath.db", "/var/oath.db"),
            ("/var/a:b.db", "/var/a:b.db"),
            (r"C:\oath.db", r"C:\oath.db"),
            ("sqlite:a:b", "a:b"),
        ] {
            let found = match url.parse().unwrap() {
                DatabaseUrl::Sqlite(found) => found,
                #[cfg(feature = "postgres")]
                DatabaseUrl::Postgres(_) => panic!("{url}"),
            };
            assert_eq!(found.to_str(), Some(path), "{url}");
        }
        for (url, expected) in [
            ("", MalformedUrl::Empty),
            ("sqlite:", MalformedUrl::Empty),
            ("sqlite://", MalformedUrl::Empty),
            ("mysql://me:hunter2@x", MalformedUrl::Scheme),
            ("postgres:oath", MalformedUrl::Scheme),
        ] {
            assert_eq!(url.parse::<DatabaseUrl>().unwrap_err(), expected, "{url}");
        }
    }
}
