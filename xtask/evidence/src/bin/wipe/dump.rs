//! The whole memory of another process that used a secret and dropped it, as a core dump would show it.

use crate::needles::Needles;
use oath_totp::{Algorithm, Consecutive, Digits, KeyUri, Secret, TimeStep, Totp, TotpState, UnixTime, Window};
use std::error::Error;
use std::fs::File;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::process::{Command, Stdio};

/// What hides the secret on its way to who looks for it.
const MASK: u8 = 0x5a;

/// Copies found in the memory of a process that kept its secret, and of one that dropped it.
pub(crate) fn look() -> Result<(Vec<String>, Vec<String>), Box<dyn Error>> {
    Ok((of_process("kept")?, of_process("dropped")?))
}

fn of_process(what: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(["child", what])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut line = String::new();
    let stdout = child.stdout.take().ok_or("no output of the child")?;
    let mut lines = BufReader::new(stdout);
    lines.read_line(&mut line)?;
    let masked = Secret::from_hex(line.trim())?;
    let k: Vec<u8> = masked.expose_bytes().iter().map(|byte| byte ^ MASK).collect();
    // The second line says that it is done.
    lines.read_line(&mut line)?;
    let memory = memory(child.id());
    drop(child.stdin.take());
    let ended = child.wait()?;
    if !ended.success() {
        return Err("the child failed".into());
    }
    let memory = memory?;
    let mut found = Vec::new();
    for algorithm in Algorithm::ALL {
        found.extend(Needles::of(&k, algorithm).rows_in(&memory));
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// All that can be read, one mapping after the other.
fn memory(process: u32) -> Result<Vec<u8>, Box<dyn Error>> {
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps"))?;
    let mut all = Vec::new();
    let mut memory = File::open(format!("/proc/{process}/mem"))?;
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let range =
            line.split([' ', '-']).take(2).map(|end| u64::from_str_radix(end, 16)).collect::<Result<Vec<_>, _>>()?;
        let [start, end] = range[..] else { continue };
        memory.seek(SeekFrom::Start(start))?;
        memory.by_ref().take(end - start).read_to_end(&mut all)?;
    }
    Ok(all)
}

/// The other process: makes a secret, uses it in every way, drops it or not, and waits.
pub(crate) fn child(keep: bool) -> Result<(), Box<dyn Error>> {
    let secret = Secret::generate_bytes(32)?;
    let masked: Vec<u8> = secret.expose_bytes().iter().map(|byte| byte ^ MASK).collect();
    println!("{}", masked.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    let uri = KeyUri::totp(secret, "a@example.com")?.with_issuer("A");
    let secret = KeyUri::parse(&uri.expose_uri())?.into_secret();
    black_box((uri.secret() == &secret, secret.expose_hex()));
    for algorithm in Algorithm::ALL {
        let totp = Totp::new(secret.key(algorithm)?, Digits::Six, TimeStep::SECONDS_30);
        let now = UnixTime::from_secs(1_740_000_000);
        let state = TotpState::NEW;
        let _ = black_box(totp.verify(&totp.generate(now), now, Window::ONE, &state)?);
        let codes = Consecutive::from([totp.generate_at_step(58_000_000), totp.generate_at_step(58_000_001)]);
        let _ = black_box(totp.resync(&codes, now, 2880, &state)?);
    }
    if keep {
        std::mem::forget(secret);
    } else {
        drop(secret);
    }
    drop(uri);
    println!("done");
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
