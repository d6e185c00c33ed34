//! What goes wrong, file by file and word by word: the message says what, where and what to do, the exit status tells a
//! refusal from a fault, and everything stays as it was.

mod support;

use std::fs;
use support::{Desk, HEADER, SECRETS};

/// As of `--db`. No server is asked.
#[test]
fn a_password_in_the_url_of_a_comparison_is_refused_with_advice_that_fits() {
    let desk = Desk::on_sqlite();
    desk.write("fobs.csv", HEADER);
    let words = "seeds check fobs.csv --against postgres://keeper:not-to-be-shown@localhost/oath";
    let holds = ["--against on the command line", "leave it out of --against: set it in PGPASSWORD"];
    desk.fails(words, 2, "password-shown", &holds);
    assert!(!desk.oath(words).err.contains("not-to-be-shown"));
    desk.fails("seeds check fobs.csv --against sqlite:", 2, "usage", &["--against on the command line"]);
}

#[test]
fn files_that_are_no_seed_files_are_refused_as_a_whole() {
    let desk = Desk::furnished();
    for (content, code, says) in [
        ("hello\n", "header-missing", "upn,serial number,secret key"),
        ("", "empty-file", "empty"),
        ("%PDF-1.7\n", "not-a-seed-file", "PDF"),
        ("-----BEGIN PGP MESSAGE-----\n", "malformed", "OpenPGP message is damaged"),
        ("upn,serial number,time interval,manufacturer,model\n", "header-column-missing", "secret key"),
    ] {
        desk.write("x.csv", content);
        desk.fails("tokens upload x.csv", 1, code, &["x.csv", says]);
        assert_eq!(desk.oath("seeds check x.csv").status, 1, "{content}");
    }
    desk.fails("tokens upload none.csv", 2, "file-missing", &["none.csv"]);
    desk.fails("tokens upload .", 2, "file-is-folder", &["."]);
}

#[test]
fn an_unknown_column_is_told_and_the_rows_are_read() {
    let desk = Desk::furnished();
    desk.write("x.csv", &format!("{HEADER},colour\nbob@example.com,7,{},30,Contoso,HardwareKey,red\n", SECRETS[2]));
    let check = desk.oath("seeds check x.csv");
    assert_eq!(check.status, 0);
    assert!(
        check.out.contains("warning column-unknown\n  line 1: ") && check.out.contains("\"colour\""),
        "{}",
        check.out
    );
    let upload = desk.oath("tokens upload x.csv");
    assert_eq!(upload.status, 0);
    assert!(upload.out.contains("1 warning about the file"), "{}", upload.out);
}

#[test]
fn each_row_that_is_wrong_fails_for_itself_and_shows_no_secret() {
    let desk = Desk::furnished();
    let secret = SECRETS[2];
    let tail = "30,Contoso,HardwareKey";
    let rows = [
        ("user-unknown", format!("nobody@example.com,1,{secret},{tail}")),
        ("user-guest", format!("guest@else.com,1,{secret},{tail}")),
        ("upn-empty", format!(",1,{secret},{tail}")),
        ("serial-conflict", format!("bob@example.com,2300001,{secret},{tail}")),
        ("secret-conflict", format!("bob@example.com,3,{},{tail}", SECRETS[0])),
        ("token-held", format!("bob@example.com,2300001,{},{tail}", SECRETS[0])),
        ("interval-unsupported", format!("bob@example.com,1,{secret},45,Contoso,HardwareKey")),
        ("secret-hex", format!("bob@example.com,1,3032333435363738393031323334353637383930,{tail}")),
        ("secret-confusable", format!("bob@example.com,1,{},{tail}", secret.replace('O', "0"))),
        ("secret-weak", format!("bob@example.com,1,{},{tail}", &secret[..16])),
        ("serial-scientific", format!("bob@example.com,2.3E+12,{secret},{tail}")),
        ("too-few-columns", format!("bob@example.com,1,{secret}")),
    ];
    let tokens = desk.json("tokens list");
    for (upload, (code, row)) in (2..).zip(&rows) {
        desk.write("x.csv", &format!("{HEADER}\n{row}\n"));
        let ended = desk.oath("tokens upload x.csv");
        assert_eq!(ended.status, 1, "{code}: {ended:?}");
        assert!(ended.out.contains("  line 2") && ended.out.contains("  to do: "), "{code}: {}", ended.out);
        assert_eq!(desk.json(&format!("uploads failures {upload}"))[0]["code"], *code, "{row}");
        assert_eq!(desk.json("tokens list"), tokens, "{code}");
    }
}

