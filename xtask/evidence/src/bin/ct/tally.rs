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
    /// Of a planted leak: counts, and says nothing of each case.
    silent: bool,
    cases: usize,
    reports: usize,
    since: std::time::Instant,
}

impl Tally {
    pub(crate) fn of(path: Path) -> Self {
        Self { path, silent: false, cases: 0, reports: 0, since: std::time::Instant::now() }
    }

    /// For a planted leak.
    pub(crate) fn silent(path: Path) -> Self {
        Self { silent: true, ..Self::of(path) }
    }

    /// Says how often a planted leak was reported; an error where it was not.
    pub(crate) fn must_report(self, what: &str) -> Result<(), String> {
        println!("planted: {what}: {} reports in {} cases", self.reports, self.cases);
        if self.reports > 0 { Ok(()) } else { Err(format!("{what} was planted and is not reported")) }
    }

    /// Runs a case. What it reports is said at once, so that it stands near the case.
    pub(crate) fn case(&mut self, name: &dyn Fn() -> String, run: impl FnOnce() -> Result<(), String>) {
        let mut outcome = Ok(());
        let reports = reports(|| outcome = run());
        self.cases += 1;
        self.reports += reports;
        if reports > 0 && !self.silent {
            println!("LEAK {:?}: {}: {reports} reports", self.path, name());
        }
        if let Err(wrong) = outcome {
            self.reports += 1;
            println!("WRONG {:?}: {}: {wrong}", self.path, name());
        }
    }

    /// Prints the sum. Whether all the cases ran and none was reported.
    pub(crate) fn is_clean(self, expected: usize) -> bool {
        let Self { path, cases, reports, since, .. } = self;
        println!("{path:?}: {cases} cases, {reports} reports, {:.1} s", since.elapsed().as_secs_f64());
        if cases != expected {
            println!("WRONG {path:?}: {cases} cases ran; expected {expected}");
        }
        reports == 0 && cases == expected
    }
}
