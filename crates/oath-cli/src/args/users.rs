//! The words of `oath users`.

use clap::Subcommand;
use oath_directory::rights::Role;
use oath_directory::{Leavers, Upn};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum Users {
    /// Add a user
    Add {
        /// userPrincipalName: alice@example.com
        #[arg(value_name = "UPN")]
        upn: Upn,
        /// Not a member of the organisation: holds no hardware token
        #[arg(long)]
        guest: bool,
        /// The display name
        #[arg(long, value_name = "TEXT")]
        name: Option<String>,
    },
    /// Add users, or change them, from a CSV file: userPrincipalName and, optional, userType, displayName, accountEnabled, id
    Import {
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Show what would happen, and change nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Make the users like a CSV file that lists all of them; users who are not in it leave
    Sync {
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// What becomes of users who are not in the file: keep, disable or remove
        #[arg(long, value_name = "WHAT", default_value = "disable")]
        leavers: Leavers,
        /// Show what would happen, and change nothing
        #[arg(long)]
        dry_run: bool,
        /// Go on where 5 users or more, and more than a quarter of all, would leave
        #[arg(long)]
        yes: bool,
    },
    /// List the users, with their wrong codes and locks
    List {
        /// Only those who have to wait after wrong codes
        #[arg(long)]
        locked: bool,
    },
    /// Show a user, the user's tokens and the wait after wrong codes
    Show {
        #[arg(value_name = "UPN")]
        upn: Upn,
    },
    /// Give a user another user name; the tokens stay
    Rename {
        #[arg(value_name = "UPN")]
        upn: Upn,
        #[arg(value_name = "NEW_UPN")]
        new: Upn,
    },
    /// Stop a user from signing in; the tokens stay
    Disable {
        #[arg(value_name = "UPN")]
        upn: Upn,
    },
    /// Let a user sign in again
    Enable {
        #[arg(value_name = "UPN")]
        upn: Upn,
    },
    /// Take a user out of the directory; hardware tokens are available again, apps are deleted
    Remove {
        #[arg(value_name = "UPN")]
        upn: Upn,
    },
    /// Show the roles of a user, or change them
    ///
    /// A user with a role is an administrator. `oath roles` prints what each role allows.
    Roles {
        #[arg(value_name = "UPN")]
        upn: Upn,
        /// Give the user this role: helpdesk-administrator, auditor, authentication-administrator,
        /// privileged-authentication-administrator, authentication-policy-administrator or global-administrator
        #[arg(long, value_name = "ROLE")]
        add: Vec<Role>,
        /// Take this role from the user
        #[arg(long, value_name = "ROLE")]
        remove: Vec<Role>,
    },
    /// End the wait of a user after wrong codes
    Unlock {
        #[arg(value_name = "UPN")]
        upn: Upn,
    },
}

impl Users {
    /// Whether it is `roles` without a change.
    pub(super) const fn shows_roles(&self) -> bool {
        matches!(self, Self::Roles { add, remove, .. } if add.is_empty() && remove.is_empty())
    }
}
