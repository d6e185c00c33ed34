//! The whole story on a temporary folder with real files and a token whose clock is off, told by the commands that anyone
//! could type.

mod files;
mod fob;
mod stage;

use self::fob::Fob;
use self::stage::{Kept, Stage};
use crate::failure::{Exit, Failure};
use crate::output::{Cell, drift, duration, table, time};
use crate::shell::Shell;
use oath_totp::UnixTime;

/// Monday, 2026-01-05, 08:00 UTC.
const MONDAY: u64 = 1_767_600_000;
const MINUTE: u64 = 60;
const WEEK: u64 = 7 * 24 * 60 * MINUTE;
const WEEKS: u64 = 52;

const SERIAL: &str = "2300001";
const ALICE: &str = "alice@contoso.com";
const BOB: &str = "bob@contoso.com";

pub(crate) fn play(shell: &mut Shell<'_>) -> Result<Exit, Failure> {
    let folder = tempfile::Builder::new().prefix("oath-tour-").tempdir();
    let folder =
        folder.map_err(|error| Failure::file("no temporary folder can be made", &std::env::temp_dir(), &error))?;
    // Of the command line only: the directory that the environment names is left alone.
    let kept = match &shell.global.db {
        Some(_) => Some(Kept::of(&shell.location()?, &shell.surroundings.folder)?),
        None => None,
    };
    let (out, json) = (&mut *shell.streams.out, shell.json);
    let mut stage = Stage::new(folder.path(), kept, at(0), out, json);
    upload(&mut stage)?;
    let fob = Fob::new(files::secret_of(SERIAL), at(0))?;
    sign_in(&mut stage, &fob)?;
    year(&mut stage, &fob)?;
    pass_on(&mut stage, &fob)?;
    audit(&mut stage)?;
    stage.end()?;
    Ok(Exit::Done)
}

fn at(seconds: u64) -> UnixTime {
    UnixTime::from_secs(MONDAY.saturating_add(seconds))
}

fn upload(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.title("A box of tokens arrives")?;
    stage.say("A directory is a database, and a key ring that seals the secrets in it.")?;
    stage.run("oath init", Exit::Done)?;
    stage.say("The people come from a file, as the Entra admin center exports it.")?;
    stage.write(files::USERS, files::users())?;
    stage.run(&format!("oath users import {}", files::USERS), Exit::Done)?;
    stage.say("The vendor sent a seed file. Somebody filled in the user names by hand. (These secrets are digits counted up.)")?;
    stage.write(files::SEEDS, files::seeds())?;
    stage.cat(files::SEEDS)?;
    stage.clock(at(5 * MINUTE));
    stage.say("Two of the five rows are wrong. The three good ones are taken, the others are named.")?;
    stage.run(&format!("oath tokens upload {}", files::SEEDS), Exit::Refused)?;
    stage.say("The failed rows as a file, to correct them or to send them back to the vendor.")?;
    let failures = oath_seeds::failures::file_name(files::SEEDS);
    stage.run(&format!("oath uploads failures 1 -o {failures}"), Exit::Done)?;
    stage.cat(&failures)?;
    stage.say("The vendor's digit 0 becomes the letter O that it was, and the user name is Dan's again.")?;
    stage.write(files::SEEDS, files::corrected())?;
    stage.diff(files::seeds(), files::corrected())?;
    stage.clock(at(20 * MINUTE));
    stage.say("The same file once more: what was right already stays as it is.")?;
    stage.run(&format!("oath tokens upload {}", files::SEEDS), Exit::Done)?;
    stage.run("oath tokens list", Exit::Done)
}

fn sign_in(stage: &mut Stage<'_>, fob: &Fob) -> Result<(), Failure> {
    stage.title("Alice activates hers and signs in")?;
    let now = at(60 * MINUTE);
    let ahead = duration(fob.ahead(now));
    stage.say(&format!(
        "Its display shows {}, for its clock is {ahead} ahead. Within half an hour one code is enough to find that out.",
        fob.shows(now)
    ))?;
    stage.run(&format!("oath tokens activate {SERIAL} {} --at {} --force", fob.shows(now), time(now)), Exit::Done)?;
    let now = at(62 * MINUTE);
    let verify = |now: UnixTime, code: &str| format!("oath verify {ALICE} {code} --at {} --force", time(now));
    let code = fob.shows(now).to_string();
    stage.say("Two minutes later she signs in with the code on the display.")?;
    stage.run(&verify(now, &code), Exit::Done)?;
    stage.say("Somebody looked over her shoulder and types the same code ten seconds later. It is spent.")?;
    stage.run(&verify(at(62 * MINUTE + 10), &code), Exit::Refused)
}

