//! What every command prints with `--json` is what the table says: each line has its fields and no others, and each field of the
//! table is seen. `docs/json.md` is made of the table; with `OATH_WRITE_EXPECTED=1` it is written anew.

mod support;

use oath_cli::schema::{COMMANDS, ERROR, Field, Kind, Output, Presence, Record, Shape};
use oath_totp::TimeStep;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use support::{Desk, HEADER, MONDAY, SECRETS, commands_of, shows};

/// Holds an object against a record. Every field that has a value goes into `seen`, with the name of its record.
fn hold(value: &Value, record: &Record, seen: &mut BTreeSet<String>) -> Result<(), String> {
    let path = record.name;
    let object = value.as_object().ok_or_else(|| format!("{path} is no object"))?;
    let fields: Vec<&Field> = record.fields.iter().copied().flatten().collect();
    for name in object.keys() {
        if !fields.iter().any(|field| field.name == name) {
            return Err(format!("{path}.{name} is not documented"));
        }
    }
    for field in fields {
        let here = format!("{path}.{}", field.name);
        match (object.get(field.name), field.presence) {
            (None, Presence::AtTimes) | (Some(Value::Null), Presence::OrNull) => {}
            (None, _) => return Err(format!("{here} is missing")),
            (Some(value), _) => {
                hold_kind(value, field.kind, &here, seen)?;
                seen.insert(here);
            }
        }
    }
    Ok(())
}

fn hold_kind(value: &Value, kind: Kind, path: &str, seen: &mut BTreeSet<String>) -> Result<(), String> {
    let is_time = |text: &str| text.len() == 20 && text.ends_with('Z') && text.contains('T');
    let sound = match kind {
        Kind::Text => value.is_string(),
        Kind::Is(text) => value == text,
        Kind::OneOf(texts) => texts.iter().any(|text| value == text),
        Kind::Time => value.as_str().is_some_and(is_time),
        Kind::Count => value.is_u64(),
        Kind::Integer => value.is_i64() || value.is_u64(),
        Kind::Number => value.is_number(),
        Kind::Flag => value.is_boolean(),
        Kind::Texts => value.as_array().is_some_and(|all| all.iter().all(Value::is_string)),
        Kind::NamedTexts => value.as_object().is_some_and(|all| all.values().all(Value::is_string)),
        Kind::NamedCounts => value.as_object().is_some_and(|all| all.values().all(Value::is_u64)),
        Kind::Object(record) => return hold(value, record, seen),
        Kind::Objects(record) => {
            let all = value.as_array().ok_or_else(|| format!("{path} is no array"))?;
            return all.iter().try_for_each(|one| hold(one, record, seen));
        }
    };
    if sound { Ok(()) } else { Err(format!("{path} is {value}, expected {kind:?}")) }
}

/// All paths of a record, as [`hold`] writes them.
fn paths(record: &Record, all: &mut BTreeSet<String>) {
    for field in record.fields.iter().copied().flatten() {
        let here = format!("{}.{}", record.name, field.name);
        if let Kind::Object(inner) | Kind::Objects(inner) = field.kind {
            paths(inner, all);
        }
        all.insert(here);
    }
}

/// The lines of a command against its records; the first that fits, with the fields of it that were seen.
fn hold_output(output: &Output, printed: &str, seen: &mut BTreeSet<String>) {
    let lines: Vec<&str> = printed.lines().collect();
    assert!(output.shape != Shape::One || lines.len() == 1, "oath {}: {printed}", output.command);
    for line in lines {
        assert!(line.starts_with("{\"version\":1,"), "oath {}: {line}", output.command);
        let value = support::plain(line);
        let mut wrong = Vec::new();
        let fits = output.records.iter().find_map(|record| {
            let mut found = BTreeSet::new();
            hold(&value, record, &mut found).map_err(|error| wrong.push(error)).ok().map(|()| found)
        });
        seen.extend(fits.unwrap_or_else(|| panic!("oath {}: {line}\n{}", output.command, wrong.join("\n"))));
    }
}

/// Runs commands with `--json` and holds what they print against the table.
struct Scribe {
    desk: Desk,
    seen: BTreeSet<String>,
    ran: BTreeSet<&'static str>,
}

