//! The words of `oath users`.

use super::named;
use clap::Subcommand;
use clap::builder::TypedValueParser;
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
    /// Add users, or change them, from a CSV file; other users stay as they are
    Import {
        /// The file, as a portal exports it: a column userPrincipalName and, optional, displayName, userType, accountEnabled and id
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Show what would happen, and change nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Make the users like a CSV file that lists all of them; users who are not in it leave
    Sync {
        /// The file, as a portal exports it: a column userPrincipalName and, optional, displayName, userType, accountEnabled and id
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// What becomes of users who are not in the file
        #[arg(long, value_name = "WHAT", default_value = "disable", value_parser = leavers())]
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
        /// The user name: alice@example.com
        #[arg(value_name = "UPN")]
        upn: Upn,
    },
    /// Give a user another user name; the tokens stay
    Rename {
        /// The user name now
        #[arg(value_name = "UPN")]
        upn: Upn,
        /// The user name from now on, which no user may have
        #[arg(value_name = "NEW_UPN")]
        new: Upn,
    },
    /// Stop a user from signing in; the tokens stay
    Disable {
        /// The user name: alice@example.com
        #[arg(value_name = "UPN")]
        upn: Upn,
    },
    /// Let a user sign in again
    Enable {
        /// The user name: alice@example.com
        #[arg(value_name = "UPN")]
        upn: Upn,
    },
    /// Take a user out of the directory; hardware tokens are available again, apps are deleted
    Remove {
        /// The user name: alice@example.com
        #[arg(value_name = "UPN")]
        upn: Upn,
        /// Say which tokens would be available again and which deleted, and change nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Show the roles of a user, or change them
    ///
    /// A user with a role is an administrator. `oath roles` prints what each role allows.
    Roles {
        /// The user name: alice@example.com
        #[arg(value_name = "UPN")]
        upn: Upn,
        /// Give the user this role: helpdesk-administrator, auditor, authentication-administrator,
        /// privileged-authentication-administrator, authentication-policy-administrator or global-administrator
        #[arg(long, value_name = "ROLE", value_parser = role(), ignore_case = true, hide_possible_values = true)]
        add: Vec<Role>,
        /// Take this role from the user
        #[arg(long, value_name = "ROLE", value_parser = role(), ignore_case = true, hide_possible_values = true)]
        remove: Vec<Role>,
    },
    /// End the wait of a user after wrong codes
    Unlock {
        /// The user name: alice@example.com
        #[arg(value_name = "UPN")]
        upn: Upn,
    },
}

fn role() -> impl TypedValueParser<Value = Role> {
    named(Role::ALL.map(Role::name), |name| name.parse().ok())
}

fn leavers() -> impl TypedValueParser<Value = Leavers> {
    named(["keep", "disable", "remove"], |name| name.parse().ok())
}

impl Users {
    /// Whether the command only says what it would change.
    pub(super) const fn tries(&self) -> bool {
        match self {
            Self::Import { dry_run, .. } | Self::Sync { dry_run, .. } | Self::Remove { dry_run, .. } => *dry_run,
            _ => false,
        }
    }

    /// Whether it is `roles` without a change.
    pub(super) const fn shows_roles(&self) -> bool {
        matches!(self, Self::Roles { add, remove, .. } if add.is_empty() && remove.is_empty())
    }
}
