//! Backup, restore, keys and the log, as an administrator keeps a directory.

mod support;

use oath_totp::TimeStep;
use serde_json::json;
use support::{Desk, MONDAY, SECRETS, shows};

fn alices(time: u64) -> String {
    shows(SECRETS[0], TimeStep::SECONDS_30, time)
}

/// With Alice's token activated on Monday.
fn in_use() -> Desk {
    let desk = Desk::furnished_on_sqlite();
    desk.done(&format!("tokens activate 2300001 {} --at {MONDAY}", alices(MONDAY)));
    desk
}

#[test]
fn a_backup_comes_back_and_no_code_from_before_is_accepted() {
    let desk = in_use();
    assert_eq!(desk.json("backup monday.db"), json!({"backup": "monday.db", "keys": "oath.keys"}));
    desk.fails("backup monday.db", 2, "file-exists", &["monday.db"]);
    let noon = MONDAY + 4 * 3600;
    desk.done(&format!("verify alice@example.com {} --at {noon}", alices(noon)));
    desk.fails("restore monday.db", 1, "directory-exists", &["--replace"]);
    desk.fails("restore missing.db --replace", 2, "file-missing", &["missing.db"]);
    let restored = desk.json(&format!("restore monday.db --replace --at {noon}"));
    assert_eq!(
        restored,
        json!({"database": "oath.db", "former": format!("oath.db.replaced-{noon}"), "refused_until": "2026-01-05T12:00:00Z"})
    );
    for seconds in [0, 30] {
        let code = alices(noon + seconds);
        assert_eq!(desk.oath(&format!("verify alice@example.com {code} --at {}", noon + seconds)).status, 1);
    }
    desk.done(&format!("verify alice@example.com {} --at {}", alices(noon + 600), noon + 600));
    // By other means.
    let later = noon + 3600;
    assert_eq!(desk.json(&format!("restored --at {later}")), json!({"refused_until": "2026-01-05T13:00:00Z"}));
    assert_eq!(desk.oath(&format!("verify alice@example.com {} --at {later}", alices(later))).status, 1);
    assert_eq!(desk.json("audit verify")["verified"], true);
}

#[test]
fn a_directory_on_a_server_is_backed_up_by_the_server() {
    let desk = Desk::on_sqlite();
    for words in ["backup monday.db", "restore monday.db --replace"] {
        let words = format!("{words} --db postgres://nobody@localhost:1/oath");
        desk.fails(&words, 2, "database-on-server", &["pg_dump", "oath restored"]);
    }
}
