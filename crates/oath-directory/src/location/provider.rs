//! Key rings that are no files: the content of an environment variable, or what a program prints. They can be read and not changed.

use core::fmt;
use core::time::Duration;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::Instant;
use zeroize::Zeroizing;

/// No key ring is longer, in bytes.
const LONGEST: usize = 64 * 1024;

/// How long a program may take.
const LIMIT: Duration = Duration::from_secs(30);

/// Where the text of a key ring comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Provider {
    /// `env:NAME`. The environment of a process is readable by its user and inherited by its children, and cannot be wiped; the
    /// copy made of it here is.
    Variable(String),
    /// `command:PROGRAM WORD…`, run without a shell: blanks separate the words. What it prints is wiped after use.
    Program(Vec<String>),
}

/// Why a provider gave no key ring. Shows nothing of what it gave.
#[derive(Debug)]
pub(super) enum ProviderError {
    NoVariable,
    NoText,
    TooLong,
    NotStarted(io::Error),
    Failed(Option<i32>),
    TooSlow(Duration),
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoVariable => f.write_str("the variable is not set"),
            Self::NoText => f.write_str("what it gives is no text"),
            Self::TooLong => write!(f, "what it gives is longer than any key ring ({LONGEST} bytes)"),
            Self::NotStarted(error) => write!(f, "the program cannot be run: {error}"),
            Self::Failed(Some(status)) => write!(f, "the program ended with the exit status {status}"),
            Self::Failed(None) => f.write_str("the program was ended by a signal"),
            Self::TooSlow(limit) => write!(f, "the program did not end within {} s", limit.as_secs()),
        }
    }
}

impl Provider {
    /// What the text names, where it is no file.
    pub(super) fn of(keys: &Path) -> Option<Self> {
        let text = keys.to_str()?;
        if let Some(name) = text.strip_prefix("env:") {
            return Some(Self::Variable(name.to_owned()));
        }
        let words = text.strip_prefix("command:")?;
        Some(Self::Program(words.split_whitespace().map(str::to_owned).collect()))
    }

    /// The text of the key ring.
    pub(super) fn text(&self) -> Result<Zeroizing<String>, ProviderError> {
        match self {
            Self::Variable(name) => {
                let value =
                    std::env::var_os(name).filter(|value| !value.is_empty()).ok_or(ProviderError::NoVariable)?;
                value.into_string().map(Zeroizing::new).map_err(|_| ProviderError::NoText)
            }
            Self::Program(words) => printed(words, LIMIT),
        }
    }
}

/// What a program prints within the limit, where it ends with 0. Its standard error is that of this process.
fn printed(words: &[String], limit: Duration) -> Result<Zeroizing<String>, ProviderError> {
    let (program, words) =
        words.split_first().ok_or_else(|| ProviderError::NotStarted(io::ErrorKind::InvalidInput.into()))?;
    let until = Instant::now().checked_add(limit);
    let left = || until.map_or(Duration::ZERO, |until| until.saturating_duration_since(Instant::now()));
    let mut child = Command::new(program)
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(ProviderError::NotStarted)?;
    let (done, read) = sync_channel(1);
    if let Some(output) = child.stdout.take() {
        thread::spawn(move || done.send(whole(output)));
    }
    // Nothing where the thread is gone, or the program holds its output open.
    let Ok(text) = read.recv_timeout(left()) else { return Err(ended(&mut child, limit)) };
    let text = text.inspect_err(|_| {
        // It fails where the program has closed its input: that is not the reason.
        let _ = ended(&mut child, limit);
    })?;
    loop {
        match child.try_wait().map_err(ProviderError::NotStarted)? {
            Some(status) if status.success() => break,
            Some(status) => return Err(ProviderError::Failed(status.code())),
            None if left().is_zero() => return Err(ended(&mut child, limit)),
            None => thread::sleep(Duration::from_millis(5)),
        }
    }
    Ok(text)
}

fn ended(child: &mut Child, limit: Duration) -> ProviderError {
    // It has ended by itself otherwise.
    let _ = child.kill();
    let _ = child.wait();
    ProviderError::TooSlow(limit)
}

/// Reads to the end, in one block that does not move.
fn whole(mut input: impl Read) -> Result<Zeroizing<String>, ProviderError> {
    let (mut bytes, mut length) = (Zeroizing::new(vec![0; LONGEST]), 0usize);
    loop {
        let Some(rest @ [_, ..]) = bytes.get_mut(length..) else { return Err(ProviderError::TooLong) };
        match input.read(rest) {
            Ok(0) => break,
            Ok(read) => length = length.saturating_add(read),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(ProviderError::NotStarted(error)),
        }
    }
    let text = core::str::from_utf8(bytes.get(..length).unwrap_or_default()).map_err(|_| ProviderError::NoText)?;
    Ok(Zeroizing::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_prefix_is_no_file() {
        assert_eq!(Provider::of(Path::new("oath.keys")), None);
        assert_eq!(Provider::of(Path::new("env:RING")), Some(Provider::Variable("RING".to_owned())));
        let words = ["/usr/bin/get-ring", "-n", "oath"].map(str::to_owned).to_vec();
        assert_eq!(Provider::of(Path::new("command:/usr/bin/get-ring  -n oath")), Some(Provider::Program(words)));
    }

    #[cfg(unix)]
    #[test]
    fn a_program_prints_ends_well_and_in_time_or_is_an_error() {
        let run = |words: &str, millis| {
            let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
            printed(&words, Duration::from_millis(millis))
                .map(|text| text.as_str().to_owned())
                .map_err(|error| error.to_string())
        };
        assert_eq!(run("printf a\\nb", 20_000), Ok("a\nb".to_owned()));
        assert_eq!(run("false", 20_000), Err("the program ended with the exit status 1".to_owned()));
        assert!(run("/no/such/program", 20_000).unwrap_err().starts_with("the program cannot be run: "));
        assert!(printed(&[], LIMIT).is_err());
        let began = Instant::now();
        assert_eq!(run("sleep 60", 1_000), Err("the program did not end within 1 s".to_owned()));
        assert!(began.elapsed() < Duration::from_secs(30), "it is ended");
        assert!(run("head -c 70000 /dev/zero", 20_000).unwrap_err().contains("longer than any key ring"));
        assert_eq!(run("printf \\377", 20_000), Err("what it gives is no text".to_owned()));
    }
}
