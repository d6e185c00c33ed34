//! The npm package: both modules built, bound to JavaScript, made small and packed. `npm_tests.rs` tries it.

use crate::asm;
use crate::metadata::target_directory;
use crate::run::{Failure, Outcome, cargo, copy_all, emptied, joined, output, program, program_in, root, text};
use crate::setup;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

pub(crate) const WASM: &str = "wasm32-unknown-unknown";
/// The two modules, each a feature of the crate, the profile each is built with, and how large each entry is at most,
/// gzipped, in bytes: its JavaScript and the larger of its two modules. What is aimed at for the codes is 24 KiB
/// (docs/performance.md).
const PARTS: [(&str, &str, u64); 2] = [("codes", "npm", 39 << 10), ("seeds", "npm-seeds", 250 << 10)];
/// The part that wasm-bindgen binds, and what that makes for JavaScript.
const BOUND: &str = "seeds";
const GLUE: &str = "wasm/seeds.js";
/// The instructions that wasm-opt may expect: those of every engine with SIMD128, and of those before it.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-nontrapping-float-to-int",
    "--enable-mutable-globals",
    "--enable-multivalue",
];

/// What is left out without Node and the target that the modules are built for.
pub(crate) fn missing() -> Outcome<Option<String>> {
    Ok(setup::node()?.or(setup::wasm()?))
}

