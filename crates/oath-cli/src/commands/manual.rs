//! What a shell and `man` make of the command line: completions and manual pages, from the same description as `--help`.

use crate::args::Cli;
use crate::failure::{Exit, Failure};
use crate::shell::Shell;
use clap::CommandFactory;
use clap_mangen::Man;

pub(crate) fn completions(shell: &mut Shell<'_>, of: clap_complete::Shell) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(of, &mut Cli::command(), "oath", &mut script);
    shell.streams.out.write_all(&script)?;
    Ok(Exit::Done)
}

pub(crate) fn page(shell: &mut Shell<'_>, words: &[String]) -> Result<Exit, Failure> {
    let mut root = Cli::command();
    // Global options come to the commands by this.
    root.build();
    let mut command = &root;
    for word in words {
        command = command.find_subcommand(word).ok_or_else(|| {
            let message = format!("there is no command `oath {}`", words.join(" "));
            Failure::new(Exit::Fault, "usage", message, "see `oath help`").in_place("the command line")
        })?;
    }
    let mut page = Vec::new();
    let version = root.render_version();
    Man::new(command.clone()).source(version.trim_end()).render(&mut page)?;
    shell.streams.out.write_all(&page)?;
    Ok(Exit::Done)
}
