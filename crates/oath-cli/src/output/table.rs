//! Tables whose rows come page by page.

use super::{DIM, PLAIN, number, shown};
use anstyle::Style;
use std::io::{self, Write};
use terminal_size::{Width, terminal_size_of};

/// A cell of a table.
#[derive(Debug)]
pub(crate) struct Cell {
    text: String,
    style: Style,
    right: bool,
}

impl Cell {
    pub(crate) fn new(text: impl AsRef<str>) -> Self {
        Self { text: shown(text.as_ref()).into_owned(), style: PLAIN, right: false }
    }

    pub(crate) fn number(n: u64) -> Self {
        Self { right: true, ..Self::new(number(n)) }
    }

    pub(crate) fn right(text: impl AsRef<str>) -> Self {
        Self { right: true, ..Self::new(text) }
    }

    pub(crate) fn styled(self, style: Style) -> Self {
        Self { style, ..self }
    }

    fn width(&self) -> usize {
        self.text.chars().count()
    }
}

/// A table of rows that are all there.
pub(crate) fn table(out: &mut dyn Write, head: &[&str], rows: &[Vec<Cell>]) -> io::Result<()> {
    Table::new(head).rows(out, rows)
}

/// Columns as wide as their widest cell so far, two spaces apart; from the page on where the terminal is narrower, a block for each
/// row. Holds no row: a list of any length takes the memory of a page.
#[derive(Debug)]
pub(crate) struct Table<'a> {
    head: &'a [&'a str],
    /// The width of the terminal, where there is one.
    most: Option<usize>,
    widths: Vec<usize>,
    right: Vec<bool>,
    drawn: Drawn,
}

/// What stands above the next row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Drawn {
    Nothing,
    Rows,
    Blocks,
}

impl<'a> Table<'a> {
    pub(crate) fn new(head: &'a [&'a str]) -> Self {
        Self::within(head, terminal_width())
    }

    fn within(head: &'a [&'a str], most: Option<usize>) -> Self {
        let widths = head.iter().map(|name| name.chars().count()).collect();
        Self { head, most, widths, right: Vec::new(), drawn: Drawn::Nothing }
    }

    /// Draws the next rows, the first time below the names of the columns.
    pub(crate) fn rows(&mut self, out: &mut dyn Write, rows: &[Vec<Cell>]) -> io::Result<()> {
        for (column, width) in self.widths.iter_mut().enumerate() {
            *width = rows.iter().filter_map(|row| row.get(column)).map(Cell::width).fold(*width, usize::max);
        }
        if self.right.is_empty() {
            self.right = rows.first().map(|row| row.iter().map(|cell| cell.right).collect()).unwrap_or_default();
        }
        let between = self.widths.len().saturating_sub(1).saturating_mul(2);
        let wide = self.widths.iter().fold(between, |sum, width| sum.saturating_add(*width));
        if self.drawn == Drawn::Blocks || self.most.is_some_and(|most| wide > most) {
            return self.blocks(out, rows);
        }
        if self.drawn == Drawn::Nothing {
            let right = self.right.iter().copied().chain(core::iter::repeat(false));
            let title = |(name, right): (&&str, bool)| Cell { text: (*name).to_owned(), style: DIM, right };
            self.line(out, &self.head.iter().zip(right).map(title).collect::<Vec<_>>())?;
            self.drawn = Drawn::Rows;
        }
        rows.iter().try_for_each(|row| self.line(out, row))
    }

    fn line(&self, out: &mut dyn Write, row: &[Cell]) -> io::Result<()> {
        for (index, (cell, width)) in row.iter().zip(&self.widths).enumerate() {
            let Cell { text, style, right } = cell;
            let gap = if index == 0 { "" } else { "  " };
            let space = width.saturating_sub(cell.width());
            let last = index.saturating_add(1) == row.len();
            let (before, after) = if *right { (space, 0) } else { (0, if last { 0 } else { space }) };
            write!(out, "{gap}{:before$}{style}{text}{style:#}{:after$}", "", "")?;
        }
        writeln!(out)
    }

    /// The cells of a row below each other, each after its name, and an empty line between the rows.
    fn blocks(&mut self, out: &mut dyn Write, rows: &[Vec<Cell>]) -> io::Result<()> {
        let width = self.head.iter().map(|name| name.chars().count()).max().unwrap_or_default().saturating_add(1);
        for row in rows {
            if self.drawn != Drawn::Nothing {
                writeln!(out)?;
            }
            self.drawn = Drawn::Blocks;
            for (name, Cell { text, style, .. }) in self.head.iter().zip(row) {
                let name = format!("{name}:");
                writeln!(out, "{DIM}{name:<width$}{DIM:#} {style}{text}{style:#}")?;
            }
        }
        Ok(())
    }
}

/// As `COLUMNS` says, or the terminal; `None` where standard output goes elsewhere.
fn terminal_width() -> Option<usize> {
    let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    told.or_else(|| terminal_size_of(io::stdout()).map(|(Width(columns), _)| columns.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(serial: &str, n: u64) -> Vec<Cell> {
        vec![Cell::new(serial), Cell::number(n), Cell::new("x")]
    }

    fn drawn(most: Option<usize>, pages: &[&[Vec<Cell>]]) -> String {
        let (mut out, mut table) = (Vec::new(), Table::within(&["serial", "n", "end"], most));
        for page in pages {
            table.rows(&mut out, page).unwrap();
        }
        anstream::adapter::strip_str(core::str::from_utf8(&out).unwrap()).to_string()
    }

    #[test]
    fn columns_stand_below_each_other() {
        let rows = [row("1", 1), row("12345678", 1234)];
        for wide in [None, Some(20)] {
            assert_eq!(drawn(wide, &[&rows]), "serial        n  end\n1             1  x\n12345678  1,234  x\n");
        }
        let blocks = "serial: 1\nn:      1\nend:    x\n\nserial: 12345678\nn:      1,234\nend:    x\n";
        assert_eq!(drawn(Some(19), &[&rows]), blocks);
    }

    #[test]
    fn a_wider_page_widens_the_columns_and_on_a_narrow_terminal_goes_on_in_blocks() {
        let (first, second, third) = ([row("1", 1)], [row("12345678", 1234)], [row("2", 2)]);
        let pages: [&[Vec<Cell>]; 3] = [&first, &second, &third];
        let wide = "serial  n  end\n1       1  x\n12345678  1,234  x\n2             2  x\n";
        assert_eq!(drawn(None, &pages), wide);
        let narrow = "serial  n  end\n1       1  x\n\nserial: 12345678\nn:      1,234\nend:    x\n\nserial: 2\nn:      2\nend:    x\n";
        assert_eq!(drawn(Some(19), &pages), narrow);
    }
}
