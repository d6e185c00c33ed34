//! The tour, as a newcomer sees it.

mod support;

use support::Desk;

#[test]
fn the_tour_plays_the_whole_story_and_leaves_nothing_behind() {
    let desk = Desk::on_sqlite();
    let text = desk.done("tour");
    assert!(desk.snapshot().is_empty());
    the_whole_story(&text);
    let told = |text: &str| text.lines().filter(|line| !line.contains("head  ")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(told(&text), told(&desk.done("tour")), "it is the same every time");
}

fn the_whole_story(text: &str) {
    for part in [
        "$ oath init",
        "5 rows, 3 imported, 0 unchanged, 2 failed.",
        "$ cat Failures_fobs.csv",
        "5 rows, 2 imported, 3 unchanged, 0 failed.",
        "its clock: 8 steps ahead (4 min).",
        "Rejected: the code is not valid.",
        "reason=replayed",
        "52 of 52 sign-ins accepted",
        "$ oath tokens assign 2300001 bob@contoso.com",
        "Verified: 78 events",
    ] {
        assert!(text.contains(part), "the tour does not show {part:?}:\n{text}");
    }
}

#[test]
fn the_tour_plays_in_the_database_that_the_command_line_names_and_keeps_it() {
    let desk = Desk::on_sqlite();
    let database = Desk::new().database("tour.db");
    let text = desk.done(&format!("tour --db {database}"));
    the_whole_story(&text);
    assert!(text.contains("The directory is kept in ") && text.contains("oath.keys"), "{text}");
    let verified = desk.done(&format!("audit verify --db {database}"));
    assert!(verified.contains("Verified: 78 events"), "{verified}");
    let bobs = desk.json(&format!("tokens list --upn bob@contoso.com --db {database}"));
    assert_eq!(bobs[0]["serial"], "2300001");
    desk.fails(&format!("tour --db {database}"), 2, "file-exists", &["the tour makes a directory of its own"]);
}

#[test]
fn the_tour_does_not_touch_the_directory_that_the_environment_names() {
    let desk = Desk::furnished_on_sqlite();
    let before = desk.snapshot();
    let mut command = assert_cmd::cargo::cargo_bin_cmd!("oath");
    command.args(["tour", "--json"]).env("OATH_DB", format!("sqlite:{}", desk.path("oath.db").display()));
    let output = command.current_dir(desk.folder.path()).env("OATH_KEYS", desk.path("oath.keys")).output().unwrap();
    assert!(output.status.success());
    assert!(desk.snapshot() == before);
    let steps = support::lines(core::str::from_utf8(&output.stdout).unwrap());
    let replay = steps.iter().find(|step| step["status"] == 1 && step["command"].as_str().unwrap().contains("verify"));
    assert!(replay.unwrap()["output"].as_str().unwrap().starts_with("Rejected"));
}
