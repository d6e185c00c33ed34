//! `--dry-run`: every command that may change more than one record has it, says by the decision of the command itself what would
//! change, and writes nothing.

mod support;

use oath_totp::TimeStep;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use support::{Desk, HEADER, MONDAY, SECRETS, commands_of, plain, shows};

/// A command with its words, and the fields of its answer that a dry run and the command itself have in common.
struct Row {
    command: &'static str,
    words: &'static str,
    same: &'static [&'static str],
    /// A field that shows that there is something to change.
    changes: &'static str,
}

const TABLE: &[Row] = &[
    Row {
        command: "migrate",
        words: "--db sqlite:former.db --keys former.keys",
        same: &["from", "left"],
        changes: "contents",
    },
    Row {
        command: "users import",
        words: "users.csv",
        same: &["added", "changed", "unchanged", "failed"],
        changes: "added",
    },
    Row {
        command: "users sync",
        words: "users.csv --leavers remove",
        same: &["added", "left", "available"],
        changes: "left",
    },
    Row { command: "users remove", words: "alice@example.com", same: &["available", "deleted"], changes: "available" },
    Row {
        command: "tokens upload",
        words: "more.csv --inventory",
        same: &["rows", "imported", "failed"],
        changes: "imported",
    },
    Row { command: "tokens assign", words: "--file free.csv", same: BULK, changes: "done" },
    Row { command: "tokens activate", words: "--file codes.csv --at 1767600000 --force", same: BULK, changes: "done" },
    Row { command: "tokens unassign", words: "--file held.csv", same: BULK, changes: "done" },
    Row { command: "tokens delete", words: "--file free.csv", same: BULK, changes: "done" },
    Row { command: "uploads undo", words: "2", same: &["taken_back", "kept"], changes: "taken_back" },
    Row { command: "restore", words: "backup.db --replace", same: &["database"], changes: "backup" },
    Row { command: "policy set", words: "activations=none", same: &["changed"], changes: "changed" },
    Row { command: "policy reset", words: "tokens-per-user", same: &["changed"], changes: "changed" },
    Row { command: "policy use", words: "entra-2025", same: &["changed"], changes: "changed" },
    Row { command: "keys rotate", words: "", same: &["key", "sealed", "damaged"], changes: "sealed" },
    Row { command: "audit prune", words: "--exported log.jsonl", same: &["events", "pruned"], changes: "events" },
];

const BULK: &[&str] = &["done", "unchanged", "failed", "left"];

/// Commands that write and have no dry run, and what they write.
const OF_ONE: &[(&str, &str)] = &[
    ("tour", "a directory of its own"),
    ("init", "a new directory"),
    ("users add", "one user"),
    ("users rename", "one user"),
    ("users disable", "one user"),
    ("users enable", "one user"),
    ("users unlock", "the attempts of one user"),
    ("users roles", "one user"),
    ("tokens resync", "one token"),
    ("tokens deactivate", "one token"),
    ("tokens unlock", "one token"),
    ("tokens reset", "one token"),
    ("uploads delete", "the status of one upload; its tokens stay"),
    ("software enroll", "one app"),
    ("software reenroll", "one app"),
    ("software confirm", "one app, and the one that it replaces"),
    ("software cancel", "one app"),
    ("verify", "the attempts of one user"),
    ("recovery issue", "the codes of one user"),
    ("recovery reset", "the codes of one user"),
    ("restored", "the floor"),
    ("audit checkpoint", "one event"),
    ("keys add", "the key ring"),
    ("keys activate", "the key ring"),
    ("keys remove", "the key ring"),
];

/// Commands that write nothing into a directory.
const READ: &[&str] = &[
    "users list",
    "users show",
    "roles",
    "tokens list",
    "tokens show",
    "uploads list",
    "uploads show",
    "uploads failures",
    "recovery show",
    "report",
    "backup",
    "policy show",
    "keys list",
    "keys check",
    "audit list",
    "audit verify",
    "audit export",
    "seeds check",
    "seeds convert",
    "seeds repair",
    "seeds assign",
    "seeds probe",
    "seeds match",
    "seeds formats",
    "code",
    "completions",
    "man",
];

/// A directory with something to do for each command of the table.
fn furnished() -> Desk {
    let desk = Desk::furnished_on_sqlite();
    desk.write("users.csv", "userPrincipalName\nbob@example.com\nguest@else.com\ncarol@example.com\n");
    desk.write("more.csv", &format!("{HEADER}\n,2300003,{},30,Contoso,HardwareKey\n", SECRETS[2]));
    desk.write("free.csv", "serial number,upn\n2300009,bob@example.com\n");
    desk.write("held.csv", "serial number\n2300001\n2300002\n");
    let alices = shows(SECRETS[0], TimeStep::SECONDS_30, MONDAY);
    desk.write("codes.csv", &format!("serial number,code\n2300001,{alices}\n"));
    let secret = oath_totp::Secret::from_bytes(&[9; 20]).unwrap();
    desk.write("box.csv", &format!("{HEADER}\n,2300009,{},30,Contoso,HardwareKey\n", *secret.expose_base32()));
    desk.done("tokens upload box.csv --inventory");
    desk.done("policy set tokens-per-user=3");
    desk.done("software enroll alice@example.com");
    desk.done("backup backup.db");
    let key = desk.json("keys add")["key"].as_str().unwrap().to_owned();
    desk.done(&format!("keys activate {key}"));
    desk.done("audit export --until 2100-01-01T00:00:00Z -o log.jsonl");
    let kit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testkit/directory/format-2");
    for (file, name) in [("oath.db", "former.db"), ("oath.keys", "former.keys")] {
        fs::copy(kit.join(file), desk.path(name)).unwrap();
        #[cfg(unix)]
        fs::set_permissions(desk.path(name), std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }
    desk
}

/// Every file of the folder with its bytes, those of the database among them.
fn bytes(desk: &Desk) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(desk.folder.path()).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap())).collect()
}

