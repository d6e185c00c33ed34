mod segments;

use crate::args::{Audit, Listed};
use crate::failure::{Exit, Failure, Missing};
use crate::near;
use crate::output::{self, BAD, DIM, GOOD, STRONG, count, shown, time};
use crate::shell::Shell;
use oath_directory::audit::{AuditEvent, Chain, Head, Tampered};
use oath_directory::store::AnyStore;
use oath_directory::{AuditReport, Directory, Error};
use pollster::block_on;
use serde::Serialize;
use serde_json::json;
use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Write};

pub(crate) fn run(shell: &mut Shell<'_>, command: &Audit) -> Result<Exit, Failure> {
    match command {
        Audit::List(listed) => list(shell, listed),
        Audit::Verify { files, contains } if files.is_empty() => verify(shell, contains),
        Audit::Verify { files, contains } => segments::verify(shell, files, contains),
        Audit::Checkpoint => checkpoint(shell),
        Audit::Export { until, output } => segments::export(shell, *until, output),
        Audit::Prune { exported, dry_run } => segments::prune(shell, exported, *dry_run),
    }
}

/// An event as it is printed.
#[derive(Serialize)]
struct EventView<'a> {
    chain: Chain,
    sequence: u64,
    at: String,
    actor: &'a str,
    action: &'static str,
    upn: Option<&'a str>,
    serial: Option<&'a str>,
    detail: &'a BTreeMap<String, String>,
    hash: String,
}

impl<'a> From<&'a AuditEvent> for EventView<'a> {
    fn from(AuditEvent { chain, sequence, event, hash }: &'a AuditEvent) -> Self {
        let some = |text: &'a String| Some(&**text).filter(|text| !text.is_empty());
        Self {
            chain: *chain,
            sequence: *sequence,
            at: time(event.at),
            actor: &event.actor,
            action: event.action.name(),
            upn: some(&event.upn),
            serial: some(&event.serial),
            detail: &event.detail,
            hash: hash.to_string(),
        }
    }
}

/// `resynchronization-failed`.
const LONGEST_ACTION: usize = 24;

impl EventView<'_> {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { sequence, at, action, .. } = self;
        let alone = self.upn.is_none() && self.serial.is_none() && self.detail.is_empty();
        let width = if alone { 0 } else { LONGEST_ACTION };
        write!(out, "{DIM}{sequence:>7}  {at}{DIM:#}  {STRONG}{action:<width$}{STRONG:#}")?;
        for who in [self.upn, self.serial].into_iter().flatten() {
            write!(out, "  {}", shown(who))?;
        }
        for (name, value) in self.detail {
            write!(out, "  {DIM}{}={}{DIM:#}", shown(name), shown(value))?;
        }
        writeln!(out)
    }
}

/// How many events are read at once: the log may be long.
const PAGE: usize = 1000;

fn list(shell: &mut Shell<'_>, listed: &Listed) -> Result<Exit, Failure> {
    let directory = shell.directory()?;
    let query = listed.query();
    let (as_json, out) = (shell.json, &mut *shell.streams.out);
    let mut print = |event: &AuditEvent| {
        let view = EventView::from(event);
        if as_json { output::json(out, &view) } else { view.write(out) }
    };
    let mut none = true;
    // Where only the last are wanted: those of each chain that may be among them.
    let mut kept = Vec::new();
    for chain in block_on(directory.chains())? {
        let (mut after, mut of_chain) = (0, VecDeque::new());
        loop {
            let events = block_on(directory.events_that(&query, chain, after, PAGE))?;
            let Some(end) = events.last() else { break };
            (after, none) = (end.sequence, false);
            match listed.last {
                Some(last) => {
                    of_chain.extend(events);
                    of_chain.drain(..of_chain.len().saturating_sub(last));
                }
                None => events.iter().try_for_each(&mut print)?,
            }
        }
        kept.push(of_chain);
    }
    last_of(kept, listed.last.unwrap_or(0)).iter().try_for_each(&mut print)?;
    if none && !as_json {
        let meant = meant(shell, &directory, listed);
        let end = if meant.is_empty() { "." } else { "" };
        writeln!(shell.streams.out, "No events{meant}{end}")?;
    }
    Ok(Exit::Done)
}

