use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// List the sealing keys of the key ring; the last one seals new secrets
    List,
    /// Add a new key, which does not seal yet: give the key ring to all servers before it is activated
    Add,
    /// Seal new secrets under this key from now on; restart all servers after that
    Activate {
        /// The name of the key, as `oath keys list` shows it
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Seal all secrets again under the key that seals, and recognise them by it; sign-ins go on, and an interrupted rotation goes on when run again
    Rotate {
        /// Say how many secrets would be sealed again, and change nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Open the secrets of all tokens, and count the tokens of each key
    Check,
    /// Take a key out of the key ring; refused while a token is sealed under it
    ///
    /// Where secrets of deleted tokens are recognised by it, that stays in the ring and opens nothing: without it their used codes
    /// would be good again. `oath keys check` counts them.
    /// A backup in which tokens are sealed under it can be restored with a copy of the former key ring only.
    Remove {
        /// The name of the key, as `oath keys list` shows it
        #[arg(value_name = "NAME")]
        name: String,
    },
}
