//! oath-totp beside its peers, in one run: `cargo xtask bench`, or with `--short` just to see that it runs.
//!
//! Each peer does what its users call it for: totp-rs takes the code as text and stops at the first hit, totp-rfc parses the
//! code and sets its key up in every call, liboath takes the secret in every call, ours has a parsed code and gives a
//! state. `--path NAME` forces one of the ways in which oath-lanes computes; without it the machine's best is measured
//! first, then the others that an issue of speed is about. `--graph FILE` draws windows of every length instead.

mod graph;
mod harness;
#[allow(unsafe_code, reason = "a library in C")]
mod liboath;
mod probe;
mod spread;

use core::error::Error;
use core::hint::black_box;
use graph::Line;
use harness::{Effort, Row, medians, table};
use hmac::{Hmac, KeyInit, Mac};
use oath_lanes::{Path, Sha1Pads};
use oath_totp::{
    Algorithm, Code, CodeRun, Consecutive, Digits, Key, TimeStep, Totp, TotpState, UnixTime, Window, whose,
};

const SECRET: &[u8] = b"12345678901234567890";
const NOW: u64 = 1_700_000_015;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let effort = if arguments.iter().any(|a| a == "--short") { Effort::SHORT } else { Effort::FULL };
    let wanted = arguments.iter().skip_while(|a| *a != "--path").nth(1);
    let paths = match wanted {
        Some(name) => Path::ALL.into_iter().filter(|path| format!("{path:?}").eq_ignore_ascii_case(name)).collect(),
        None => vec![Path::ShaNiAvx512, Path::ShaNi],
    };
    let bench = Bench::new()?;
    if let Some(file) = arguments.iter().skip_while(|a| *a != "--graph").nth(1) {
        return graph::draw(file, &bench.by_length(effort)?);
    }
    for path in paths {
        if !oath_lanes::force(Some(path)) {
            println!("\n== {path:?}: not on this machine");
            continue;
        }
        println!("\n== {path:?}");
        bench.one_code(effort);
        bench.verify(effort, 1)?;
        bench.verify(effort, 2)?;
        bench.two_centres(effort)?;
        bench.positions(effort)?;
        bench.resync(effort)?;
        bench.bulk(effort)?;
        probe::search(effort)?;
    }
    Ok(())
}

/// The same token in every library.
struct Bench {
    ours: Totp,
    pads: Sha1Pads,
    totp_rfc: (totp_rfc::Totp, totp_rfc::Secret<'static>),
    liboath: Option<liboath::Library>,
    /// Six digits that fit no step within a day of the time.
    miss: String,
}

impl Bench {
    fn new() -> Result<Self, Box<dyn Error>> {
        let ours = token(SECRET)?;
        let digits = totp_rfc::Digits::new(6).map_err(|error| format!("{error:?}"))?;
        let totp_rfc = totp_rfc::Totp::new(totp_rfc::Algorithm::Sha1, digits, 30, 0).map_err(|e| format!("{e:?}"))?;
        let secret = totp_rfc::Secret::new(SECRET).map_err(|error| format!("{error:?}"))?;
        // What is timed must agree first.
        let code = ours.generate(UnixTime::from_secs(NOW)).to_string();
        let rs = totp_rs(1)?.generate(NOW).to_string();
        let rfc = totp_rfc.generate(&secret, NOW).map_err(|e| format!("{e:?}"))?.to_string();
        if rs != code || rfc != code {
            return Err("the libraries do not agree on the code".into());
        }
        let liboath = liboath::Library::load();
        match &liboath {
            Some(library) if library.position(SECRET, NOW, 1, &code) != Some(0) => {
                return Err("liboath does not agree on the code".into());
            }
            Some(_) => {}
            None => println!("liboath is not installed and left out (Debian: apt-get install liboath0)"),
        }
        let fits = |code: &Code| !ours.find(&code.clone().into(), UnixTime::from_secs(NOW), 2880).is_empty();
        let mut texts = (0..1_000_000).map(|number: u32| format!("{number:06}"));
        let miss = texts.find(|text| text.parse().is_ok_and(|code| !fits(&code))).unwrap_or_default();
        Ok(Self { ours, pads: Sha1Pads::new(SECRET), totp_rfc: (totp_rfc, secret), liboath, miss })
    }

