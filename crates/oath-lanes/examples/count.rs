//! Computes one window CALLS times and does nothing else. `cargo xtask count` counts its instructions.
//!
//! ```text
//! cargo run --release -p oath-lanes --example count --features force-path PATH LENGTH CALLS
//! ```

use core::hint::black_box;
use oath_lanes::{Path, Sha1Pads};
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [path, length, calls] = &words[..] else { return ExitCode::from(2) };
    let path = Path::ALL.into_iter().find(|known| format!("{known:?}") == *path);
    let (Some(path), Ok(length), Ok(calls)) = (path, length.parse(), calls.parse::<u32>()) else {
        return ExitCode::from(2);
    };
    let pads = Sha1Pads::new(b"12345678901234567890");
    let mut out = vec![0; length];
    let present = (0..calls).all(|_| black_box(pads.truncated_on(path, black_box(58_000_000), black_box(&mut out))));
    if present { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
