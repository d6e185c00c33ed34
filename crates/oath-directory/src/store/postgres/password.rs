//! The password that libpq would take where the URL has none: `PGPASSWORD`, or a line of the file that `PGPASSFILE` names, by
//! default `~/.pgpass`.

use crate::private_file;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use subtle::ConstantTimeEq;
use tokio_postgres::Config;
use tokio_postgres::config::Host;
use zeroize::Zeroizing;

type Password = Zeroizing<Vec<u8>>;

/// # Errors
/// A file that others than its owner can read, or that cannot be read.
pub(super) fn find(config: &Config) -> Result<Option<Password>, String> {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty());
    if let Some(password) = set("PGPASSWORD") {
        return Ok(Some(Zeroizing::new(password.into_encoded_bytes())));
    }
    let Some(path) = set("PGPASSFILE").map(PathBuf::from).or_else(file_of_the_user) else { return Ok(None) };
    if let Some(mode) = private_file::open_to_others(&path) {
        return Err(format!(
            "the password file {} can be read by others than its owner (mode {mode:03o}, expected 600)",
            path.display()
        ));
    }
    let file = match fs::read(&path).map(Zeroizing::new) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("the password file {} cannot be read ({error})", path.display())),
    };
    let user = config.get_user().map(str::to_owned).or_else(|| set("USER")?.into_string().ok()).unwrap_or_default();
    let database = config.get_dbname().unwrap_or(&user);
    let port = config.get_ports().first().unwrap_or(&5432).to_string();
    let hosts = config.get_hosts().iter().map(host);
    let found = hosts.map(|host| look_up(&file, [&host, &port, database, &user])).collect();
    of_all(found).ok_or_else(|| {
        format!("the password file {} has not the same password for all hosts of the URL", path.display())
    })
}

/// The password of all hosts of a URL, which each of them is given; none where there is none for any. `None` where they differ.
fn of_all(mut found: Vec<Option<Password>>) -> Option<Option<Password>> {
    let same = |pair: &[Option<Password>]| match pair {
        [Some(a), Some(b)] => bool::from(a.ct_eq(b)),
        [a, b] => a.is_none() && b.is_none(),
        _ => true,
    };
    found.windows(2).all(same).then(|| found.pop().flatten())
}

fn file_of_the_user() -> Option<PathBuf> {
    if cfg!(windows) {
        return Some(PathBuf::from(env::var_os("APPDATA")?).join("postgresql").join("pgpass.conf"));
    }
    Some(PathBuf::from(env::var_os("HOME").filter(|home: &OsString| !home.is_empty())?).join(".pgpass"))
}

/// The name of a host in the file: sockets in the folder that is built into libpq are `localhost`.
fn host(host: &Host) -> String {
    match host {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(path) => {
            let path = path.display().to_string();
            if ["/tmp", "/var/run/postgresql"].contains(&path.as_str()) { "localhost".to_owned() } else { path }
        }
    }
}

/// The password of the first line that fits: `host:port:database:user:password`, where `*` fits all and `\` stands before a
/// colon or a backslash of a value.
///
/// Leakage: reading the file takes a time that depends on the lengths of the lines and on where their backslashes are.
fn look_up(file: &[u8], wanted: [&str; 4]) -> Option<Password> {
    file.split(|byte| *byte == b'\n').find_map(|line| {
        let mut rest = line.strip_suffix(b"\r").unwrap_or(line);
        if rest.starts_with(b"#") {
            return None;
        }
        for wanted in wanted {
            let (value, after) = field(rest, true)?;
            if *value != b"*" && *value != wanted.as_bytes() {
                return None;
            }
            rest = after;
        }
        field(rest, false).map(|(password, _)| password)
    })
}

/// A value without its backslashes, and what comes after the colon that ends it.
fn field(text: &[u8], ends: bool) -> Option<(Password, &[u8])> {
    let mut value = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b':' if ends => return Some((value, bytes.as_slice())),
            b'\\' => value.push(bytes.next().copied().unwrap_or(b'\\')),
            other => value.push(*other),
        }
    }
    (!ends).then_some((value, &[]))
}

#[cfg(test)]
mod tests {
    use super::{Password, look_up, of_all};

    #[test]
    fn the_first_line_that_fits_has_the_password() {
        let file = b"# db:5432:oath:me:comment\n\
                     db:5432:oath\n\
                     db:5433:*:*:one\r\n\
                     db:*:oath:me:two:three\\:four\\\\\n\
                     *:*:*:me:five\n\
                     a\\:b:5432:oath:you:six";
        for (wanted, expected) in [
            (["db", "5432", "oath", "me"], Some("two:three:four\\")),
            (["db", "5433", "other", "you"], Some("one")),
            (["else", "5432", "oath", "me"], Some("five")),
            (["a:b", "5432", "oath", "you"], Some("six")),
            (["db", "5432", "oath", "you"], None),
        ] {
            let found = look_up(file, wanted);
            assert_eq!(found.as_ref().map(|found| std::str::from_utf8(found).unwrap()), expected, "{wanted:?}");
        }
    }

    #[test]
    fn hosts_with_different_passwords_get_none_of_them() {
        let passwords = |all: &[&str]| -> Vec<Option<Password>> {
            let password = |text: &&str| (!text.is_empty()).then(|| Password::new(text.as_bytes().to_vec()));
            all.iter().map(password).collect()
        };
        for (all, expected) in [
            (&["a"][..], Some(Some("a"))),
            (&["a", "a"], Some(Some("a"))),
            (&["", ""], Some(None)),
            (&["a", "b"], None),
            (&["a", ""], None),
            (&["", "a"], None),
        ] {
            let found = of_all(passwords(all));
            let found = found.as_ref().map(|one| one.as_ref().map(|bytes| std::str::from_utf8(bytes).unwrap()));
            assert_eq!(found, expected, "{all:?}");
        }
    }
}
