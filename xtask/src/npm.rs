//! Builds the npm package: compiles both modules, binds them to JavaScript, optimizes and packs them. `npm_tests.rs` tests it.

use crate::asm;
use crate::metadata::target_directory;
use crate::run::{Failure, Outcome, cargo, copy_all, emptied, joined, output, program, program_in, root, text};
use crate::setup;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// A module of the package.
struct Part {
    /// The feature of the crate, and the name of the files.
    name: &'static str,
    profile: &'static str,
    /// The entry that loads the module as a file, and the largest size of both, gzipped, in bytes.
    file: (&'static str, u64),
    /// The entry that carries the module as Base64, and its largest size.
    inlined: (&'static str, u64),
}

/// The name of a module with SIMD128, or without.
fn variant(part: &str, simd: bool) -> String {
    if simd { format!("{part}-simd") } else { part.to_owned() }
}

/// The goal for the codes as a file is 56 KiB. docs/performance.md says why it is larger.
const PARTS: [Part; 2] = [
    Part { name: "codes", profile: "npm", file: ("web.js", 60 << 10), inlined: ("index.js", 80 << 10) },
    Part { name: "seeds", profile: "npm-seeds", file: ("web-seeds.js", 400 << 10), inlined: ("seeds.js", 560 << 10) },
];
/// The WebAssembly features that wasm-opt may use. Every engine with SIMD128 has them, and so do those shortly before it.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-nontrapping-float-to-int",
    "--enable-mutable-globals",
    "--enable-multivalue",
];

/// What has to be left out where Node or the WebAssembly target is missing.
pub(crate) fn missing() -> Outcome<Option<String>> {
    Ok(setup::node()?.or(setup::wasm()?))
}

/// Builds the package, and returns its file.
pub(crate) fn build() -> Outcome<PathBuf> {
    let tools = tools()?;
    let package = empty("package")?;
    let sources = empty("sources")?;
    copy_all(&binding().join("js"), &sources)?;
    for file in ["index", "seeds", "embed"].map(|name| format!("{name}.d.ts")) {
        fs::copy(sources.join(&file), package.join(&file))?;
    }
    for file in ["README.md", "MIGRATION.md", "package.json"] {
        fs::copy(binding().join(file), package.join(file))?;
    }
    for file in ["LICENSE-APACHE", "LICENSE-MIT"] {
        fs::copy(root().join(file), package.join(file))?;
    }
    for folder in [&package, &sources] {
        fs::create_dir_all(folder.join("wasm"))?;
    }
    cargo(&["build", "-q", "-p", "oath-bindgen"])?;
    let modules = |simd| PARTS.iter().try_for_each(|part| module(&tools, part, simd, &package));
    // Linking uses one core only, so both kinds are built at the same time.
    thread::scope(|scope| {
        let plain = scope.spawn(|| modules(false));
        modules(true).and(joined(plain))
    })?;
    asm::shipped(&named_modules()?)?;
    for part in PARTS {
        fs::write(sources.join(format!("wasm/{}.js", part.name)), glue(part.name)?)?;
    }
    fs::copy(binding().join("tools/bundle.js"), tools.join("bundle.js"))?;
    program_in(&tools, "node", &["bundle.js", &text(&sources), &text(&package)])?;
    for part in PARTS {
        size(&package, &part)?;
    }
    let packed = empty("packed")?;
    program_in(&package, "npm", &["pack", "--silent", "--pack-destination", &text(&packed)])?;
    let name = format!("oath-totp-{}.tgz", env!("CARGO_PKG_VERSION"));
    let archive = place()?.join(&name);
    fs::rename(packed.join(&name), &archive)
        .map_err(|_| Failure(format!("npm packed no {name}: is the version of package.json the workspace's?")))?;
    println!("xtask: {}", archive.display());
    Ok(archive)
}

/// One module, for engines with vectors or without.
fn module(tools: &Path, part: &Part, simd: bool, package: &Path) -> Outcome {
    let Part { name: part, profile, .. } = part;
    let name = variant(part, simd);
    let target = place()?.join(if simd { "build-simd" } else { "build" });
    cargo(&[
        "build",
        "-q",
        "--package=oath-wasm",
        &format!("--profile={profile}"),
        &format!("--target={WASM}"),
        &format!("--features={part}"),
        &format!("--target-dir={}", text(&target)),
        &format!("--config=build.rustflags=[{}]", flags(simd).join(", ")),
    ])?;
    let built = text(&target.join(WASM).join(profile).join("oath_wasm.wasm"));
    let bound = bound(part, simd)?;
    let bindgen = text(&target_directory()?.join("debug/oath-bindgen"));
    program(&bindgen, &[&built, &text(&bound), part])?;
    let built = bound.join(format!("{part}_bg.wasm"));
    // One file with the names of functions, for the search of the disassembly, and the same without them, which ships.
    let named = named(&name)?;
    let optimize = text(&tools.join("node_modules/.bin/wasm-opt"));
    let simd_feature: &[&str] = if simd { &["--enable-simd"] } else { &[] };
    let features = [&FEATURES[..], simd_feature].concat();
    program_in(&root(), &optimize, &[&features[..], &["-Os", "-g", &text(&built), "-o", &text(&named)]].concat())?;
    let shipped = text(&package.join("wasm").join(format!("{name}.wasm")));
    let strip = ["--strip-debug", "--strip-producers", "--strip-target-features", &text(&named), "-o", &shipped];
    program_in(&root(), &optimize, &[&features[..], &strip[..]].concat())
}

/// The JavaScript of wasm-bindgen, which is the same for the modules with SIMD128 and without.
fn glue(part: &str) -> Outcome<String> {
    let read = |simd| -> Outcome<String> { Ok(fs::read_to_string(bound(part, simd)?.join(format!("{part}_bg.js")))?) };
    let glue = read(true)?;
    if glue != read(false)? {
        return Err(Failure(format!("the two modules of {part} want different JavaScript")));
    }
    Ok(glue)
}

fn bound(part: &str, simd: bool) -> Outcome<PathBuf> {
    Ok(place()?.join("bound").join(variant(part, simd)))
}

fn named_modules() -> Outcome<Vec<PathBuf>> {
    PARTS
        .iter()
        .flat_map(|part| [variant(part.name, false), variant(part.name, true)])
        .map(|name| named(&name))
        .collect()
}

/// The path of a module as it ships, but with the names of its functions.
fn named(name: &str) -> Outcome<PathBuf> {
    let folder = place()?.join("named");
    fs::create_dir_all(&folder)?;
    Ok(folder.join(format!("{name}.wasm")))
}

/// Flags for one copy of each hash, for a separate function with the division by the time step, which `asm` exempts by name, and
/// against paths of this machine in the module.
fn flags(simd: bool) -> Vec<String> {
    let mut flags: Vec<String> =
        ["oath_asm_check", "sha1_backend=\"soft\"", "sha2_backend=\"soft\"", "sha2_backend_soft=\"compact\""]
            .iter()
            .flat_map(|cfg| ["'--cfg'".to_owned(), format!("'{cfg}'")])
            .chain(["'-Csymbol-mangling-version=v0'".to_owned()])
            .collect();
    let home = std::env::var("CARGO_HOME").or_else(|_| std::env::var("HOME").map(|home| format!("{home}/.cargo")));
    // Where the sources of the standard library are installed, the compiler writes their paths.
    let compiler = output("rustc", &["--print", "sysroot"]).map(|sysroot| sysroot.trim().to_owned());
    let places =
        [(home.unwrap_or_default(), "cargo"), (compiler.unwrap_or_default(), "rust"), (text(&root()), "oath-totp")];
    for (from, to) in places {
        if !from.is_empty() {
            flags.push(format!("'--remap-path-prefix={from}={to}'"));
        }
    }
    if simd {
        flags.push("'-Ctarget-feature=+simd128'".to_owned());
    }
    flags
}

/// Prints the sizes of both entries of a part, and fails where one is too large.
fn size(package: &Path, part: &Part) -> Outcome {
    let (script, folder) = (text(&binding().join("tools/size.js")), text(package));
    let module = format!("wasm/{}.wasm", variant(part.name, true));
    for ((entry, most), files) in [(part.file, vec![module.as_str()]), (part.inlined, vec![])] {
        let words = [vec![script.as_str(), &folder, entry], files].concat();
        let sizes = output("node", &words).ok_or_else(|| Failure("node tools/size.js failed".to_owned()))?;
        print!("{sizes}");
        let all: u64 = sizes.lines().last().and_then(|line| line.rsplit(' ').next()?.parse().ok()).unwrap_or(u64::MAX);
        if all > most {
            return Err(Failure(format!("{entry} has {all} bytes gzipped, at most {most} are allowed")));
        }
    }
    Ok(())
}

/// wasm-opt, TypeScript, Vite and Playwright, in the versions of the lock file.
pub(crate) fn tools() -> Outcome<PathBuf> {
    installed("tools", &binding().join("tools"))
}

/// Installs the packages of a lock file, unless they are installed already.
pub(crate) fn installed(name: &str, from: &Path) -> Outcome<PathBuf> {
    let folder = place()?.join(name);
    let lock = fs::read(from.join("package-lock.json"))?;
    if fs::read(folder.join("installed")).is_ok_and(|installed| installed == lock) {
        Ok(folder)
    } else {
        installed_again(name, from)
    }
}

/// Installs the packages of a lock file.
pub(crate) fn installed_again(name: &str, from: &Path) -> Outcome<PathBuf> {
    let folder = place()?.join(name);
    fs::create_dir_all(&folder)?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(from.join(file), folder.join(file))?;
    }
    program_in(&folder, "npm", &["ci", "--silent", "--no-audit", "--no-fund"])?;
    fs::copy(from.join("package-lock.json"), folder.join("installed"))?;
    Ok(folder)
}

/// The folder of the binding.
pub(crate) fn binding() -> PathBuf {
    root().join("bindings/wasm")
}

/// The folder for everything that is built for npm.
pub(crate) fn place() -> Outcome<PathBuf> {
    Ok(target_directory()?.join("npm"))
}

/// An empty folder of this name.
pub(crate) fn empty(name: &str) -> Outcome<PathBuf> {
    emptied(place()?.join(name))
}
