//! Checks of the manifests, on the output of `cargo metadata`.

use crate::run::{Failure, Outcome, output};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The published crates, from the lowest to the highest: each may depend on those before it.
const ORDER: [&str; 7] =
    ["oath-lanes", "oath-totp", "oath-seeds", "oath-directory", "oath-cli", "oath-python", "oath-wasm"];

/// Checks that no dependency asks for a newer Rust than the workspace states, and that no crate depends on a higher one.
pub(crate) fn promises() -> Outcome {
    println!("\nxtask: the stated Rust version and the dependencies between the crates");
    let metadata = metadata(&["--all-features", "--locked"])?;
    let packages = list(&metadata, "packages");
    let needed = needed(&metadata);
    let shipped =
        |package: &&Value| package.get("source").is_none_or(Value::is_null) && rank(text(package, "name")).is_some();
    let Some(stated) = packages.iter().find(shipped).map(rust_version) else {
        return Err(Failure("cargo metadata names none of the crates".to_owned()));
    };
    for package in packages.iter().filter(|package| needed.contains(text(package, "id"))) {
        if rust_version(package) > stated {
            let (name, asks) = (text(package, "name"), text(package, "rust_version"));
            return Err(Failure(format!("{name} asks for Rust {asks}, the workspace states {stated:?}")));
        }
    }
    for package in packages.iter().filter(shipped) {
        for dependency in list(package, "dependencies") {
            let (above, below) = (text(package, "name"), text(dependency, "name"));
            if rank(below).is_some() && rank(below) >= rank(above) {
                return Err(Failure(format!("{above} must not depend on {below}")));
            }
        }
    }
    Ok(())
}

/// The target directory of cargo.
pub(crate) fn target_directory() -> Outcome<PathBuf> {
    Ok(PathBuf::from(text(&metadata(&["--no-deps"])?, "target_directory")))
}

fn metadata(options: &[&str]) -> Outcome<Value> {
    let words = [&["metadata", "--format-version=1"], options].concat();
    let text = output("cargo", &words);
    text.and_then(|text| serde_json::from_str(&text).ok())
        .ok_or_else(|| Failure(format!("cargo {} gives no JSON; is Cargo.lock up to date?", words.join(" "))))
}

/// The ids of all packages that the published crates are built from, without those of their tests.
fn needed(metadata: &Value) -> BTreeSet<&str> {
    let shipped = list(metadata, "packages").iter().filter(|package| rank(text(package, "name")).is_some());
    let mut found: BTreeSet<&str> = shipped.map(|package| text(package, "id")).collect();
    let nodes = metadata.get("resolve").map(|resolve| list(resolve, "nodes")).unwrap_or_default();
    loop {
        let before = found.len();
        for node in nodes {
            if !found.contains(text(node, "id")) {
                continue;
            }
            let built = |dependency: &&Value| {
                list(dependency, "dep_kinds").iter().any(|kind| kind.get("kind").is_none_or(Value::is_null))
            };
            found.extend(list(node, "deps").iter().filter(built).map(|dependency| text(dependency, "pkg")));
        }
        if found.len() == before {
            return found;
        }
    }
}

fn rank(name: &str) -> Option<usize> {
    ORDER.iter().position(|other| *other == name)
}

/// Reads `1.89` as [1, 89, 0]. A package that states no version gives zeros, which are older than every version.
fn rust_version(package: &Value) -> [u64; 3] {
    let mut parts = text(package, "rust_version").split('.').map(|part| part.parse().unwrap_or_default());
    core::array::from_fn(|_| parts.next().unwrap_or_default())
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
