//! Who may do what. One table says it: [`table`] prints it for people, [`allows`] reads it for the directory, and the tests try
//! each of its cells on a directory.
//!
//! The roles are Entra ID's as far as Microsoft documents them for OATH tokens: the inventory is the Authentication Policy
//! Administrator's; tokens are assigned, activated and taken back by their user, by an Authentication Administrator for users who
//! are no administrators, and by a Privileged Authentication Administrator for all. The rest is ours. A user with any role is an
//! administrator. The [local operator](crate::Actor::local_operator) may do everything.

use core::fmt;
use core::str::FromStr;

/// What an administrator may be. The names are Entra ID's, but for `auditor`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Role {
    /// Ends the wait after wrong codes, and sees who holds which token.
    HelpdeskAdministrator,
    /// Reads the audit log and all lists, and changes nothing.
    Auditor,
    /// Assigns, activates and takes back the tokens of users who are no administrators.
    AuthenticationAdministrator,
    /// Assigns, activates and takes back the tokens of all users.
    PrivilegedAuthenticationAdministrator,
    /// Takes tokens into the inventory and out of it, and sets the policy.
    AuthenticationPolicyAdministrator,
    /// Everything that the directory decides; not what is done to the machine, such as keys and backups.
    GlobalAdministrator,
}

impl Role {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 6] = [
        Self::HelpdeskAdministrator,
        Self::Auditor,
        Self::AuthenticationAdministrator,
        Self::PrivilegedAuthenticationAdministrator,
        Self::AuthenticationPolicyAdministrator,
        Self::GlobalAdministrator,
    ];

    /// The stable name, in kebab case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HelpdeskAdministrator => "helpdesk-administrator",
            Self::Auditor => "auditor",
            Self::AuthenticationAdministrator => "authentication-administrator",
            Self::PrivilegedAuthenticationAdministrator => "privileged-authentication-administrator",
            Self::AuthenticationPolicyAdministrator => "authentication-policy-administrator",
            Self::GlobalAdministrator => "global-administrator",
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::HelpdeskAdministrator => 1,
            Self::Auditor => 1 << 1,
            Self::AuthenticationAdministrator => 1 << 2,
            Self::PrivilegedAuthenticationAdministrator => 1 << 3,
            Self::AuthenticationPolicyAdministrator => 1 << 4,
            Self::GlobalAdministrator => 1 << 5,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(name: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.name().eq_ignore_ascii_case(name)).ok_or(UnknownRole)
    }
}

/// A text that names no [`Role`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownRole;

impl fmt::Display for UnknownRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected one of ")?;
        for (index, role) in Role::ALL.into_iter().enumerate() {
            write!(f, "{}{role}", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl core::error::Error for UnknownRole {}

/// The roles of one user; none for most.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Roles(u8);

impl Roles {
    /// No role.
    pub const NONE: Self = Self(0);

    /// With this role too.
    #[must_use]
    pub const fn with(self, role: Role) -> Self {
        Self(self.0 | role.bit())
    }

    /// Without this role.
    #[must_use]
    pub const fn without(self, role: Role) -> Self {
        Self(self.0 & !role.bit())
    }

    /// Whether this role is among them.
    #[must_use]
    pub const fn has(self, role: Role) -> bool {
        self.0 & role.bit() != 0
    }

    /// Whether there is any: a user with a role is an administrator.
    #[must_use]
    pub const fn any(self) -> bool {
        self.0 != 0
    }

    /// Each of them, in the order of [`Role::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| self.has(*role))
    }

    /// As a store keeps them.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// As a store kept them; `None` for bits that are no role.
    #[must_use]
    pub fn from_bits(bits: u8) -> Option<Self> {
        let all = Role::ALL.into_iter().fold(Self::NONE, Self::with);
        (bits & !all.0 == 0).then_some(Self(bits))
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<T: IntoIterator<Item = Role>>(roles: T) -> Self {
        roles.into_iter().fold(Self::NONE, Self::with)
    }
}

/// The names with commas; `no role` where there is none.
impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.iter().map(Role::name).collect();
        f.pad(&if names.is_empty() { "no role".to_owned() } else { names.join(", ") })
    }
}

