//! oath-totp beside its peers, in one run: `cargo xtask bench`, or with `--short` just to see that it runs.
//!
//! Each peer does what its users call it for: totp-rs takes the code as text and stops at the first hit, totp-rfc parses
//! the code and sets its key up in every call, ours has a parsed code and writes a state.

mod harness;

use harness::{Effort, Row, table};
use oath_totp::{Algorithm, Code, Digits, Key, TimeStep, Totp, TotpState, UnixTime, Window};
use std::error::Error;
use std::hint::black_box;

const SECRET: &[u8] = b"12345678901234567890";
const NOW: u64 = 1_700_000_015;

fn main() -> Result<(), Box<dyn Error>> {
    let short = std::env::args().any(|argument| argument == "--short");
    let effort = if short { Effort::SHORT } else { Effort::FULL };
    let peers = Peers::new()?;
    peers.one_code(effort);
    peers.verify(effort, 1)?;
    peers.verify(effort, 2)?;
    peers.positions(effort)?;
    peers.resync(effort)?;
    Ok(())
}

/// The same token in every library.
struct Peers {
    ours: Totp,
    totp_rfc: (totp_rfc::Totp, totp_rfc::Secret<'static>),
}

impl Peers {
    fn new() -> Result<Self, Box<dyn Error>> {
        let ours = Totp::new(Key::from_bytes(SECRET, Algorithm::Sha1)?, Digits::Six, TimeStep::SECONDS_30);
        let digits = totp_rfc::Digits::new(6).map_err(|error| format!("{error:?}"))?;
        let totp_rfc = totp_rfc::Totp::new(totp_rfc::Algorithm::Sha1, digits, 30, 0).map_err(|e| format!("{e:?}"))?;
        let secret = totp_rfc::Secret::new(SECRET).map_err(|error| format!("{error:?}"))?;
        let peers = Self { ours, totp_rfc: (totp_rfc, secret) };
        // What is timed must agree first.
        let code = peers.ours.generate(UnixTime::from_secs(NOW)).to_string();
        let rs = totp_rs(1)?.generate(NOW).to_string();
        let rfc = peers.totp_rfc.0.generate(&peers.totp_rfc.1, NOW).map_err(|e| format!("{e:?}"))?.to_string();
        if rs != code || rfc != code {
            return Err("the libraries do not agree on the code".into());
        }
        Ok(peers)
    }

    fn one_code(&self, effort: Effort) {
        let totp_rs = totp_rs(1).ok();
        let (rfc, secret) = &self.totp_rfc;
        let mut rows = vec![Row::new("oath-totp, as String", || {
            self.ours.generate(UnixTime::from_secs(black_box(NOW))).to_string()
        })];
        rows.push(Row::new("oath-totp, as ASCII digits", || {
            let mut buffer = [0; 8];
            self.ours.generate(UnixTime::from_secs(black_box(NOW))).expose_ascii(&mut buffer);
            buffer
        }));
        if let Some(totp_rs) = &totp_rs {
            rows.push(Row::new("totp-rs 6, as String", || totp_rs.generate(black_box(NOW)).to_string()));
        }
        rows.push(Row::new("totp-rfc, as String", || {
            rfc.generate(secret, black_box(NOW)).map(|code| code.to_string())
        }));
        table("One code as text", effort, rows);
    }

    /// A miss, and a hit in the middle.
    fn verify(&self, effort: Effort, steps: u8) -> Result<(), Box<dyn Error>> {
        let totp_rs = totp_rs(steps.into())?;
        let (rfc, secret) = &self.totp_rfc;
        let rfc_window = totp_rfc::ValidationWindow::new(steps.into(), steps.into());
        let shown = self.ours.generate(UnixTime::from_secs(NOW)).to_string();
        for (what, text) in [("a miss", self.miss()), ("a hit in the middle", shown)] {
            let code: Code = text.parse()?;
            let rows = vec![
                Row::new("oath-totp verify", || self.verify_ours(&code, steps)),
                Row::new("totp-rs 6 check", || totp_rs.check(black_box(&text), black_box(NOW))),
                Row::new("totp-rfc verify_window", || {
                    rfc.verify_window(secret, black_box(NOW), rfc_window, black_box(&text)).is_ok()
                }),
            ];
            table(&format!("Verification, ± {steps} steps, {what}"), effort, rows);
        }
        Ok(())
    }

    /// The same work at every position.
    fn positions(&self, effort: Effort) -> Result<(), Box<dyn Error>> {
        let mut codes = vec![("miss".to_owned(), self.miss().parse()?)];
        for (name, time) in [("hit at -1", NOW - 30), ("hit at 0", NOW), ("hit at +1", NOW + 30)] {
            codes.push((name.to_owned(), self.ours.generate(UnixTime::from_secs(time))));
        }
        let rows = codes.iter().map(|(name, code)| Row::new(name.clone(), || self.verify_ours(code, 1))).collect();
        let medians = table("Verification, ± 1 step, by position", effort, rows);
        let most = medians.iter().copied().fold(f64::MIN, f64::max);
        let least = medians.iter().copied().fold(f64::MAX, f64::min);
        println!("max/min of the medians: {:.3}", most / least);
        Ok(())
    }

    fn resync(&self, effort: Effort) -> Result<(), Box<dyn Error>> {
        let totp_rs = totp_rs(2880)?;
        let miss = self.miss();
        let code = miss.parse::<Code>()?.into();
        let rows = vec![
            Row::new("oath-totp resync", || {
                self.ours
                    .resync(black_box(&code), UnixTime::from_secs(black_box(NOW)), 2880, &TotpState::default())
                    .is_ok()
            }),
            Row::new("totp-rs 6 check", || totp_rs.check(black_box(&miss), black_box(NOW))),
        ];
        table("Resynchronization, one code over ± 2880 steps, a miss", effort, rows);
        Ok(())
    }

    fn verify_ours(&self, code: &Code, steps: u8) -> bool {
        let state = TotpState::default();
        let now = UnixTime::from_secs(black_box(NOW));
        self.ours.verify(black_box(code), now, Window::around(steps), black_box(&state)).is_ok()
    }

    /// Six digits that fit no step within a day of the time.
    fn miss(&self) -> String {
        let fits = |code: &Code| !self.ours.find(&code.clone().into(), UnixTime::from_secs(NOW), 2880).is_empty();
        let text = |number: u32| format!("{number:06}");
        (0..1_000_000).map(text).find(|text| text.parse().is_ok_and(|code| !fits(&code))).unwrap_or_default()
    }
}

fn totp_rs(skew: u16) -> Result<totp_rs::Totp, Box<dyn Error>> {
    let builder = totp_rs::Builder::new().with_secret(SECRET).with_skew(skew).with_digits(6).with_step_duration(30);
    Ok(builder.with_algorithm(totp_rs::Algorithm::SHA1).build()?)
}