impl Scribe {
    fn oath(&mut self, words: &str) -> String {
        self.oath_with(words, "")
    }

    fn oath_with(&mut self, words: &str, input: &str) -> String {
        let ended = self.desk.oath_with(&format!("{words} --json"), input);
        let begins = |output: &&Output| {
            words.strip_prefix(output.command).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        };
        let output = COMMANDS.iter().find(begins).unwrap_or_else(|| panic!("oath {words} is not in the table"));
        assert!((ended.status == 0 || ended.status == 1) && ended.err.is_empty(), "oath {words}: {ended:?}");
        hold_output(output, &ended.out, &mut self.seen);
        self.ran.insert(output.command);
        ended.out
    }
}

fn alices(time: u64) -> String {
    shows(SECRETS[0], TimeStep::SECONDS_30, time)
}

#[test]
fn every_command_prints_the_fields_of_the_table_and_no_others() {
    let mut s = Scribe { desk: Desk::on_sqlite(), seen: BTreeSet::new(), ran: BTreeSet::new() };
    s.oath("tour");
    s.oath("init");
    users(&mut s);
    tokens(&mut s);
    software(&mut s);
    recovery(&mut s);
    uploads(&mut s);
    seeds(&mut s);
    codes(&mut s);
    keeping(&mut s);

    let all: BTreeSet<_> = COMMANDS.iter().map(|output| output.command).collect();
    assert_eq!(s.ran, all, "a command of the table was not run");
    let mut documented = BTreeSet::new();
    for record in COMMANDS.iter().flat_map(|output| output.records) {
        paths(record, &mut documented);
    }
    let unseen: Vec<_> = documented.difference(&s.seen).collect();
    assert!(unseen.is_empty(), "documented and never seen: {unseen:#?}");
}

fn users(s: &mut Scribe) {
    s.desk.write(
        "users.csv",
        "userPrincipalName,id,displayName\nalice@example.com,1,Alice\nbob@example.com,2,\ncarol@example.com,3,\nx,4,\n",
    );
    s.oath("users import users.csv --dry-run");
    s.oath("users import users.csv");
    s.oath("users add guest@else.com --guest --name Gina");
    s.oath("users roles bob@example.com --add auditor");
    s.oath("users list");
    s.oath("roles");
    s.oath("users rename carol@example.com caroline@example.com");
    s.oath("users disable caroline@example.com");
    s.oath("users enable caroline@example.com");
    s.oath("users remove caroline@example.com --dry-run");
    s.oath("users remove caroline@example.com");
    s.oath("users unlock bob@example.com");
}

fn tokens(s: &mut Scribe) {
    let [first, second, third] = SECRETS;
    s.desk.write(
        "fobs.csv",
        &format!(
            "{HEADER}\nalice@example.com,2300001,{first},30,Contoso,HardwareKey\n\
             bob@example.com,2300002,{second},30,Contoso,HardwareKey\nnobody@example.com,2300003,{third},30,C,M\n"
        ),
    );
    s.oath("tokens upload fobs.csv --dry-run");
    s.oath("tokens upload fobs.csv");
    s.oath("tokens list");
    s.oath(&format!("tokens activate 2300001 {} --at {MONDAY}", alices(MONDAY)));
    let wrong = shows(third, TimeStep::SECONDS_30, 0);
    for _ in 0..10 {
        s.oath(&format!("verify alice@example.com {wrong} --at {}", MONDAY + 60));
    }
    s.oath(&format!("verify alice@example.com {wrong} --at {}", MONDAY + 61));
    s.oath(&format!("users show alice@example.com --at {}", MONDAY + 62));
    s.oath(&format!("users list --locked --at {}", MONDAY + 62));
    s.desk.oath(&format!("users unlock alice@example.com --at {}", MONDAY + 63));
    s.oath(&format!("verify alice@example.com {} --at {}", alices(MONDAY + 120), MONDAY + 120));
    let (code, next) = (alices(MONDAY + 3600), alices(MONDAY + 3630));
    s.oath(&format!("tokens resync 2300001 {code} {next} --at {}", MONDAY + 3600));
    s.oath("tokens show 2300001");
    let now = MONDAY + 7200;
    for _ in 0..10 {
        s.desk.oath(&format!("tokens activate 2300002 {wrong} --at {now}"));
    }
    s.oath(&format!("tokens show 2300002 --at {now}"));
    s.oath(&format!("tokens list --at {now}"));
    s.oath("tokens unlock 2300002");
    s.oath(&format!("tokens reset 2300001 --at {now}"));
    s.oath("tokens deactivate 2300001");
    s.oath("tokens unassign 2300002");
    s.oath("tokens assign 2300002 bob@example.com");
    s.desk.write("back.csv", "serial number\n2300002\n2300002\n7\n");
    s.oath("tokens unassign --file back.csv");
    s.desk.write("staff.csv", "serial,upn\n2300002,bob@example.com\n");
    s.oath("tokens assign --file staff.csv");
    s.oath("tokens unassign --file back.csv --dry-run");
    s.desk.write("codes.csv", &format!("serial,code\n2300002,{wrong}\n"));
    s.oath("tokens activate --file codes.csv");
    s.oath("tokens delete --file back.csv");
    s.oath("tokens unassign 2300002");
    s.oath("tokens delete 2300002");
    limit(s);
}

