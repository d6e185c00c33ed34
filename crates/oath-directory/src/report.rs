//! The fleet in numbers: what there is of each model, how far the clocks are off, which tokens are not used, and what is near a limit.
//! Added up record by record, in memory that does not grow with the directory. No secret is looked at.

use crate::model::{Attempts, Gate, Status, Token};
use crate::policy::{Policy, later};
use crate::store::{Activations, Listed, ListedUser};
use core::time::Duration;
use oath_totp::UnixTime;
use std::collections::BTreeMap;

/// How the tokens of a directory are, at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// When.
    pub at: UnixTime,
    /// All tokens.
    pub tokens: u64,
    /// All users.
    pub users: u64,
    /// The models, in the order of manufacturer and model; at most [`Report::MODELS`].
    pub models: Vec<ModelReport>,
    /// Tokens of further models.
    pub other_models: u64,
    /// Activated tokens whose last code is older than [`Report::UNUSED_AFTER`].
    pub unused: Few,
    /// Tokens that are locked after wrong codes at activation, or have at most two tries left.
    pub tokens_near_lock: Few,
    /// Users who are locked after wrong codes at sign-in, or have at most two tries left, from one source or another.
    pub users_near_lock: Few,
    /// Activations within the period of the policy.
    pub activations: u64,
    /// How many the policy allows within that period; `None`: any number.
    pub activations_allowed: Option<u64>,
}

/// What there is of a model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelReport {
    /// The manufacturer; may be empty.
    pub manufacturer: String,
    /// The model; may be empty.
    pub model: String,
    /// Tokens by status, in the order of [`Status::ALL`].
    pub by_status: [u64; 5],
    /// How far the clocks are off, by the time since the token came into the directory: in the order of [`Age::ALL`].
    pub clocks: [Clocks; 4],
}

/// How far the clocks of some tokens are off. Of tokens that have shown a code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clocks {
    /// How many tokens.
    pub tokens: u64,
    /// The sum of the drifts, each as seconds before or after the time.
    sum: u64,
    /// The greatest drift in seconds, before or after the time.
    pub most: u64,
}

impl Clocks {
    /// The mean drift in seconds, before or after the time; rounded. 0 of no tokens.
    #[must_use]
    pub fn mean(&self) -> u64 {
        let half = self.tokens / 2;
        self.sum.saturating_add(half).checked_div(self.tokens).unwrap_or_default()
    }
}

/// How long a token has been in the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// Less than a year.
    First,
    /// One year or more, less than two.
    Second,
    /// Two years or more, less than four.
    Fourth,
    /// Four years or more.
    Older,
}

impl Age {
    /// All four.
    pub const ALL: [Self; 4] = [Self::First, Self::Second, Self::Fourth, Self::Older];

    /// `under 1 year`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::First => "under 1 year",
            Self::Second => "1 to 2 years",
            Self::Fourth => "2 to 4 years",
            Self::Older => "4 years and more",
        }
    }

    fn of(token: &Token, now: UnixTime) -> Self {
        const YEAR: u64 = 365 * 24 * 60 * 60;
        match now.as_secs().saturating_sub(token.created.as_secs()) / YEAR {
            0 => Self::First,
            1 => Self::Second,
            2 | 3 => Self::Fourth,
            _ => Self::Older,
        }
    }
}

/// How many, and which the first of them are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Few {
    /// How many.
    pub count: u64,
    /// The first [`Report::NAMED`], by serial number or user name, in their order.
    pub first: Vec<String>,
}

impl Few {
    fn add(&mut self, name: &str) {
        self.count = self.count.saturating_add(1);
        if self.first.len() < Report::NAMED {
            self.first.push(name.to_owned());
        }
    }
}

impl Report {
    /// So many models are told apart.
    pub const MODELS: usize = 200;
    /// So many are named.
    pub const NAMED: usize = 50;
    /// An activated token without a code for so long is not used: 90 days.
    pub const UNUSED_AFTER: Duration = Duration::from_secs(90 * 24 * 60 * 60);
    /// So few tries before a wait are near the limit.
    const FEW_TRIES: u32 = 2;
}

/// A report on its way through the records.
pub(crate) struct Adding<'a> {
    policy: &'a Policy,
    report: Report,
    models: BTreeMap<(String, String), ModelReport>,
}

