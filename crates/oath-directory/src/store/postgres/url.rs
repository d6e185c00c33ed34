//! URLs of databases.

use crate::model::TenantId;
use core::fmt;
use core::str::FromStr;
use std::path::PathBuf;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use zeroize::Zeroizing;

/// A database that speaks PostgreSQL's protocol, and whose directory in it:
/// `postgres://user:password@host:port/database?option=value`.
///
/// The options are those of libpq that `tokio-postgres` knows, `sslmode` (`disable`, `prefer`, `require`, `verify-full`),
/// `sslrootcert` (a file of certificates), `prepare` (`on`, `off`; by default `off`), and `tenant` (32 hexadecimal digits, by
/// default all 0). `Debug` and `Display` show host, port and database only, and the text is wiped when dropped.
///
/// With `prepare=on` the server keeps the statements of each connection and plans them once, which makes sign-ins faster. A pooler that
/// gives transactions to changing connections must then know prepared statements (`PgBouncer` from 1.21 with
/// `max_prepared_statements` above 0); with another pooler the statements are not found, and calls fail.
#[derive(Clone)]
pub struct PostgresUrl {
    /// Without the tenant.
    text: Zeroizing<String>,
    tenant: TenantId,
    has_password: bool,
    shown: String,
}

impl PostgresUrl {
    /// Whether a password stands in it. On a command line it can be read by every user of the machine.
    #[must_use]
    pub const fn has_password(&self) -> bool {
        self.has_password
    }

    /// Whose directory it is.
    #[must_use]
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The URL as [`PostgresStore::open`](super::PostgresStore::open) takes it, with the password.
    #[must_use]
    pub fn expose_url(&self) -> &str {
        &self.text
    }

    /// Whether this may be such a URL.
    #[must_use]
    pub fn is_one(text: &str) -> bool {
        ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme))
    }
}

impl FromStr for PostgresUrl {
    type Err = MalformedPostgresUrl;

    fn from_str(url: &str) -> Result<Self, MalformedPostgresUrl> {
        let (text, mut tenants) = without(url, &["tenant"]);
        let tenant = match tenants.pop() {
            Some((_, tenant)) => tenant.parse().map_err(|_| MalformedPostgresUrl::Tenant)?,
            None => TenantId::default(),
        };
        let Options { config, .. } = Options::of(&text)?;
        Ok(Self { text, tenant, has_password: config.get_password().is_some(), shown: shown(&config) })
    }
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PostgresUrl").field(&self.shown).field(&self.tenant).finish()
    }
}

/// A text that is not a [`PostgresUrl`]. It shows nothing of the text, which may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MalformedPostgresUrl {
    /// It begins otherwise.
    Scheme,
    /// A character, an option or the value of an option is not one of a URL.
    Unreadable,
    /// The tenant is not 32 hexadecimal digits.
    Tenant,
    /// It names no host.
    Host,
}

impl fmt::Display for MalformedPostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self {
            Self::Scheme => "does not begin with postgres://",
            Self::Unreadable => "cannot be read",
            Self::Tenant => "has a tenant that is not 32 lower-case hexadecimal digits",
            Self::Host => "names no host",
        };
        write!(f, "the URL of the database {what}; expected postgres://user@host:5432/database")
    }
}

impl core::error::Error for MalformedPostgresUrl {}

/// What a URL says.
pub(super) struct Options {
    pub(super) config: Config,
    /// A file of certificates to trust.
    pub(super) roots: Option<PathBuf>,
    /// Whether the server keeps the statements of a connection.
    pub(super) prepares: bool,
}

impl Options {
    pub(super) fn of(url: &str) -> Result<Self, MalformedPostgresUrl> {
        if !PostgresUrl::is_one(url) {
            return Err(MalformedPostgresUrl::Scheme);
        }
        // What tokio-postgres does not know.
        let (url, own) = without(url, &["sslrootcert", "sslmode", "prepare"]);
        // What its parser says may quote a part of the URL, and with a stray character that may be the password.
        let mut config: Config = url.parse().map_err(|_| MalformedPostgresUrl::Unreadable)?;
        let (mut mode, mut roots, mut prepares) = (None, None, false);
        for (name, value) in own {
            match (name, value.as_str()) {
                ("sslrootcert", path) => roots = Some(PathBuf::from(path.replace("%2F", "/").replace("%2f", "/"))),
                ("prepare", "on") => prepares = true,
                ("prepare", "off") => prepares = false,
                ("sslmode", "disable") => mode = Some(SslMode::Disable),
                ("sslmode", "prefer") => mode = Some(SslMode::Prefer),
                // Certificates and names are always checked.
                ("sslmode", "require" | "verify-full") => mode = Some(SslMode::Require),
                _ => return Err(MalformedPostgresUrl::Unreadable),
            }
        }
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(MalformedPostgresUrl::Host);
        }
        let mode = mode.or_else(|| leaves_the_machine(&config).then_some(SslMode::Require));
        if let Some(mode) = mode {
            config.ssl_mode(mode);
        }
        Ok(Self { config, roots, prepares })
    }
}

