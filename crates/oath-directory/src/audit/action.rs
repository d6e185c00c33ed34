use serde::Serialize;

/// What happened. The names are stable: they are hashed, and scripts read them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Action {
    /// A directory was made.
    DirectoryCreated,
    /// A user was added.
    UserAdded,
    /// A user's kind, display name or object ID changed.
    UserChanged,
    /// A user got another user name.
    UserRenamed,
    /// A user may sign in again.
    UserEnabled,
    /// A user may no longer sign in.
    UserDisabled,
    /// A user left the directory.
    UserRemoved,
    /// A file was uploaded.
    Uploaded,
    /// The status of an upload was deleted, by a person or by its age.
    UploadDeleted,
    /// The tokens that a file brought were taken back.
    UploadUndone,
    /// A token came into the inventory.
    TokenImported,
    /// A token got a holder.
    TokenAssigned,
    /// A token's first code was right.
    TokenActivated,
    /// A code for activation was wrong.
    ActivationFailed,
    /// A token was found again by two codes.
    TokenResynchronized,
    /// The codes for a resynchronization were wrong.
    ResynchronizationFailed,
    /// A token no longer signs in, but keeps its holder.
    TokenDeactivated,
    /// A token lost its holder.
    TokenUnassigned,
    /// A token left the directory.
    TokenDeleted,
    /// A secret was made for a user's app.
    SoftwareEnrolled,
    /// A secret that waited for its first code was given up.
    EnrolmentCancelled,
    /// A code signed a user in.
    SignedIn,
    /// A code did not sign a user in.
    SignInRejected,
    /// An administrator ended the wait after wrong codes of a user.
    UserUnlocked,
    /// An administrator ended the wait after wrong codes of a token.
    TokenUnlocked,
    /// An administrator set the last accepted step of a token back to the present.
    TokenReset,
    /// The database was restored from a backup: codes up to that moment are refused.
    DirectoryRestored,
    /// The records came from a file of an older format: codes up to that moment are refused.
    DirectoryMigrated,
    /// The rules of the directory changed.
    PolicyChanged,
    /// A sealing key came into the key ring.
    KeyAdded,
    /// Secrets are sealed under another key from then on.
    KeyActivated,
    /// A sealing key left the key ring.
    KeyRemoved,
    /// Secrets were sealed again under the key that seals.
    TokensResealed,
    /// The ends of all chains were written down in this one.
    AuditCheckpoint,
    /// Exported events at the beginnings of chains were deleted.
    AuditPruned,
    /// An actor asked for an operation that no role of the actor allows; nothing was changed.
    Denied,
    /// A user got a role or lost one.
    RolesChanged,
    /// A user got recovery codes, in the place of all former ones.
    RecoveryIssued,
    /// The recovery codes of a user were taken away.
    RecoveryReset,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 39] = [
        Self::DirectoryCreated,
        Self::UserAdded,
        Self::UserChanged,
        Self::UserRenamed,
        Self::UserEnabled,
        Self::UserDisabled,
        Self::UserRemoved,
        Self::Uploaded,
        Self::UploadDeleted,
        Self::UploadUndone,
        Self::TokenImported,
        Self::TokenAssigned,
        Self::TokenActivated,
        Self::ActivationFailed,
        Self::TokenResynchronized,
        Self::ResynchronizationFailed,
        Self::TokenDeactivated,
        Self::TokenUnassigned,
        Self::TokenDeleted,
        Self::SoftwareEnrolled,
        Self::EnrolmentCancelled,
        Self::SignedIn,
        Self::SignInRejected,
        Self::UserUnlocked,
        Self::TokenUnlocked,
        Self::TokenReset,
        Self::DirectoryRestored,
        Self::DirectoryMigrated,
        Self::PolicyChanged,
        Self::KeyAdded,
        Self::KeyActivated,
        Self::KeyRemoved,
        Self::TokensResealed,
        Self::AuditCheckpoint,
        Self::AuditPruned,
        Self::Denied,
        Self::RolesChanged,
        Self::RecoveryIssued,
        Self::RecoveryReset,
    ];

    /// The stable name, in kebab-case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DirectoryCreated => "directory-created",
            Self::UserAdded => "user-added",
            Self::UserChanged => "user-changed",
            Self::UserRenamed => "user-renamed",
            Self::UserEnabled => "user-enabled",
            Self::UserDisabled => "user-disabled",
            Self::UserRemoved => "user-removed",
            Self::Uploaded => "uploaded",
            Self::UploadDeleted => "upload-deleted",
            Self::UploadUndone => "upload-undone",
            Self::TokenImported => "token-imported",
            Self::TokenAssigned => "token-assigned",
            Self::TokenActivated => "token-activated",
            Self::ActivationFailed => "activation-failed",
            Self::TokenResynchronized => "token-resynchronized",
            Self::ResynchronizationFailed => "resynchronization-failed",
            Self::TokenDeactivated => "token-deactivated",
            Self::TokenUnassigned => "token-unassigned",
            Self::TokenDeleted => "token-deleted",
            Self::SoftwareEnrolled => "software-enrolled",
            Self::EnrolmentCancelled => "enrolment-cancelled",
            Self::SignedIn => "signed-in",
            Self::SignInRejected => "sign-in-rejected",
            Self::UserUnlocked => "user-unlocked",
            Self::TokenUnlocked => "token-unlocked",
            Self::TokenReset => "token-reset",
            Self::DirectoryRestored => "directory-restored",
            Self::DirectoryMigrated => "directory-migrated",
            Self::PolicyChanged => "policy-changed",
            Self::KeyAdded => "key-added",
            Self::KeyActivated => "key-activated",
            Self::KeyRemoved => "key-removed",
            Self::TokensResealed => "tokens-resealed",
            Self::AuditCheckpoint => "audit-checkpoint",
            Self::AuditPruned => "audit-pruned",
            Self::Denied => "denied",
            Self::RolesChanged => "roles-changed",
            Self::RecoveryIssued => "recovery-issued",
            Self::RecoveryReset => "recovery-reset",
        }
    }

    /// The action of a stable name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }
}
