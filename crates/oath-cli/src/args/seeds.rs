//! The words of `oath seeds`.

use crate::output::word;
use crate::place::Database;
use clap::{Args, Subcommand};
use oath_seeds::{Assume, Format, Target, TokenType};
use oath_totp::{Algorithm, Digits};
use std::ffi::OsString;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum Seeds {
    /// Say what is wrong in seed files, where, and what to do
    Check {
        /// The seed files; `-` is standard input
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
        /// Say too what an upload into this directory, named as for --db, would come to; nothing is written
        #[arg(long, value_name = "DIRECTORY", value_parser = super::database)]
        against: Option<Database>,
        /// With --against: as `oath tokens upload --assign` would
        #[arg(long, requires = "against")]
        assign: bool,
        #[command(flatten)]
        taking: Taking,
        #[command(flatten)]
        reading: Reading,
    },
    /// Write the tokens of a seed file in another format
    Convert {
        /// The seed file; `-` is standard input
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The format to write; `oath seeds formats` lists them
        #[arg(long, value_name = "FORMAT")]
        to: Format,
        #[command(flatten)]
        writing: Writing,
        #[command(flatten)]
        reading: Reading,
    },
    /// Write a seed file again with everything mended that can be mended safely
    Repair {
        /// The seed file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Do not ask before writing
        #[arg(long)]
        yes: bool,
        /// Write to this file, which must not exist yet
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        #[command(flatten)]
        encryption: Encryption,
        #[command(flatten)]
        reading: Reading,
    },
    /// Give the tokens of a seed file to users, from a file with serial numbers and user names
    Assign {
        /// The seed file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// A CSV file with the columns serial number and upn
        #[arg(value_name = "USERS")]
        users: PathBuf,
        /// The format to write [default: entra-csv]
        #[arg(long, value_name = "FORMAT", default_value = "entra-csv", hide_default_value = true)]
        to: Format,
        #[command(flatten)]
        writing: Writing,
        #[command(flatten)]
        reading: Reading,
    },
    /// Find out how a seed text is to be read, with codes seen on the token's display; the text comes on standard input
    Probe {
        /// A code on the display; CODE@TIME for one that was seen at another time than --at. May be given several times
        #[arg(long = "code", value_name = "CODE", required = true)]
        codes: Vec<String>,
        /// How many steps to search on both sides of the time
        #[arg(long, value_name = "STEPS", default_value_t = 2880, value_parser = clap::value_parser!(u16).range(..=2880))]
        radius: u16,
        /// A word here is no option, and may be a secret: it is refused without being shown.
        #[arg(hide = true, num_args = 0..)]
        misplaced: Vec<OsString>,
    },
    /// Find the token of a seed file that shows these codes now
    Match {
        /// The seed file; `-` is standard input
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The code on the display
        #[arg(value_name = "CODE")]
        code: String,
        /// The next code: with one code alone, other tokens match by chance
        #[arg(value_name = "NEXT_CODE")]
        next_code: Option<String>,
        /// How many steps to search on both sides of the time
        #[arg(long, value_name = "STEPS", default_value_t = 10, value_parser = clap::value_parser!(u16).range(..=2880))]
        radius: u16,
        #[command(flatten)]
        reading: Reading,
    },
    /// List the formats: which are read, which are written, and what each can hold
    Formats,
}

/// How a seed file is read.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Reading")]
pub(crate) struct Reading {
    /// Take the file for this format instead of recognising it
    #[arg(long, value_name = "FORMAT")]
    pub(crate) from: Option<Format>,
    /// The system that the tokens are for; `oath seeds formats` lists them [default of a check and an upload: entra for its upload file, else inventory]
    #[arg(long = "for", value_name = "TARGET")]
    pub(crate) target: Option<Target>,
    /// A file with the password of an encrypted seed file; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// A file with the key of an encrypted PSKC file, in hex or as bytes
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    #[arg(long, value_name = "FILE", help = "A file with the OpenPGP secret key that the seed file is encrypted to")]
    pub(crate) openpgp_key_file: Option<PathBuf>,
    /// Where the file does not say it: totp or hotp
    #[arg(long, value_name = "TYPE")]
    assume_type: Option<TokenType>,
    /// Where the file does not say it: SHA1, SHA256 or SHA512
    #[arg(long, value_name = "HASH")]
    assume_algorithm: Option<Algorithm>,
    /// Where the file does not say it: 6, 7 or 8
    #[arg(long, value_name = "N", value_parser = super::digits)]
    assume_digits: Option<Digits>,
    /// Where the file does not say it: seconds
    #[arg(long, value_name = "S", value_parser = clap::value_parser!(u32).range(1..=i64::from(Assume::MAX_INTERVAL)))]
    assume_interval: Option<u32>,
    /// Accept what drafts of a format did differently from the standard
    #[arg(long)]
    pub(crate) lenient: bool,
}

