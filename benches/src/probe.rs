//! Which reading of a seed's text gives a code: `oath_seeds::probe` beside the same search with totp-rs.

use crate::NOW;
use crate::harness::{Effort, Row, table};
use core::error::Error;
use core::hint::black_box;
use oath_seeds::probe;
use oath_totp::{Code, UnixTime};
use totp_rs::{Algorithm, Builder, Totp};

/// Hex of 20 bytes, Base64 of 30, and a text of 40.
const SEED: &str = "4a6f686e2d446f652d5365637265742d31323334";
const READINGS: [&[u8]; 3] = [
    b"John-Doe-Secret-1234",
    &[
        0xe1, 0xae, 0x9f, 0xeb, 0xce, 0x9e, 0xd9, 0xde, 0x38, 0xe9, 0xfe, 0xb9, 0xd9, 0xde, 0x77, 0xeb, 0x9e, 0xb7,
        0xef, 0x6e, 0xb9, 0xef, 0x8d, 0x9d, 0xdf, 0x5d, 0xf6, 0xdf, 0x7d, 0xf8,
    ],
    SEED.as_bytes(),
];
/// Steps each way.
const RADIUS: u16 = 2880;

/// A code that no reading gives, so that both search all of them: three texts, three hashes, and 30 s, 60 s or a counter.
pub(crate) fn search(effort: Effort) -> Result<(), Box<dyn Error>> {
    let now = UnixTime::from_secs(NOW);
    let mut codes = (0..1_000_000).map(|number| format!("{number:06}"));
    let missed = |text: &String| {
        let code = text.parse::<Code>().ok()?;
        probe(SEED, &[(code, now)], RADIUS).ok().filter(|found| found.readings.is_empty() && found.tried == 27)
    };
    let miss = codes.find(|text| missed(text).is_some()).ok_or("every code is one of a reading")?;
    let code: Code = miss.parse()?;
    let mut tokens: Vec<(Totp, u64)> = Vec::new();
    for secret in READINGS {
        for algorithm in [Algorithm::SHA1, Algorithm::SHA256, Algorithm::SHA512] {
            for (step, at) in [(30, NOW), (60, NOW), (1, RADIUS.into())] {
                let builder =
                    Builder::new().with_secret(secret).with_skew(RADIUS).with_digits(6).with_step_duration(step);
                tokens.push((builder.with_algorithm(algorithm).build()?, at));
            }
        }
    }
    let rows = vec![
        Row::new("oath-seeds probe", || probe(black_box(SEED), &[(code.clone(), now)], RADIUS).map(|all| all.tried)),
        Row::new("totp-rs 6 check of each reading", || {
            tokens.iter().filter(|(token, at)| token.check(black_box(&miss), *at).is_some()).count()
        }),
    ];
    table("Which reading of a seed: 27 readings, ± 2880 steps each, a miss", effort, rows);
    Ok(())
}
