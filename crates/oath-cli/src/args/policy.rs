use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Policy {
    /// Show the rules, with their units and the values that they take
    Show,
    /// Change rules: `oath policy set activations=none first-wait=1m`
    Set {
        /// A rule and its new value; times are seconds, or a number with s, m, h or d
        #[arg(value_name = "NAME=VALUE", required = true)]
        changes: Vec<String>,
        /// Show what would change, and change nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Give rules their defaults back; without names all of them
    Reset {
        /// The rules, as `oath policy show` names them
        #[arg(value_name = "NAME")]
        names: Vec<String>,
        /// Show what would change, and change nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Take the rules of a named policy: seed-documents (the default), or entra-2025
    ///
    /// entra-2025 follows Microsoft's pages since December 2025: any number of activations, and one code activates a token
    /// whose clock is off by up to a day.
    Use {
        /// The policy to take
        #[arg(value_name = "POLICY", value_parser = clap::builder::PossibleValuesParser::new(oath_directory::Policy::NAMES))]
        name: String,
        /// Show what would change, and change nothing
        #[arg(long)]
        dry_run: bool,
    },
}

impl Policy {
    /// Whether the command changes nothing.
    pub(crate) const fn tries(&self) -> bool {
        match self {
            Self::Show => true,
            Self::Set { dry_run, .. } | Self::Reset { dry_run, .. } | Self::Use { dry_run, .. } => *dry_run,
        }
    }
}
