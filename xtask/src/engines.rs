//! Other versions of Node, and other engines, which run the packed npm package. npm installs them as optional packages, so that
//! one that cannot be installed does not keep the others away.

use crate::npm::{self, binding};
use crate::run::{Failure, Outcome, output, text};
use crate::setup;
use serde_json::{Map, Value};
use std::fs;
use std::path::{Path, PathBuf};

/// An engine.
struct Engine {
    name: &'static str,
    /// How the paths of its builds begin in the lock file.
    builds: &'static str,
    /// Its program. Without one it is the program of the build, at the place where Node has it.
    program: Option<&'static str>,
}

const ENGINES: [Engine; 6] = [
    Engine { name: "Node 20.16", builds: "node_modules/node-20.16", program: None },
    Engine { name: "Node 22", builds: "node_modules/node-22", program: None },
    Engine { name: "Node 24", builds: "node_modules/node-24", program: None },
    Engine { name: "Bun", builds: "node_modules/@oven/bun-", program: Some("node_modules/.bin/bun") },
    Engine { name: "Deno", builds: "node_modules/@deno/", program: Some("node_modules/.bin/deno") },
    Engine { name: "workerd", builds: "node_modules/@cloudflare/workerd-", program: Some("node_modules/.bin/workerd") },
];

/// The project with the engines.
pub(crate) struct Engines {
    pub(crate) folder: PathBuf,
    /// As JSON: the path of the program by the name of each engine, null where it is left out.
    pub(crate) programs: String,
    /// What is left out, and the command that installs it.
    pub(crate) left_out: Vec<String>,
}

/// Installs the engines. In CI it is an error if one is missing that npm has for this machine.
pub(crate) fn engines() -> Outcome<Engines> {
    let sources = binding().join("tests/packaging");
    let mut folder = npm::installed("packaging", &sources)?;
    let lock: Value = serde_json::from_slice(&fs::read(sources.join("package-lock.json"))?)
        .map_err(|error| Failure(format!("package-lock.json: {error}")))?;
    let machine = output("node", &["-p", "`${process.platform} ${process.arch}`"]).unwrap_or_default();
    let (system, processor) = machine.trim().split_once(' ').unwrap_or_default();
    let builds = |engine: &Engine| build(&lock, engine.builds, system, processor);
    let missing =
        |folder: &Path| ENGINES.iter().any(|engine| builds(engine).is_some_and(|build| !engine.runs(folder, &build)));
    if missing(&folder) && !setup::tried() {
        folder = npm::installed_again("packaging", &sources)?;
    }
    let (mut programs, mut left_out, mut failures) = (Map::new(), Vec::new(), Vec::new());
    for engine in &ENGINES {
        let name = engine.name;
        let build = builds(engine);
        let program = build.as_ref().filter(|build| engine.runs(&folder, build));
        programs.insert(name.to_owned(), program.map(|build| text(&engine.program(&folder, build))).into());
        if program.is_some() {
            continue;
        }
        let what = match build {
            Some(_) => format!("the npm package in {name}: npm did not install it (cd {} && npm ci)", folder.display()),
            None => format!("the npm package in {name}: npm has no build of it for {system} {processor}"),
        };
        match setup::left_out(what, build.is_some()) {
            Ok(what) => left_out.push(what),
            Err(Failure(what)) => failures.push(what),
        }
    }
    if !failures.is_empty() {
        return Err(Failure(failures.join("\n")));
    }
    Ok(Engines { folder, programs: Value::from(programs).to_string(), left_out })
}

impl Engine {
    fn program(&self, folder: &Path, build: &str) -> PathBuf {
        match self.program {
            Some(program) => folder.join(program),
            None => folder.join(build).join("bin/node"),
        }
    }

    fn runs(&self, folder: &Path, build: &str) -> bool {
        output(&text(&self.program(folder, build)), &["--version"]).is_some()
    }
}

/// The first package of a lock file whose path begins so and that is for this machine, in the words of Node.
fn build(lock: &Value, begin: &str, system: &str, processor: &str) -> Option<String> {
    let fits = |package: &Value, key: &str, value: &str| match &package[key] {
        Value::Array(values) => values.iter().any(|other| other == value),
        other => other == value,
    };
    let packages = lock["packages"].as_object()?;
    let found = packages.iter().find(|(path, package)| {
        path.starts_with(begin) && fits(package, "os", system) && fits(package, "cpu", processor)
    });
    found.map(|(path, _)| path.clone())
}

#[cfg(test)]
mod tests {
    use super::{ENGINES, build};
    use crate::npm::binding;
    use serde_json::Value;
    use std::fs;

    #[test]
    fn the_lock_file_says_which_machines_an_engine_is_built_for() {
        let lock = fs::read(binding().join("tests/packaging/package-lock.json")).unwrap();
        let lock: Value = serde_json::from_slice(&lock).unwrap();
        let built = |system, processor| -> Vec<&str> {
            let built = ENGINES.iter().filter(|engine| build(&lock, engine.builds, system, processor).is_some());
            built.map(|engine| engine.name).collect()
        };
        assert_eq!(built("linux", "x64").len(), ENGINES.len());
        assert_eq!(built("linux", "arm64"), ["Node 22", "Node 24", "Bun", "Deno", "workerd"]);
        assert_eq!(built("linux", "riscv64"), [""; 0]);
    }
}