    fn one_code(&self, effort: Effort) {
        let totp_rs = totp_rs(1).ok();
        let (rfc, secret) = &self.totp_rfc;
        let keyed = Hmac::<sha1::Sha1>::new_from_slice(SECRET).ok();
        let step = NOW / 30;
        let mut rows = vec![
            Row::new("oath-totp, as text on the stack", || {
                let mut buffer = [0; 8];
                self.ours.generate(UnixTime::from_secs(black_box(NOW))).expose_ascii(&mut buffer);
                buffer
            }),
            Row::new("oath-totp, as String", || self.ours.generate(UnixTime::from_secs(black_box(NOW))).to_string()),
        ];
        if let Some(totp_rs) = &totp_rs {
            rows.push(Row::new("totp-rs 6, as String", || totp_rs.generate(black_box(NOW)).to_string()));
        }
        rows.push(Row::new("totp-rfc, as String", || {
            rfc.generate(secret, black_box(NOW)).map(|code| code.to_string())
        }));
        if let Some(keyed) = &keyed {
            rows.push(Row::new("RustCrypto hmac cloned, the digest only", || {
                keyed.clone().chain_update(black_box(step).to_be_bytes()).finalize().into_bytes()
            }));
        }
        rows.push(Row::new("sha1 from pad states, the number only", || {
            let mut number = [0];
            (self.pads.truncated_on(Path::Crate, black_box(step), &mut number), number)
        }));
        table("One code", effort, rows);
    }

    /// A miss, and a hit in the middle.
    fn verify(&self, effort: Effort, steps: u8) -> Result<(), Box<dyn Error>> {
        let totp_rs = totp_rs(steps.into())?;
        let (rfc, secret) = &self.totp_rfc;
        let rfc_window = totp_rfc::ValidationWindow::new(steps.into(), steps.into());
        let shown = self.ours.generate(UnixTime::from_secs(NOW)).to_string();
        for (what, text) in [("a miss", &self.miss), ("a hit in the middle", &shown)] {
            let code: Code = text.parse()?;
            let mut rows = vec![
                Row::new("oath-totp verify", || self.verify_ours(&code, steps, 0)),
                Row::new("totp-rs 6 check", || totp_rs.check(black_box(text), black_box(NOW))),
                Row::new("totp-rfc verify_window", || {
                    rfc.verify_window(secret, black_box(NOW), rfc_window, black_box(text)).is_ok()
                }),
            ];
            if let Some(liboath) = &self.liboath {
                rows.push(Row::new("liboath oath_totp_validate", || {
                    liboath.position(SECRET, black_box(NOW), steps.into(), black_box(text))
                }));
            }
            table(&format!("Verification, ± {steps} steps, {what}"), effort, rows);
        }
        Ok(())
    }

    /// The ten steps around a recorded drift and around the server's own step.
    fn two_centres(&self, effort: Effort) -> Result<(), Box<dyn Error>> {
        let totp_rs = totp_rs(2)?;
        let code: Code = self.miss.parse()?;
        let rows = vec![
            Row::new("oath-totp verify, drift 20", || self.verify_ours(&code, 2, 20)),
            Row::new("totp-rs 6 check, twice", || {
                let here = totp_rs.check(black_box(&self.miss), black_box(NOW));
                here.or(totp_rs.check(black_box(&self.miss), black_box(NOW + 20 * 30)))
            }),
        ];
        table("Verification around two centres, ± 2 steps each, a miss", effort, rows);
        Ok(())
    }

    /// The same work at every position.
    fn positions(&self, effort: Effort) -> Result<(), Box<dyn Error>> {
        let mut codes = vec![("miss".to_owned(), self.miss.parse()?)];
        for (name, time) in [("hit at -1", NOW - 30), ("hit at 0", NOW), ("hit at +1", NOW + 30)] {
            codes.push((name.to_owned(), self.ours.generate(UnixTime::from_secs(time))));
        }
        let rows = codes.iter().map(|(name, code)| Row::new(name.clone(), || self.verify_ours(code, 1, 0))).collect();
        let medians = table("Verification, ± 1 step, by position", effort, rows);
        let most = medians.iter().copied().fold(f64::MIN, f64::max);
        let least = medians.iter().copied().fold(f64::MAX, f64::min);
        println!("max/min of the medians: {:.3}", most / least);
        Ok(())
    }

