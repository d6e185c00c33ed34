/// Marks the file as a directory (`OATH`), so that no other SQLite database is taken for one.
pub(super) const APPLICATION: i64 = 0x4f41_5448;

/// The version of the schema. A file with a higher one is left alone; one with a lower one was never released.
pub(super) const FORMAT: i64 = 3;

/// Times, steps and versions are u64 kept as the i64 of the same bits; nothing here compares them by size. Numbers of
/// uploads and events are compared by size, and are refused beyond i64.
///
/// A file has one tenant, so that no key begins with it: its name stands once in the file, and the records are bound to it by
/// their tags and seals. Tables are WITHOUT ROWID where the key is what they are looked up by: one tree to search instead of
/// two.
pub(super) const SCHEMA: &str = "
-- One row, made with the file.
CREATE TABLE tenant (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    id BLOB NOT NULL
) STRICT;

INSERT INTO tenant VALUES (1, randomblob(16));

-- At most one row: the first change inserts it.
CREATE TABLE settings (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    ring BLOB NOT NULL,
    floor INTEGER NOT NULL,
    backup_end INTEGER NOT NULL,
    -- A JSON object of the fields that differ from the defaults, or empty.
    policy TEXT NOT NULL,
    mac BLOB NOT NULL,
    version INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
    id BLOB NOT NULL PRIMARY KEY,
    -- The user name folded to lower case: what it is looked up by, and unique by.
    key TEXT NOT NULL UNIQUE,
    upn TEXT NOT NULL,
    kind TEXT NOT NULL,
    display_name TEXT,
    enabled INTEGER NOT NULL,
    object_id TEXT,
    roles INTEGER NOT NULL,
    -- Keyed hashes of recovery codes: 8 bytes, and 16 for each.
    recovery BLOB NOT NULL,
    mac BLOB NOT NULL,
    version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What never changes with a sign-in. The holder is no foreign key: a store compares versions and decides nothing; a change
-- that assigns a token compares the version of the user too.
CREATE TABLE tokens (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    serial TEXT NOT NULL UNIQUE,
    manufacturer TEXT NOT NULL,
    model TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    digits INTEGER NOT NULL,
    step_x INTEGER NOT NULL,
    step_t0 INTEGER NOT NULL,
    sealed_under TEXT NOT NULL,
    sealed BLOB NOT NULL,
    fingerprint BLOB NOT NULL UNIQUE,
    status TEXT NOT NULL,
    holder BLOB,
    replaces BLOB,
    created INTEGER NOT NULL,
    -- The number of the upload that it came with, negative where the token has changed since.
    import INTEGER,
    mac BLOB NOT NULL,
    version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Every sign-in asks what its user holds. Most tokens of a stock are held by nobody.
CREATE INDEX tokens_by_holder ON tokens (holder) WHERE holder IS NOT NULL;
-- Lists are filtered by status and go on by serial number.
CREATE INDEX tokens_by_status ON tokens (status, serial);

-- What every sign-in writes, in narrow tables of their own: one page each goes to the log. No foreign key to tokens,
-- because the highest step of a secret outlives its token.
CREATE TABLE states (
    fingerprint BLOB NOT NULL PRIMARY KEY,
    last_step INTEGER,
    drift INTEGER NOT NULL,
    last_used INTEGER,
    failures INTEGER NOT NULL,
    last_failure INTEGER,
    locked_until INTEGER,
    mac BLOB NOT NULL,
    version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One row for each name that was typed or that holds a token: what every sign-in compares and writes. No foreign key to
-- users: names that no user has are guessed too.
CREATE TABLE gates (
    name TEXT NOT NULL PRIMARY KEY,
    failures INTEGER NOT NULL,
    last_failure INTEGER,
    locked_until INTEGER,
    last_request BLOB,
    -- The sources that the name has signed in from, 46 bytes each.
    known BLOB NOT NULL DEFAULT x'',
    version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- At most one row. Times of 8 bytes each, most significant first.
CREATE TABLE activations (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    times BLOB NOT NULL,
    version INTEGER NOT NULL
) STRICT;

-- AUTOINCREMENT remembers the highest number ever given, also when that upload is deleted.
CREATE TABLE uploads (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    file TEXT NOT NULL,
    at INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    imported INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    digest BLOB NOT NULL,
    finished INTEGER NOT NULL,
    taken_back INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;

-- In the order in which they were written, which is that of the file.
CREATE TABLE failures (
    upload INTEGER NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
    -- From 1 in each upload, without gaps: a page begins at its number.
    number INTEGER NOT NULL,
    place TEXT NOT NULL,
    line INTEGER,
    upn TEXT NOT NULL,
    serial TEXT NOT NULL,
    field TEXT NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    action TEXT NOT NULL,
    PRIMARY KEY (upload, number)
) STRICT, WITHOUT ROWID;

-- One chain: a file has one writer at a time, whatever the process.
CREATE TABLE events (
    sequence INTEGER NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    upn TEXT NOT NULL,
    serial TEXT NOT NULL,
    -- A JSON object of texts.
    detail TEXT NOT NULL,
    hash BLOB NOT NULL
) STRICT;

-- The end of the log in a row of its own: events that are cut off there are missed.
CREATE TABLE audit_head (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    events INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;

INSERT INTO audit_head VALUES (1, 0, zeroblob(32));

-- The last event that was pruned: the log goes on after it.
CREATE TABLE audit_beginning (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    events INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;

INSERT INTO audit_beginning VALUES (1, 0, zeroblob(32));

PRAGMA application_id = 0x4f415448;
PRAGMA user_version = 3;
";
