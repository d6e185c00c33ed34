//! Counting what memcheck reports.

use crabgrind::valgrind::count_errors;
use oath_lanes::Path;

/// What memcheck reports while this runs.
pub(crate) fn reports(run: impl FnOnce()) -> usize {
    let before = count_errors();
    run();
    count_errors().saturating_sub(before)
}

/// Cases and reports along one path.
pub(crate) struct Tally {
    path: Path,
    cases: usize,
    reports: usize,
    since: std::time::Instant,
}

impl Tally {
    pub(crate) fn of(path: Path) -> Self {
        Self { path, cases: 0, reports: 0, since: std::time::Instant::now() }
    }

    /// Runs a case. What it reports is said at once, so that it stands near the case.
    pub(crate) fn case(&mut self, name: &dyn Fn() -> String, run: impl FnOnce() -> Result<(), String>) {
        let mut outcome = Ok(());
        let reports = reports(|| outcome = run());
        self.cases += 1;
        self.reports += reports;
        if reports > 0 {
            println!("LEAK {:?}: {}: {reports} reports", self.path, name());
        }
        if let Err(wrong) = outcome {
            self.reports += 1;
            println!("WRONG {:?}: {}: {wrong}", self.path, name());
        }
    }

    /// Says what came of it; how many reports there were.
    pub(crate) fn end(self) -> usize {
        let Self { path, cases, reports, since } = self;
        println!("{path:?}: {cases} cases, {reports} reports, {:.1} s", since.elapsed().as_secs_f64());
        reports
    }
}