/// The last events of several chains by their times. Those of one chain keep their order, whatever their times are.
fn last_of(mut chains: Vec<VecDeque<AuditEvent>>, count: usize) -> VecDeque<AuditEvent> {
    let mut last = VecDeque::new();
    while last.len() < count {
        let latest = chains.iter_mut().max_by_key(|chain| chain.back().map(|logged| logged.event.at));
        let Some(event) = latest.and_then(VecDeque::pop_back) else { break };
        last.push_front(event);
    }
    last
}

/// What may be meant where no event is about the user or the token because the directory has none of that name. What cannot be
/// looked up is no suggestion.
fn meant(shell: &Shell<'_>, directory: &Directory<AnyStore>, listed: &Listed) -> String {
    let user = listed.user.iter().filter_map(|upn| block_on(directory.user(shell.now, upn)).err());
    let token = listed.serial.iter().filter_map(|serial| block_on(directory.token(serial)).err());
    let missing = user.chain(token).filter_map(|error| match error {
        Error::Refused(refusal) => Missing::of(&refusal),
        _ => None,
    });
    missing.filter_map(|missing| near::meant(directory, &shell.actor, shell.now, &missing).ok()).collect()
}

fn checkpoint(shell: &mut Shell<'_>) -> Result<Exit, Failure> {
    let heads = block_on(shell.directory()?.checkpoint(&shell.actor, shell.now))?;
    let ends: Vec<_> = heads.iter().filter(|head| head.events > 0).map(Head::to_string).collect();
    shell.answer(&json!({"ends": ends}), |out| {
        let chains = count(ends.len().try_into().unwrap_or(u64::MAX), "chain", "chains");
        writeln!(out, "{GOOD}Written down{GOOD:#}: where {chains} of the log ended.")?;
        ends.iter().try_for_each(|end| writeln!(out, "  {DIM}head{DIM:#}  {end}"))
    })?;
    Ok(Exit::Done)
}

fn verify(shell: &mut Shell<'_>, contains: &[Head]) -> Result<Exit, Failure> {
    match checked(shell, contains)? {
        Ok(report) => {
            let ends: Vec<_> = report.heads.iter().filter(|head| head.events > 0).map(Head::to_string).collect();
            let begins: Vec<_> = report.beginnings.iter().map(Head::to_string).collect();
            let value = json!({
                "verified": true, "events": report.events, "head": report.head(), "ends": ends, "pruned": begins,
            });
            shell.answer(&value, |out| {
                let events = count(report.events, "event", "events");
                writeln!(out, "{GOOD}Verified{GOOD:#}: {events}, none missing, changed or out of order.")?;
                for Head { chain, events, .. } in &report.beginnings {
                    let of = if *chain == Chain::FIRST { String::new() } else { format!(" of chain {chain}") };
                    let first = events.saturating_add(1);
                    writeln!(
                        out,
                        "  {DIM}pruned{DIM:#}: the database holds the log from event {first}{of} on; those before were exported"
                    )?;
                }
                for end in contains {
                    writeln!(out, "  {DIM}holds{DIM:#} {end}: nothing up to it has changed since it was noted down")?;
                }
                for end in &ends {
                    writeln!(out, "  {DIM}head{DIM:#}  {end}")?;
                }
                writeln!(
                    out,
                    "{DIM}Note the head down elsewhere: `oath audit verify --contains` shows later that nothing before it \
                     changed.{DIM:#}"
                )
            })?;
            Ok(Exit::Done)
        }
        Err(tampered) => not_verified(shell, tampered),
    }
}

fn not_verified(shell: &mut Shell<'_>, tampered: Tampered) -> Result<Exit, Failure> {
    let event = tampered.sequence();
    let reason = match tampered {
        Tampered::Missing { .. } => "missing",
        Tampered::Changed { .. } => "changed",
    };
    let value = json!({"verified": false, "reason": reason, "event": event, "message": tampered.to_string()});
    shell.answer(&value, |out| {
        writeln!(out, "{BAD}Not verified{BAD:#}: {tampered}.")?;
        writeln!(out, "{DIM}to do:{DIM:#} {}", tampered.action())
    })?;
    Ok(Exit::Refused)
}

/// The whole log, and the events that are to be in it.
fn checked(shell: &mut Shell<'_>, contains: &[Head]) -> Result<Result<AuditReport, Tampered>, Failure> {
    let directory = shell.directory()?;
    let report = match block_on(directory.verify_audit())? {
        Ok(report) => report,
        Err(tampered) => return Ok(Err(tampered)),
    };
    for end in contains {
        if let Err(tampered) = block_on(directory.contains(*end))? {
            return Ok(Err(tampered));
        }
    }
    Ok(Ok(report))
}
