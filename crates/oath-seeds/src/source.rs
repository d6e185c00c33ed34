//! What every reader of a format is made of.

use crate::check::Checks;
use crate::lines::Line;
use crate::tally::Tallies;
use crate::texts::Texts;
use crate::{Assume, Finding, Format, Limits, Options, Place, Repairs, Row, Unlock};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

/// What a reader of a format has besides its input.
#[derive(Debug)]
pub(crate) struct Context {
    repairs: Repairs,
    /// The numbers of the places where repairs are applied; `None`: everywhere.
    only: Option<Arc<BTreeSet<u64>>>,
    pub(crate) assume: Assume,
    pub(crate) limits: Limits,
    pub(crate) lenient: bool,
    pub(crate) refuse_weak: bool,
    /// What is accepted and may stand on every line.
    pub(crate) tallies: Tallies,
    /// Findings about the file as a whole.
    pub(crate) findings: Vec<Finding>,
    pub(crate) texts: Texts,
}

impl Context {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            repairs: options.repairs,
            only: options.only.clone(),
            assume: options.assume,
            limits: options.limits,
            lenient: options.lenient,
            refuse_weak: options.refuse_weak,
            tallies: Tallies::default(),
            findings: Vec::new(),
            texts: Texts::default(),
        }
    }

    /// The findings of a row or an item in the making.
    pub(crate) fn checks(&self, place: Place) -> Checks {
        let chosen = self.only.as_ref().is_none_or(|only| only.contains(&place.number()));
        Checks::new(place, if chosen { self.repairs } else { Repairs::Offer })
    }
}

/// A format of lines: tables, lists of URIs, blocks. Memory does not grow with the file.
pub(crate) trait Rows: Send {
    /// Reads the next line; adds the rows that it completes. The error refuses the file.
    fn line(
        &mut self,
        line: &Line<'_>,
        text: &str,
        windows_1252: bool,
        context: &mut Context,
        rows: &mut VecDeque<Row>,
    ) -> Result<(), Finding>;

    /// Whether the head of the file has been read, so that what follows are rows. At the end of the file it must be so, or
    /// the file is refused.
    fn has_begun(&self) -> bool {
        true
    }

    /// The format that the head of the file shows, where it is not the one that was recognised.
    fn format(&self) -> Option<Format> {
        None
    }

    /// What the file is whose head has no end.
    fn unbegun(&self) -> Option<Finding> {
        None
    }

    /// Adds a row that no later line completes any more.
    fn end(&mut self, _context: &mut Context, _rows: &mut VecDeque<Row>) {}

    /// Gives findings the columns of their fields.
    fn place(&self, _findings: &mut [Finding]) {}
}

/// A format that is read as a whole: XML, JSON. Adds its rows; the error refuses the file.
pub(crate) type Document =
    fn(text: &str, context: &mut Context, unlock: &Unlock, rows: &mut VecDeque<Row>) -> Result<(), Finding>;