/// One sign-in a week, so that the clock moves as far as it may between two of them.
fn year(stage: &mut Stage<'_>, fob: &Fob) -> Result<(), Failure> {
    stage.title("A year goes by")?;
    stage.say(&format!(
        "Alice signs in once a week, and her token gains {} in that time. Each sign-in teaches the directory where its clock is.",
        duration(fob.gain(WEEK))
    ))?;
    let (mut accepted, mut rows) = (0u64, Vec::new());
    for week in 1..=WEEKS {
        let now = at(week.saturating_mul(WEEK).saturating_add(90 * MINUTE));
        let command = format!("oath verify {ALICE} {} --at {} --force", fob.shows(now), time(now));
        if week == 1 {
            stage.run(&command, Exit::Done)?;
            accepted = 1;
            continue;
        }
        if stage.run_unseen(&command)?.0 == Exit::Done {
            accepted = accepted.saturating_add(1);
        }
        if week.is_multiple_of(WEEKS / 4) {
            let steps = recorded_drift(stage)?;
            rows.push(vec![
                Cell::number(week),
                Cell::new(time(now)),
                Cell::new(duration(fob.ahead(now))),
                Cell::new(drift(steps, 30)),
                Cell::right(format!("{accepted} of {week}")),
            ]);
        }
    }
    stage.say("And so on, the same command every Monday:")?;
    stage.note(|out| table(out, &["week", "time", "clock is ahead", "directory has found", "accepted"], &rows))?;
    stage.expect(accepted == WEEKS, || format!("{accepted} of {WEEKS} sign-ins were accepted"))?;
    stage.say(&format!("{accepted} of {WEEKS} sign-ins accepted, without anyone looking after the clock."))
}

/// What the directory knows of the token's clock, as a script would ask for it.
fn recorded_drift(stage: &mut Stage<'_>) -> Result<i64, Failure> {
    let (_, text) = stage.run_unseen(&format!("oath tokens list --serial {SERIAL} --json"))?;
    let token: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    Ok(token.pointer("/drift").and_then(serde_json::Value::as_i64).unwrap_or_default())
}

fn pass_on(stage: &mut Stage<'_>, fob: &Fob) -> Result<(), Failure> {
    stage.title("Alice leaves, Bob gets her token")?;
    let minutes = |n: u64| at((WEEKS * WEEK).saturating_add(120 * MINUTE).saturating_add(n.saturating_mul(MINUTE)));
    stage.clock(minutes(0));
    stage.say("Nobody needs the seed file again: the sealed secret stays in the directory.")?;
    stage.run(&format!("oath tokens unassign {SERIAL}"), Exit::Done)?;
    stage.run(&format!("oath tokens assign {SERIAL} {BOB}"), Exit::Done)?;
    let now = minutes(1);
    stage.say("Bob activates it with the code on its display, and signs in with the next.")?;
    stage.run(&format!("oath tokens activate {SERIAL} {} --at {} --force", fob.shows(now), time(now)), Exit::Done)?;
    let now = minutes(2);
    stage.run(&format!("oath verify {BOB} {} --at {} --force", fob.shows(now), time(now)), Exit::Done)?;
    let now = minutes(3);
    stage.say("For Alice the same token no longer opens anything.")?;
    stage.run(&format!("oath verify {ALICE} {} --at {} --force", fob.shows(now), time(now)), Exit::Refused)
}

fn audit(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.title("What the log says")?;
    stage.say("A refused caller is told nothing more; the log knows why.")?;
    stage.run_filtered("oath audit list", "sign-in-rejected")?;
    stage.say("Each event carries the hash of the one before it: none is missing, changed or out of order.")?;
    stage.run("oath audit verify", Exit::Done)
}
