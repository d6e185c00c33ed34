use super::tokens::changed;
use crate::args::Software;
use crate::failure::{Exit, Failure};
use crate::output::{DIM, STRONG, next, shown, word};
use crate::shell::Shell;
use anstyle::{AnsiColor, Color, Style};
use oath_directory::Upn;
use oath_totp::KeyUri;
use pollster::block_on;
use serde::Serialize;
use std::io::{self, Write};
use zeroize::Zeroizing;

pub(crate) fn run(shell: &mut Shell<'_>, command: &Software) -> Result<Exit, Failure> {
    match command {
        Software::Enroll { upn, qr } => enroll(shell, upn, *qr),
        Software::Confirm { upn, code, next_code } => {
            let codes = shell.codes(code, next_code.as_deref())?;
            let directory = shell.directory()?;
            let confirmed = block_on(directory.confirm(&shell.actor, shell.now, upn, &codes))?;
            changed(shell, &directory, &confirmed.serial, None)
        }
    }
}

#[derive(Serialize)]
struct EnrolmentView<'a> {
    serial: &'a str,
    secret: &'a str,
    uri: &'a str,
}

fn enroll(shell: &mut Shell<'_>, upn: &Upn, qr: bool) -> Result<Exit, Failure> {
    let directory = shell.directory()?;
    let enrolment = block_on(directory.enroll(&shell.actor, shell.now, upn))?;
    let (serial, uri) = (&*enrolment.serial, enrolment.uri.expose_uri());
    let secret = enrolment.uri.secret().expose_base32();
    shell.answer(&EnrolmentView { serial, secret: &secret, uri: &uri }, |out| {
        let upn = shown(upn.as_str());
        writeln!(
            out,
            "Software token {STRONG}{serial}{STRONG:#} for {upn}: for the user's eyes, and shown only this once."
        )?;
        if qr {
            draw(out, &enrolment.uri)?;
        } else {
            writeln!(out, "  {DIM}secret{DIM:#}  {}", &*in_groups(&secret))?;
        }
        writeln!(out, "  {DIM}URI{DIM:#}     {}", &*uri)?;
        next(out, "Next, with the code that the app shows:", &format!("oath software confirm {} CODE", word(&upn)))
    })?;
    Ok(Exit::Done)
}

/// Groups of four, as people type them.
fn in_groups(secret: &str) -> Zeroizing<String> {
    // Room for all of it: the string never moves and leaves a copy behind.
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