/// The limit of the policy leaves rows of a file.
fn limit(s: &mut Scribe) {
    let users: Vec<_> = (0..201).map(|n| format!("user{n}@example.com\n")).collect();
    s.desk.write("many.csv", &format!("upn\n{}", users.concat()));
    s.oath("users import many.csv");
    let base32 = |n: u32| {
        let secret = oath_totp::Secret::from_bytes(format!("secret number {n:06}").as_bytes()).unwrap();
        secret.expose_base32().to_string()
    };
    let rows: Vec<_> = (0..201).map(|n| format!("user{n}@example.com,9{n:04},{},30,C,M\n", base32(n))).collect();
    s.desk.write("many.csv", &format!("{HEADER}\n{}", rows.concat()));
    s.oath("tokens upload many.csv");
    let code = |n, ahead| shows(&base32(n), TimeStep::SECONDS_30, MONDAY + 90_000 + ahead);
    let rows: Vec<_> = (0..201).map(|n| format!("9{n:04},{},{}\n", code(n, 0), code(n, 30))).collect();
    s.desk.write("codes.csv", &format!("serial,code,next code\n{}", rows.concat()));
    s.oath(&format!("tokens activate --file codes.csv --at {}", MONDAY + 90_000));
}

fn software(s: &mut Scribe) {
    let enrolled = support::plain(&s.oath("software enroll bob@example.com"));
    let code = shows(enrolled["secret"].as_str().unwrap(), TimeStep::SECONDS_30, MONDAY);
    s.oath(&format!("software confirm bob@example.com {code} --at {MONDAY}"));
    s.oath("software reenroll bob@example.com --qr bob.svg");
    s.oath("software cancel bob@example.com");
}

fn recovery(s: &mut Scribe) {
    let issued = support::plain(&s.oath("recovery issue bob@example.com"));
    s.oath("recovery show bob@example.com");
    s.oath("report --svg report.svg");
    s.oath_with("verify bob@example.com - --recovery", issued["codes"][0].as_str().unwrap());
    s.oath("recovery reset bob@example.com");
}

fn uploads(s: &mut Scribe) {
    s.oath("uploads list");
    s.oath("uploads show 1");
    s.oath("uploads failures 1");
    s.oath("uploads failures 1 -o failures.csv");
    s.oath("uploads undo 1 --dry-run");
    s.oath("uploads delete 1");
    s.desk.write("left.csv", "userPrincipalName,id\nalice@example.com,1\n");
    s.oath("users sync left.csv --dry-run");
    damaged(s, "UPDATE users SET mac = zeroblob(16) WHERE upn = 'user7@example.com'");
    s.oath("users sync left.csv --yes --leavers remove");
}

/// As something other than the directory would write.
fn damaged(s: &Scribe, sql: &str) {
    let connection = rusqlite::Connection::open(s.desk.path("oath.db")).unwrap();
    assert_eq!(connection.execute(sql, []).unwrap(), 1, "{sql}");
}

