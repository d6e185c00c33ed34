//! A PostgreSQL server of a test's own: in a folder of its own, reached by a socket in it, stopped when it is dropped.
#![allow(dead_code, reason = "no test uses all of it")]

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;
use tempfile::TempDir;

pub(crate) struct Server {
    folder: TempDir,
    programs: PathBuf,
    process: Option<Child>,
    /// Of the socket, and where it speaks TLS also of TCP.
    port: u16,
    encrypts: bool,
    /// Whether what it has committed outlives a loss of power. Tests do not wait for the disk.
    durable: bool,
}

impl Server {
    /// A server that runs, or `None`, with a word on standard error, where PostgreSQL is not installed.
    pub(crate) fn start(test: &str) -> Option<Self> {
        Self::start_with(test, false)
    }

    /// As [`start`](Self::start), one that waits for the disk where it shall.
    pub(crate) fn start_with(test: &str, durable: bool) -> Option<Self> {
        let Some(programs) = programs() else {
            not_run(test, "PostgreSQL is not installed (Debian: apt-get install postgresql)");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        if is_root() {
            let done = Command::new("chown").arg("nobody").arg(folder.path()).status().unwrap();
            assert!(done.success());
        }
        let mut server = Self { folder, programs, process: None, port: 5432, encrypts: false, durable };
        let data = server.path("data");
        let mut make = server.command("initdb");
        make.args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-N", "-D"]).arg(data);
        let made = make.output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        server.resume();
        Some(server)
    }

    /// A copy of this server that follows it, and that it waits for at each COMMIT from now on.
    pub(crate) fn synchronous_standby(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        if is_root() {
            assert!(Command::new("chown").arg("nobody").arg(folder.path()).status().unwrap().success());
        }
        let mut standby = Self {
            folder,
            programs: self.programs.clone(),
            process: None,
            port: self.port,
            encrypts: false,
            durable: self.durable,
        };
        // Asked for in the connection that `-R` writes down.
        let primary = format!("host={} port={} user=postgres", self.folder.path().display(), self.port);
        let mut copy = standby.command("pg_basebackup");
        copy.args(["-R", "-X", "stream", "-c", "fast", "--no-sync", "-d", &primary, "-D"]).arg(standby.path("data"));
        let made = copy.output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        standby.resume();
        self.sql("ALTER SYSTEM SET synchronous_standby_names = '*'");
        self.sql("SELECT pg_reload_conf()");
        while self.sql("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "0" {
            sleep(Duration::from_millis(10));
        }
        standby
    }

    /// Makes a server of its own out of a standby.
    pub(crate) fn promote(&self) {
        let done = self.command("pg_ctl").args(["promote", "-s", "-w", "-D"]).arg(self.path("data")).status();
        assert!(done.unwrap().success());
        // It does not wait for a standby itself: that setting was copied from a moment before.
        assert_eq!(self.sql("SHOW synchronous_standby_names"), "");
    }

    /// The URL of whichever of the two servers can be written.
    pub(crate) fn url_of_both(&self, other: &Self) -> String {
        let [one, two] = [self, other].map(|server| server.folder.path().to_str().unwrap().replace('/', "%2F"));
        format!("postgres://postgres@{one},{two}/postgres?target_session_attrs=read-write")
    }

    /// Starts it again after [`stop`](Self::stop).
    pub(crate) fn resume(&mut self) {
        let log = fs::File::create(self.folder.path().with_extension("log")).unwrap();
        let (data, socket) = (self.path("data"), self.folder.path().to_owned());
        let mut command = self.command("postgres");
        command.arg("-D").arg(data).arg("-k").arg(socket).arg("-p").arg(self.port.to_string());
        let own = self.encrypts.then(|| {
            let [key, certificate] = ["own.key", "own.crt"].map(|name| self.path(name).display().to_string());
            let files = [format!("ssl_key_file={key}"), format!("ssl_cert_file={certificate}")];
            files.into_iter().chain(["listen_addresses=localhost".to_owned(), "ssl=on".to_owned()])
        });
        let fsync = if self.durable { "fsync=on" } else { "fsync=off" };
        let settings = ["listen_addresses=", fsync, "max_connections=300"].map(str::to_owned);
        for setting in settings.into_iter().chain(own.into_iter().flatten()) {
            command.arg("-c").arg(setting);
        }
        self.process = Some(command.stdout(Stdio::null()).stderr(log).spawn().unwrap());
        for _ in 0..600 {
            let asked = self
                .command("pg_isready")
                .args(["-q", "-p", &self.port.to_string(), "-h"])
                .arg(self.folder.path())
                .status();
            if asked.unwrap().success() {
                return;
            }
            sleep(Duration::from_millis(100));
        }
        panic!("PostgreSQL did not start");
    }

    /// Stops it at once, as when the power fails.
    pub(crate) fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let done =
                self.command("pg_ctl").args(["stop", "-s", "-m", "immediate", "-D"]).arg(self.path("data")).status();
            assert!(done.unwrap().success());
            process.wait().unwrap();
        }
    }

    /// Starts it again on `localhost` with a certificate, where it speaks TLS, and returns the file of who signed that.
    pub(crate) fn restart_with_tls(&mut self) -> PathBuf {
        self.stop();
        let new = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
        let signer = ["-subj", "/CN=signer", "-keyout", "signer.key", "-out", "signer.crt"];
        let own = ["-subj", "/CN=localhost", "-keyout", "own.key", "-out", "own.crt", "-CA", "signer.crt"];
        let signed = ["-CAkey", "signer.key", "-addext", "subjectAltName=DNS:localhost"];
        let end = ["-addext", "basicConstraints=critical,CA:FALSE"];
        for words in [signer.to_vec(), [&own[..], &signed, &end].concat()] {
            let made = self.command("/usr/bin/openssl").args(new).args(words).current_dir(self.folder.path()).output();
            let made = made.unwrap();
            assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        }
        // Free now, and most likely a moment later too.
        self.port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        self.encrypts = true;
        self.resume();
        self.path("signer.crt")
    }

    /// The port of its TCP.
    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// The URL, with more options such as `&application_name=x`.
    pub(crate) fn url(&self, options: &str) -> String {
        let socket = self.folder.path().to_str().unwrap().replace('/', "%2F");
        format!("postgres://postgres:not-to-be-shown@/postgres?host={socket}{options}")
    }

    /// A user who has to give this password, and owns the schema. The URL is that of the user without it.
    pub(crate) fn user_with_password(&self, user: &str, password: &str) -> String {
        self.sql(&format!("CREATE ROLE {user} LOGIN PASSWORD '{password}'; ALTER SCHEMA public OWNER TO {user}"));
        let (rules, others) = (self.path("data").join("pg_hba.conf"), "local all postgres trust\n");
        fs::write(rules, format!("{others}local all {user} scram-sha-256\n")).unwrap();
        self.sql("SELECT pg_reload_conf()");
        // The server reads it a moment later.
        while self.sql(&format!("SELECT count(*) FROM pg_hba_file_rules WHERE '{user}' = ANY(user_name)")) == "0" {
            sleep(Duration::from_millis(10));
        }
        self.url("").replace("postgres:not-to-be-shown@", &format!("{user}@"))
    }

    /// The socket at which it listens.
    pub(crate) fn socket(&self) -> PathBuf {
        self.path(".s.PGSQL.5432")
    }

    /// Runs SQL, and returns what it says.
    pub(crate) fn sql(&self, sql: &str) -> String {
        let mut command = self.command("psql");
        command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-c", sql]);
        command.args(["-p", &self.port.to_string(), "-h"]);
        let said = command.arg(self.folder.path()).output().unwrap();
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        String::from_utf8(said.stdout).unwrap().trim().to_owned()
    }

    /// `PgBouncer` before the server, in transaction mode with fewer connections than a store has. It keeps no prepared statements: a
    /// connection of the server does not have those of another.
    pub(crate) fn pooler(&self, test: &str) -> Option<Pooler> {
        let Some(program) = POOLERS.into_iter().find(|path| Path::new(path).is_file()) else {
            not_run(test, "PgBouncer is not installed (Debian: apt-get install pgbouncer)");
            return None;
        };
        let (settings, socket) = (self.path("pooler.ini"), self.folder.path().display());
        // Versions before 1.21 do not know the setting.
        let keeps_none = if knows_prepared_statements(program) { "max_prepared_statements = 0\n" } else { "" };
        let text = format!(
            "[databases]\npostgres = host={socket} port=5432 user=postgres\n[pgbouncer]\nlisten_port = 6432\n\
             unix_socket_dir = {socket}\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 3\n\
             {keeps_none}"
        );
        fs::write(&settings, text).unwrap();
        let mut command = self.command(program);
        let process = command.arg("-q").arg(settings).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let pooler = Pooler { process, url: self.url("&port=6432") };
        for _ in 0..600 {
            if self.path(".s.PGSQL.6432").exists() {
                return Some(pooler);
            }
            sleep(Duration::from_millis(100));
        }
        panic!("PgBouncer did not start");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A program of PostgreSQL's, which refuses to serve as root.
    fn command(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        if !is_root() {
            return Command::new(program);
        }
        let mut command = Command::new("setpriv");
        // A server must not outlive a process that is killed.
        command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups", "--pdeathsig=INT"]).arg(program);
        command.current_dir(self.folder.path());
        command
    }
}

