//! A token as it is printed: the same for every command that lists, shows or changes one.

use super::backup::all_codes_are_refused;
use crate::listing::Line;
use crate::output::{BAD, Cell, DIM, GOOD, PLAIN, WARN, drift, pairs, shown, time};
use anstyle::Style;
use oath_directory::Status;
use oath_directory::model::TokenKind;
use oath_directory::store::Listed;
use oath_totp::{Algorithm, Digits, UnixTime};
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
pub(crate) struct TokenView<'a> {
    serial: &'a str,
    upn: Option<&'a str>,
    status: Status,
    manufacturer: &'a str,
    model: &'a str,
    algorithm: Algorithm,
    digits: Digits,
    step: u32,
    drift: i64,
    last_used: Option<String>,
    failed_attempts: u32,
    locked_until: Option<String>,
}

impl<'a> TokenView<'a> {
    /// As it is at that moment: a lock that has ended is none.
    pub(crate) fn of(Listed { token, state, holder }: &'a Listed, now: UnixTime) -> Self {
        Self {
            serial: &token.serial,
            upn: holder.as_ref().map(|user| user.upn.as_str()),
            status: token.status,
            manufacturer: &token.manufacturer,
            model: &token.model,
            algorithm: token.parameters.algorithm,
            digits: token.parameters.digits,
            step: token.parameters.time_step.x(),
            drift: state.totp.drift,
            last_used: state.last_used.map(time),
            failed_attempts: state.attempts.failures,
            locked_until: state.attempts.locked_until.filter(|until| *until > now).map(time),
        }
    }
}

/// One token with everything that is known about it.
#[derive(Serialize)]
pub(crate) struct TokenDetails<'a> {
    #[serde(flatten)]
    token: TokenView<'a>,
    kind: TokenKind,
    created: String,
    replacement: bool,
    refused_until: Option<String>,
}

impl<'a> TokenDetails<'a> {
    /// With the moment up to which the directory refuses all codes.
    pub(crate) fn of(listed: &'a Listed, now: UnixTime, refused_until: UnixTime) -> Self {
        let (kind, created) = (listed.token.kind, time(listed.token.created));
        let refused_until = Some(refused_until).filter(|until| *until > now).map(time);
        let replacement = listed.token.replaces.is_some();
        Self { token: TokenView::of(listed, now), kind, created, replacement, refused_until }
    }
}

fn or_dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

const fn colour(status: Status) -> Style {
    match status {
        Status::Available => PLAIN,
        Status::Assigned | Status::Deactivated => WARN,
        Status::Activated => GOOD,
        Status::FailedActivation => BAD,
    }
}

impl Line for TokenView<'_> {
    const HEAD: &'static [&'static str] = &["serial", "user", "status", "maker", "model", "code", "clock", "last used"];

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::new(self.serial),
            Cell::new(self.upn.unwrap_or("-")),
            self.locked_until.as_ref().map_or_else(
                || Cell::new(self.status.name()).styled(colour(self.status)),
                |_| Cell::new(format!("{}, locked", self.status)).styled(BAD),
            ),
            Cell::new(or_dash(self.manufacturer)),
            Cell::new(or_dash(self.model)),
            Cell::new(self.code()),
            Cell::new(self.clock()),
            Cell::new(self.last_used.as_deref().unwrap_or("never")),
        ]
    }
}

impl TokenView<'_> {
    /// `6 digits, 30 s`, and the hash where it is not the one nearly all have.
    fn code(&self) -> String {
        let hash = if self.algorithm == Algorithm::Sha1 { String::new() } else { format!(", {}", self.algorithm) };
        format!("{} digits, {} s{hash}", self.digits, self.step)
    }

    /// Unknown before the first code.
    fn clock(&self) -> String {
        if self.last_used.is_some() { drift(self.drift, self.step) } else { "-".to_owned() }
    }

    /// What a change led to, in a sentence.
    pub(crate) fn sentence(&self, out: &mut dyn Write) -> io::Result<()> {
        let style = colour(self.status);
        write!(out, "Token {} is {style}{}{style:#}", shown(self.serial), self.status)?;
        if let Some(upn) = self.upn {
            write!(out, ", held by {}", shown(upn))?;
        }
        if self.status == Status::Activated {
            write!(out, "; its clock: {}", self.clock())?;
        }
        writeln!(out, ".")
    }
}

impl TokenDetails<'_> {
    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { token, kind, created, replacement, refused_until } = self;
        token.sentence(out)?;
        let kind = match kind {
            TokenKind::Hardware => "hardware",
            TokenKind::Software => "software",
        };
        let mut values = vec![
            ("kind", format!("{kind}, {} {}", or_dash(token.manufacturer), or_dash(token.model))),
            ("code", format!("{}, {}", token.code(), token.algorithm)),
            ("clock", token.clock()),
            ("last used", token.last_used.clone().unwrap_or_else(|| "never".to_owned())),
            ("uploaded", created.clone()),
        ];
        if token.failed_attempts > 0 {
            values.push(("wrong codes", token.failed_attempts.to_string()));
        }
        if let Some(until) = &token.locked_until {
            values.push(("locked until", until.clone()));
        }
        if *replacement {
            let what = "an older app of the user, once `oath software confirm` has taken its first code";
            values.push(("replaces", what.to_owned()));
        }
        pairs(out, &values)?;
        if let Some(until) = refused_until {
            all_codes_are_refused(out, until)?;
        }
        if token.status == Status::FailedActivation {
            writeln!(out, "{DIM}The last code for its activation was wrong; activate it again.{DIM:#}")?;
        }
        Ok(())
    }
}