/// The last object of an answer: of a file of tokens the summary.
fn last(out: &str) -> Value {
    plain(out.lines().last().unwrap())
}

#[test]
fn a_dry_run_says_what_the_command_then_does_and_writes_nothing() {
    for Row { command, words, same, changes } in TABLE {
        let desk = furnished();
        let words = format!("{command} {words}").trim_end().to_owned();
        let (before, head) = (bytes(&desk), desk.json("audit verify"));
        let text = desk.run(&format!("{words} --dry-run"), "");
        assert_eq!((text.status, &*text.err), (0, ""), "{words}: {text:?}");
        assert!(text.out.contains("Nothing was changed. To do it, leave --dry-run out."), "{words}: {}", text.out);
        let told = desk.run(&format!("{words} --dry-run --json"), "");
        assert_eq!((told.status, &*told.err), (0, ""), "{words}: {told:?}");
        let after = bytes(&desk);
        let changed: Vec<_> = after.keys().filter(|name| before.get(*name) != after.get(*name)).collect();
        assert!(before == after, "{words} --dry-run changed {changed:?}, or removed a file");
        assert_eq!(desk.json("audit verify"), head, "{words} --dry-run");

        let tried = last(&told.out);
        assert_eq!(tried["dry_run"], true, "{words}: {tried}");
        let nothing = [Value::Null, 0.into(), Value::Array(Vec::new())];
        assert!(!nothing.contains(&tried[*changes]), "{words}: nothing would change: {tried}");
        let done = desk.run(&format!("{words} --json"), "");
        assert_eq!((done.status, &*done.err), (0, ""), "{words}: {done:?}");
        let done = last(&done.out);
        assert_ne!(done["dry_run"], true, "{words}: {done}");
        for field in *same {
            assert_eq!(tried[*field], done[*field], "{words}: {field}");
        }
        assert!(bytes(&desk) != before, "{words} changed nothing");
    }
}

#[test]
fn a_restore_that_would_be_refused_is_refused_in_a_dry_run() {
    let desk = furnished();
    desk.fails("restore backup.db --dry-run", 1, "directory-exists", &["--replace"]);
    desk.fails("restore missing.db --replace --dry-run", 2, "file-missing", &["missing.db"]);
    desk.fails("restore former.db --replace --dry-run", 2, "database-older", &["former.db"]);
    desk.done("users add dave@example.com");
    let told = desk.json("restore backup.db --replace --dry-run");
    let users = |of: &str| told[of]["users"].as_u64().unwrap();
    assert_eq!((users("backup"), users("replaced")), (3, 4), "{told}");
    fs::rename(desk.path("oath.db"), desk.path("elsewhere.db")).unwrap();
    let told = desk.json("restore backup.db --dry-run");
    assert!(told["replaced"].is_null() && !desk.path("oath.db").exists(), "{told}");
}

/// The commands of the help, and whether each has a dry run.
fn commands(desk: &Desk) -> BTreeMap<String, bool> {
    let mut found = BTreeMap::new();
    for name in commands_of(&desk.done("--help")) {
        let help = desk.done(&format!("{name} --help"));
        let inner = commands_of(&help);
        if inner.is_empty() {
            found.insert(name.clone(), help.contains("--dry-run"));
        }
        for inner in inner {
            let help = desk.done(&format!("{name} {inner} --help"));
            found.insert(format!("{name} {inner}"), help.contains("--dry-run"));
        }
    }
    found
}

#[test]
fn every_command_has_a_dry_run_or_is_known_to_need_none() {
    let desk = Desk::on_sqlite();
    let mut with = BTreeSet::new();
    let mut without = BTreeSet::new();
    for (command, has) in commands(&desk) {
        if has {
            with.insert(command)
        } else {
            without.insert(command)
        };
    }
    let table: BTreeSet<String> = TABLE.iter().map(|row| row.command.to_owned()).collect();
    assert_eq!(with, table, "the commands with --dry-run are those of the table");
    let known: BTreeSet<String> =
        OF_ONE.iter().map(|(name, _)| *name).chain(READ.iter().copied()).map(str::to_owned).collect();
    assert_eq!(without, known, "a command without --dry-run is known");
}
