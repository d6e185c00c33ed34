use super::Tag;
use oath_totp::UnixTime;
use serde::Serialize;

/// What came of one uploaded file, or of as much of it as was read before the process was killed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Its number, counted from 1.
    pub id: u64,
    /// The name of the file.
    pub file: String,
    /// When it was uploaded.
    pub at: UnixTime,
    /// Until when its status and failures are kept.
    pub expires: UnixTime,
    /// Data rows of the file so far: all of them where it is finished.
    pub rows: u64,
    /// Rows that made or assigned a token.
    pub imported: u64,
    /// Rows that said what was so already.
    pub unchanged: u64,
    /// Rows that were refused.
    pub failed: u64,
    /// Over those rows, keyed with the ring: shows whether a file is the one that this upload was broken off in.
    pub digest: Tag,
    /// Whether all rows were read, or the upload was undone.
    pub finished: bool,
    /// Tokens that were taken back when it was undone.
    pub taken_back: u64,
}

/// A refused row: where, what, and what to do. Never the secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UploadFailure {
    /// Where the row stands in the file: `line 7`, `KeyPackage 3`.
    pub place: String,
    /// The line, from 1, where the place is one.
    pub line: Option<u64>,
    /// The user name, as far as it could be read.
    pub upn: String,
    /// The serial number, as far as it could be read.
    pub serial: String,
    /// The column that is wrong; empty where it is the row.
    pub field: String,
    /// A stable name for the kind of mistake.
    pub code: String,
    /// What was found and what was expected.
    pub message: String,
    /// What to do.
    pub action: String,
}

/// What undoing an upload came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Undone {
    /// Tokens that left the directory.
    pub taken_back: u64,
    /// The serial numbers of tokens that stay, in order: they were assigned or activated since, or their record is damaged.
    pub kept: Vec<String>,
}

impl Undone {
    pub(crate) fn add(&mut self, more: Self) {
        self.taken_back = self.taken_back.saturating_add(more.taken_back);
        self.kept.extend(more.kept);
    }
}

/// What an upload would come to: its counts, and the rows that would be refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// Data rows of the file.
    pub rows: u64,
    /// Rows that would make or assign a token.
    pub imported: u64,
    /// Rows that say what is so already.
    pub unchanged: u64,
    /// Rows that would be refused.
    pub failed: u64,
    /// Why, in the order of the file.
    pub failures: Vec<UploadFailure>,
}
