use super::secret_input::{SecretText, malformed, refuse_words};
use crate::args;
use crate::failure::{Exit, Failure};
use crate::output::{DIM, PLAIN, STRONG, WARN, time};
use crate::shell::Shell;
use oath_totp::{Algorithm, Digits, Hotp, Key, KeyUri, MovingFactor, Secret, TimeStep, Totp, UnixTime};
use serde_json::json;

/// A code for a secret from standard input. No directory, and so no replay protection.
pub(crate) fn code(shell: &mut Shell<'_>, options: &args::Code) -> Result<Exit, Failure> {
    refuse_words(&options.misplaced, "oath code")?;
    if shell.surroundings.asks_a_person {
        let kind = if options.hex { "hex" } else { "Base32 or as an otpauth URI" };
        writeln!(shell.streams.err, "The secret in {kind}, then Enter; it stays visible on this screen:")?;
    }
    let text = SecretText::read(shell)?;
    let token = if text.expose().trim_start().get(..8).is_some_and(|head| head.eq_ignore_ascii_case("otpauth:")) {
        from_uri(text.expose(), options)?
    } else {
        from_secret(text.expose(), options)?
    };
    drop(text);
    let key = key(shell, &token)?;
    match token.moving {
        Moving::Counter(counter) => {
            let hotp = Hotp::new(key, token.digits);
            let last = counter.saturating_add(options.window.unwrap_or_default().into());
            let codes: Vec<(u64, String)> = (counter..=last).map(|c| (c, hotp.generate(c).to_string())).collect();
            print_counters(shell, &codes, options.window.is_some())?;
        }
        Moving::Time(time_step) => {
            let totp = Totp::new(key, token.digits, time_step);
            match options.window {
                None => {
                    let code = totp.generate(shell.now).to_string();
                    let value = json!({"code": code, "valid_for": time_step.remaining(shell.now)});
                    shell.answer(&value, |out| writeln!(out, "{STRONG}{code}{STRONG:#}"))?;
                }
                Some(radius) => print_window(shell, &totp, radius)?,
            }
        }
    }
    Ok(Exit::Done)
}

/// What the codes are computed from.
struct Token {
    secret: Secret,
    algorithm: Algorithm,
    digits: Digits,
    moving: Moving,
}

enum Moving {
    Time(TimeStep),
    Counter(u64),
}

fn from_secret(text: &str, options: &args::Code) -> Result<Token, Failure> {
    let (parsed, action) = if options.hex {
        (Secret::from_hex(text), "give the secret in hexadecimal digits")
    } else {
        (Secret::from_base32(text), "give the secret in Base32 (letters and the digits 2 to 7), or add --hex")
    };
    let secret = parsed.map_err(|error| malformed(error.to_string(), action))?;
    let moving = match options.counter {
        Some(counter) => Moving::Counter(counter),
        None => time_step(options, 30)?,
    };
    let algorithm = options.algorithm.unwrap_or(Algorithm::Sha1);
    Ok(Token { secret, algorithm, digits: options.digits.unwrap_or(Digits::Six), moving })
}

/// A URI says everything itself; an option beside it wins.
fn from_uri(text: &str, options: &args::Code) -> Result<Token, Failure> {
    let uri = KeyUri::parse(text.trim())
        .map_err(|error| malformed(error.to_string(), "copy the whole URI again, from otpauth:// to its end"))?;
    let moving = match (options.counter, uri.moving_factor()) {
        (Some(counter), _) | (None, MovingFactor::Counter { counter }) => Moving::Counter(counter),
        (None, MovingFactor::Time { period }) => time_step(options, period.get())?,
    };
    let (algorithm, digits) = (options.algorithm.unwrap_or(uri.algorithm()), options.digits.unwrap_or(uri.digits()));
    Ok(Token { secret: uri.into_secret(), algorithm, digits, moving })
}

/// X and T0 of the options, or this X.
fn time_step(options: &args::Code, x: u32) -> Result<Moving, Failure> {
    let t0 = options.t0.unwrap_or(UnixTime::from_secs(0)).as_secs();
    let step = TimeStep::new(options.step.unwrap_or(x), t0);
    step.map(Moving::Time)
        .map_err(|error| Failure::new(Exit::Fault, "step-zero", error.to_string(), "leave out --step"))
}

fn key(shell: &mut Shell<'_>, token: &Token) -> Result<Key, Failure> {
    let bits = token.secret.byte_len().saturating_mul(8);
    if token.secret.byte_len() < Key::MIN_BYTES && token.secret.byte_len() >= Key::LEGACY_MIN_BYTES {
        writeln!(
            shell.streams.err,
            "{WARN}warning{WARN:#}: the secret has {bits} bits, fewer than the 128 that RFC 4226 asks for"
        )?;
    }
    token.secret.legacy_key(token.algorithm).map_err(|error| {
        Failure::new(Exit::Fault, "secret-too-short", error.to_string(), "see whether all of it was given")
            .in_place("standard input")
    })
}

/// The codes of the steps around the time, the time's own marked.
fn print_window(shell: &mut Shell<'_>, totp: &Totp, radius: u16) -> Result<(), Failure> {
    let time_step = totp.time_step();
    let now = time_step.at(shell.now);
    let steps = now.saturating_sub(radius.into())..=now.saturating_add(radius.into());
    let codes: Vec<(u64, UnixTime, String)> = steps
        .map(|step| {
            let begins = step.saturating_mul(time_step.x().into()).saturating_add(time_step.t0());
            (step, UnixTime::from_secs(begins), totp.generate_at_step(step).to_string())
        })
        .collect();
    for (step, begins, code) in &codes {
        let value = json!({"code": code, "step": step, "from": time(*begins), "now": *step == now});
        shell.answer(&value, |out| {
            let (style, mark) = if *step == now { (STRONG, "  now") } else { (PLAIN, "") };
            writeln!(out, "{style}{code}{style:#}  {DIM}from {}{DIM:#}{mark}", time(*begins))
        })?;
    }
    Ok(())
}

fn print_counters(shell: &mut Shell<'_>, codes: &[(u64, String)], window: bool) -> Result<(), Failure> {
    if let [(counter, code), ..] = codes
        && !window
    {
        return shell
            .answer(&json!({"code": code, "counter": counter}), |out| writeln!(out, "{STRONG}{code}{STRONG:#}"));
    }
    codes.iter().try_for_each(|(counter, code)| {
        shell.answer(&json!({"code": code, "counter": counter}), |out| {
            writeln!(out, "{STRONG}{code}{STRONG:#}  {DIM}counter {counter}{DIM:#}")
        })
    })
}
