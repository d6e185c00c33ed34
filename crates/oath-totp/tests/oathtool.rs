//! The same codes as `oathtool`, where it is installed.
#![cfg(feature = "alloc")]

use oath_totp::{Algorithm, Digits, Hotp, Secret, TimeStep, Totp, UnixTime};
use std::process::Command;

fn oathtool(arguments: &[String]) -> Option<String> {
    let output = Command::new("oathtool").args(arguments).output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap().trim().to_owned())
}

/// The numbers of `SplitMix64` from a fixed start: every run has the same inputs.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    fn below(&mut self, end: u32) -> u32 {
        u32::try_from(self.next() % u64::from(end)).unwrap()
    }

    fn one_of<T: Copy>(&mut self, all: [T; 3]) -> T {
        all[usize::try_from(self.next() % 3).unwrap()]
    }
}

#[test]
fn mixed_inputs_give_the_codes_of_oathtool() {
    if oathtool(&["--version".to_owned()]).is_none() {
        // `cargo xtask test` installs it, or names it as left out.
        eprintln!("skipped: oathtool is not installed");
        return;
    }
    let mut numbers = Numbers(0);
    for round in 0..60 {
        let length = 10 + numbers.below(100);
        let bytes: Vec<u8> = (0..length).map(|_| numbers.next().to_be_bytes()[0]).collect();
        let secret = Secret::from_bytes(&bytes).unwrap();
        let digits = numbers.one_of(Digits::ALL);
        let hex = secret.expose_hex().to_string();
        if round % 2 == 0 {
            let shift = numbers.below(64);
            let counter = numbers.next() >> shift;
            let key = secret.legacy_key(Algorithm::Sha1).unwrap();
            let ours = Hotp::new(key, digits).generate(counter).to_string();
            let theirs = oathtool(&["-c".to_owned(), counter.to_string(), "-d".to_owned(), digits.to_string(), hex]);
            assert_eq!(Some(ours), theirs, "HOTP, {digits} digits, counter {counter}");
        } else {
            let algorithm = numbers.one_of(Algorithm::ALL);
            let (x, time) = (1 + numbers.below(3600), numbers.next() % 200_000_000_000);
            let t0 = (numbers.next() % 2_000_000_000).min(time);
            let totp = Totp::new(secret.legacy_key(algorithm).unwrap(), digits, TimeStep::new(x, t0).unwrap());
            let ours = totp.generate(UnixTime::from_secs(time)).to_string();
            let arguments = [
                format!("--totp={algorithm}"),
                format!("--time-step-size={x}s"),
                format!("--start-time=@{t0}"),
                format!("--now=@{time}"),
                format!("--digits={digits}"),
                hex,
            ];
            assert_eq!(
                Some(ours),
                oathtool(&arguments),
                "TOTP {algorithm}, {digits} digits, X {x}, T0 {t0}, time {time}"
            );
        }
    }
}
