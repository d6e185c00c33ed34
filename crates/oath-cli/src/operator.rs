//! The name of the person who runs a command, as the operating system knows it. On Unix not from a variable, which that person
//! can set; on Windows the variable is all that the standard library reads, and SECURITY.md says so.

/// The name of the user of this process; `None` where the system does not tell.
pub(crate) fn name() -> Option<String> {
    let name = system()?;
    let name = name.trim();
    // The log shows it: a name that could write something else into a line is none.
    let sound = !name.is_empty() && name.len() <= 256 && !name.contains(char::is_control);
    sound.then(|| name.to_owned())
}

#[cfg(unix)]
fn system() -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    // On Linux the folder of the process belongs to its user.
    let uid = std::fs::metadata("/proc/self").ok().map(|folder| folder.uid());
    let local = uid.and_then(|uid| of_uid(&std::fs::read_to_string("/etc/passwd").ok()?, uid));
    local.or_else(asked).or_else(|| uid.map(|uid| format!("uid-{uid}")))
}

/// The user of this number in the text of `/etc/passwd`: `name:password:uid:…`.
#[cfg(unix)]
fn of_uid(passwd: &str, uid: u32) -> Option<String> {
    let mut users = passwd.lines().map(|line| line.split(':'));
    users.find_map(|mut user| {
        let name = user.next()?;
        (user.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    })
}

/// What `id` says: it knows users of a network too.
#[cfg(unix)]
fn asked() -> Option<String> {
    let told = std::process::Command::new("/usr/bin/id").arg("-un").output().ok()?;
    told.status.success().then(|| String::from_utf8(told.stdout).ok()).flatten()
}

#[cfg(windows)]
fn system() -> Option<String> {
    std::env::var("USERNAME").ok()
}

#[cfg(not(any(unix, windows)))]
fn system() -> Option<String> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_that_of_the_number() {
        let passwd = "root:x:0:0:root:/root:/bin/bash\n# none\nalice:x:1000:1000::/home/alice:/bin/sh\nbroken\n";
        assert_eq!(of_uid(passwd, 0).as_deref(), Some("root"));
        assert_eq!(of_uid(passwd, 1000).as_deref(), Some("alice"));
        assert_eq!(of_uid(passwd, 100), None);
    }

    #[test]
    fn it_is_what_id_says() {
        let Some(told) = asked() else { return };
        assert_eq!(name().as_deref(), Some(told.trim()));
    }
}