impl fmt::Debug for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// What an [`Actor`](crate::Actor) asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// Verify a code, or a recovery code, for a user: what a server does for a user who signs in.
    SignIn,
    /// See one user, the user's tokens and locks.
    ShowUser,
    /// List users, tokens and uploads, see one token, and print the report.
    List,
    /// Read and verify the audit log.
    ReadLog,
    /// Add, import, rename, enable, disable and remove users.
    ChangeUsers,
    /// Give a role to a user or take it away.
    ChangeRoles,
    /// Take a seed file into the inventory, with the holders that it names, undo that, and delete the status of an upload.
    Upload,
    /// Take a token that no user holds out of the inventory.
    DeleteToken,
    /// Give a token of the inventory to a user.
    Assign,
    /// Activate a token that a user holds.
    Activate,
    /// Find the clock of a token again by two codes.
    Resync,
    /// Stop a token from signing in.
    Deactivate,
    /// Take a token from its holder.
    Unassign,
    /// Give a user a secret for an app, and confirm it.
    Enroll,
    /// Delete the app of a user.
    DeleteApp,
    /// Issue recovery codes to a user, or take them away.
    Recovery,
    /// End the wait after wrong codes.
    Unlock,
    /// Set the last accepted step of a token to the present.
    ResetToken,
    /// Change the policy.
    ChangePolicy,
    /// Keys, the floor after a restore, and checkpoints of the log.
    Maintain,
}

impl Operation {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 20] = [
        Self::SignIn,
        Self::ShowUser,
        Self::List,
        Self::ReadLog,
        Self::ChangeUsers,
        Self::ChangeRoles,
        Self::Upload,
        Self::DeleteToken,
        Self::Assign,
        Self::Activate,
        Self::Resync,
        Self::Deactivate,
        Self::Unassign,
        Self::Enroll,
        Self::DeleteApp,
        Self::Recovery,
        Self::Unlock,
        Self::ResetToken,
        Self::ChangePolicy,
        Self::Maintain,
    ];

    /// The stable name, in kebab case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::ShowUser => "show-user",
            Self::List => "list",
            Self::ReadLog => "read-log",
            Self::ChangeUsers => "change-users",
            Self::ChangeRoles => "change-roles",
            Self::Upload => "upload",
            Self::DeleteToken => "delete-token",
            Self::Assign => "assign",
            Self::Activate => "activate",
            Self::Resync => "resync",
            Self::Deactivate => "deactivate",
            Self::Unassign => "unassign",
            Self::Enroll => "enroll",
            Self::DeleteApp => "delete-app",
            Self::Recovery => "recovery",
            Self::Unlock => "unlock",
            Self::ResetToken => "reset-token",
            Self::ChangePolicy => "change-policy",
            Self::Maintain => "maintain",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Whom an operation is about, as seen by the actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The actor.
    Own,
    /// Another user without a role.
    User,
    /// Another user with a role.
    Administrator,
    /// No user: the directory as a whole, or a token that no user holds.
    Nobody,
}

impl Subject {
    /// All four.
    pub const ALL: [Self; 4] = [Self::Own, Self::User, Self::Administrator, Self::Nobody];
}

/// For whom a role allows an operation: a cell of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell {
    Not,
    /// For the actor alone.
    Own,
    /// For users without a role, and for what belongs to no user.
    Users,
    /// For all users, and for what belongs to none.
    All,
}

impl Cell {
    const fn covers(self, subject: Subject) -> bool {
        match self {
            Self::Not => false,
            Self::Own => matches!(subject, Subject::Own),
            Self::Users => matches!(subject, Subject::User | Subject::Nobody),
            Self::All => true,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Not => "-",
            Self::Own => "own",
            Self::Users => "users",
            Self::All => "all",
        }
    }
}

use Cell::{All, Not, Own, Users};

/// A row of the table: what every user may, and then what each role of [`Role::ALL`] adds to it.
type Row = [Cell; 7];

#[rustfmt::skip]
const fn row(operation: Operation) -> Row {
    match operation {
        //                         user  helpdesk auditor auth.  privil. policy global
        Operation::SignIn       => [Own,  Not,    Not,    Not,   Not,    Not,   Not],
        Operation::ShowUser     => [Own,  All,    All,    All,   All,    All,   All],
        Operation::List         => [Not,  All,    All,    All,   All,    All,   All],
        Operation::ReadLog      => [Not,  Not,    All,    Not,   Not,    Not,   All],
        Operation::ChangeUsers  => [Not,  Not,    Not,    Not,   Not,    Not,   All],
        Operation::ChangeRoles  => [Not,  Not,    Not,    Not,   Not,    Not,   All],
        Operation::Upload       => [Not,  Not,    Not,    Not,   Not,    All,   All],
        Operation::DeleteToken  => [Not,  Not,    Not,    Not,   Not,    All,   All],
        Operation::Assign       => [Own,  Not,    Not,    Users, All,    Not,   All],
        Operation::Activate     => [Own,  Not,    Not,    Users, All,    Not,   All],
        Operation::Resync       => [Own,  Not,    Not,    Users, All,    Not,   All],
        Operation::Deactivate   => [Own,  Not,    Not,    Users, All,    Not,   All],
        Operation::Unassign     => [Own,  Not,    Not,    Users, All,    Not,   All],
        Operation::Enroll       => [Own,  Not,    Not,    Users, All,    Not,   All],
        Operation::DeleteApp    => [Own,  Not,    Not,    Users, All,    Not,   All],
        Operation::Recovery     => [Own,  Not,    Not,    Users, All,    Not,   All],
        Operation::Unlock       => [Not,  Users,  Not,    Users, All,    Not,   All],
        Operation::ResetToken   => [Not,  Not,    Not,    Users, All,    Not,   All],
        Operation::ChangePolicy => [Not,  Not,    Not,    Not,   Not,    All,   All],
        Operation::Maintain     => [Not,  Not,    Not,    Not,   Not,    Not,   Not],
    }
}

