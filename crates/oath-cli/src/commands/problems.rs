//! What is wrong with the rows of a file, as people read it.

use crate::advice::with_options;
use crate::output::{DIM, number, shown};
use oath_directory::model::UploadFailure;
use std::borrow::Cow;
use std::io::{self, Write};

/// One mistake.
pub(crate) struct Problem<'a> {
    /// Empty for the file as a whole.
    pub(crate) place: Cow<'a, str>,
    pub(crate) field: &'a str,
    pub(crate) message: &'a str,
    pub(crate) action: Cow<'a, str>,
}

impl<'a> From<&'a UploadFailure> for Problem<'a> {
    fn from(UploadFailure { place, field, code, message, action, .. }: &'a UploadFailure) -> Self {
        Self { place: place.into(), field, message, action: with_options(code, action) }
    }
}

/// `line 4, secret key: …` one below the other; what to do once for neighbours where it is the same.
/// `more` counts those alike that are not shown.
pub(crate) fn write<'a>(
    out: &mut dyn Write,
    problems: impl IntoIterator<Item = Problem<'a>>,
    more: u64,
) -> io::Result<()> {
    let mut problems = problems.into_iter().peekable();
    while let Some(Problem { place, field, message, action }) = problems.next() {
        match (&*place, field) {
            ("", _) => write!(out, "  ")?,
            (place, "") => write!(out, "  {place}: ")?,
            (place, field) => write!(out, "  {place}, {field}: ")?,
        }
        writeln!(out, "{}", shown(message))?;
        if more > 0 && problems.peek().is_none() {
            writeln!(out, "  {DIM}and {} more{DIM:#}", number(more))?;
        }
        let same_follows = problems.peek().is_some_and(|next| next.action == action);
        if !action.is_empty() && !same_follows {
            writeln!(out, "  {DIM}to do:{DIM:#} {}", shown(&action))?;
        }
    }
    Ok(())
}
