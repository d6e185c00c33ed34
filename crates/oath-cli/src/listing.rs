//! Lists of any length: a page is printed before the next one is read.

use crate::failure::Failure;
use crate::output::{Cell, Table, json};
use serde::Serialize;
use std::io::{self, Write};

/// A record of a list, as people and scripts see it.
pub(crate) trait Line: Serialize {
    /// The names of its columns.
    const HEAD: &'static [&'static str];

    /// What stands below them.
    fn cells(&self) -> Vec<Cell>;
}

/// A list on its way: a table for people, JSON lines for scripts.
pub(crate) struct Listing {
    /// `None` for scripts.
    table: Option<Table<'static>>,
}

impl Listing {
    pub(crate) fn new<L: Line>(as_json: bool) -> Self {
        Self { table: (!as_json).then(|| Table::new(L::HEAD)) }
    }

    pub(crate) fn page<L: Line>(&mut self, out: &mut dyn Write, lines: &[L]) -> io::Result<()> {
        match &mut self.table {
            Some(table) => table.rows(out, &lines.iter().map(Line::cells).collect::<Vec<_>>()),
            None => lines.iter().try_for_each(|line| json(out, line)),
        }
    }
}

/// How many records a page has.
pub(crate) const PAGE: usize = 1000;

/// Prints page after page until one is empty, each before the next one is read. Returns whether there was a record.
///
/// `next` reads the page after a record; its first is after `None`. `print` prints it.
pub(crate) fn pages<T>(
    out: &mut dyn Write,
    mut next: impl FnMut(Option<&T>) -> Result<Vec<T>, Failure>,
    mut print: impl FnMut(&mut dyn Write, &[T]) -> io::Result<()>,
) -> Result<bool, Failure> {
    let mut page = next(None)?;
    let any = !page.is_empty();
    while !page.is_empty() {
        print(out, &page)?;
        out.flush()?;
        page = next(page.last())?;
    }
    Ok(any)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    #[derive(Serialize)]
    struct Number {
        n: u64,
    }

    impl Line for Number {
        const HEAD: &'static [&'static str] = &["n"];

        fn cells(&self) -> Vec<Cell> {
            vec![Cell::number(self.n)]
        }
    }

    struct Screen<'a>(&'a RefCell<Vec<u8>>);

    impl Write for Screen<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The reader of the list has all records so far when the next page is read, and no page is held longer.
    #[test]
    fn a_page_is_printed_before_the_next_is_read() {
        for as_json in [true, false] {
            let screen = RefCell::new(Vec::new());
            // What a terminal shows, after the buffer of the command.
            let mut out = io::BufWriter::with_capacity(1 << 20, Screen(&screen));
            let mut listing = Listing::new::<Number>(as_json);
            let next = |last: Option<&Number>| {
                let read = last.map_or(0, |number| number.n);
                let lines = screen.borrow().iter().filter(|byte| **byte == b'\n').count();
                let head = u64::from(!as_json && read > 0);
                assert_eq!(u64::try_from(lines).unwrap(), read + head);
                Ok((read + 1..=(read + 3).min(7)).map(|n| Number { n }).collect())
            };
            assert!(pages(&mut out, next, |out, page| listing.page(out, page)).unwrap());
            drop(out);
            let text = String::from_utf8(screen.into_inner()).unwrap();
            assert_eq!(text.lines().count(), if as_json { 7 } else { 8 }, "{text}");
            if as_json {
                assert!(text.ends_with("{\"version\":1,\"n\":7}\n"), "{text}");
            }
        }
    }
}