impl<'a> Adding<'a> {
    pub(crate) fn new(policy: &'a Policy, activations: Option<&Activations>, now: UnixTime) -> Self {
        let recent = |at: &&UnixTime| later(**at, policy.activation_period) > now;
        let activations = activations.map_or(0, |all| all.0.iter().filter(recent).count());
        let report = Report {
            at: now,
            tokens: 0,
            users: 0,
            models: Vec::new(),
            other_models: 0,
            unused: Few::default(),
            tokens_near_lock: Few::default(),
            users_near_lock: Few::default(),
            activations: activations.try_into().unwrap_or(u64::MAX),
            activations_allowed: policy.activations.map(|limit| limit.try_into().unwrap_or(u64::MAX)),
        };
        Self { policy, report, models: BTreeMap::new() }
    }

    /// In the order of the serial numbers.
    pub(crate) fn token(&mut self, Listed { token, state, .. }: &Listed) {
        let now = self.report.at;
        let report = &mut self.report;
        report.tokens = report.tokens.saturating_add(1);
        let used = state.last_used.unwrap_or(token.created);
        if token.status == Status::Activated && later(used, Report::UNUSED_AFTER) <= now {
            report.unused.add(&token.serial);
        }
        if is_near_lock(self.policy, &state.attempts, self.policy.activation_attempts, now) {
            report.tokens_near_lock.add(&token.serial);
        }
        let name = (token.manufacturer.clone(), token.model.clone());
        if self.models.len() >= Report::MODELS && !self.models.contains_key(&name) {
            report.other_models = report.other_models.saturating_add(1);
            return;
        }
        let model = self.models.entry(name).or_insert_with_key(|(manufacturer, model)| ModelReport {
            manufacturer: manufacturer.clone(),
            model: model.clone(),
            ..ModelReport::default()
        });
        for (status, count) in Status::ALL.into_iter().zip(&mut model.by_status) {
            *count = count.saturating_add((status == token.status).into());
        }
        if state.last_used.is_none() {
            return;
        }
        let drift = state.totp.drift.unsigned_abs().saturating_mul(token.parameters.time_step.x().into());
        let mine = Age::of(token, now);
        for (_, clocks) in Age::ALL.into_iter().zip(&mut model.clocks).filter(|(age, _)| *age == mine) {
            clocks.tokens = clocks.tokens.saturating_add(1);
            clocks.sum = clocks.sum.saturating_add(drift);
            clocks.most = clocks.most.max(drift);
        }
    }

    /// In the order of the user names.
    pub(crate) fn user(&mut self, ListedUser { user, gate }: &ListedUser) {
        self.report.users = self.report.users.saturating_add(1);
        let near = |gate: &Gate| {
            let known = gate.known.iter().map(|known| &known.attempts);
            let mut all = [&gate.attempts].into_iter().chain(known);
            all.any(|attempts| is_near_lock(self.policy, attempts, self.policy.free_attempts, self.report.at))
        };
        if gate.as_ref().is_some_and(near) {
            self.report.users_near_lock.add(user.upn.as_str());
        }
    }

    pub(crate) fn finish(self) -> Report {
        Report { models: self.models.into_values().collect(), ..self.report }
    }
}

/// Whether a code has to wait, or will have to after a few more wrong ones.
fn is_near_lock(policy: &Policy, attempts: &Attempts, free: u32, now: UnixTime) -> bool {
    let counts = attempts.last_failure.is_some_and(|last| now < later(last, policy.forget_after));
    let few_left = attempts.failures.saturating_add(Report::FEW_TRIES) >= free;
    policy.wait(attempts, now).is_some() || (counts && few_left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_tries_are_left_until_the_wrong_codes_are_forgotten() {
        let (policy, last) = (Policy::default(), UnixTime::from_secs(1_000_000));
        let attempts = Attempts { failures: 3, last_failure: Some(last), locked_until: None };
        let end = later(last, policy.forget_after);
        let before = UnixTime::from_secs(end.as_secs() - 1);
        let free = attempts.failures + Report::FEW_TRIES;
        for (free, now, near) in [(free, before, true), (free, end, false), (free + 1, before, false)] {
            assert_eq!(is_near_lock(&policy, &attempts, free, now), near, "{free} free, at {now:?}");
        }
    }
}