fn seeds(s: &mut Scribe) {
    let [first, second, third] = SECRETS;
    s.desk.write(
        "box.csv",
        &format!(
            "{HEADER}\nalice@example.com,1,{first},30 s,Contoso,HardwareKey\n,2,{second},60,C,M\nbob,3,{third}0,30,C,M\n"
        ),
    );
    s.desk.write("noise.csv", "no seed file\n");
    s.oath("seeds check box.csv");
    s.oath("seeds check box.csv noise.csv --against oath.db");
    s.oath("seeds convert box.csv --to pskc -o box.pskc");
    s.oath("seeds convert box.csv --to multiotp-csv -o lost.csv --accept-loss");
    s.oath("seeds convert box.csv --to entra-csv -o refused.csv");
    s.oath("seeds repair box.csv -o mended.csv --yes");
    s.desk.write("holders.csv", "serial number,upn\n2300001,alice@example.com\n");
    s.oath("seeds assign fobs.csv holders.csv -o given.csv");
    let code = alices(MONDAY);
    s.oath(&format!("seeds match box.csv {code} --at {MONDAY}"));
    s.oath_with(&format!("seeds probe --code {code} --at {MONDAY}"), first);
    s.oath_with(&format!("seeds probe --code {} --at {MONDAY}", shows(first, TimeStep::SECONDS_30, 30)), first);
    s.oath("seeds formats");
}

fn codes(s: &mut Scribe) {
    s.oath_with("code", SECRETS[0]);
    s.oath_with("code --window 1", SECRETS[0]);
    s.oath_with("code --counter 7", SECRETS[0]);
}

/// A file of format 2 of the test kit, one of whose tokens was damaged.
fn former(s: &mut Scribe) {
    let kit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testkit/directory/format-2");
    for (file, name) in [("oath.db", "former.db"), ("oath.keys", "former.keys")] {
        std::fs::copy(kit.join(file), s.desk.path(name)).unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(s.desk.path(name), std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }
    let file = rusqlite::Connection::open(s.desk.path("former.db")).unwrap();
    file.execute("UPDATE tokens SET status = 'activated' WHERE serial = '0001'", []).unwrap();
    drop(file);
    s.oath("migrate --db former.db --keys former.keys --dry-run");
    s.oath("migrate --db former.db --keys former.keys");
}

fn keeping(s: &mut Scribe) {
    s.oath("migrate");
    former(s);
    s.oath("policy show");
    s.oath("policy set activations=none");
    s.oath("policy use entra-2025 --dry-run");
    s.oath("policy reset");
    let added = support::plain(&s.oath("keys add"));
    let name = added["key"].as_str().unwrap().to_owned();
    let old = support::plain(&s.oath("keys list"))["keys"][1]["name"].as_str().unwrap().to_owned();
    s.oath(&format!("keys activate {name}"));
    s.oath("keys rotate --dry-run");
    s.oath("keys rotate");
    s.oath("keys check");
    s.oath(&format!("keys remove {old}"));
    s.oath("backup copy.db");
    s.oath("restore copy.db --replace --dry-run");
    s.oath("restore copy.db --replace");
    s.oath("restored --at 2030-01-01T00:00:00Z");
    s.oath("users show alice@example.com");
    s.oath("tokens show 2300001");
    s.oath("restored --clock-was-ahead");
    s.oath("restored");
    s.oath("audit list");
    s.oath("audit verify");
    s.oath(&format!("audit verify --contains 1:{}", "0".repeat(64)));
    s.oath("audit checkpoint");
    s.oath("audit export --until 2020-01-01T00:00:00Z -o none.jsonl");
    s.oath("audit export --until 2030-01-01T00:00:00Z -o log.jsonl");
    s.oath("audit verify log.jsonl");
    s.oath("audit prune --exported log.jsonl --dry-run");
    s.oath("audit prune --exported log.jsonl");
}

#[test]
fn every_command_is_in_the_table_and_an_error_is_one_too() {
    let desk = Desk::on_sqlite();
    let mut leaves = BTreeSet::new();
    for name in commands_of(&desk.done("--help")) {
        let inner = commands_of(&desk.done(&format!("{name} --help")));
        match inner.as_slice() {
            [] if name == "completions" || name == "man" => {}
            [] => drop(leaves.insert(name)),
            inner => leaves.extend(inner.iter().map(|inner| format!("{name} {inner}"))),
        }
    }
    let table: BTreeSet<_> = COMMANDS.iter().map(|output| output.command.to_owned()).collect();
    assert_eq!(table, leaves, "every command is in the table, and nothing else");

    let mut seen = BTreeSet::new();
    for words in ["tokens list", "tokens burn", "tokens list --keys none --at 7", "users add x"] {
        let ended = desk.oath(&format!("{words} --json"));
        assert_eq!((ended.status, &*ended.out), (2, ""), "{words}: {ended:?}");
        hold(&support::plain(&ended.err), &ERROR, &mut seen).unwrap();
    }
}

/// The type of a field, in words.
fn words(kind: Kind) -> String {
    let link = |record: &Record| format!("[{}](#{})", record.name, anchor(record.name));
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Is(text) => format!("`\"{text}\"`"),
        Kind::OneOf(texts) => texts.iter().map(|text| format!("`\"{text}\"`")).collect::<Vec<_>>().join(", "),
        Kind::Time => "time".to_owned(),
        Kind::Count => "whole number, 0 or more".to_owned(),
        Kind::Integer => "whole number".to_owned(),
        Kind::Number => "number".to_owned(),
        Kind::Flag => "`true` or `false`".to_owned(),
        Kind::Texts => "array of texts".to_owned(),
        Kind::Object(record) => link(record),
        Kind::Objects(record) => format!("array of {}", link(record)),
        Kind::NamedTexts => "object of texts".to_owned(),
        Kind::NamedCounts => "object of whole numbers".to_owned(),
    }
}

