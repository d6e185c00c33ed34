//! The branches and indexed accesses of each function that sees a secret, beside the numbers of the last review. A number that
//! differs, a function that is new or gone: each is an error until somebody has read the code and recorded it again.

use crate::listing::Listing;
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Conditional jumps and indexed accesses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) jumps: usize,
    pub(crate) indexed: usize,
}

/// The rows of one table: `BUILD JUMPS INDEXED FUNCTION`, in a file for each kind of machine.
#[derive(Default)]
pub(crate) struct Table(BTreeMap<(String, String), Counts>);

const HEAD: &str = "\
# Conditional jumps (or br_if, br_table, if) and indexed accesses of each function that sees secrets: BUILD JUMPS INDEXED FUNCTION.
# Written by `cargo xtask asm record`, or `cargo xtask npm record` for the modules of the npm package. Before a change of this
# file is committed, the functions that changed are read: every jump in them must depend on a public count alone.
";

impl Table {
    pub(crate) fn read(file: &Path) -> Result<Self, Box<dyn Error>> {
        let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let mut table = Self::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut words = line.splitn(4, ' ');
            let mut word = || words.next().ok_or_else(|| format!("{}: malformed: {line}", file.display()));
            let (build, jumps, indexed, function) = (word()?, word()?, word()?, word()?);
            let counts = Counts { jumps: jumps.parse()?, indexed: indexed.parse()? };
            table.0.insert((build.to_owned(), function.to_owned()), counts);
        }
        Ok(table)
    }

    /// Adds what a build has.
    pub(crate) fn add(&mut self, build: &str, listing: &Listing) {
        for (function, counts) in listing.watched() {
            self.0.insert((build.to_owned(), function.to_owned()), counts);
        }
    }

    /// What differs from the reviewed table, in the builds that were looked at.
    pub(crate) fn differences(&self, reviewed: &Self) -> Vec<String> {
        let mut found = Vec::new();
        for ((build, function), Counts { jumps, indexed }) in &self.0 {
            match reviewed.0.get(&(build.clone(), function.clone())) {
                Some(Counts { jumps: j, indexed: i }) if (j, i) == (jumps, indexed) => {}
                Some(Counts { jumps: j, indexed: i }) => found.push(format!(
                    "{build}: {jumps} jumps and {indexed} indexed accesses in {function}; reviewed: {j} and {i}"
                )),
                None => {
                    found.push(format!("{build}: {function} has not been reviewed ({jumps} jumps, {indexed} indexed)"));
                }
            }
        }
        let builds = |build: &String| self.0.keys().any(|(looked_at, _)| looked_at == build);
        let gone = reviewed.0.keys().filter(|key| builds(&key.0) && !self.0.contains_key(*key));
        found.extend(gone.map(|(build, function)| format!("{build}: {function} was reviewed and is not there")));
        found
    }

    /// Replaces the rows of the builds that were looked at.
    pub(crate) fn record(self, file: &Path) -> Result<(), Box<dyn Error>> {
        let mut rows = if file.exists() { Self::read(file)?.0 } else { BTreeMap::new() };
        rows.retain(|(build, _), _| !self.0.keys().any(|(looked_at, _)| looked_at == build));
        rows.extend(self.0);
        let mut text = HEAD.to_owned();
        for ((build, function), Counts { jumps, indexed }) in rows {
            writeln!(text, "{build} {jumps} {indexed} {function}")?;
        }
        Ok(fs::write(file, text)?)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}
