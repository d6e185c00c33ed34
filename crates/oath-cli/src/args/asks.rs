//! What a command does to a directory: whether it writes, and what an actor must be allowed to read.

use super::{Audit, Command, Keys, Policy, Recovery, Tokens, Uploads, Users};
use oath_directory::Upn;
use oath_directory::rights::Operation;

impl Command {
    /// Whether the command may write to a directory.
    pub(crate) const fn writes(&self) -> bool {
        match self {
            Self::Init | Self::Verify { .. } | Self::Software(_) | Self::Restored { .. } => true,
            Self::Migrate { dry_run, .. } | Self::Restore { dry_run, .. } => !*dry_run,
            Self::Users(command) => {
                !command.tries()
                    && !command.shows_roles()
                    && !matches!(command, Users::List { .. } | Users::Show { .. })
            }
            Self::Tokens(command) => !command.tries() && !matches!(command, Tokens::List { .. } | Tokens::Show { .. }),
            Self::Policy(command) => !command.tries(),
            Self::Recovery(command) => !matches!(command, Recovery::Show { .. }),
            Self::Keys(command) => !matches!(command, Keys::List | Keys::Check | Keys::Rotate { dry_run: true }),
            Self::Uploads(command) => matches!(command, Uploads::Delete { .. } | Uploads::Undo { dry_run: false, .. }),
            Self::Audit(command) => matches!(command, Audit::Checkpoint | Audit::Prune { dry_run: false, .. }),
            Self::Tour
            | Self::Report { .. }
            | Self::Roles
            | Self::Backup { .. }
            | Self::Seeds(_)
            | Self::Code(_)
            | Self::Completions { .. }
            | Self::Man { .. } => false,
        }
    }

    /// Whether the command does nothing but show what is there, and comes to no verdict: its reader may stop reading.
    pub(crate) const fn shows(&self) -> bool {
        matches!(
            self,
            Self::Users(Users::List { .. } | Users::Show { .. })
                | Self::Tokens(Tokens::List { .. } | Tokens::Show { .. })
                | Self::Uploads(Uploads::List | Uploads::Show { .. } | Uploads::Failures { output: None, .. })
                | Self::Audit(Audit::List { .. })
                | Self::Keys(Keys::List)
                | Self::Policy(Policy::Show)
                | Self::Completions { .. }
                | Self::Roles
                | Self::Report { .. }
                | Self::Man { .. }
        )
    }

    /// What the command reads of a directory, for which an actor is asked first. Commands that write are asked by the directory,
    /// in the view that decides.
    pub(crate) const fn reads(&self) -> Option<(Operation, Option<&Upn>)> {
        Some(match self {
            Self::Users(Users::Show { upn } | Users::Roles { upn, .. }) | Self::Recovery(Recovery::Show { upn }) => {
                (Operation::ShowUser, Some(upn))
            }
            Self::Tokens(Tokens::List { upn: Some(upn), .. }) => (Operation::ShowUser, Some(upn)),
            Self::Report { .. }
            | Self::Users(Users::List { .. })
            | Self::Tokens(Tokens::List { upn: None, .. } | Tokens::Show { .. })
            | Self::Uploads(Uploads::List | Uploads::Show { .. } | Uploads::Failures { .. }) => (Operation::List, None),
            Self::Policy(Policy::Show) => (Operation::List, None),
            // A change asks by itself; what it would change is told to those alone who may change it.
            Self::Policy(command) if command.tries() => (Operation::ChangePolicy, None),
            Self::Audit(Audit::Checkpoint | Audit::Prune { .. }) => (Operation::Maintain, None),
            Self::Audit(_) => (Operation::ReadLog, None),
            Self::Backup { .. } | Self::Keys(_) => (Operation::Maintain, None),
            _ => return None,
        })
    }

    /// Whether only the local operator can run the command, since it makes or replaces a directory.
    pub(crate) const fn makes_a_directory(&self) -> bool {
        matches!(self, Self::Init | Self::Migrate { .. } | Self::Tour | Self::Restore { .. })
    }
}
