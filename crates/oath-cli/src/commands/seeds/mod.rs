//! `oath seeds`: the commands about files.

mod assign;
mod check;
mod convert;
mod find;
mod formats;
pub(crate) mod groups;
pub(crate) mod input;
pub(crate) mod output;
mod probe;
mod repair;
mod writing;

use crate::args::Seeds;
use crate::failure::{Exit, Failure};
use crate::shell::Shell;
use oath_directory::UploadOptions;

pub(crate) fn run(shell: &mut Shell<'_>, command: &Seeds) -> Result<Exit, Failure> {
    match command {
        Seeds::Check { files, against, assign, taking, reading } => {
            let options = UploadOptions { assign_known: *assign, legacy_secrets: taking.legacy };
            check::check(shell, files, against.as_ref(), options, taking, reading)
        }
        Seeds::Convert { file, to, writing, reading } => convert::convert(shell, file, *to, writing, reading),
        Seeds::Repair { file, yes, output, encryption, reading } => {
            repair::repair(shell, file, (output, encryption), *yes, reading)
        }
        Seeds::Assign { file, users, to, writing, reading } => {
            assign::assign(shell, file, users, *to, writing, reading)
        }
        Seeds::Probe { codes, radius, misplaced } => probe::probe(shell, codes, *radius, misplaced),
        Seeds::Match { file, code, next_code, radius, reading } => {
            find::find(shell, file, code, next_code.as_deref(), *radius, reading)
        }
        Seeds::Formats => formats::formats(shell),
    }
}
