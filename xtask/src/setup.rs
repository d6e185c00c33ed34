//! What the tests need beside Rust. In CI whatever is missing is an error; elsewhere it is said plainly and left out.

use crate::run::{Failure, Outcome, output, program};

fn in_ci() -> bool {
    std::env::var_os("CI").is_some()
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
        program("apt-get", &["update", "-q"])?;
        program("apt-get", &["install", "-q", "-y", "--no-install-recommends", "oathtool"])?;
        return match output("oathtool", &["--version"]) {
            Some(_) => Ok(Vec::new()),
            None => Err(Failure("oathtool is installed, but does not run".to_owned())),
        };
    }
    Ok(vec!["the comparison with oathtool: it is not installed (Debian: apt-get install oathtool)".to_owned()])
}
