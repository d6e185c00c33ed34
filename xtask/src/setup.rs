//! What the tests need beside Rust. In CI whatever is missing is an error; elsewhere it is said plainly and left out.

use crate::run::{Failure, Outcome, output, program};

fn in_ci() -> bool {
    std::env::var_os("CI").is_some()
}

/// Debian's packages.
fn from_debian(packages: &[&str]) -> Outcome {
    program("apt-get", &["update", "-q"])?;
    program("apt-get", &[&["install", "-q", "-y", "--no-install-recommends"], packages].concat())
}

/// The targets without a standard library.
pub(crate) fn rust_target(target: &str) -> Outcome {
    let installed = output("rustup", &["target", "list", "--installed"]);
    if installed.is_some_and(|list| list.lines().any(|line| line == target)) {
        return Ok(());
    }
    program("rustup", &["target", "add", target])
}

/// `oathtool`, which the codes are compared with. What could not be had.
pub(crate) fn oathtool() -> Outcome<Vec<String>> {
    if output("oathtool", &["--version"]).is_some() {
        return Ok(Vec::new());
    }
    if in_ci() {
        from_debian(&["oathtool"])?;
        return match output("oathtool", &["--version"]) {
            Some(_) => Ok(Vec::new()),
            None => Err(Failure("oathtool is installed, but does not run".to_owned())),
        };
    }
    Ok(vec!["the comparison with oathtool: it is not installed (Debian: apt-get install oathtool)".to_owned()])
}

/// valgrind, and libclang, which the bindings to it are made with. What could not be had.
pub(crate) fn valgrind() -> Outcome<Option<String>> {
    const LIBCLANG: &str = "libclang-14-dev";
    let has_valgrind = || output("valgrind", &["--version"]).is_some();
    let has_libclang = || {
        // Not `libclang-cpp`, which another package brings.
        let places =
            "ls /usr/lib/llvm-*/lib/libclang.so* /usr/lib/llvm-*/lib/libclang-[0-9]*.so* /usr/lib*/libclang.so*";
        let installed = output("sh", &["-c", &format!("{places} 2>/dev/null; true")]);
        std::env::var_os("LIBCLANG_PATH").is_some() || installed.is_some_and(|list| !list.trim().is_empty())
    };
    if has_valgrind() && has_libclang() {
        return Ok(None);
    }
    if in_ci() {
        from_debian(&["valgrind", LIBCLANG])?;
        return if has_valgrind() {
            Ok(None)
        } else {
            Err(Failure("valgrind is installed, but does not run".to_owned()))
        };
    }
    Ok(Some(format!(
        "constant time under memcheck: valgrind or libclang is missing (Debian: apt-get install valgrind {LIBCLANG})"
    )))
}

/// Miri, which comes with the nightly compiler. What could not be had.
pub(crate) fn miri() -> Outcome<Option<String>> {
    const MISSING: &str = "Miri: it is not installed (rustup toolchain install nightly --component miri,rust-src)";
    if output("rustup", &["run", "nightly", "cargo", "miri", "--version"]).is_some() {
        return Ok(None);
    }
    if !in_ci() {
        return Ok(Some(MISSING.to_owned()));
    }
    let install = ["toolchain", "install", "nightly", "--profile=minimal", "--component=miri,rust-src"];
    program("rustup", &install).map(|()| None)
}

/// Python, and that it can make virtual environments. What could not be had.
pub(crate) fn python() -> Outcome<Option<String>> {
    let usable =
        || output("python3", &["-c", "import sys, venv, ensurepip; assert sys.version_info >= (3, 10)"]).is_some();
    if usable() {
        return Ok(None);
    }
    if in_ci() {
        from_debian(&["python3", "python3-venv"])?;
        return if usable() {
            Ok(None)
        } else {
            Err(Failure("python3 is installed, but is older than 3.10 or has no venv".to_owned()))
        };
    }
    Ok(Some("the wheel: it needs Python 3.10 or later with venv (Debian: apt-get install python3-venv)".to_owned()))
}

/// Node and npm. What could not be had.
pub(crate) fn node() -> Outcome<Option<String>> {
    // What the package starts with in Node came in 20.16 and 22.3.
    let recent = "process.exit(process.getBuiltinModule ? 0 : 1)";
    if output("node", &["-e", recent]).is_some() && output("npm", &["--version"]).is_some() {
        return Ok(None);
    }
    let missing = "the npm package: it needs Node 20.16, or 22.3 or later, and npm".to_owned();
    if in_ci() { Err(Failure(missing)) } else { Ok(Some(missing)) }
}

/// Chromium, for what runs in a browser. What could not be had.
pub(crate) fn chromium() -> Outcome<Option<String>> {
    let usable = || output("/usr/bin/chromium", &["--version"]).is_some() || std::env::var_os("CHROMIUM").is_some();
    if usable() {
        return Ok(None);
    }
    if in_ci() {
        from_debian(&["chromium"])?;
        return if usable() { Ok(None) } else { Err(Failure("chromium is installed, but does not run".to_owned())) };
    }
    Ok(Some(
        "the npm package in a browser: there is no /usr/bin/chromium (Debian: apt-get install chromium)".to_owned(),
    ))
}
