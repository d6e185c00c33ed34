//! The codes on other processors: vectors of NEON on aarch64, a big-endian word order on s390x, 32 bits on i686. The first
//! two run in qemu's emulation of a process.

use crate::metadata::target_directory;
use crate::run::{Outcome, cargo_with, text};
use crate::{setup, tally};

/// A processor.
struct Machine {
    target: &'static str,
    linker: &'static str,
    /// What runs its programs; none where the processor at hand does.
    runner: Option<&'static str>,
}

const MACHINES: [Machine; 3] = [
    Machine { target: TARGETS[0], linker: "aarch64-linux-gnu-gcc", runner: Some("qemu-aarch64") },
    Machine { target: TARGETS[1], linker: "s390x-linux-gnu-gcc", runner: Some("qemu-s390x") },
    Machine { target: TARGETS[2], linker: "i686-linux-gnu-gcc", runner: None },
];
pub(crate) const TARGETS: [&str; 3] =
    ["aarch64-unknown-linux-gnu", "s390x-unknown-linux-gnu", "i686-unknown-linux-gnu"];
/// Debian's packages with the linkers, the C libraries and the emulator.
pub(crate) const LINKERS: [&str; 7] = [
    "gcc-aarch64-linux-gnu",
    "libc6-dev-arm64-cross",
    "gcc-s390x-linux-gnu",
    "libc6-dev-s390x-cross",
    "gcc-i686-linux-gnu",
    "libc6-dev-i386-cross",
    "qemu-user",
];
/// Where the emulator is written for, and i686 needs none.
pub(crate) const POSSIBLE: bool = cfg!(all(target_os = "linux", target_arch = "x86_64"));
/// Of each property: an emulated processor is some ten times slower. The processor at hand runs all of them.
const CASES: &str = "16";

/// The programs that all machines need.
pub(crate) fn programs() -> impl Iterator<Item = &'static str> {
    MACHINES.iter().flat_map(|machine| std::iter::once(machine.linker).chain(machine.runner))
}

/// The tests inside both crates, and the known answers.
pub(crate) fn machines() -> Outcome {
    if !POSSIBLE {
        tally::not_done("the codes on aarch64, s390x and i686: they are run on Linux for x86-64 only");
        return Ok(());
    }
    if let Some(missing) = setup::machines()? {
        tally::not_done(&missing);
        return Ok(());
    }
    let directory = format!("--target-dir={}", text(&target_directory()?.join("machines")));
    for Machine { target, linker, runner } in &MACHINES {
        let name = |what| format!("CARGO_TARGET_{}_{what}", target.to_uppercase().replace('-', "_"));
        let (linker_variable, runner_variable) = (name("LINKER"), name("RUNNER"));
        let mut variables = vec![(linker_variable.as_str(), *linker), ("PROPTEST_CASES", CASES)];
        variables.extend(runner.map(|runner| (runner_variable.as_str(), runner)));
        let target = format!("--target={target}");
        // Linked whole, a program needs no library of the other machine at run time.
        let whole = "--config=build.rustflags=['-Ctarget-feature=+crt-static']";
        let test = ["test", &target, &directory, whole, "--all-features"];
        cargo_with(&variables, &[&test[..], &["-p", "oath-lanes", "--lib"]].concat())?;
        cargo_with(&variables, &[&test[..], &["-p", "oath-totp", "--lib", "--test=testkit"]].concat())?;
    }
    Ok(())
}