/// Whether a user with these roles may do this for that subject. Every user has the rights of the first column, and those of
/// each role.
#[must_use]
pub fn allows(roles: Roles, operation: Operation, subject: Subject) -> bool {
    let [user, of_roles @ ..] = row(operation);
    let added = Role::ALL.into_iter().zip(of_roles).filter(|(role, _)| roles.has(*role)).map(|(_, cell)| cell);
    [user].into_iter().chain(added).any(|cell| cell.covers(subject))
}

/// The table for people: a heading, and a row for each operation. `own`: for the actor alone; `users`: for users without a role
/// and for what belongs to no user; `all`: for everyone; `-`: not at all.
#[must_use]
pub fn table() -> Vec<[&'static str; 8]> {
    let heading = ["operation", "user", "helpdesk", "auditor", "authentication", "privileged", "policy", "global"];
    let rows = Operation::ALL.into_iter().map(|operation| {
        let [a, b, c, d, e, f, g] = row(operation).map(Cell::name);
        [operation.name(), a, b, c, d, e, f, g]
    });
    [heading].into_iter().chain(rows).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_read_as_they_are_written() {
        for role in Role::ALL {
            assert_eq!(role.name().parse(), Ok(role));
        }
        assert!("Global Administrator".parse::<Role>().unwrap_err().to_string().contains("global-administrator"));
        for bits in 0..=u8::MAX {
            let Some(roles) = Roles::from_bits(bits) else { continue };
            assert_eq!((roles.bits(), roles.iter().collect::<Roles>()), (bits, roles));
            assert_eq!(roles.any(), bits != 0);
        }
        assert_eq!((0..=u8::MAX).filter_map(Roles::from_bits).count(), 64);
        let two = Roles::NONE.with(Role::Auditor).with(Role::HelpdeskAdministrator);
        assert_eq!(
            format!("{two} {:?} {}", two.without(Role::Auditor), Roles::NONE),
            "helpdesk-administrator, auditor {HelpdeskAdministrator} no role"
        );
    }

    #[test]
    fn what_microsoft_documents_stands_in_the_table() {
        use Operation::{Activate, Assign, Unassign, Upload};
        let of = |role| Roles::NONE.with(role);
        for operation in [Assign, Activate, Unassign] {
            for subject in Subject::ALL {
                let user = allows(Roles::NONE, operation, subject);
                assert_eq!(user, subject == Subject::Own, "the user for himself");
                let authentication = allows(of(Role::AuthenticationAdministrator), operation, subject);
                assert_eq!(authentication, subject != Subject::Administrator, "for users who are no administrators");
                assert!(allows(of(Role::PrivilegedAuthenticationAdministrator), operation, subject));
                let policy = allows(of(Role::AuthenticationPolicyAdministrator), operation, subject);
                assert_eq!(policy, subject == Subject::Own);
            }
        }
        for role in Role::ALL {
            let inventory = matches!(role, Role::AuthenticationPolicyAdministrator | Role::GlobalAdministrator);
            assert_eq!(allows(of(role), Upload, Subject::Nobody), inventory, "{role}");
        }
    }

    #[test]
    fn a_role_takes_nothing_away_and_the_machine_is_for_the_local_operator() {
        for operation in Operation::ALL {
            for subject in Subject::ALL {
                for bits in (0..=u8::MAX).filter(|bits| Roles::from_bits(*bits).is_some()) {
                    let roles = Roles::from_bits(bits).unwrap();
                    let each = roles.iter().any(|role| allows(Roles::NONE.with(role), operation, subject));
                    assert_eq!(allows(roles, operation, subject), each || allows(Roles::NONE, operation, subject));
                    assert!(operation != Operation::Maintain || !allows(roles, operation, subject));
                }
            }
        }
    }
}
