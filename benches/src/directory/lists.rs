//! All tokens of a large directory, page by page.

use crate::people::{NOW, furnish, policy, ring};
use crate::sqlite::folder;
use crate::upload::rows;
use crate::{Effort, Outcome, machine};
use oath_directory::store::{Missing, SqliteStore, Store as _, TokenFilter};
use oath_directory::{Actor, Directory, KeyRing};
use oath_totp::UnixTime;
use pollster::block_on;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How many are read at once.
const PAGE: usize = 1000;

pub(crate) fn lists(effort: Effort) -> Outcome {
    let folder = folder()?;
    let keys = KeyRing::generate()?;
    let path = folder.path().join("oath.db");
    {
        let store = SqliteStore::open(&path, Missing::Create)?;
        furnish(&store, &keys, 200, 1)?;
        let directory = Directory::new(store, ring(&keys)?, policy())?;
        let (actor, now) = (Actor::local_operator(), UnixTime::from_secs(NOW));
        block_on(directory.upload(&actor, now, "stock.csv", rows(0..effort.many)?))?;
    }
    let store = SqliteStore::open(&path, Missing::Refuse)?;
    machine::forget_peak();
    let before = machine::resident()?;
    let (mut after, mut count) = (None, 0_usize);
    let start = Instant::now();
    loop {
        let page = block_on(store.tokens(TokenFilter::default(), after.take(), PAGE))?;
        let Some(last) = page.last() else { break };
        after = Some(last.token.serial.clone());
        count += page.len();
    }
    let (took, peak) = (start.elapsed().as_secs_f64(), machine::peak()?);
    println!("the library: {count} tokens in {took:.1} s, most memory {peak:.1} MiB, {before:.1} before");
    drop(store);
    private(&folder.path().join("oath.keys"), &keys)?;
    // Built by the same `cargo xtask bench-directory`, and lies beside this program.
    let oath = std::env::current_exe()?.with_file_name("oath");
    if !oath.is_file() {
        println!("the command is not built: cargo build --release -p oath-cli");
        return Ok(());
    }
    for words in [&["tokens", "list"][..], &["tokens", "list", "--json"], &["users", "list"], &["audit", "list"]] {
        let start = Instant::now();
        let mut child = Command::new(&oath).args(words).current_dir(folder.path()).stdout(Stdio::null()).spawn()?;
        let mut peak: f64 = 0.0;
        while child.try_wait()?.is_none() {
            peak = peak.max(peak_of(child.id()).unwrap_or(0.0));
            std::thread::sleep(Duration::from_millis(5));
        }
        if !child.wait()?.success() {
            return Err(format!("oath {} failed", words.join(" ")).into());
        }
        let took = start.elapsed().as_secs_f64();
        println!("oath {:<22} {took:>6.1} s, most memory {peak:>6.1} MiB (wanted: 64)", words.join(" "));
    }
    Ok(())
}

/// The most memory that a process was seen to use, in MiB.
fn peak_of(process: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u32 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(f64::from(kibibytes) / 1024.0)
}

/// Writes the ring for its owner only: the command takes no other.
fn private(path: &Path, keys: &KeyRing) -> Outcome {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    Ok(file.write_all(keys.expose_text().as_bytes())?)
}
