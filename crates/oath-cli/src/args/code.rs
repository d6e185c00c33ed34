//! The words of `oath code`.

use super::time;
use clap::Args;
use oath_totp::{Algorithm, Digits, UnixTime};
use std::ffi::OsString;

#[derive(Args, Debug)]
pub(crate) struct Code {
    /// How many digits: 6, 7 or 8 [default: 6, or the URI's]
    #[arg(long, value_name = "N", value_parser = digits)]
    pub(crate) digits: Option<Digits>,
    /// The time step X in seconds [default: 30, or the URI's]
    #[arg(long, value_name = "S", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) step: Option<u32>,
    /// The hash: SHA1, SHA256 or SHA512 [default: SHA1, or the URI's]
    #[arg(long, value_name = "A")]
    pub(crate) algorithm: Option<Algorithm>,
    /// When step 0 began: T0, as Unix seconds or as RFC 3339 [default: 0]
    #[arg(long, value_name = "T", value_parser = time)]
    pub(crate) t0: Option<UnixTime>,
    /// The code of this counter (HOTP) instead of the time's
    #[arg(long, value_name = "C", conflicts_with_all = ["step", "t0", "at"])]
    pub(crate) counter: Option<u64>,
    /// Print the codes of so many steps before and after the time too, or of so many counters after the first
    #[arg(long, value_name = "STEPS", value_parser = clap::value_parser!(u16).range(..=2880))]
    pub(crate) window: Option<u16>,
    /// The secret is hexadecimal, not Base32
    #[arg(long)]
    pub(crate) hex: bool,
    /// Whatever stands here is no option, and may be a secret: it is refused without being shown.
    #[arg(hide = true, num_args = 0..)]
    pub(crate) misplaced: Vec<OsString>,
}

pub(crate) fn digits(text: &str) -> Result<Digits, String> {
    let count: u8 = text.parse().unwrap_or(0);
    Digits::try_from(count).map_err(|_| "expected 6, 7 or 8".to_owned())
}
