//! A folder of its own for each test, the command in it, and a token that shows codes.
#![allow(dead_code, reason = "no test uses all of it")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests is a test")]

use oath_totp::{Algorithm, Digits, Secret, TimeStep, Totp, UnixTime};
use rusqlite::{Connection, OpenFlags};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Monday, 2026-01-05, 08:00 UTC.
pub(crate) const MONDAY: u64 = 1_767_600_000;

/// Digits counted up from 8, 9 and 0: visibly no secrets, and none of the tour's, whose file is shown.
pub(crate) const SECRETS: [&str; 3] =
    ["HA4TAMJSGM2DKNRXHA4TAMJSGM2DKNRX", "HEYDCMRTGQ2TMNZYHEYDCMRTGQ2TMNZY", "GAYTEMZUGU3DOOBZGAYTEMZUGU3DOOBZ"];

pub(crate) const HEADER: &str = "upn,serial number,secret key,time interval,manufacturer,model";

pub(crate) struct Desk {
    pub(crate) folder: TempDir,
    /// A directory on a server, where the tests of the story run on one.
    server: Option<String>,
}

/// The URL of a server, with options. `cargo xtask postgres` sets it: the tests of the story run on it instead of on SQLite,
/// each with a tenant of its own.
const SERVER: &str = "OATH_TEST_POSTGRES";

/// What a command came to.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Desk {
    /// An empty folder.
    pub(crate) fn new() -> Self {
        let tenant = || Secret::generate_bytes(16).unwrap().expose_hex().to_lowercase();
        let server = std::env::var(SERVER).ok().map(|url| format!("{url}&tenant={}", tenant()));
        Self { folder: tempfile::tempdir().unwrap(), server }
    }

    /// Always on SQLite.
    pub(crate) fn on_sqlite() -> Self {
        Self { server: None, ..Self::new() }
    }

    /// A directory with Alice and Bob, who hold a token each, and a guest.
    pub(crate) fn furnished() -> Self {
        Self::new().with_furniture()
    }

    pub(crate) fn furnished_on_sqlite() -> Self {
        Self::on_sqlite().with_furniture()
    }

    fn with_furniture(self) -> Self {
        let desk = self;
        desk.done("init");
        desk.write(
            "users.csv",
            "userPrincipalName,userType\nalice@example.com,\nbob@example.com,\nguest@else.com,Guest\n",
        );
        desk.done("users import users.csv");
        let [first, second, _] = SECRETS;
        desk.write(
            "fobs.csv",
            &format!(
                "{HEADER}\nalice@example.com,2300001,{first},30,Contoso,HardwareKey\n\
                 bob@example.com,2300002,{second},60,Contoso,HardwareKey\n"
            ),
        );
        desk.done("tokens upload fobs.csv");
        desk
    }

    /// The URL of its database for the command line: without a password, which the servers of the tests do not ask for.
    pub(crate) fn database(&self, file: &str) -> String {
        self.server.as_ref().map_or_else(|| format!("sqlite:{file}"), |url| url.replace(":not-to-be-shown@", "@"))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file that only its owner can read.
    pub(crate) fn write_private(&self, name: &str, text: &str) {
        self.write(name, text);
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            fs::set_permissions(self.path(name), mode).unwrap();
        }
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Runs `oath` with these words. Whatever it says, it never shows a secret.
    pub(crate) fn oath(&self, words: &str) -> Ended {
        self.oath_with(words, "")
    }

    /// The same with something on standard input, at a time of the test's own.
    pub(crate) fn oath_with(&self, words: &str, input: &str) -> Ended {
        let forced = if words.contains("--at ") { " --force" } else { "" };
        self.run(&format!("{words}{forced}"), input)
    }

    pub(crate) fn run(&self, words: &str, input: &str) -> Ended {
        self.run_with(words, input, &[])
    }

    /// The same with environment variables.
    pub(crate) fn run_with(&self, words: &str, input: &str, variables: &[(&str, &str)]) -> Ended {
        let mut command = program();
        command
            .current_dir(self.folder.path())
            .env_remove("OATH_DB")
            .env_remove("OATH_KEYS")
            .env_remove("PGPASSWORD")
            .env_remove("COLUMNS");
        command.env("PGPASSFILE", "none").envs(self.server.as_ref().map(|url| ("OATH_DB", url)));
        command.envs(variables.iter().copied());
        let output = command.args(words.split(' ')).write_stdin(input).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let ended = Ended { status: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) };
        for secret in SECRETS {
            let hex = Secret::from_base32(secret).unwrap().expose_hex().to_string();
            for shown in [&ended.out, &ended.err] {
                let shown = shown.to_lowercase();
                assert!(!shown.contains(&secret.to_lowercase()) && !shown.contains(&hex), "{words} shows a secret");
            }
        }
        assert!(!ended.out.contains('\u{1b}') && !ended.err.contains('\u{1b}'), "{words} colours what is no terminal");
        ended
    }

    /// A command that ends with 0 and complains of nothing.
    pub(crate) fn done(&self, words: &str) -> String {
        let ended = self.oath(words);
        assert_eq!((ended.status, ended.err.as_str()), (0, ""), "oath {words}: {ended:?}");
        ended.out
    }

    /// Its answer as JSON; of a command that lists, an array of its lines. Without the versions.
    pub(crate) fn json(&self, words: &str) -> serde_json::Value {
        let out = self.done(&format!("{words} --json"));
        let lists = ["users list", "tokens list", "uploads list", "uploads failures", "audit list"];
        if lists.iter().any(|list| words.starts_with(list)) { lines(&out).into() } else { plain(&out) }
    }

    /// A command that ends with this status and an error of this code, which says what, where and what to do. With
    /// `--json` it says the same.
    pub(crate) fn fails(&self, words: &str, status: i32, code: &str, holds: &[&str]) {
        let before = self.snapshot();
        let ended = self.oath(words);
        assert_eq!((ended.status, ended.out.as_str()), (status, ""), "oath {words}: {ended:?}");
        let lines: Vec<_> = ended.err.lines().collect();
        assert!(lines[0].starts_with(&format!("error[{code}]: ")), "oath {words}: {ended:?}");
        assert!(lines[1].starts_with("  where: ") && lines[2].starts_with("  to do: "), "oath {words}: {ended:?}");
        assert_eq!(lines.len(), 3, "oath {words}: {ended:?}");
        for part in holds {
            assert!(ended.err.contains(part), "oath {words} does not say {part:?}: {}", ended.err);
        }
        let again = self.oath(&format!("--json {words}"));
        let error: serde_json::Value = serde_json::from_str(&again.err).unwrap();
        assert_eq!((again.status, again.out.as_str()), (status, ""), "oath --json {words}: {again:?}");
        assert_eq!(error["error"]["code"], code, "oath --json {words}");
        assert!(
            ["message", "action"].iter().all(|part| error["error"][part].as_str().is_some_and(|text| !text.is_empty()))
        );
        assert!(self.snapshot() == before, "oath {words} changed something");
    }

    /// Every file of the folder with its content: of a database what its tables hold, of other files their bytes. Of a directory
    /// on a server what its log says, which tells of every change.
    pub(crate) fn snapshot(&self) -> Vec<(String, Vec<u8>)> {
        let mut files: Vec<_> = fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_file())
            .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), path))
            // Where SQLite works, not what it keeps.
            .filter(|(name, _)| !name.ends_with("-wal") && !name.ends_with("-shm"))
            .map(|(name, path)| (name, tables(&path).unwrap_or_else(|| fs::read(&path).unwrap())))
            .collect();
        files.sort();
        if self.server.is_some() {
            let log = self.run("audit list --json", "");
            files.push(("log".to_owned(), (log.out + &log.err).into_bytes()));
        }
        files
    }
}

