//! The checks and tests themselves.

use crate::run::{Failure, Outcome, cargo, output, program, root};
use crate::setup;
use serde_json::Value;

/// Tests may stop at a broken assumption; the code itself may not.
const IN_TESTS: [&str; 10] = [
    "-A",
    "clippy::unwrap_used",
    "-A",
    "clippy::expect_used",
    "-A",
    "clippy::panic",
    "-A",
    "clippy::indexing_slicing",
    "-A",
    "clippy::as_conversions",
];

pub(crate) fn lint() -> Outcome {
    cargo(&["fmt", "--all", "--check"])?;
    cargo(&["clippy", "--workspace", "--all-features", "--", "-D", "warnings"])?;
    let tests = ["clippy", "--workspace", "--all-features", "--all-targets", "--", "-D", "warnings"];
    cargo(&[&tests[..], &IN_TESTS[..]].concat())?;
    metadata()
}

/// Two promises that the manifests make: no dependency asks for a newer Rust than the workspace states, and the arrows
/// between the crates point down.
fn metadata() -> Outcome {
    const ORDER: [&str; 5] = ["oath-lanes", "oath-totp", "oath-seeds", "oath-directory", "oath-cli"];
    println!("\nxtask: the stated Rust version and the arrows between crates");
    let text = output("cargo", &["metadata", "--format-version=1", "--all-features", "--locked"]);
    let metadata: Value = text
        .and_then(|text| serde_json::from_str(&text).ok())
        .ok_or_else(|| Failure("cargo metadata gives no JSON; is Cargo.lock up to date?".to_owned()))?;
    let packages = metadata["packages"].as_array().ok_or_else(|| Failure("no packages".to_owned()))?;
    let name = |package: &Value| package["name"].as_str().unwrap_or_default().to_owned();
    let version = |package: &Value| -> Vec<u64> {
        let text = package["rust_version"].as_str().unwrap_or_default();
        text.split('.').map(|part| part.parse().unwrap_or_default()).collect()
    };
    let ours: Vec<&Value> = packages.iter().filter(|package| package["source"].is_null()).collect();
    // What users of the crates build; what only the maintainers run may need more.
    let shipped = |package: &&&Value| ORDER.contains(&name(package).as_str());
    let stated = ours.iter().find(shipped).map(|package| version(package)).unwrap_or_default();
    let needed = shipped_dependencies(&metadata, &ORDER);
    for package in packages.iter().filter(|package| needed.contains(&package["id"].as_str().unwrap_or_default())) {
        if version(package) > stated {
            return Err(Failure(format!(
                "{} asks for Rust {:?}, the workspace states {stated:?}",
                name(package),
                version(package)
            )));
        }
    }
    for package in ours.iter().filter(shipped) {
        let rank = |name: &str| ORDER.iter().position(|other| *other == name);
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            if rank(&name(dependency)).is_some_and(|below| Some(below) >= rank(&name(package))) {
                return Err(Failure(format!("{} must not depend on {}", name(package), name(dependency))));
            }
        }
    }
    Ok(())
}

/// The ids of all packages that the shipped crates are built from, without what only their tests use.
fn shipped_dependencies<'a>(metadata: &'a Value, shipped: &[&str]) -> std::collections::BTreeSet<&'a str> {
    let nodes = metadata["resolve"]["nodes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let id = |value: &'a Value| value["id"].as_str().unwrap_or_default();
    let is_shipped =
        |id: &str| shipped.iter().any(|name| id.contains(&format!("/{name}#")) || id.contains(&format!("#{name}@")));
    let mut found: std::collections::BTreeSet<&str> = nodes.iter().map(id).filter(|id| is_shipped(id)).collect();
    loop {
        let before = found.len();
        for node in nodes.iter().filter(|node| found.contains(id(node))).collect::<Vec<_>>() {
            for dependency in node["deps"].as_array().into_iter().flatten() {
                let kinds = dependency["dep_kinds"].as_array().map(Vec::as_slice).unwrap_or_default();
                if kinds.iter().any(|kind| kind["kind"].is_null()) {
                    found.extend(dependency["pkg"].as_str());
                }
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

pub(crate) fn targets() -> Outcome {
    for target in ["thumbv7em-none-eabi", "wasm32v1-none"] {
        setup::rust_target(target)?;
        for features in ["", "uri,serde"] {
            let build =
                ["build", "-p", "oath-totp", "--no-default-features", "--target", target, "--features", features];
            cargo(&build)?;
        }
    }
    Ok(())
}

pub(crate) fn tests() -> Outcome {
    cargo(&["test", "--workspace", "--all-features"])?;
    // What remains of the codes without an allocator.
    cargo(&["test", "-p", "oath-totp", "--no-default-features", "--tests"])
}

pub(crate) fn docs() -> Outcome {
    cargo(&["doc", "--workspace", "--no-deps", "--all-features", "--config", "build.rustdocflags=['-D', 'warnings']"])
}

/// What a new user runs first.
pub(crate) fn smoke() -> Outcome {
    cargo(&["run", "--release", "--", "tour"])?;
    cargo(&["run", "--release", "-p", "oath-examples"])?;
    cargo(&["run", "--release", "-p", "oath-benches", "--", "--short"])
}

pub(crate) fn exhaustive() -> Outcome {
    cargo(&["test", "--release", "-p", "oath-totp", "--lib", "--", "--ignored", "31_bit"])
}

pub(crate) fn bench() -> Outcome {
    cargo(&["run", "--release", "-p", "oath-benches"])
}

pub(crate) fn bench_seeds() -> Outcome {
    cargo(&["build", "--release"])?;
    let script = root().join("benches/seeds/run.py");
    let oath = target_dir()?.join("release/oath");
    let text = |path: &std::path::Path| path.to_string_lossy().into_owned();
    program("python3", &[&text(&script), &text(&oath)])
}

fn target_dir() -> Outcome<std::path::PathBuf> {
    let metadata = output("cargo", &["metadata", "--format-version=1", "--no-deps"]);
    let metadata: Option<Value> = metadata.and_then(|text| serde_json::from_str(&text).ok());
    let directory = metadata.and_then(|metadata| Some(metadata["target_directory"].as_str()?.into()));
    directory.ok_or_else(|| Failure("cargo metadata names no target directory".to_owned()))
}
