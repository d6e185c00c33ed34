//! The words of `oath software`.

use clap::{Args, Subcommand};
use core::str::FromStr;
use oath_directory::Upn;
use std::path::{Path, PathBuf};

const LIMITS: &str = "\
The secret is for SHA-1, six digits and 30 seconds: Microsoft Authenticator and some other apps compute that whatever a URI says. \
Microsoft Authenticator shows the issuer and the user name of the URI and no image. An app cannot be asked whether it has taken the \
secret: `oath software confirm` shows it. A person who sees the secret or the QR code can compute the user's codes: send neither by mail, \
and delete the file once it was scanned.";

#[derive(Debug, Subcommand)]
pub(crate) enum Software {
    /// Make a secret for a user's app, and show it this once; a secret that still waits for its first code is replaced
    #[command(after_help = LIMITS)]
    Enroll {
        /// The user name: alice@example.com
        #[arg(value_name = "UPN")]
        upn: Upn,
        #[command(flatten)]
        drawing: Drawing,
    },
    /// Make a new secret for a user's app, as for a new phone; the old one signs in until the new one is confirmed
    ///
    /// The new secret waits for its first code. `oath software confirm UPN CODE` activates it and deletes the old one in the same
    /// change; `oath software cancel UPN` gives it up. Until then the user holds both: where that is one token more than a user may
    /// hold, delete another one first.
    #[command(after_help = LIMITS)]
    Reenroll {
        /// The user, where one app of the user signs in; or the serial number of the app to replace
        #[arg(value_name = "UPN|SERIAL")]
        which: String,
        #[command(flatten)]
        drawing: Drawing,
    },
    /// Activate the user's app with the code that it shows; the app that it replaces is deleted
    Confirm {
        /// The user name: alice@example.com
        #[arg(value_name = "UPN")]
        upn: Upn,
        /// The code in the app; `-` reads a line of standard input
        #[arg(value_name = "CODE")]
        code: String,
        /// The next code, where the first alone was not enough
        #[arg(value_name = "NEXT_CODE")]
        next_code: Option<String>,
    },
    /// Give up a secret that waits for its first code; an app that it would have replaced goes on signing in
    Cancel {
        /// The user name: alice@example.com
        #[arg(value_name = "UPN")]
        upn: Upn,
    },
}

/// How a new secret is shown.
#[derive(Args, Debug)]
pub(crate) struct Drawing {
    /// The name that the app shows above the user's [default: the policy's]
    #[arg(long, value_name = "NAME")]
    pub(crate) issuer: Option<String>,
    /// Draw a QR code: on the terminal, with the URI below it, or into a new file that only its owner can read; the secret is
    /// not printed then, except with --json
    #[arg(long, value_name = "terminal|FILE.png|FILE.svg", num_args = 0..=1, default_missing_value = "terminal")]
    pub(crate) qr: Option<Qr>,
}

/// Where a QR code goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Qr {
    Terminal,
    Png(PathBuf),
    Svg(PathBuf),
}

impl Qr {
    /// The file, where it is one.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Self::Terminal => None,
            Self::Png(path) | Self::Svg(path) => Some(path),
        }
    }
}

impl FromStr for Qr {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let path = PathBuf::from(text);
        let kind = path.extension().map(|end| end.to_string_lossy().to_lowercase());
        match (text, kind.as_deref()) {
            ("terminal", _) => Ok(Self::Terminal),
            (_, Some("png")) => Ok(Self::Png(path)),
            (_, Some("svg")) => Ok(Self::Svg(path)),
            _ => Err("expected terminal, or the name of a file that ends in .png or .svg".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_qr_code_goes_where_the_name_says() {
        assert_eq!("terminal".parse(), Ok(Qr::Terminal));
        assert_eq!("a/b.PNG".parse(), Ok(Qr::Png("a/b.PNG".into())));
        assert_eq!("b.svg".parse::<Qr>().unwrap().file(), Some(Path::new("b.svg")));
        for text in ["", "alice@example.com", "png", "x.pdf"] {
            assert!(text.parse::<Qr>().is_err(), "{text}");
        }
    }
}
