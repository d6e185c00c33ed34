mod ahead;

use self::ahead::Ahead;
use core::time::Duration;
use indicatif::{ProgressBar, ProgressStyle};
use std::fs::File;
use std::io::{self, Read};

/// Shorter files are read before a bar could be seen.
const LONG: u64 = 8 * 1024 * 1024;

/// A file with a bar on standard error that shows how far it is read, where a person watches and it is long. A long one
/// is read ahead.
pub(crate) struct Watched {
    file: Source,
    bar: ProgressBar,
}

enum Source {
    Short(File),
    Long(Ahead),
}

impl Watched {
    pub(crate) fn new(file: File, watched: bool) -> Self {
        let length = file.metadata().map(|metadata| metadata.len()).unwrap_or_default();
        let bar = if watched && length > LONG { ProgressBar::new(length) } else { ProgressBar::hidden() };
        let template = "{elapsed_precise} [{bar:40}] {bytes} of {total_bytes}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        let file = if length > LONG { Source::Long(Ahead::new(file)) } else { Source::Short(file) };
        Self { file, bar }
    }

    /// A handle to take the bar away with, once the file is read.
    pub(crate) fn bar(&self) -> ProgressBar {
        self.bar.clone()
    }
}

impl Read for Watched {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.file {
            Source::Short(file) => file.read(bytes),
            Source::Long(ahead) => ahead.read(bytes),
        }?;
        self.bar.inc(u64::try_from(read).unwrap_or_default());
        Ok(read)
    }
}

/// Counts what is done of many things while a person waits, on standard error; gone when dropped.
pub(crate) struct Counting(ProgressBar);

impl Counting {
    /// `what` is told before the counts: `doing rows`. Nothing shows where no person watches.
    pub(crate) fn new(what: &str, of: u64, watched: bool) -> Self {
        if !watched {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::new(of).with_message(what.to_owned());
        if let Ok(style) =
            ProgressStyle::with_template("{elapsed_precise} [{bar:30}] {msg}: {human_pos} of {human_len}")
        {
            bar.set_style(style.progress_chars("=> "));
        }
        Self(bar)
    }

    pub(crate) fn add(&self, done: usize) {
        self.0.inc(done.try_into().unwrap_or(u64::MAX));
    }

    /// Prints results while the bar is out of the way.
    pub(crate) fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        self.0.suspend(print)
    }
}

/// Something that turns while a person waits, and says how far it is, where the end is not known; gone when dropped.
pub(crate) struct Turning(ProgressBar);

impl Turning {
    pub(crate) fn new(what: &str, watched: bool) -> Self {
        if !watched {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::new_spinner().with_message(what.to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    /// How far it is.
    pub(crate) fn tell(&self, what: String) {
        self.0.set_message(what);
    }
}

impl Drop for Turning {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

impl Drop for Counting {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// An iterator whose items are counted, where a person watches and there are many of them.
pub(crate) struct Counted<I> {
    items: I,
    counting: Counting,
}

/// Fewer items are done before anybody looks up.
const MANY: u64 = 5000;

impl<I: Iterator> Counted<I> {
    pub(crate) fn new(items: I, what: &str, length: u64, watched: bool) -> Self {
        Self { items, counting: Counting::new(what, length, watched && length > MANY) }
    }

    pub(crate) const fn items(&self) -> &I {
        &self.items
    }
}

impl<I: Iterator> Iterator for Counted<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        let item = self.items.next();
        self.counting.add(item.is_some().into());
        item
    }
}
