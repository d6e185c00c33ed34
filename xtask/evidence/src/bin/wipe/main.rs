//! What is left of a secret once it is dropped: in freed blocks of the heap, and on the stack below whoever called. Run by
//! `cargo xtask wipe`.

#![allow(clippy::deref_addrof, reason = "of a static that is written to, a reference comes by way of a raw pointer")]

mod child;
mod dump;
mod heap;
mod needles;
mod scenes;
mod seeds;
mod stack;

use child::MASK;
use needles::Needles;
use oath_lanes::{Path, force};
use oath_totp::Algorithm;
use scenes::{SCENES, Scene};
use std::process::ExitCode;

/// A byte that memory is painted with, so that nothing of an earlier scene is found in a later one.
const PAINT: u8 = 0xa5;

/// Stands among what was found for a scene that did not get its result.
const MADE_NOTHING: &str = "nothing was made";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [_, part, what] = &words[..] {
        return match child::child(part, what == "kept") {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("wipe: {part}: {error}");
                ExitCode::FAILURE
            }
        };
    }
    let full = words.iter().any(|word| word == "full");
    if let Err(what) = planted_copies_are_found() {
        eprintln!("wipe: calibration failed: {what}");
        return ExitCode::FAILURE;
    }
    let mut left = 0;
    let mut count = 0;
    for path in Path::ALL.into_iter().filter(|path| force(Some(*path))) {
        for algorithm in Algorithm::ALL {
            for length in if full { &[20, 32, 64, 65, 100, 128, 129, 200][..] } else { &[20, 200] } {
                for (name, scene) in SCENES {
                    count += 1;
                    let found = left_by(scene, algorithm, *length);
                    if !found.is_empty() {
                        left += 1;
                        println!("LEFT {path:?}, {algorithm}, {length} bytes, {name}: {}", found.join(", "));
                    }
                }
            }
        }
    }
    println!("{count} scenes, {left} of them left something");
    println!("the memory of another process, copies of what it kept and of what it dropped:");
    for found in dump::look() {
        match found {
            Ok(dump::Found { part, kept, dropped }) => {
                println!("{part}: kept {}, dropped {} {}", kept.len(), dropped.len(), dropped.join(", "));
                if kept.is_empty() {
                    eprintln!("wipe: calibration failed: {part}: what a process kept is not found in its memory");
                    left += 1;
                }
                left += dropped.len();
            }
            Err(error) => {
                eprintln!("wipe: the memory of another process was not searched: {error}");
                left += 1;
            }
        }
    }
    if left == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Plays a scene under two keys: what is found under both is no accident.
fn left_by(scene: Scene, algorithm: Algorithm, length: usize) -> Vec<String> {
    let [first, second] = [1, 2].map(|seed| {
        let input = scenes::Input::new(seed, algorithm, length);
        stack::paint();
        heap::record();
        let made = stack::run_and_keep(|| scene(&input));
        let blocks = heap::recorded();
        let Some(own) = made else { return vec![MADE_NOTHING.to_owned()] };
        let k = own.map_or_else(|| input.k().to_vec(), |masked| masked.iter().map(|byte| byte ^ MASK).collect());
        let (keys, codes) = (Needles::of(&k, algorithm), Needles::of_codes(&k, algorithm));
        let [left, after] = stack::kept();
        let mut found = keys.found_in(left, "the stack");
        // `Code` is moved about by whoever called, who has returned now.
        found.extend(codes.found_in(after, "the stack"));
        found.extend([keys, codes].iter().flat_map(|needles| needles.found_in(blocks, "a freed block")));
        found
    });
    first.into_iter().filter(|place| second.contains(place)).collect()
}

/// Copies that nobody wipes.
fn planted_copies_are_found() -> Result<(), String> {
    let planted: [(&str, Scene, &str); 7] = [
        ("a scene that makes nothing", scenes::made_nothing, MADE_NOTHING),
        ("a copy of K on the stack", scenes::copy_on_the_stack, "K on the stack"),
        ("a copy of K on the heap", scenes::copy_on_the_heap, "K in a freed block"),
        ("the pad states on the stack", scenes::pads_on_the_stack, "a pad state on the stack"),
        ("a digest on the heap", scenes::digest_on_the_heap, "the digest of 58000000 in a freed block"),
        (
            "a truncated number on the stack",
            scenes::number_on_the_stack,
            "the truncated number of 58000000 on the stack",
        ),
        ("a code's text on the stack", scenes::code_on_the_stack, "the code of 58000000 as text on the stack"),
    ];
    for (what, scene, place) in planted {
        let found = left_by(scene, Algorithm::Sha1, 20);
        println!("planted: {what}: {}", found.join(", "));
        if !found.contains(&place.to_owned()) {
            return Err(format!("{what} was planted and is not found"));
        }
    }
    Ok(())
}
