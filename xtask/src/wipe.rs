//! What is left of a secret once it is dropped: nothing in freed blocks, on the stack below, in another process's memory.

use crate::metadata::target_directory;
use crate::run::{Outcome, cargo, long, program, text};
use crate::tally;

/// The profile `release` and two lengths of key. With the word `full` also the profiles `size` and `smallest`, and every
/// length.
pub(crate) fn wipe() -> Outcome {
    if !cfg!(target_os = "linux") {
        tally::not_done("the search for what is left of secrets, outside Linux");
        return Ok(());
    }
    for profile in if long() { &["release", "size", "smallest"][..] } else { &["release"] } {
        let profile_word = format!("--profile={profile}");
        cargo(&["build", "--package=oath-evidence", "--bin=wipe", "--features=force-path,memory", &profile_word])?;
        let harness = text(&target_directory()?.join(profile).join("wipe"));
        program(&harness, if long() { &["full"] } else { &[] })?;
    }
    Ok(())
}
