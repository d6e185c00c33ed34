//! The wheel: built, installed into a virtual environment, and tested as its users use it.

use crate::metadata;
use crate::run::{Failure, Outcome, program, program_in, program_with, root, text};
use crate::venv::{Environment, binding, empty, only, place};
use crate::{postgres, setup, tally};
use std::fs;
use std::path::{Path, PathBuf};

/// The largest size of the wheel, in bytes.
const MOST: u64 = 8_750_000;
/// The documents whose examples run as tests.
const DOCUMENTS: [&str; 4] =
    ["README.md", "../../docs/python-migration.md", "python/oath_totp/__init__.pyi", "python/oath_totp/seeds.pyi"];
/// The first example of the README in one line.
const FIRST: &str = "from oath_totp import TotpState, verify; \
                     print(verify('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', '287 082', TotpState.new(), at=59).state)";

pub(crate) fn python() -> Outcome {
    let Some(tools) = tools()? else { return Ok(()) };
    let wheel = wheel(&tools)?;
    tools.install(&["--force-reinstall", "--no-index", "--no-deps", &wheel])?;
    postgres::with_server(|| {
        tools.python(&[&["-m", "pytest", "-q", "tests"], &DOCUMENTS[..]].concat())?;
        tools.python(&["-m", "pytest", "-q", "--parallel-threads=4", "--iterations=4", "tests"])
    })?;
    // Files from a wheel always have the same time of change: a cache of mypy would not see a new version.
    let mypy = ["-m", "mypy", "--strict", "--cache-dir=/dev/null"];
    tools.python(&[&mypy[..], &["-p", "oath_totp"]].concat())?;
    tools.python(&[&mypy[..], &["tests/sample.py"]].concat())?;
    tools.python(&["-m", "mypy.stubtest", "oath_totp", "--concise"])?;
    pyotp(&tools)?;
    bare(&Environment::clean("bare")?, &wheel)?;
    sdist(&tools)
}

/// Measures the wheel and its peers. The machine must be idle.
pub(crate) fn bench() -> Outcome {
    let Some(tools) = tools()? else { return Ok(()) };
    let peers = Environment::kept("bench")?;
    peers.install(&["-r", "../../benches/python/requirements.txt"])?;
    peers.install(&["--force-reinstall", "--no-index", "--no-deps", &wheel(&tools)?])?;
    peers.python(&["../../benches/python/run.py"])
}

/// The environment with the tools of the tests, or `None` where Python is missing.
pub(crate) fn tools() -> Outcome<Option<Environment>> {
    if let Some(missing) = setup::python()? {
        tally::not_done(&missing);
        return Ok(None);
    }
    let tools = Environment::kept("tools")?;
    tools.install(&["-r", "requirements-dev.txt"])?;
    Ok(Some(tools))
}

/// Builds the wheel, and returns its file.
fn wheel(tools: &Environment) -> Outcome<String> {
    let wheels = empty("wheels")?;
    maturin(tools, &["build", "--release", "--locked", "-q", "-o", &text(&wheels)])?;
    finished(tools, &only(&wheels, ".whl")?)
}

/// Adds to a wheel what maturin does not know, and returns its file.
pub(crate) fn finished(tools: &Environment, wheel: &Path) -> Outcome<String> {
    tools.python(&["finish_wheel.py", &text(wheel)])?;
    let size = fs::metadata(wheel)?.len();
    println!("xtask: the wheel has {size} bytes");
    if size > MOST {
        return Err(Failure(format!("the wheel is larger than {MOST} bytes")));
    }
    Ok(text(wheel))
}

fn maturin(tools: &Environment, words: &[&str]) -> Outcome {
    program_in(&binding(), &tools.program("maturin"), words)
}

/// Runs pyotp's own tests against our replacement for it.
fn pyotp(tools: &Environment) -> Outcome {
    // pip asks the package for its requirements, which runs its build system. Only pyotp is wanted as sources: the build
    // system from sources would be built by others, from sources too.
    let sources = downloaded(tools, "pyotp", "--no-binary=pyotp")?;
    let folder = unpacked(&only(&sources, ".tar.gz")?)?;
    tools.python(&["tests/pyotp_suite.py", &folder])
}

/// Downloads a package in the version that the tests are pinned to, unless that is done. Returns its folder.
fn downloaded(tools: &Environment, package: &str, kind: &str) -> Outcome<PathBuf> {
    let folder = place()?.join(package);
    // pip makes the folder before it downloads: after a download that failed it is empty.
    let done = fs::read_dir(&folder).is_ok_and(|mut files| files.next().is_some());
    if !done {
        let pinned = fs::read_to_string(binding().join("requirements-dev.txt"))?;
        let version = format!("{package}==");
        let pinned = pinned.lines().find(|line| line.starts_with(&version)).unwrap_or(package);
        tools.python(&["-m", "pip", "download", "-q", kind, "-d", &text(&folder), pinned])?;
    }
    Ok(folder)
}

/// Unpacks an archive into its own folder, and returns the folder that was in it. `tar` refuses paths that lead outside;
/// the tarfile of Python 3.11.2, which Debian 12 has, does not.
fn unpacked(archive: &Path) -> Outcome<String> {
    let folder = archive.parent().unwrap_or(archive);
    program("tar", &["-xzf", &text(archive), "-C", &text(folder)])?;
    Ok(text(archive).trim_end_matches(".tar.gz").to_owned())
}

/// Installs the package into an empty environment without an index, and runs the README's first example and the command.
pub(crate) fn bare(environment: &Environment, package: &str) -> Outcome {
    environment.install(&["--no-index", package])?;
    works(environment)
}

fn works(environment: &Environment) -> Outcome {
    environment.python(&["-c", FIRST])?;
    program_with(&root(), &[], &environment.program("oath"), &["--version"])
}

/// The same for the source package, built offline from the crates that cargo has fetched and maturin's wheel. The profile is
/// that of `cargo test`, so that the dependencies are compiled only once.
fn sdist(tools: &Environment) -> Outcome {
    let (sources, wheels) = (empty("sdist")?, downloaded(tools, "maturin", "--only-binary=:all:")?);
    maturin(tools, &["sdist", "-o", &text(&sources)])?;
    let target = text(&metadata::target_directory()?);
    let folder = unpacked(&only(&sources, ".tar.gz")?)?;
    let environment = Environment::clean("bare")?;
    let variables =
        [("CARGO_NET_OFFLINE", "true"), ("CARGO_TARGET_DIR", &target), ("MATURIN_PEP517_ARGS", "--profile dev")];
    environment.install_with(&variables, &["--no-index", "--find-links", &text(&wheels), &folder])?;
    // maturin leaves this wheel of the dev profile where a user looks for the real one.
    let left = metadata::target_directory()?.join("wheels");
    if left.exists() {
        fs::remove_dir_all(left)?;
    }
    works(&environment)
}
