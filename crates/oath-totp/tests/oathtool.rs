//! The same codes as `oathtool`, where it is installed, over random inputs.
#![cfg(feature = "getrandom")]

use oath_totp::{Algorithm, Digits, Hotp, Secret, TimeStep, Totp, UnixTime};
use std::process::Command;

fn oathtool(arguments: &[String]) -> Option<String> {
    let output = Command::new("oathtool").args(arguments).output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap().trim().to_owned())
}

/// Random numbers from the operating system: eight bytes of a new secret.
fn random() -> u64 {
    u64::from_be_bytes(Secret::generate_bytes(8).unwrap().expose_bytes().try_into().unwrap())
}

#[test]
fn random_inputs_give_the_codes_of_oathtool() {
    if oathtool(&["--version".to_owned()]).is_none() {
        // `cargo xtask test` installs it and fails where it cannot.
        eprintln!("skipped: oathtool is not installed");
        return;
    }
    for round in 0..60u64 {
        let secret = Secret::generate_bytes(10 + usize::try_from(random() % 100).unwrap()).unwrap();
        let digits = Digits::ALL[usize::try_from(random() % 3).unwrap()];
        let hex = secret.expose_hex().to_string();
        if round % 2 == 0 {
            let counter = random() >> (random() % 64);
            let key = secret.key(Algorithm::Sha1).or_else(|_| secret.legacy_key(Algorithm::Sha1)).unwrap();
            let ours = Hotp::new(key, digits).generate(counter).to_string();
            let theirs = oathtool(&["-c".to_owned(), counter.to_string(), "-d".to_owned(), digits.to_string(), hex]);
            assert_eq!(Some(ours), theirs, "HOTP, {digits} digits, counter {counter}");
        } else {
            let algorithm = Algorithm::ALL[usize::try_from(random() % 3).unwrap()];
            let (x, time) = (1 + u32::try_from(random() % 3600).unwrap(), random() % 200_000_000_000);
            let t0 = (random() % 2_000_000_000).min(time);
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
