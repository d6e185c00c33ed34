//! The command as a tool among others: its help, its manual, its completions, narrow terminals, standard input and readers who
//! stop reading.

mod support;

use oath_totp::TimeStep;
use std::process::{Command, Stdio};
use support::{Desk, MONDAY, SECRETS, commands_of, shows};

#[test]
fn help_of_a_command_is_its_long_help() {
    let desk = Desk::new();
    for words in ["tokens assign", "seeds check", "verify", "tokens", "audit verify"] {
        let help = desk.done(&format!("help {words}"));
        assert_eq!(help, desk.done(&format!("{words} --help")), "{words}");
        assert!(help.contains("Usage: oath ") || help.contains("Usage: "), "{help}");
    }
    assert_eq!(desk.done("help"), desk.done("--help"));
    assert!(desk.done("help tokens assign").contains("oath tokens assign --file FILE"));
    for (typed, meant) in [("tokens asign", "assign"), ("token list", "tokens"), ("users list --jsn", "--json")] {
        let ended = desk.oath(typed);
        assert!(ended.status == 2 && ended.err.contains(&format!("'{meant}'")), "{typed}: {ended:?}");
    }
    assert_eq!(desk.oath("help tokens burn").status, 2);
}

#[test]
fn every_command_is_in_the_completions_and_has_a_manual_page() {
    let desk = Desk::new();
    let groups = ["users", "tokens", "uploads", "software", "audit", "seeds"];
    let shells = ["bash", "zsh", "fish", "powershell"].map(|shell| (shell, desk.done(&format!("completions {shell}"))));
    let mut commands: Vec<String> = commands_of(&desk.done("--help"));
    assert!(groups.iter().all(|group| commands.contains(&(*group).to_owned())), "{commands:?}");
    for group in groups {
        let inner = commands_of(&desk.done(&format!("{group} --help")));
        assert!(inner.len() > 1, "{group}: {inner:?}");
        commands.extend(inner.into_iter().map(|name| format!("{group} {name}")));
    }
    for command in &commands {
        let page = desk.done(&format!("man {command}"));
        let title = format!(".TH oath-{} 1", command.replace(' ', "-"));
        assert!(page.contains(&format!("{title}  \"oath ")) && page.contains(".SH SYNOPSIS"), "{command}: {page}");
        let name = command.rsplit(' ').next().unwrap();
        for (shell, script) in &shells {
            assert!(script.contains(name) && script.contains("dry-run"), "{shell} does not know {command}");
        }
    }
    let page = desk.done("man");
    assert!(page.contains(".TH oath 1") && page.contains("oath\\-tokens(1)"), "{page}");
    desk.fails("man tokens burn", 2, "usage", &["oath tokens burn"]);
    assert_eq!(desk.oath("completions tcsh").status, 2);
    // Where there is a bash, it takes the script.
    let script = desk.path("oath.bash");
    std::fs::write(&script, &shells[0].1).unwrap();
    if let Ok(checked) = Command::new("bash").arg("-n").arg(&script).output() {
        assert!(checked.status.success(), "{checked:?}");
    }
}

#[test]
fn tables_are_blocks_where_the_terminal_is_narrower() {
    let desk = Desk::furnished();
    let drawn = |words: &str, columns: &str| {
        let ended = desk.run_with(words, "", &[("COLUMNS", columns)]);
        assert_eq!(ended.status, 0, "{words}: {ended:?}");
        ended.out
    };
    let narrow = drawn("tokens list", "60");
    assert!(narrow.starts_with("serial:    2300001\nuser:      alice@example.com\nstatus:    assigned\n"), "{narrow}");
    assert!(narrow.contains("\n\nserial:    2300002\n"), "{narrow}");
    assert!(desk.done("tokens list").starts_with("serial   user "), "a file or a pipe has no width");
    assert_eq!(drawn("tokens list", "200"), desk.done("tokens list"));
    for words in ["users list", "tokens list", "uploads list", "users show alice@example.com", "tokens show 2300001"] {
        let text = drawn(words, "60");
        assert!(text.lines().all(|line| line.chars().count() <= 60), "{words}: {text}");
    }
}