fn anchor(name: &str) -> String {
    name.to_lowercase().replace(' ', "-").replace('\'', "")
}

#[test]
fn the_document_of_the_json_is_up_to_date() {
    let mut text = String::from(
        "# What `--json` prints\n\nThis page is made from the table in `crates/oath-cli/src/schema.rs`, against which a test holds the \
         answers of every command.\n\nEvery line on standard output is one object, and its first field is `version`: 1. The version \
         grows where a field\ngoes or changes its meaning; new fields do not change it, so pass over fields that you do not know. A \
         command that lists\nprints one object a line, as the records are read, and no line where there is none. A time is RFC 3339 in \
         UTC:\n`2026-01-05T08:00:00Z`. Errors are objects too, on standard error, and the exit status is the same as without \
         `--json`.\n\n\
         | command | prints | record |\n|---|---|---|\n",
    );
    let mut records: Vec<&Record> = Vec::new();
    for Output { command, shape, records: of } in COMMANDS {
        let shape = match shape {
            Shape::One => "one object",
            Shape::Lines => "lines",
            Shape::OneOrLines => "one object, or lines",
        };
        let links: Vec<_> = of.iter().map(|record| format!("[{}](#{})", record.name, anchor(record.name))).collect();
        writeln!(text, "| `oath {command}` | {shape} | {} |", links.join(", ")).unwrap();
        of.iter().for_each(|record| collect(record, &mut records));
    }
    collect(&ERROR, &mut records);
    for Record { name, about, fields } in &records {
        write!(text, "\n## {name}\n\n{about}\n\n| field | type | meaning |\n|---|---|---|\n").unwrap();
        for Field { name, kind, presence, meaning } in fields.iter().copied().flatten() {
            let presence = match presence {
                Presence::Always => "",
                Presence::OrNull => ", or `null`",
                Presence::AtTimes => "; not always there",
            };
            writeln!(text, "| `{name}` | {}{presence} | {meaning} |", words(*kind)).unwrap();
        }
    }
    let names: BTreeSet<_> = records.iter().map(|record| record.name).collect();
    assert_eq!(names.len(), records.len(), "two records have one name");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/json.md");
    if std::env::var_os("OATH_WRITE_EXPECTED").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(stored == text, "docs/json.md is out of date: run this test with OATH_WRITE_EXPECTED=1, and commit it");
}

/// A record and those in it, each once.
fn collect<'a>(record: &'a Record, all: &mut Vec<&'a Record>) {
    if all.iter().any(|other| other.name == record.name && other.about == record.about) {
        return;
    }
    all.push(record);
    for field in record.fields.iter().copied().flatten() {
        if let Kind::Object(inner) | Kind::Objects(inner) = field.kind {
            collect(inner, all);
        }
    }
}
