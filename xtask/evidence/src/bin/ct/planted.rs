//! Leaks planted around the same functions: a check that does not catch them shows nothing.

use crate::secret::{open_the_door, secret};
use crate::tally::{Tally, reports};
use crate::{subjects, uris};
use oath_lanes::Path;
use oath_totp::{Accepted, Algorithm, Code, Digits, Key, Rejected, TimeStep, Totp, TotpState, UnixTime, Window};
use std::hint::black_box;

const K: &[u8] = b"12345678901234567890";
const NOW: UnixTime = UnixTime::from_secs(59);

fn token(k: &[u8]) -> Result<Totp, String> {
    let key = Key::from_bytes(k, Algorithm::Sha1).map_err(|error| error.to_string())?;
    Ok(Totp::new(key, Digits::Six, TimeStep::SECONDS_30))
}

/// Runs each planted leak; says which one was not caught. Opens the door of oath-totp at the end.
pub(crate) fn all_are_caught() -> Result<(), String> {
    let totp = token(&secret(K))?;
    let right = token(K)?.generate(NOW);
    let caught = [
        ("a secret branch", reports(|| secret_branch(&totp.generate(NOW)))),
        ("a secret index", reports(|| secret_index(&totp.generate(NOW)))),
        ("an early exit", reports(|| early_exit(&totp, &right))),
        ("an outcome that passes no door", reports(|| outcome(&totp, &right))),
    ];
    for (what, reports) in caught {
        println!("planted: {what}: {reports} reports");
        if reports == 0 {
            return Err(format!("{what} was planted and is not reported"));
        }
    }
    open_the_door();
    let mut sign_ins = Tally::silent(Path::Crate);
    subjects::sign_ins(&mut sign_ins, verify_with_a_loop_for_seven).map_err(|error| error.to_string())?;
    sign_ins.must_report("a secret loop for seven digits only, among the sign-ins")?;
    let mut writing = Tally::silent(Path::Crate);
    uris::writing(&mut writing, uris::percent_encoded).map_err(|error| error.to_string())?;
    writing.must_report("the secret of a URI percent-encoded by a table")?;
    match reports(|| outcome(&totp, &right)) {
        0 => Ok(()),
        left => Err(format!("the same outcome through the door is reported {left} times")),
    }
}

fn secret_branch(code: &Code) {
    if code.expose_ascii(&mut [0; 8]).first().is_some_and(|digit| *digit >= b'5') {
        // A call, so that the compiler cannot make this a choice without a branch.
        black_box(String::from("high"));
    }
}

fn secret_index(code: &Code) {
    let table = black_box([7u8; 256]);
    let place = code.expose_ascii(&mut [0; 8]).first().copied().map_or(0, usize::from);
    black_box(table.get(place & 255).copied());
}

/// What peers do: the first step that fits ends the loop.
fn early_exit(totp: &Totp, typed: &Code) {
    let (mut ours, mut theirs) = ([0; 8], [0; 8]);
    let typed = typed.expose_ascii(&mut theirs);
    for step in 0..=2 {
        if totp.generate_at_step(step).expose_ascii(&mut ours) == typed {
            black_box(step);
            return;
        }
    }
}

fn outcome(totp: &Totp, right: &Code) {
    black_box(totp.verify(right, NOW, Window::ONE, &TotpState::NEW).is_ok());
}

/// Leaks for one number of digits, and for no other.
fn verify_with_a_loop_for_seven(
    totp: &Totp,
    code: &Code,
    now: UnixTime,
    window: Window,
    state: &TotpState,
) -> Result<Accepted<TotpState>, Rejected> {
    if totp.digits() == Digits::Seven {
        let mut rest = totp.generate(now).expose_number();
        while rest != 0 {
            rest = black_box(rest >> 1);
        }
    }
    totp.verify(code, now, window, state)
}
