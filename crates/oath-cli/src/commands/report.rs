//! `oath report`: the fleet in numbers, as text, JSON and a picture.

mod svg;

use super::seeds::output;
use crate::failure::{Exit, Failure};
use crate::output::{Cell, DIM, STRONG, WARN, count, duration, number, pairs, shown, table, time};
use crate::shell::Shell;
use oath_directory::Status;
use oath_directory::report::{Age, Clocks, Few, ModelReport, Report};
use pollster::block_on;
use serde::Serialize;
use std::io::{self, Write};
use std::path::Path;

#[derive(Serialize)]
struct ReportView<'a> {
    at: String,
    tokens: u64,
    users: u64,
    models: Vec<ModelView<'a>>,
    other_models: u64,
    unused: FewView<'a>,
    tokens_near_lock: FewView<'a>,
    users_near_lock: FewView<'a>,
    activations: u64,
    activations_allowed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    svg: Option<String>,
}

#[derive(Serialize)]
struct ModelView<'a> {
    manufacturer: &'a str,
    model: &'a str,
    available: u64,
    assigned: u64,
    activated: u64,
    failed_activation: u64,
    deactivated: u64,
    clocks: Vec<ClocksView>,
}

#[derive(Serialize)]
struct ClocksView {
    age: &'static str,
    tokens: u64,
    mean_drift: u64,
    most_drift: u64,
}

#[derive(Serialize)]
struct FewView<'a> {
    count: u64,
    first: &'a [String],
}

impl<'a> From<&'a Few> for FewView<'a> {
    fn from(Few { count, first }: &'a Few) -> Self {
        Self { count: *count, first }
    }
}

impl<'a> From<&'a ModelReport> for ModelView<'a> {
    fn from(of: &'a ModelReport) -> Self {
        let [available, assigned, activated, failed_activation, deactivated] = of.by_status;
        let clocks = clocks(of).map(|(age, clocks)| ClocksView {
            age: age.name(),
            tokens: clocks.tokens,
            mean_drift: clocks.mean(),
            most_drift: clocks.most,
        });
        Self {
            manufacturer: &of.manufacturer,
            model: &of.model,
            available,
            assigned,
            activated,
            failed_activation,
            deactivated,
            clocks: clocks.collect(),
        }
    }
}

/// The ages of which there are tokens.
fn clocks(model: &ModelReport) -> impl Iterator<Item = (Age, Clocks)> {
    Age::ALL.into_iter().zip(model.clocks).filter(|(_, clocks)| clocks.tokens > 0)
}

fn name(model: &ModelReport) -> String {
    let name = format!("{} {}", model.manufacturer, model.model);
    if name.trim().is_empty() { "(no model)".to_owned() } else { name.trim().to_owned() }
}

fn tokens(model: &ModelReport) -> u64 {
    model.by_status.into_iter().fold(0, u64::saturating_add)
}

pub(crate) fn run(shell: &mut Shell<'_>, svg: Option<&Path>) -> Result<Exit, Failure> {
    let report = block_on(shell.directory()?.report(shell.now))?;
    if let Some(path) = svg {
        let picture = svg::draw(&report);
        output::to(shell.surroundings, &mut *shell.streams.out, path, |out| {
            out.write_all(picture.as_bytes())?;
            Ok(true)
        })?;
        // What goes to standard output is the picture.
        if path.as_os_str() == "-" {
            return Ok(Exit::Done);
        }
    }
    let view = ReportView {
        at: time(report.at),
        tokens: report.tokens,
        users: report.users,
        models: report.models.iter().map(ModelView::from).collect(),
        other_models: report.other_models,
        unused: (&report.unused).into(),
        tokens_near_lock: (&report.tokens_near_lock).into(),
        users_near_lock: (&report.users_near_lock).into(),
        activations: report.activations,
        activations_allowed: report.activations_allowed,
        svg: svg.map(|path| path.to_string_lossy().into_owned()),
    };
    shell.answer(&view, |out| {
        write(out, &report)?;
        svg.map_or(Ok(()), |path| writeln!(out, "{DIM}The picture is in {}.{DIM:#}", shown(&path.to_string_lossy())))
    })?;
    Ok(Exit::Done)
}

fn write(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let Report { at, users, models, other_models, unused, tokens_near_lock, users_near_lock, .. } = report;
    let all = count(report.tokens, "token", "tokens");
    writeln!(out, "{STRONG}{all}{STRONG:#}, {}, {}", count(*users, "user", "users"), time(*at))?;
    if !models.is_empty() {
        writeln!(out, "\n{STRONG}Stock{STRONG:#}")?;
        let rows: Vec<_> = models
            .iter()
            .map(|model| {
                let counts = model.by_status.into_iter().map(Cell::number);
                [Cell::new(name(model))].into_iter().chain(counts).collect()
            })
            .collect();
        table(out, &["model", "free", "held", "active", "failed", "off"], &rows)?;
        writeln!(
            out,
            "{DIM}free: available; held: assigned; active: activated; failed: failedActivation; off: deactivated{DIM:#}"
        )?;
    }
    if *other_models > 0 {
        writeln!(out, "and {} of further models", count(*other_models, "token", "tokens"))?;
    }
    let rows: Vec<_> = models
        .iter()
        .flat_map(|model| clocks(model).map(move |(age, clocks)| (name(model), age, clocks)))
        .map(|(model, age, clocks)| {
            let drift = |seconds| Cell::right(duration(seconds));
            vec![
                Cell::new(model),
                Cell::new(age.name()),
                Cell::number(clocks.tokens),
                drift(clocks.mean()),
                drift(clocks.most),
            ]
        })
        .collect();
    if !rows.is_empty() {
        writeln!(out, "\n{STRONG}Clocks off{STRONG:#}")?;
        table(out, &["model", "in use", "tokens", "mean", "most"], &rows)?;
    }
    writeln!(out, "\n{STRONG}To look at{STRONG:#}")?;
    pairs(
        out,
        &[
            ("no code for 90 days", some(unused)),
            ("tokens near a lock", some(tokens_near_lock)),
            ("users near a lock", some(users_near_lock)),
            ("activations of late", activations(report)),
        ],
    )?;
    if users_near_lock.count > 0 {
        writeln!(out, "{WARN}To list the users who are locked:{WARN:#} oath users list --locked")?;
    }
    Ok(())
}

/// `12, of 200 allowed`. Without a limit they are not counted.
fn activations(report: &Report) -> String {
    let of = |allowed: u64| format!("{}, of {} allowed", number(report.activations), number(allowed));
    report.activations_allowed.map_or_else(|| "not limited".to_owned(), of)
}

/// How many, and some of them.
fn some(few: &Few) -> String {
    const SHOWN: usize = 3;
    let names: Vec<_> = few.first.iter().take(SHOWN).map(|name| shown(name).to_string()).collect();
    match (few.count, names.len()) {
        (0, _) => "none".to_owned(),
        (all, told) if all > u64::try_from(told).unwrap_or(u64::MAX) => {
            format!("{}: {} …", number(all), names.join(", "))
        }
        (all, _) => format!("{}: {}", number(all), names.join(", ")),
    }
}

const STATUSES: [Status; 5] = Status::ALL;