/// Builds the package, and returns its file.
pub(crate) fn build() -> Outcome<PathBuf> {
    let tools = tools()?;
    let package = empty("package")?;
    copy_all(&binding().join("js"), &package)?;
    for file in ["README.md", "package.json"] {
        fs::copy(binding().join(file), package.join(file))?;
    }
    for file in ["LICENSE-APACHE", "LICENSE-MIT"] {
        fs::copy(root().join(file), package.join(file))?;
    }
    fs::create_dir_all(package.join("wasm"))?;
    cargo(&["build", "-q", "-p", "oath-bindgen"])?;
    let modules = |simd| PARTS.iter().try_for_each(|(part, profile, _)| module(&tools, part, profile, simd, &package));
    // To link each keeps one core busy.
    thread::scope(|scope| {
        let plain = scope.spawn(|| modules(false));
        modules(true).and(joined(plain))
    })?;
    glue(&package)?;
    asm::shipped(&named_modules()?)?;
    minify(&tools, &package)?;
    for (part, _, most) in PARTS {
        size(&package, part, most)?;
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
fn module(tools: &Path, part: &str, profile: &str, simd: bool, package: &Path) -> Outcome {
    let name = if simd { format!("{part}-simd") } else { part.to_owned() };
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
    let mut built = target.join(WASM).join(profile).join("oath_wasm.wasm");
    if part == BOUND {
        let bound = bound(simd)?;
        let bindgen = text(&target_directory()?.join("debug/oath-bindgen"));
        program(&bindgen, &[&text(&built), &text(&bound), part])?;
        built = bound.join(format!("{part}_bg.wasm"));
    }
    // Once with the names of functions, for `cargo xtask asm`, and the same without.
    let named = named(&name)?;
    let optimize = text(&tools.join("node_modules/.bin/wasm-opt"));
    let simd_feature: &[&str] = if simd { &["--enable-simd"] } else { &[] };
    let features = [&FEATURES[..], simd_feature].concat();
    program_in(&root(), &optimize, &[&features[..], &["-Os", "-g", &text(&built), "-o", &text(&named)]].concat())?;
    let shipped = text(&package.join("wasm").join(format!("{name}.wasm")));
    let strip = ["--strip-debug", "--strip-producers", "--strip-target-features", &text(&named), "-o", &shipped];
    program_in(&root(), &optimize, &[&features[..], &strip[..]].concat())
}

/// The JavaScript that belongs to both modules that are bound.
fn glue(package: &Path) -> Outcome {
    let read = |simd| -> Outcome<String> { Ok(fs::read_to_string(bound(simd)?.join(format!("{BOUND}_bg.js")))?) };
    let glue = read(true)?;
    if glue != read(false)? {
        return Err(Failure(format!("the two modules of {BOUND} want different JavaScript")));
    }
    Ok(fs::write(package.join(GLUE), without_comments(&glue))?)
}

fn bound(simd: bool) -> Outcome<PathBuf> {
    Ok(place()?.join("bound").join(if simd { "simd" } else { "plain" }))
}

fn named_modules() -> Outcome<Vec<PathBuf>> {
    PARTS.iter().flat_map(|(part, ..)| [(*part).to_owned(), format!("{part}-simd")]).map(|name| named(&name)).collect()
}

/// Where a module lies as it ships, but with the names of its functions.
fn named(name: &str) -> Outcome<PathBuf> {
    let folder = place()?.join("named");
    fs::create_dir_all(&folder)?;
    Ok(folder.join(format!("{name}.wasm")))
}

/// One copy of each hash, and no path of this machine.
fn flags(simd: bool) -> Vec<String> {
    let mut flags: Vec<String> = ["sha1_backend=\"soft\"", "sha2_backend=\"soft\"", "sha2_backend_soft=\"compact\""]
        .iter()
        .flat_map(|cfg| ["'--cfg'".to_owned(), format!("'{cfg}'")])
        .chain(["'-Csymbol-mangling-version=v0'".to_owned()])
        .collect();
    let home = std::env::var("CARGO_HOME").or_else(|_| std::env::var("HOME").map(|home| format!("{home}/.cargo")));
    // Where the sources of the standard library are installed, they are named by their place.
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

/// The scripts as they ship: each entry in one file, without comments and long names.
fn minify(tools: &Path, package: &Path) -> Outcome {
    let sources = empty("sources")?;
    copy_all(package, &sources)?;
    for entry in fs::read_dir(package)? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "js") {
            fs::remove_file(path)?;
        }
    }
    fs::remove_file(package.join(GLUE))?;
    fs::copy(binding().join("tools/bundle.js"), tools.join("bundle.js"))?;
    program_in(tools, "node", &["bundle.js", &text(&sources), &text(package)])
}

/// What is generated is documented in Rust.
fn without_comments(script: &str) -> String {
    let is_code = |line: &&str| {
        let line = line.trim_start();
        !(line.is_empty() || line.starts_with("/**") || line.starts_with("* ") || line.starts_with("*/") || line == "*")
    };
    script.lines().filter(is_code).map(|line| format!("{}\n", line.replace("    ", " "))).collect()
}

/// Prints how much a page loads, and fails where that is too much.
fn size(package: &Path, part: &str, most: u64) -> Outcome {
    let script = text(&binding().join("tools/size.js"));
    let entry = if part == "codes" { "index-web.js" } else { "seeds-web.js" };
    let words = [script.as_str(), &text(package), entry, part];
    let sizes = output("node", &words).ok_or_else(|| Failure("node tools/size.js failed".to_owned()))?;
    print!("{sizes}");
    let all: u64 = sizes.lines().last().and_then(|line| line.rsplit(' ').next()?.parse().ok()).unwrap_or(u64::MAX);
    if all > most {
        return Err(Failure(format!("the entry of {part} has {all} bytes gzipped, at most {most} are allowed")));
    }
    Ok(())
}

/// wasm-opt, TypeScript, Vite and what drives a browser, in the versions of the lock file.
pub(crate) fn tools() -> Outcome<PathBuf> {
    installed("tools", &binding().join("tools"))
}

/// The packages of a lock file, installed where they are not yet.
pub(crate) fn installed(name: &str, from: &Path) -> Outcome<PathBuf> {
    let folder = place()?.join(name);
    fs::create_dir_all(&folder)?;
    let lock = fs::read(from.join("package-lock.json"))?;
    if fs::read(folder.join("installed")).is_ok_and(|installed| installed == lock) {
        return Ok(folder);
    }
    for file in ["package.json", "package-lock.json"] {
        fs::copy(from.join(file), folder.join(file))?;
    }
    program_in(&folder, "npm", &["ci", "--silent", "--no-audit", "--no-fund"])?;
    fs::write(folder.join("installed"), lock)?;
    Ok(folder)
}

/// Where the binding lies.
pub(crate) fn binding() -> PathBuf {
    root().join("bindings/wasm")
}

/// Where all that is made for npm lies.
pub(crate) fn place() -> Outcome<PathBuf> {
    Ok(target_directory()?.join("npm"))
}

/// A folder of this name with nothing in it.
pub(crate) fn empty(name: &str) -> Outcome<PathBuf> {
    emptied(place()?.join(name))
}
