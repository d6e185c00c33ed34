//! The whole memory of another process that used secrets and dropped them, as a core dump would show it.

use crate::child::{DONE, MASK, OF_A_KEY, PARTS, Part};
use crate::needles::Needles;
use oath_totp::{Algorithm, Secret};
use std::collections::HashSet;
use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::process::{Child, Command, Stdio};

/// Copies found in the memory of a process that kept secrets, and of one that dropped them.
pub(crate) struct Found {
    pub(crate) part: &'static str,
    pub(crate) kept: Vec<String>,
    pub(crate) dropped: Vec<String>,
}

/// Every part, in a process of its own.
pub(crate) fn look() -> impl Iterator<Item = Result<Found, Box<dyn Error>>> {
    PARTS.iter().map(|part| {
        Ok(Found { part: part.name, kept: of_process(part, "kept")?, dropped: of_process(part, "dropped")? })
    })
}

fn of_process(part: &Part, what: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(["child", part.name, what])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let found = of_child(part, &mut child);
    child.kill()?;
    child.wait()?;
    found
}

fn of_child(part: &Part, child: &mut Child) -> Result<Vec<String>, Box<dyn Error>> {
    let mut keys = Vec::new();
    let mut texts = Vec::new();
    let mut input = child.stdin.take().ok_or("no input of the child")?;
    if let Some(end) = part.input {
        let secret = Secret::generate_bytes(32)?;
        input.write_all(secret.expose_base32().as_bytes())?;
        input.write_all(end.as_bytes())?;
        keys.push(secret.expose_bytes().to_vec());
    }
    drop(input);
    let mut done = false;
    for line in BufReader::new(child.stdout.take().ok_or("no output of the child")?).lines() {
        let line = line?;
        if line == DONE {
            done = true;
            break;
        }
        // What is no needle is what the part says besides.
        let Some((in_a_row, masked)) = line.split_once(' ') else { continue };
        let bytes = Secret::from_hex(masked)?.expose_bytes().iter().map(|byte| byte ^ MASK).collect::<Vec<u8>>();
        match in_a_row.parse()? {
            OF_A_KEY => keys.push(bytes),
            in_a_row => texts.push((in_a_row, bytes)),
        }
    }
    if !done || keys.is_empty() {
        return Err(format!("the process with {} failed", part.name).into());
    }
    let memory = memory(child.id())?;
    let mut needles = Needles::default();
    for (number, k) in (1..).zip(&keys) {
        Algorithm::ALL.into_iter().for_each(|algorithm| needles.add(Needles::of(k, algorithm), number));
    }
    let mut found = needles.rows_in(&memory);
    for (in_a_row, bytes) in texts {
        let rows: HashSet<&[u8]> = bytes.windows(in_a_row).collect();
        if memory.windows(in_a_row).any(|row| rows.contains(row)) {
            found.push(format!("{in_a_row} bytes of a text of {}", bytes.len()));
        }
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
        (&memory).take(end - start).read_to_end(&mut all)?;
    }
    Ok(all)
}