    fn resync(&self, effort: Effort) -> Result<(), Box<dyn Error>> {
        let totp_rs = totp_rs(2880)?;
        let one: Code = self.miss.parse()?;
        let two = Consecutive::from([one.clone(), one.clone()]);
        let now = UnixTime::from_secs(NOW);
        let mut rows = vec![
            Row::new("oath-totp activate, one code", || {
                self.ours.activate(black_box(&one), black_box(now), 2880, &TotpState::NEW).is_ok()
            }),
            Row::new("oath-totp resync, two codes", || {
                self.ours.resync(black_box(&two), black_box(now), 2880, &TotpState::NEW).is_ok()
            }),
            Row::new("totp-rs 6 check", || totp_rs.check(black_box(&self.miss), black_box(NOW))),
        ];
        if let Some(liboath) = &self.liboath {
            rows.push(Row::new("liboath oath_totp_validate", || {
                liboath.position(SECRET, black_box(NOW), 2880, black_box(&self.miss))
            }));
        }
        table("Resynchronization over ± 2880 steps, a miss", effort, rows);
        Ok(())
    }

    /// One code over many keys at one step, beside one key over as many steps: nanoseconds for all of them.
    fn bulk(&self, effort: Effort) -> Result<(), Box<dyn Error>> {
        const KEYS: u32 = 100_000;
        let tokens = (0..KEYS)
            .map(|number| token(&[SECRET, &number.to_be_bytes()].concat()))
            .collect::<Result<Vec<Totp>, _>>()?;
        let all: Vec<&Totp> = tokens.iter().collect();
        let code = CodeRun::from(self.miss.parse::<Code>()?);
        let now = UnixTime::from_secs(NOW);
        // 17 × (2 × 2880 + 1) + 2 × 1031 + 1 steps are 100,000.
        let rows = vec![
            Row::new("whose: 100,000 keys at one step", || whose(black_box(&all), &code, black_box(now), 0).len()),
            Row::new("find: one key at 100,000 steps", || {
                let long = (0..17).map(|_| self.ours.find(&code, black_box(now), 2880).len()).sum::<usize>();
                long + self.ours.find(&code, black_box(now), 1031).len()
            }),
        ];
        let medians = table("Whose token is this", effort, rows);
        let per: Vec<String> = medians.iter().map(|all| format!("{:.1}", all / f64::from(KEYS))).collect();
        println!("ns per key and per step: {}", per.join(", "));
        Ok(())
    }

    /// Windows of 1 step to ± 16, along each way of this machine, and by totp-rs.
    fn by_length(&self, effort: Effort) -> Result<Vec<Line>, Box<dyn Error>> {
        let code: Code = self.miss.parse()?;
        let paths: Vec<Path> = [Path::ShaNiAvx512, Path::Avx512, Path::ShaNi, Path::Avx2, Path::Lanes, Path::Crate]
            .into_iter()
            .filter(|path| oath_lanes::force(Some(*path)))
            .collect();
        let names = ["totp-rs 6".to_owned()].into_iter().chain(paths.iter().map(|path| format!("oath-totp, {path:?}")));
        let mut lines: Vec<Line> = names.map(|name| Line { name, points: Vec::new() }).collect();
        for steps in [0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 16] {
            let totp_rs = totp_rs(steps.into())?;
            let mut rows = vec![Row::new("", || totp_rs.check(black_box(&self.miss), black_box(NOW)).is_some())];
            for path in &paths {
                let code = &code;
                rows.push(Row::new("", move || {
                    // A relaxed store: it costs nothing beside a window.
                    oath_lanes::force(Some(*path)) && self.verify_ours(code, steps, 0)
                }));
            }
            for (line, time) in lines.iter_mut().zip(medians(effort, rows)) {
                line.points.push((u32::from(steps) * 2 + 1, time));
            }
        }
        Ok(lines)
    }

    fn verify_ours(&self, code: &Code, steps: u8, drift: i64) -> bool {
        let state = TotpState { last_step: None, drift };
        let now = UnixTime::from_secs(black_box(NOW));
        self.ours.verify(black_box(code), now, Window::around(steps), black_box(&state)).is_ok()
    }
}

fn token(secret: &[u8]) -> Result<Totp, Box<dyn Error>> {
    Ok(Totp::new(Key::from_bytes(secret, Algorithm::Sha1)?, Digits::Six, TimeStep::SECONDS_30))
}

fn totp_rs(skew: u16) -> Result<totp_rs::Totp, Box<dyn Error>> {
    let builder = totp_rs::Builder::new().with_secret(SECRET).with_skew(skew).with_digits(6).with_step_duration(30);
    Ok(builder.with_algorithm(totp_rs::Algorithm::SHA1).build()?)
}