/// The objects of JSON lines, without their versions.
pub(crate) fn lines(text: &str) -> Vec<serde_json::Value> {
    text.lines().map(plain).collect()
}

/// An object without its version.
pub(crate) fn plain(text: &str) -> serde_json::Value {
    let mut value: serde_json::Value = serde_json::from_str(text).unwrap();
    assert_eq!(value.as_object_mut().unwrap().shift_remove("version"), Some(1.into()), "{text}");
    value
}

/// Set for a test that runs again as a user who may not write. That user cannot reach the program by its path where a folder
/// above it is closed, as `/root` is. Therefore the program is the standard input of the test.
pub(crate) const PROGRAM_IS_INPUT: &str = "OATH_CLI_TEST_PROGRAM_IS_INPUT";

/// The program `oath`.
fn program() -> assert_cmd::Command {
    #[cfg(target_os = "linux")]
    if std::env::var_os(PROGRAM_IS_INPUT).is_some() {
        use std::os::fd::AsRawFd;
        // The file stays open: the input of the program is another one.
        static OPEN: std::sync::LazyLock<fs::File> =
            std::sync::LazyLock::new(|| fs::File::open("/proc/self/fd/0").unwrap());
        return assert_cmd::Command::new(format!("/proc/self/fd/{}", OPEN.as_raw_fd()));
    }
    assert_cmd::cargo::cargo_bin_cmd!("oath")
}

/// All rows of all tables as text; `None` where it is no sound database.
fn tables(path: &Path) -> Option<Vec<u8>> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
    let rows = |sql: &str| -> rusqlite::Result<Vec<String>> {
        let mut statement = connection.prepare(sql)?;
        let columns = statement.column_count();
        let row = |row: &rusqlite::Row<'_>| (0..columns).map(|i| Ok(format!("{:?} ", row.get_ref(i)?))).collect();
        statement.query_map([], row)?.collect()
    };
    let mut tables = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").ok()?;
    let names: Vec<String> = tables.query_map([], |row| row.get(0)).ok()?.collect::<Result<_, _>>().ok()?;
    let mut text = String::new();
    for name in names {
        text.push_str(&name);
        text.push_str(&rows(&format!("SELECT * FROM \"{name}\"")).ok()?.concat());
    }
    Some(text.into_bytes()).filter(|text| !text.is_empty())
}

/// A token: what it shows at a time of its own clock.
pub(crate) fn shows(secret: &str, step: TimeStep, time: u64) -> String {
    let key = Secret::from_base32(secret).unwrap().key(Algorithm::Sha1).unwrap();
    Totp::new(key, Digits::Six, step).generate(UnixTime::from_secs(time)).to_string()
}

/// The names of the commands in the help of the program or of a group of commands.
pub(crate) fn commands_of(help: &str) -> Vec<String> {
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = commands.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next().map(str::to_owned)).filter(|name| name != "help").collect()
}