/// Takes options of these names out of a URL.
fn without<'a>(url: &str, names: &[&'a str]) -> (Zeroizing<String>, Vec<(&'a str, String)>) {
    let Some((place, options)) = url.split_once('?') else { return (Zeroizing::new(url.to_owned()), Vec::new()) };
    let mut taken = Vec::new();
    // The password may be an option: room for all of it, so that the string never moves and leaves a copy.
    let mut left = Zeroizing::new(String::with_capacity(url.len()));
    left.push_str(place);
    let mut mark = '?';
    for option in options.split('&') {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        if let Some(name) = names.iter().find(|one| **one == name) {
            taken.push((*name, value.to_owned()));
        } else {
            left.push(mark);
            left.push_str(option);
            mark = '&';
        }
    }
    (left, taken)
}

/// Whether the server is reached by the network, and not by a socket in a folder. Where there are addresses (`hostaddr`), these
/// are connected to.
pub(super) fn is_tcp(config: &Config) -> bool {
    let is_tcp = |host: &Host| match host {
        Host::Tcp(_) => true,
        #[cfg(unix)]
        Host::Unix(_) => false,
    };
    !config.get_hostaddrs().is_empty() || config.get_hosts().iter().any(is_tcp)
}

fn leaves_the_machine(config: &Config) -> bool {
    config.get_hosts().iter().any(is_elsewhere) || config.get_hostaddrs().iter().any(|address| !address.is_loopback())
}

/// Whether what goes to this host leaves the machine.
fn is_elsewhere(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => !["localhost", "127.0.0.1", "::1", "[::1]"].contains(&name.as_str()),
        #[cfg(unix)]
        Host::Unix(_) => false,
    }
}

/// The URL without user, password and options.
pub(super) fn shown(config: &Config) -> String {
    let hosts = config.get_hosts().iter().map(|host| match host {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(path) => path.display().to_string(),
    });
    let hosts: Vec<_> = hosts.collect();
    let ports: Vec<_> = config.get_ports().iter().map(|port| format!(":{port}")).collect();
    let name = config.get_dbname().map(|name| format!("/{name}")).unwrap_or_default();
    format!("postgres://{}{}{name}", hosts.join(","), ports.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_whose_directory_it_is_and_shows_no_password() {
        let tenant = "0123456789abcdef0123456789abcdef";
        for (url, has_password) in [
            ("postgres://me:hunter2@db.example:6432/oath?sslmode=disable", true),
            ("postgres://me@db.example:6432/oath?password=hunter2", true),
            ("postgresql://me@db.example:6432/oath", false),
        ] {
            let with = format!("{url}{}tenant={tenant}", if url.contains('?') { '&' } else { '?' });
            let [url, with]: [PostgresUrl; 2] = [url, &with].map(|url| url.parse().unwrap());
            assert_eq!(url.has_password(), has_password);
            assert_eq!((url.tenant().to_string(), with.tenant().to_string()), ("0".repeat(32), tenant.to_owned()));
            assert_eq!(url.expose_url(), with.expose_url());
            assert_eq!(url.to_string(), "postgres://db.example:6432/oath");
            assert!(!format!("{url:?}").contains("hunter2"));
        }
        for wrong in [
            "oath.db",
            "postgres:me:hunter2@x",
            "mysql://me:hunter2@x",
            "postgres://me:hunter2@x?hunter2=1",
            "postgres://me:hunter2@x?sslmode=hunter2",
            "postgres://me:hunter2@x?tenant=hunter2",
            "postgres://me:hunter2@x?prepare=hunter2",
            "postgres://me:hunter2@x?prepare=disable",
        ] {
            let error = wrong.parse::<PostgresUrl>().unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn statements_are_kept_only_where_the_url_asks_for_it() {
        for (options, expected) in [("", false), ("?prepare=off", false), ("?sslmode=disable&prepare=on", true)] {
            let options = Options::of(&format!("postgres://localhost/x{options}")).unwrap();
            assert_eq!(options.prepares, expected);
        }
    }

    #[test]
    fn what_leaves_the_machine_is_encrypted_unless_the_url_forbids_it() {
        for (url, expected) in [
            ("postgres://db.example/x", SslMode::Require),
            ("postgres://localhost,db.example/x", SslMode::Require),
            ("postgres://db.example/x?sslmode=verify-full", SslMode::Require),
            ("postgres://db.example/x?sslmode=disable", SslMode::Disable),
            ("postgres://localhost/x", SslMode::Prefer),
            ("postgres://localhost/x?sslmode=require", SslMode::Require),
            ("postgres:///x?host=/run/postgresql", SslMode::Prefer),
            ("postgres://localhost/x?hostaddr=10.0.0.5", SslMode::Require),
            ("postgres:///x?hostaddr=10.0.0.5", SslMode::Require),
            ("postgres:///x?hostaddr=127.0.0.1", SslMode::Prefer),
        ] {
            assert_eq!(Options::of(url).unwrap().config.get_ssl_mode(), expected, "{url}");
        }
        assert_eq!(Options::of("postgres:///x").err(), Some(MalformedPostgresUrl::Host));
    }
}