/// Where Debian installs it, and where others do.
pub(crate) const POOLERS: [&str; 2] = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"];

/// Whether this `PgBouncer` is 1.21 or later.
fn knows_prepared_statements(program: &str) -> bool {
    let said = Command::new(program).arg("--version").output().unwrap();
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let version = said.split_whitespace().find_map(|word| word.split_once('.'));
    let number = |text: &str| text.split('.').next().and_then(|number| number.parse::<u32>().ok());
    version.and_then(|(major, rest)| Some((number(major)?, number(rest)?))).is_some_and(|version| version >= (1, 21))
}

/// A pooler that runs until it is dropped.
pub(crate) struct Pooler {
    process: Child,
    pub(crate) url: String,
}

impl Drop for Pooler {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            // Also after a failed assertion: nothing here may fail.
            let mut stop = self.command("pg_ctl");
            drop(stop.args(["stop", "-s", "-m", "immediate", "-D"]).arg(self.path("data")).status());
            drop(process.wait());
        }
        drop(fs::remove_file(self.folder.path().with_extension("log")));
    }
}

/// On standard error itself: what `eprintln!` says is shown for tests that fail only.
///
/// In CI it is an error: a server is installed there.
fn not_run(test: &str, why: &str) {
    assert!(std::env::var_os("CI").is_none(), "{test}: {why}");
    std::io::stderr().write_all(format!("NOT RUN: {test}: {why}\n").as_bytes()).unwrap();
}

fn is_root() -> bool {
    let said = Command::new("id").arg("-u").output().unwrap();
    said.stdout == b"0\n"
}

/// The folder of the newest installed version: Debian keeps it off the path.
pub(crate) fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path());
    let mut folders: Vec<_> = versions.map(|path| path.join("bin")).collect();
    folders.sort();
    folders.reverse();
    let path = std::env::var_os("PATH").unwrap_or_default();
    folders.extend(std::env::split_paths(&path));
    folders.into_iter().find(|folder| {
        ["initdb", "pg_ctl", "pg_isready", "postgres", "psql"].iter().all(|program| has(folder, program))
    })
}

fn has(folder: &Path, program: &str) -> bool {
    folder.join(program).is_file()
}
