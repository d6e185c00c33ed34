//! What both machines' code comes to: functions, what they call, and what is to be looked at in them.

use crate::table::Counts;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A division or a jump table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) function: String,
    pub(crate) what: &'static str,
    pub(crate) instruction: String,
}

impl Finding {
    pub(crate) fn is_planted(&self) -> bool {
        self.function.contains("planted_")
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}) in {}", self.what, self.instruction, self.function)
    }
}

#[derive(Default)]
struct Function {
    calls: BTreeSet<String>,
    findings: Vec<(&'static str, String)>,
    counts: Counts,
    /// It has instructions that memcheck does not emulate.
    is_kernel: bool,
}

/// A program's functions by their names.
#[derive(Default)]
pub(crate) struct Listing(BTreeMap<String, Function>);

/// Where the search for what the codes reach ends: what panics, formats public numbers or allocates sees no secret, and
/// beyond it lies the whole standard library.
const FOREIGN: [&str; 11] = [
    "std::",
    "core::panicking",
    "core::fmt",
    "core::num",
    "core::option::",
    "core::result::",
    "core::slice::index",
    "core::str::slice_error",
    "alloc::alloc",
    "alloc::raw_vec",
    "__rust",
];

/// What handles no secret, or of a secret only what docs/security.md says that it shows: the search for the parts of a URI, QR
/// codes, texts of errors, the release of memory. A change there needs no review of its branches.
const NOT_WATCHED: [&str; 8] = [
    "oath_totp::uri::parse",
    "oath_totp::uri::error",
    "oath_totp::qr",
    "oath_seeds::",
    "alloc::raw_vec",
    "core::ptr::drop_in_place",
    " as core::error::Error>",
    // The harness itself.
    "core::calls",
];

/// The text of a public value. A code's is not one.
fn formats(name: &str) -> bool {
    name.contains(" as core::fmt::") && !name.contains("oath_totp::code")
}

impl Listing {
    pub(crate) fn function(&mut self, name: &str) {
        self.0.entry(name.to_owned()).or_default();
    }

    pub(crate) fn call(&mut self, from: &str, to: String) {
        self.0.entry(from.to_owned()).or_default().calls.insert(to);
    }

    pub(crate) fn find(&mut self, function: &str, what: &'static str, instruction: &str) {
        self.0.entry(function.to_owned()).or_default().findings.push((what, instruction.to_owned()));
    }

    pub(crate) fn jump(&mut self, function: &str) {
        self.0.entry(function.to_owned()).or_default().counts.jumps += 1;
    }

    pub(crate) fn indexed(&mut self, function: &str) {
        self.0.entry(function.to_owned()).or_default().counts.indexed += 1;
    }

    pub(crate) fn kernel(&mut self, function: &str) {
        self.0.entry(function.to_owned()).or_default().is_kernel = true;
    }

    /// The functions whose every branch is listed, with their numbers: the kernels that memcheck does not emulate, all of
    /// the lanes, what calls a kernel; in WebAssembly, which memcheck does not see at all, all of the codes.
    /// `NOT_WATCHED` is left out.
    pub(crate) fn watched(&self) -> impl Iterator<Item = (&str, Counts)> {
        let calls_a_kernel =
            |function: &Function| function.calls.iter().any(|to| self.0.get(to).is_some_and(|callee| callee.is_kernel));
        let is_wasm = !self.0.values().any(|function| function.is_kernel);
        let of_wasm = ["oath_totp::", "sha1::", "sha2::", "subtle::", "planted_"];
        let is_left_out = |name: &str| formats(name) || NOT_WATCHED.iter().any(|part| name.contains(part));
        self.0
            .iter()
            .filter(move |(name, _)| !is_left_out(name))
            .filter(move |(name, function)| {
                name.contains("oath_lanes::")
                    || function.is_kernel
                    || calls_a_kernel(function)
                    || is_wasm && of_wasm.iter().any(|part| name.contains(part))
            })
            .map(|(name, function)| (name.as_str(), function.counts))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The functions that are called, from any whose name ends so, directly or through others. Those of the codes' own
    /// crates count as reached in any case: a call through a pointer does not show its target.
    pub(crate) fn reached_from(&self, end: &str) -> BTreeSet<String> {
        let ours = |name: &str| {
            ["oath_totp", "oath_lanes", "sha1::", "sha2::", "hmac::", "subtle::", "base32ct::", "base16ct::"]
                .iter()
                .any(|crate_name| name.contains(crate_name))
        };
        let foreign = |name: &str| {
            let bare = name.trim_start_matches(['<', '&']);
            formats(name) || FOREIGN.iter().any(|start| bare.starts_with(start))
        };
        let mut waiting: Vec<&String> = self.0.keys().filter(|name| name.ends_with(end) || ours(name)).collect();
        let mut reached = BTreeSet::new();
        while let Some(name) = waiting.pop() {
            if foreign(name) || !reached.insert(name.clone()) {
                continue;
            }
            waiting.extend(self.0.get(name).into_iter().flat_map(|function| &function.calls));
        }
        reached
    }

    pub(crate) fn findings(&self) -> Vec<Finding> {
        let all = self.0.iter().flat_map(|(name, function)| {
            function.findings.iter().map(|(what, instruction)| Finding {
                function: name.clone(),
                what,
                instruction: instruction.clone(),
            })
        });
        let mut findings: Vec<Finding> = Vec::new();
        // The same instruction twice in a function is one thing to look at.
        all.for_each(|finding| {
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        });
        findings
    }
}