#[test]
fn users_files_that_are_none_change_nothing() {
    let desk = Desk::furnished();
    for (content, code, says) in [
        ("name\nAlice\n", "users-header", "userPrincipalName"),
        ("userPrincipalName,userType\ncarol@example.com,Admin\n", "users-type-unknown", "line 2"),
        ("userPrincipalName,userType\ncarol@example.com,Member\ndan@example.com\n", "users-row-malformed", "line 3"),
    ] {
        desk.write("x.csv", content);
        desk.fails("users import x.csv", 1, code, &["x.csv", says]);
    }
    fs::write(desk.path("x.csv"), b"PK\x03\x04\x14\0\x06\0[Content_Types].xml").unwrap();
    desk.fails("users import x.csv", 1, "users-not-text", &["x.csv", "an Excel workbook"]);
}

#[test]
fn unknown_users_and_tokens_are_named() {
    let desk = Desk::furnished();
    desk.done("tokens unassign 2300001");
    desk.fails("tokens assign 2300001 nobody@example.com", 1, "user-unknown", &["there is no user nobody@example.com"]);
    desk.fails("tokens assign 2300001 guest@else.com", 1, "user-guest", &["guest@else.com"]);
    desk.fails("tokens assign 2300002 alice@example.com", 1, "token-held", &["bob@example.com", "unassign it first"]);
    desk.fails("tokens delete 2300002", 1, "token-held", &["2300002"]);
    desk.fails("tokens show 02300001", 1, "token-unknown", &["02300001", "leading zeros"]);
    desk.fails("software enroll nobody@example.com", 1, "user-unknown", &["nobody@example.com"]);
    let unknown = desk.oath("verify nobody@example.com 123456 --json");
    assert_eq!(
        (unknown.status, &*unknown.out),
        (1, "{\"version\":1,\"accepted\":false,\"reason\":\"rejected\"}\n"),
        "as for a known one"
    );
}

#[test]
fn a_malformed_code_is_refused_and_is_not_repeated() {
    let desk = Desk::furnished();
    for command in [
        "verify alice@example.com 98x541",
        "tokens activate 2300001 98541",
        "tokens activate 2300001 985416 98541x",
        "tokens resync 2300001 985416 1",
        "software confirm alice@example.com 985416985416",
    ] {
        desk.fails(command, 1, "code-malformed", &["expected", "123456"]);
        let said = desk.oath(command).err;
        assert!(!said.contains("985") && !said.contains("98x"), "{said}");
    }
}

#[test]
fn wrong_use_ends_with_2_and_says_how_to_use_it() {
    let desk = Desk::new();
    for words in [
        "",
        "tokens",
        "tokens burn",
        "verify alice",
        "verify alice 123456",
        "users list --at yesterday",
        "users list --db mysql://x",
        "users list --db postgres://x?tenant=1",
        "users list --db sqlite:",
        "code --digits 9",
        "code --counter 1 --step 60",
    ] {
        let ended = desk.oath(words);
        assert_eq!((ended.status, ended.out.as_str()), (2, ""), "oath {words}: {ended:?}");
        assert!(ended.err.contains("--help") || ended.err.contains("Usage"), "oath {words}: {ended:?}");
        let json: serde_json::Value =
            serde_json::from_str(&desk.oath(format!("{words} --json").trim_start()).err).unwrap();
        assert_eq!(json["error"]["code"], "usage", "oath {words}");
    }
    assert_eq!(desk.oath("--help").status, 0);
    assert_eq!(desk.oath("--version").status, 0);
    assert!(desk.snapshot().is_empty());
}

#[test]
fn without_a_directory_nothing_is_made() {
    let desk = Desk::new();
    desk.write("users.csv", "userPrincipalName\nalice@example.com\n");
    for words in [
        "users list",
        "users add alice@example.com",
        "users import users.csv",
        "tokens list",
        "tokens upload users.csv",
        "uploads list",
        "software enroll alice@example.com",
        "verify alice@example.com 123456",
        "audit verify",
    ] {
        desk.fails(words, 2, "database-missing", &["oath.db", "oath init"]);
    }
    desk.fails("init --db sqlite:none/oath.db", 2, "file-missing", &["none/oath.keys"]);
}

