//! Tests the packed npm package in projects like those of its users.

use crate::engines::{Engines, engines};
use crate::npm::{self, binding, build, empty, installed, tools};
use crate::run::{Failure, Outcome, copy_all, program_in, program_with, root, text};
use crate::{setup, tally};
use std::fs;
use std::path::{Path, PathBuf};

/// Builds the package and runs all its tests. Returns the package if it could be built.
pub(crate) fn npm() -> Outcome<Option<PathBuf>> {
    if let Some(missing) = npm::missing()? {
        tally::not_done(&missing);
        return Ok(None);
    }
    let archive = build()?;
    node(&archive)?;
    packaging(&archive)?;
    server(&archive)?;
    browsers(&archive)?;
    Ok(Some(archive))
}

/// Installs the example of a server, and runs its tests.
fn server(archive: &Path) -> Outcome {
    if let Some(missing) = setup::make()? {
        tally::not_done(&missing);
        return Ok(());
    }
    let example = root().join("examples/node");
    let folder = installed("example-node", &example)?;
    copy_all(&example, &folder)?;
    install(&folder, archive)?;
    program_in(&folder, "npm", &["test", "--silent"])
}

/// Installs the packed package into a project, without network access.
pub(crate) fn install(folder: &Path, archive: &Path) -> Outcome {
    // npm does not replace a package of the same version.
    let before = folder.join("node_modules/oath-totp");
    if before.exists() {
        fs::remove_dir_all(before)?;
    }
    let words = ["install", "--silent", "--no-save", "--no-audit", "--no-fund", "--offline", &text(archive)];
    program_in(folder, "npm", &words)
}

/// Tests the example of a plain page.
fn page(archive: &Path) -> Outcome {
    let folder = empty("example-page")?;
    copy_all(&root().join("examples/page"), &folder)?;
    install(&folder, archive)?;
    let script = text(&binding().join("tests/examples.js"));
    program_in(&root(), "node", &[script.as_str(), &text(&tools()?), &text(&folder)])
}

/// Makes a project with the package and these folders of `tests`.
fn project(name: &str, archive: &Path, tests: &[&str]) -> Outcome<PathBuf> {
    let folder = empty(&format!("try-{name}"))?;
    fs::write(folder.join("package.json"), "{ \"private\": true, \"type\": \"module\" }\n")?;
    install(&folder, archive)?;
    for tests in tests {
        copy_all(&binding().join("tests").join(tests), &folder)?;
    }
    copy_all(&root().join("testkit"), &folder.join("testkit"))?;
    Ok(folder)
}

/// The tests for Node.
fn node(archive: &Path) -> Outcome {
    let folder = project("node", archive, &["shared", "node"])?;
    program_in(&folder, "node", &["--expose-gc", "--test"])
}

/// Modes of TypeScript, bundlers, test runners, other engines and other versions of Node.
fn packaging(archive: &Path) -> Outcome {
    let Engines { folder, programs, left_out } = engines()?;
    left_out.iter().for_each(|what| tally::not_done(what));
    let tests = binding().join("tests");
    for tests in ["packaging", "shared", "typescript"].map(|name| tests.join(name)) {
        copy_all(&tests, &folder)?;
    }
    // The same sample as CommonJS.
    fs::copy(folder.join("sample.ts"), folder.join("sample.cts"))?;
    copy_all(&root().join("testkit"), &folder.join("testkit"))?;
    install(&folder, archive)?;
    let (archive, tools) = (text(archive), text(&tools()?));
    let variables = [("TARBALL", archive.as_str()), ("TOOLS", tools.as_str()), ("ENGINES", programs.as_str())];
    program_with(
        &folder,
        &variables,
        "node",
        &["--test", "--test-concurrency=1", "packaging.test.js", "migration.test.js"],
    )
}

/// A page and a worker by Vite, built and as its server for development gives them; a page that webpack has built; a page
/// without a bundler; and a page with a strict policy and a service worker.
fn browsers(archive: &Path) -> Outcome {
    let vite = project("vite", archive, &["shared", "vite"])?;
    program_in(&vite, &text(&tools()?.join("node_modules/.bin/vite")), &["build", "--logLevel=warn"])?;
    if let Some(missing) = setup::chromium()? {
        tally::not_done(&missing);
        return Ok(());
    }
    let plain = project("page", archive, &["shared", "page"])?;
    let policy = project("policy", archive, &["shared", "policy"])?;
    let webpack = npm::place()?.join("packaging/out/webpack-page");
    wait_for("30", &[&vite.join("dist"), &vite, &webpack, &plain, &policy])?;
    page(archive)
}

/// Waits until the page of each folder has passed, at most so many seconds for each.
fn wait_for(seconds: &str, folders: &[&Path]) -> Outcome {
    let mut words = vec![text(&binding().join("tests/browser.js")), seconds.to_owned(), text(&tools()?)];
    words.extend(folders.iter().map(|folder| text(folder)));
    program_in(&root(), "node", &words.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Measures the package beside its peers, in Node and in Chromium. The machine should be idle.
pub(crate) fn bench() -> Outcome {
    if let Some(missing) = npm::missing()? {
        return Err(Failure(missing));
    }
    let archive = build()?;
    let sources = root().join("benches/web");
    let folder = installed("bench", &sources)?;
    copy_all(&sources, &folder)?;
    install(&folder, &archive)?;
    program_in(&folder, "node", &["run.mjs"])?;
    if let Some(missing) = setup::chromium()? {
        tally::not_done(&missing);
        return Ok(());
    }
    let vite = text(&tools()?.join("node_modules/.bin/vite"));
    program_in(&folder.join("page"), &vite, &["build", "--logLevel=warn", "--target=esnext"])?;
    wait_for("900", &[&folder.join("page/dist")])
}
