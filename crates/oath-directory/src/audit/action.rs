use serde::Serialize;

/// One line for each action, with its name: the enum, the list of all and the names are made of it.
macro_rules! actions {
    ($($(#[$doc:meta])* $action:ident = $name:literal,)*) => {
        /// What happened. The names are stable: they are hashed, and scripts read them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
        #[serde(rename_all = "kebab-case")]
        #[non_exhaustive]
        pub enum Action {
            $($(#[$doc])* $action,)*
        }

        impl Action {
            /// All of them.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$action),*];

            /// The stable name, in kebab-case.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$action => $name,)*
                }
            }
        }
    };
}

actions! {
    /// A directory was made.
    DirectoryCreated = "directory-created",
    /// A user was added.
    UserAdded = "user-added",
    /// A user's kind, display name or object ID changed.
    UserChanged = "user-changed",
    /// A user got another user name.
    UserRenamed = "user-renamed",
    /// A user may sign in again.
    UserEnabled = "user-enabled",
    /// A user may no longer sign in.
    UserDisabled = "user-disabled",
    /// A user left the directory.
    UserRemoved = "user-removed",
    /// A file was uploaded.
    Uploaded = "uploaded",
    /// The status of an upload was deleted, by a person or by its age.
    UploadDeleted = "upload-deleted",
    /// The tokens that a file brought were taken back.
    UploadUndone = "upload-undone",
    /// A token came into the inventory.
    TokenImported = "token-imported",
    /// A token got a holder.
    TokenAssigned = "token-assigned",
    /// A token's first code was right.
    TokenActivated = "token-activated",
    /// A code for activation was wrong.
    ActivationFailed = "activation-failed",
    /// A token was found again by two codes.
    TokenResynchronized = "token-resynchronized",
    /// The codes for a resynchronization were wrong.
    ResynchronizationFailed = "resynchronization-failed",
    /// A token no longer signs in, but keeps its holder.
    TokenDeactivated = "token-deactivated",
    /// A token lost its holder.
    TokenUnassigned = "token-unassigned",
    /// A token left the directory.
    TokenDeleted = "token-deleted",
    /// A secret was made for a user's app.
    SoftwareEnrolled = "software-enrolled",
    /// A secret that waited for its first code was given up.
    EnrolmentCancelled = "enrolment-cancelled",
    /// A code signed a user in.
    SignedIn = "signed-in",
    /// A code did not sign a user in.
    SignInRejected = "sign-in-rejected",
    /// An administrator ended the wait after wrong codes of a user.
    UserUnlocked = "user-unlocked",
    /// An administrator ended the wait after wrong codes of a token.
    TokenUnlocked = "token-unlocked",
    /// An administrator set the last accepted step of a token back to the present.
    TokenReset = "token-reset",
    /// The database was restored from a backup: codes up to that moment are refused.
    DirectoryRestored = "directory-restored",
    /// The clock was ahead at a restore: codes of times that have not come yet are no longer refused, those of the past are.
    FloorLowered = "floor-lowered",
    /// The records came from a file of an older format: codes up to that moment are refused.
    DirectoryMigrated = "directory-migrated",
    /// The rules of the directory changed.
    PolicyChanged = "policy-changed",
    /// A sealing key came into the key ring.
    KeyAdded = "key-added",
    /// Secrets are sealed under another key from then on.
    KeyActivated = "key-activated",
    /// A sealing key left the key ring.
    KeyRemoved = "key-removed",
    /// Secrets were sealed again under the key that seals.
    TokensResealed = "tokens-resealed",
    /// The ends of all chains were written down in this one.
    AuditCheckpoint = "audit-checkpoint",
    /// Exported events at the beginnings of chains were deleted.
    AuditPruned = "audit-pruned",
    /// An actor asked for an operation that no role of the actor allows; nothing was changed.
    Denied = "denied",
    /// A user got a role or lost one.
    RolesChanged = "roles-changed",
    /// A user got recovery codes, in the place of all former ones.
    RecoveryIssued = "recovery-issued",
    /// The recovery codes of a user were taken away.
    RecoveryReset = "recovery-reset",
}

impl Action {
    /// The action of a stable name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }
}