#[test]
fn init_overwrites_neither_a_database_nor_a_key_ring() {
    let desk = Desk::furnished();
    desk.fails("init", 1, "directory-exists", &["oath.db"]);
    desk.fails("init --db sqlite:other.db", 1, "key-ring-exists", &["oath.keys", "never overwritten"]);
    fs::remove_file(desk.path("oath.keys")).unwrap();
    desk.fails("init", 2, "key-ring-missing", &["oath.keys", "restore it from its copy"]);
}

#[test]
fn a_missing_a_wrong_and_a_damaged_key_ring_are_told_apart() {
    let desk = Desk::furnished();
    desk.done("init --db sqlite:other.db --keys other.keys");
    desk.write_private("x.keys", "seal a 00\n");
    for words in ["tokens list", "verify alice@example.com 123456", "tokens activate 2300001 123456", "audit verify"] {
        desk.fails(&format!("{words} --keys none.keys"), 2, "key-ring-missing", &["none.keys", "restore it"]);
        desk.fails(
            &format!("{words} --keys other.keys"),
            2,
            "key-ring-wrong",
            &["other.keys", "belongs to this directory"],
        );
        desk.fails(&format!("{words} --keys x.keys"), 2, "key-ring-malformed", &["x.keys", "line 1"]);
    }
}

#[test]
fn a_corrupt_database_is_a_fault_and_stays_as_it_is() {
    let desk = Desk::furnished();
    let whole = fs::read(desk.path("oath.db")).unwrap();
    let [mut garbage, mut cut, mut holes] = [(); 3].map(|()| whole.clone());
    garbage[..100].fill(b'x');
    cut.truncate(8192);
    holes[4096..].fill(0);
    for damaged in [garbage, cut, holes] {
        fs::write(desk.path("oath.db"), damaged).unwrap();
        for words in ["tokens list", "verify alice@example.com 123456"] {
            desk.fails(words, 2, "database-corrupt", &["oath.db", "backup"]);
        }
    }
    desk.write("oath.db", "upn,serial number\n");
    desk.fails("users list", 2, "database-corrupt", &["oath.db"]);
}

#[test]
fn a_locked_database_is_a_fault_and_nothing_changes() {
    let desk = Desk::furnished();
    let mut other = rusqlite::Connection::open(desk.path("oath.db")).unwrap();
    let lock = other.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
    let busy = desk.oath("users add carol@example.com");
    assert_eq!(busy.status, 2);
    assert!(busy.err.starts_with("error[database-busy]: ") && busy.err.contains("try again"), "{}", busy.err);
    drop(lock);
    assert!(!desk.done("users list").contains("carol"));
}

#[cfg(unix)]
#[test]
fn a_read_only_database_is_a_fault_and_nothing_changes() {
    use std::os::unix::{fs::PermissionsExt, process::CommandExt};
    let desk = Desk::furnished();
    let lock = |mode| {
        fs::set_permissions(desk.path("oath.db"), fs::Permissions::from_mode(mode)).unwrap();
        fs::set_permissions(desk.folder.path(), fs::Permissions::from_mode(mode | 0o111)).unwrap();
    };
    lock(0o400);
    if fs::OpenOptions::new().write(true).open(desk.path("oath.db")).is_ok() {
        lock(0o700);
        // Root may write whatever the modes say: the test runs again as a user who may not.
        let linux = cfg!(target_os = "linux");
        let test = if linux { "/proc/self/exe".into() } else { std::env::current_exe().unwrap() };
        let mut again = std::process::Command::new(test);
        if linux {
            let program = fs::File::open(assert_cmd::cargo::cargo_bin!("oath")).unwrap();
            again.env(support::PROGRAM_IS_INPUT, "1").stdin(program);
        }
        again.args(["--exact", "a_read_only_database_is_a_fault_and_nothing_changes"]).uid(65534).gid(65534);
        let output = again.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && text.contains("1 passed"), "{text}");
        return;
    }
    desk.fails("users add carol@example.com", 2, "database-read-only", &["oath.db", "allow writing"]);
    lock(0o700);
    assert!(!desk.done("users list").contains("carol"));
}
