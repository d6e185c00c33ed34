//! `oath software`: secrets that the directory makes.

use super::seeds::output;
use super::tokens::changed;
use crate::args::{Drawing, Qr, Software};
use crate::failure::{Exit, Failure};
use crate::output::{DIM, GOOD, STRONG, next, shown, word};
use crate::shell::Shell;
use anstyle::{AnsiColor, Color, Style};
use oath_directory::rights::Operation;
use oath_directory::{Enrolment, Upn};
use oath_totp::KeyUri;
use pollster::block_on;
use serde::Serialize;
use serde_json::json;
use std::io::{self, Write};
use zeroize::Zeroizing;

pub(crate) fn run(shell: &mut Shell<'_>, command: &Software) -> Result<Exit, Failure> {
    match command {
        Software::Enroll { upn, drawing } => {
            free(shell, drawing)?;
            let directory = shell.directory()?;
            let enrolment = block_on(directory.enroll(&shell.actor, shell.now, upn))?;
            show(shell, upn, enrolment, drawing, false)
        }
        Software::Reenroll { which, drawing } => reenroll(shell, which, drawing),
        Software::Confirm { upn, code, next_code } => {
            let codes = shell.codes(code, next_code.as_deref())?;
            let directory = shell.directory()?;
            let confirmed = block_on(directory.confirm(&shell.actor, shell.now, upn, &codes))?;
            changed(shell, &directory, &confirmed.serial, None)
        }
        Software::Cancel { upn } => {
            let serial = block_on(shell.directory()?.cancel_enrolment(&shell.actor, shell.now, upn))?;
            shell.answer(&json!({"serial": serial, "upn": upn.as_str(), "cancelled": true}), |out| {
                writeln!(out, "{GOOD}Cancelled{GOOD:#} the enrolment of {serial} for {}.", shown(upn.as_str()))
            })?;
            Ok(Exit::Done)
        }
    }
}

/// A new secret beside the one that signs in, which a user or a serial number names.
fn reenroll(shell: &mut Shell<'_>, which: &str, drawing: &Drawing) -> Result<Exit, Failure> {
    free(shell, drawing)?;
    let directory = shell.directory()?;
    // Who may not list tokens names a user: the answers to serial numbers would tell which there are.
    if which.parse::<Upn>().is_err() {
        block_on(directory.allow(&shell.actor, shell.now, Operation::List, None))?;
    }
    let (upn, serial) = match which.parse::<Upn>() {
        Ok(upn) => (upn, None),
        Err(_) => (block_on(directory.holder_of(which))?, Some(which)),
    };
    let enrolment = block_on(directory.reenroll(&shell.actor, shell.now, &upn, serial))?;
    show(shell, &upn, enrolment, drawing, true)
}

/// A file that is there is never overwritten, and no secret is made where one is.
fn free(shell: &Shell<'_>, drawing: &Drawing) -> Result<(), Failure> {
    match drawing.qr.as_ref().and_then(Qr::file) {
        Some(path) if shell.surroundings.file(path).symlink_metadata().is_ok() => Err(output::exists(path)),
        _ => Ok(()),
    }
}

#[derive(Serialize)]
struct EnrolmentView<'a> {
    serial: &'a str,
    secret: &'a str,
    uri: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    qr: Option<&'a str>,
}

/// Shows a new secret this once.
fn show(
    shell: &mut Shell<'_>,
    upn: &Upn,
    enrolment: Enrolment,
    drawing: &Drawing,
    replaces: bool,
) -> Result<Exit, Failure> {
    let Enrolment { serial, uri } = enrolment;
    let uri = match &drawing.issuer {
        Some(issuer) => uri.with_issuer(issuer),
        None => uri,
    };
    let file = drawing.qr.as_ref().and_then(Qr::file);
    if let Some(path) = file {
        let code = uri.qr().map_err(|error| {
            let action = "choose a shorter issuer, or leave out --qr, and enrol again";
            Failure::new(Exit::Fault, "qr-too-long", error.to_string(), action).at(path)
        })?;
        output::to(shell.surroundings, &mut *shell.streams.out, path, |out| {
            match &drawing.qr {
                Some(Qr::Png(_)) => out.write_all(&code.to_png(SCALE))?,
                _ => out.write_all(code.to_svg().as_bytes())?,
            }
            Ok(true)
        })?;
    }
    let (text, secret) = (uri.expose_uri(), uri.secret().expose_base32());
    let name = file.map(|path| path.to_string_lossy());
    let view = EnrolmentView { serial: &serial, secret: &secret, uri: &text, qr: name.as_deref() };
    shell.answer(&view, |out| {
        let upn = shown(upn.as_str());
        let once = "for the user's eyes, and shown only this once";
        writeln!(out, "Software token {STRONG}{serial}{STRONG:#} for {upn}: {once}.")?;
        match (&drawing.qr, &name) {
            (_, Some(name)) => writeln!(out, "  {DIM}QR code{DIM:#} {}, readable by its owner alone", shown(name))?,
            (Some(_), None) => {
                draw(out, &uri)?;
                writeln!(out, "  {DIM}URI{DIM:#}     {}", &*text)?;
            }
            (None, None) => {
                writeln!(out, "  {DIM}secret{DIM:#}  {}", &*in_groups(&secret))?;
                writeln!(out, "  {DIM}URI{DIM:#}     {}", &*text)?;
            }
        }
        if replaces {
            writeln!(out, "{DIM}Until it is confirmed, the app that it replaces signs in.{DIM:#}")?;
        }
        next(out, "Next, with the code that the app shows:", &format!("oath software confirm {} CODE", word(&upn)))
    })?;
    Ok(Exit::Done)
}

/// Pixels of a module of a QR code, each way.
const SCALE: u8 = 8;

/// Groups of four, as people type them.
fn in_groups(secret: &str) -> Zeroizing<String> {
    // Room for all of it: a string that grows is copied, and its former memory is not wiped.
    let mut groups = Zeroizing::new(String::with_capacity(secret.len().saturating_mul(2)));
    for (index, c) in secret.chars().enumerate() {
        if index > 0 && index.is_multiple_of(4) {
            groups.push(' ');
        }
        groups.push(c);
    }
    groups
}

/// White on black whatever the terminal's colours are, for not every camera reads the inverse.
fn draw(out: &mut dyn Write, uri: &KeyUri) -> io::Result<()> {
    const INK: Style = AnsiColor::BrightWhite.on_default().bg_color(Some(Color::Ansi(AnsiColor::Black)));
    let Ok(code) = uri.qr() else {
        return writeln!(out, "  {DIM}The URI is too long for a QR code; type it in.{DIM:#}");
    };
    for line in code.to_text().lines() {
        writeln!(out, "  {INK}{line}{INK:#}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_shown_in_groups_of_four() {
        assert_eq!(&*in_groups("GEZDGNBVGY3TQ"), "GEZD GNBV GY3T Q");
    }
}