impl Reading {
    pub(crate) const fn assume(&self) -> Assume {
        Assume {
            kind: self.assume_type,
            algorithm: self.assume_algorithm,
            digits: self.assume_digits,
            interval: self.assume_interval,
        }
    }

    /// The same options for another command to type.
    pub(crate) fn words(&self) -> String {
        let Self { from, target, password_file, key_file, openpgp_key_file, lenient, .. } = self;
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.to_string_lossy().into_owned());
        let options = [
            ("--from", from.map(|format| format.to_string())),
            ("--for", target.map(|target| target.to_string())),
            ("--password-file", path(password_file)),
            ("--key-file", path(key_file)),
            ("--openpgp-key-file", path(openpgp_key_file)),
            ("--assume-type", self.assume_type.map(|kind| kind.to_string())),
            ("--assume-algorithm", self.assume_algorithm.map(|algorithm| algorithm.to_string())),
            ("--assume-digits", self.assume_digits.map(|digits| digits.to_string())),
            ("--assume-interval", self.assume_interval.map(|seconds| seconds.to_string())),
        ];
        let mut words = String::new();
        for (option, value) in options {
            if let Some(value) = value {
                words.extend([" ", option, " ", &word(&value)]);
            }
        }
        if *lenient {
            words.push_str(" --lenient");
        }
        words
    }
}

/// What an upload takes; a check has the same options, so that it comes to the same verdict.
#[derive(Args, Debug)]
pub(crate) struct Taking {
    /// Take secrets of 80 to 127 bits as well, fewer than RFC 4226 allows
    #[arg(long)]
    pub(crate) legacy: bool,
    /// The same as --for inventory: take rows without a user, to be assigned later; Entra ID refuses them
    #[arg(long, conflicts_with = "target")]
    pub(crate) inventory: bool,
}

impl Taking {
    /// The same options for another command to type.
    pub(crate) fn words(&self) -> String {
        let Self { legacy, inventory } = *self;
        [(legacy, " --legacy"), (inventory, " --inventory")]
            .into_iter()
            .filter_map(|(set, word)| set.then_some(word))
            .collect()
    }
}

/// How a seed file is written.
#[derive(Args, Debug)]
#[command(next_help_heading = "Writing")]
pub(crate) struct Writing {
    /// Write to this file, which must not exist yet; `-` is standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Write tokens also where the format loses something of them
    #[arg(long)]
    pub(crate) accept_loss: bool,
    #[command(flatten)]
    pub(crate) encryption: Encryption,
}

/// What a written file is encrypted with.
#[derive(Args, Debug)]
pub(crate) struct Encryption {
    /// Encrypt a pskc file with a password, which is asked for twice
    #[arg(long, conflicts_with_all = ["encrypt_password_file", "encrypt_key_file"])]
    pub(crate) encrypt: bool,
    /// Encrypt a pskc file with the password in this file; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "encrypt_key_file")]
    pub(crate) encrypt_password_file: Option<PathBuf>,
    /// Encrypt a pskc file with the AES key in this file: 16, 24 or 32 bytes, in hex or as bytes
    #[arg(long, value_name = "FILE")]
    pub(crate) encrypt_key_file: Option<PathBuf>,
}

impl Encryption {
    /// Whether one of its options was given.
    pub(crate) const fn is_asked_for(&self) -> bool {
        self.encrypt || self.encrypt_password_file.is_some() || self.encrypt_key_file.is_some()
    }
}
