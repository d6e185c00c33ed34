//! The files of the tour. The secrets are visibly none: the bytes are the digits counted up, as in the RFCs.

use core::fmt::Write;
use oath_totp::Secret;
use std::sync::LazyLock;

pub(super) const USERS: &str = "users.csv";
pub(super) const SEEDS: &str = "fobs.csv";

pub(super) fn users() -> &'static str {
    "userPrincipalName,displayName,userType\n\
     alice@contoso.com,Alice Ambrose,Member\n\
     bob@contoso.com,Bob Baxter,Member\n\
     carol@contoso.com,Carol Chen,Member\n\
     dan@contoso.com,Dan Duarte,Member\n\
     erin@contoso.com,Erin Eklund,Member\n"
}

/// Serial number, user and interval of each token. The secret of the n-th counts up from n + 2.
const TOKENS: [(&str, &str, u32); 5] = [
    (super::SERIAL, "alice", 30),
    ("2300002", "bob", 30),
    ("2300003", "carol", 30),
    ("2300004", "dan", 30),
    ("2300005", "erin", 60),
];

/// The secret of a token in Base32.
pub(super) fn secret_of(serial: &str) -> String {
    let first = (3u8..).zip(TOKENS).find(|(_, (of, ..))| *of == serial).map_or(1, |(first, _)| first);
    let digits: Vec<u8> = (first..).take(20).map(|n| b'0'.wrapping_add(n % 10)).collect();
    Secret::from_bytes(&digits).map(|secret| secret.expose_base32().to_string()).unwrap_or_default()
}

pub(super) fn corrected() -> &'static str {
    static FILE: LazyLock<String> = LazyLock::new(|| {
        let mut file = "upn,serial number,secret key,time interval,manufacturer,model\n".to_owned();
        for (serial, name, interval) in TOKENS {
            let secret = secret_of(serial);
            let _ = writeln!(file, "{name}@contoso.com,{serial},{secret},{interval},Contoso,HardwareKey");
        }
        file
    });
    &FILE
}

/// As it arrived: an O of Carol's secret came out as 0, and Dan's name is misspelt.
pub(super) fn seeds() -> &'static str {
    static FILE: LazyLock<String> = LazyLock::new(|| {
        let carols = secret_of("2300003");
        corrected().replace(&carols, &carols.replacen('O', "0", 1)).replace("dan@", "dna@")
    });
    &FILE
}