#[test]
fn codes_come_on_standard_input_line_by_line() {
    let desk = Desk::furnished();
    let code = |at| shows(SECRETS[0], TimeStep::SECONDS_30, at);
    let (first, next) = (code(MONDAY), code(MONDAY + 30));
    let spaced = format!("{} {}\r\n{next}\n", &first[..3], &first[3..]);
    let activated = desk.oath_with(&format!("tokens activate 2300001 - - --at {MONDAY}"), &spaced);
    assert_eq!(activated.status, 0, "{activated:?}");
    let at = MONDAY + 120;
    let verified = desk.oath_with(&format!("verify alice@example.com - --at {at}"), &code(at));
    assert_eq!((verified.status, verified.out.as_str()), (0, "Accepted: the code of token 2300001.\n"));
    for input in ["", "98541\n", "98x541"] {
        let refused = desk.oath_with(&format!("verify alice@example.com - --at {at}"), input);
        assert_eq!(refused.status, 1, "{refused:?}");
        assert!(refused.err.starts_with("error[code-malformed]") && refused.err.contains("where: standard input"));
        assert!(!refused.err.contains("985") && !refused.err.contains("98x"), "{refused:?}");
    }
    let later = at + 3600;
    let pair = format!("{}\n{}\n", code(later), code(later + 30));
    assert_eq!(desk.oath_with(&format!("tokens resync 2300001 - - --at {later}"), &pair).status, 0);
}

#[test]
fn an_unknown_serial_number_is_answered_with_those_that_may_be_meant() {
    let desk = Desk::furnished();
    for words in ["tokens show 02300001", "tokens delete 02300001", "tokens unlock 02300001"] {
        desk.fails(words, 1, "token-unknown", &["there is no token 02300001; is 2300001 meant?"]);
    }
    desk.fails("tokens show 2300003", 1, "token-unknown", &["is one of 2300001, 2300002 meant?"]);
    let far = desk.oath("tokens show 123");
    assert!(far.err.starts_with("error[token-unknown]: there is no token 123\n"), "{far:?}");
}

#[test]
fn a_plain_file_name_is_a_database() {
    let desk = Desk::on_sqlite();
    desk.done("init --db other.db");
    desk.done("users add alice@example.com --db other.db");
    assert!(desk.done("users list --db sqlite:other.db").contains("alice@example.com"));
}

/// Runs a command whose reader reads one line, or nothing, and goes. Returns the exit status; it complains of nothing.
#[cfg(unix)]
fn left_alone(desk: &Desk, words: &str, reads: bool) -> Option<i32> {
    use std::io::{BufRead, BufReader, Read};
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("oath"));
    command.args(words.split(' ')).current_dir(desk.folder.path()).env_remove("OATH_DB").env_remove("OATH_KEYS");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    if reads {
        out.read_line(&mut String::new()).unwrap();
    }
    drop(out);
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert_eq!(err, "", "{words}");
    child.wait().unwrap().code()
}

#[cfg(unix)]
#[test]
fn a_reader_who_stops_reading_is_no_error() {
    let desk = Desk::furnished_on_sqlite();
    let users: Vec<_> = (0..5000).map(|n| format!("user-with-a-long-name-{n}@example.com\n")).collect();
    desk.write("many.csv", &format!("upn\n{}", users.concat()));
    desk.done("users import many.csv");
    for words in ["users list", "users list --json", "audit list", "audit list --json", "completions bash", "man"] {
        assert_eq!(left_alone(&desk, words, true), Some(0), "{words}");
    }
    for words in ["tokens show 2300001", "audit verify", "--help", "help tokens", "users add carol@example.com"] {
        assert_eq!(left_alone(&desk, words, false), Some(0), "{words}");
    }
    assert!(desk.done("users show carol@example.com").contains("carol"), "it was added");
    let wrong = "verify alice@example.com 123456";
    assert_eq!(left_alone(&desk, wrong, false), Some(1), "a verdict stays one");
}
