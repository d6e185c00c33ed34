//! What a sign-in computes itself: no disk and no server.

use crate::figures::Figures;
use crate::machine::processor_time;
use crate::people::{furnish, policy, ring};
use crate::{Effort, Outcome};
use core::hint::black_box;
use oath_directory::store::MemoryStore;
use oath_directory::{Actor, Directory, KeyRing};
use oath_totp::{Algorithm, Digits, Secret, TimeStep, Totp, UnixTime};
use pollster::block_on;

/// A right code of a user with one token and of one with five, on the store in memory: tags checked, secrets opened, keys set up,
/// windows scanned, the new state and the event bound. The work is that of five tokens for every name.
pub(crate) fn work(effort: Effort) -> Outcome {
    let keys = KeyRing::generate()?;
    let totp = Totp::new(Secret::from_bytes(&[7; 20])?.key(Algorithm::Sha1)?, Digits::Six, TimeStep::SECONDS_30);
    let (mut hmac, mut one, mut five) = (Figures::default(), Figures::default(), Figures::default());
    let store_of = |tokens| {
        let store = MemoryStore::default();
        let people = furnish(&store, &keys, 16, tokens)?;
        Outcome::Ok((Directory::new(store, ring(&keys)?, policy())?, people))
    };
    let (mut with_one, mut with_five) = (store_of(1)?, store_of(5)?);
    let actor = Actor::local_operator();
    for _ in 0..effort.rounds.saturating_mul(3) {
        let start = processor_time()?;
        for step in 0..400_000 {
            black_box(totp.generate(UnixTime::from_secs(black_box(step) * 30)));
        }
        hmac.push((processor_time()? - start).as_secs_f64() * 1e6 / 400_000.0);
        for ((directory, people), figures) in [(&mut with_one, &mut one), (&mut with_five, &mut five)] {
            let mut calls = 0_u32;
            let start = processor_time()?;
            for _ in 0..100 {
                for person in &mut *people {
                    let (now, code) = person.next();
                    let _ = block_on(directory.verify(&actor, now, &person.upn, &code))?;
                    calls += 1;
                }
            }
            figures.push((processor_time()? - start).as_secs_f64() * 1e6 / f64::from(calls));
        }
    }
    hmac.print("one HMAC-SHA-1 (a code)", "µs of one processor");
    one.print("a sign-in, one token", "µs of one processor");
    five.print("a sign-in, five tokens (wanted: less than 20)", "µs of one processor");
    one.print_ratio(&hmac, "one token, beside one HMAC");
    five.print_ratio(&hmac, "five tokens, beside one HMAC");
    Ok(())
}
