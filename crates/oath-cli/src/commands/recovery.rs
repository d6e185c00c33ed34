use crate::args::Recovery;
use crate::failure::{Exit, Failure};
use crate::output::{DIM, GOOD, STRONG, VERSION, WARN, count, next, shown, time, word};
use crate::shell::Shell;
use oath_directory::{RecoveryStatus, Upn};
use pollster::block_on;
use serde_json::json;

pub(crate) fn run(shell: &mut Shell<'_>, command: &Recovery) -> Result<Exit, Failure> {
    match command {
        Recovery::Issue { upn } => issue(shell, upn),
        Recovery::Show { upn } => show(shell, upn),
        Recovery::Reset { upn } => reset(shell, upn),
    }
}

fn issue(shell: &mut Shell<'_>, upn: &Upn) -> Result<Exit, Failure> {
    let codes = block_on(shell.directory()?.issue_recovery(&shell.actor, shell.now, upn))?;
    let out = &mut *shell.streams.out;
    if shell.json {
        // Text by text, so that no value keeps a copy that is not wiped.
        write!(out, "{{\"version\":{VERSION},\"upn\":{},\"codes\":[", json!(upn.as_str()))?;
        for (place, code) in codes.iter().enumerate() {
            write!(out, "{}\"{}\"", if place > 0 { "," } else { "" }, *code.expose_text())?;
        }
        writeln!(out, "]}}")?;
        return Ok(Exit::Done);
    }
    writeln!(out, "{STRONG}Recovery codes of {}{STRONG:#}, each good once:", shown(upn.as_str()))?;
    for code in &codes {
        writeln!(out, "  {}", *code.expose_text())?;
    }
    writeln!(out, "{WARN}They are shown this once.{WARN:#} Former codes of the user are good no longer.")?;
    let command = format!("oath verify {} - --recovery", word(upn.as_str()));
    next(out, "To sign in with one, typed on standard input:", &command)?;
    Ok(Exit::Done)
}

fn show(shell: &mut Shell<'_>, upn: &Upn) -> Result<Exit, Failure> {
    let RecoveryStatus { left, issued } = block_on(shell.directory()?.recovery(upn))?;
    shell.answer(&json!({"upn": upn.as_str(), "left": left, "issued": issued.map(time)}), |out| {
        let codes = count(left.try_into().unwrap_or(u64::MAX), "recovery code", "recovery codes");
        write!(out, "{} has {codes} left", shown(upn.as_str()))?;
        issued.map_or(Ok(()), |issued| write!(out, ", issued {}", time(issued)))?;
        writeln!(out, ".")?;
        if left > 0 {
            return Ok(());
        }
        writeln!(out, "{DIM}Give new ones with `oath recovery issue {}`.{DIM:#}", shown(upn.as_str()))
    })?;
    Ok(Exit::Done)
}

fn reset(shell: &mut Shell<'_>, upn: &Upn) -> Result<Exit, Failure> {
    let had = block_on(shell.directory()?.reset_recovery(&shell.actor, shell.now, upn))?;
    shell.answer(&json!({"upn": upn.as_str(), "reset": true, "had": had}), |out| {
        let codes = count(had.try_into().unwrap_or(u64::MAX), "recovery code", "recovery codes");
        writeln!(out, "{GOOD}Taken away{GOOD:#}: {codes} of {}.", shown(upn.as_str()))
    })?;
    Ok(Exit::Done)
}
