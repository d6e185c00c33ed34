use crate::audit::Chain;
use crate::keys::KeyRingError;
use crate::model::{MalformedUpn, Status};
use crate::policy::PolicyError;
use crate::rights::Operation;
use crate::store::{Fault, StoreError};
use core::fmt;
use oath_totp::UnixTime;

/// An operation did not happen.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The rules of the directory forbid it, or the code was wrong.
    Refused(Refusal),
    /// The database failed.
    Store(StoreError),
    /// The key ring failed.
    Keys(KeyRingError),
    /// Others changed the same records again and again.
    Contention,
    /// The connection was lost while the outcome was written, and others have written since: it was applied, or was not.
    OutcomeUnknown,
}

impl Error {
    /// A stable name, in kebab case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Store(error) => error.fault.code(),
            Self::Keys(error) => error.code(),
            Self::Contention => "contention",
            Self::OutcomeUnknown => Fault::Unknown.code(),
        }
    }

    /// What to do.
    #[must_use]
    pub const fn action(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.action(),
            Self::Store(error) => error.fault.action(),
            Self::Keys(error) => error.action(),
            Self::Contention => "try again",
            Self::OutcomeUnknown => "wait for the next code and type that",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Store(error) => error.fmt(f),
            Self::Keys(error) => error.fmt(f),
            Self::Contention => f.write_str("others kept changing the same records; nothing was changed, try again"),
            Self::OutcomeUnknown => f.write_str("the connection was lost while the outcome was written"),
        }
    }
}

impl core::error::Error for Error {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::Store(error) => Some(error),
            Self::Keys(error) => Some(error),
            Self::Contention | Self::OutcomeUnknown => None,
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<KeyRingError> for Error {
    fn from(error: KeyRingError) -> Self {
        Self::Keys(error)
    }
}

/// Why the directory says no. Shows neither secrets nor codes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The code does not sign in: it is wrong or was used, or there is no such user, or the user holds no such token. One answer for all of them.
    Rejected,
    /// The code does not activate or resynchronize the token.
    WrongCode {
        /// The token.
        serial: String,
    },
    /// One code does not activate the token, unless its clock is near the expected one; further away the next code is needed
    /// as well. Whether the code is right further away is not told.
    NextCodeNeeded {
        /// The token.
        serial: String,
        /// How many seconds around the expected clock one code is enough.
        within: u64,
    },
    /// One code is not enough, because the directory was restored from a backup a short time ago: it may have been used
    /// before. The next one is needed as well.
    RestoredRecently {
        /// The token.
        serial: String,
        /// How many seconds after the restore one code is enough at the latest.
        within: u64,
    },
    /// The code fits more than one moment.
    Ambiguous {
        /// The token.
        serial: String,
    },
    /// Too many wrong codes.
    Locked {
        /// Seconds until the next code is read.
        retry_after: u64,
    },
    /// Too many activations of late.
    TooManyActivations {
        /// How many are allowed.
        limit: usize,
        /// In how many seconds.
        period: u64,
        /// Seconds until the next one.
        retry_after: u64,
    },
    /// No role of the actor allows the operation. The audit log has an event of it.
    Denied {
        /// Who asked.
        actor: String,
        /// For what.
        operation: Operation,
    },
    /// The user name is malformed.
    Upn(MalformedUpn),
    /// No such user.
    UnknownUser {
        /// The user name.
        upn: String,
    },
    /// There is such a user already.
    UserExists {
        /// The user name.
        upn: String,
    },
    /// A guest holds no hardware token.
    Guest {
        /// The user name.
        upn: String,
    },
    /// The user may not sign in, and gets no token.
    Disabled {
        /// The user name.
        upn: String,
    },
    /// The user name belongs to a user with another object ID: to another person.
    OtherObject {
        /// The user name.
        upn: String,
    },
    /// The object ID stands in the file twice.
    ObjectTwice {
        /// The user name of the second row.
        upn: String,
    },
    /// A synchronization would disable or remove more users than it may.
    ManyLeavers {
        /// How many users of the directory are not in the file.
        leavers: usize,
        /// How many users the directory has.
        users: usize,
    },
    /// The user holds as many tokens as one may.
    UserFull {
        /// The user name.
        upn: String,
        /// How many one may hold.
        limit: usize,
    },
    /// The user has no software token that waits for its first code.
    NothingToConfirm {
        /// The user name.
        upn: String,
    },
    /// The user has no software token that signs in and could be replaced, or more than one.
    WhichSoftware {
        /// The user name.
        upn: String,
        /// The serial numbers of the software tokens that sign in.
        serials: Vec<String>,
    },
    /// No such token.
    UnknownToken {
        /// The serial number.
        serial: String,
    },
    /// Somebody holds the token.
    Held {
        /// The token.
        serial: String,
        /// The user name of its holder.
        holder: String,
    },
    /// The token's status does not allow it.
    WrongStatus {
        /// The token.
        serial: String,
        /// Its status.
        status: Status,
        /// What it would have to be.
        expected: &'static str,
        /// What to do first.
        action: &'static str,
    },
    /// A software token is not passed on.
    Software {
        /// The token.
        serial: String,
    },
    /// The secret has fewer bits than the policy allows.
    WeakSecret {
        /// The token.
        serial: String,
    },
    /// The record of the token, or the state of its secret, is not what the directory wrote.
    Damaged {
        /// The token.
        serial: String,
    },
    /// The record of the user is not what the directory wrote.
    DamagedUser {
        /// The user name.
        upn: String,
    },
    /// The policy has a value that the directory does not take, or a field that it does not know.
    Policy(PolicyError),
    /// The policy was changed since it was read.
    PolicyChanged,
    /// The upload is finished.
    UploadFinished {
        /// Its number.
        id: u64,
    },
    /// The file is not the one whose upload was broken off.
    OtherFile {
        /// The number of the upload.
        id: u64,
    },
    /// The event was exported and pruned.
    EventPruned {
        /// Its chain.
        chain: Chain,
        /// Its number.
        sequence: u64,
        /// The first event of the chain that the database holds.
        first: u64,
    },
    /// The clock is behind, or was ahead when the newest event was written.
    ClockBehind {
        /// The time of the clock.
        now: UnixTime,
        /// When the newest event was written.
        newest: UnixTime,
    },
    /// Events are missing between exported ones and those that follow.
    SegmentsApart {
        /// The chain.
        chain: Chain,
        /// The last event before the gap.
        last: u64,
        /// The first event after it.
        first: u64,
    },
    /// No such upload, or its status is no longer kept.
    UnknownUpload {
        /// Its number.
        id: u64,
    },
}

impl Refusal {
    /// A stable name, in kebab-case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::WrongCode { .. } => "wrong-code",
            Self::NextCodeNeeded { .. } => "next-code-needed",
            Self::RestoredRecently { .. } => "restored-recently",
            Self::Ambiguous { .. } => "ambiguous",
            Self::Locked { .. } => "locked",
            Self::TooManyActivations { .. } => "too-many-activations",
            Self::Denied { .. } => "denied",
            Self::Upn(_) => "upn-malformed",
            Self::UnknownUser { .. } => "user-unknown",
            Self::UserExists { .. } => "user-exists",
            Self::Guest { .. } => "user-guest",
            Self::Disabled { .. } => "user-disabled",
            Self::OtherObject { .. } => "user-other-object",
            Self::ObjectTwice { .. } => "user-object-twice",
            Self::ManyLeavers { .. } => "leavers-many",
            Self::UserFull { .. } => "user-full",
            Self::NothingToConfirm { .. } => "nothing-to-confirm",
            Self::WhichSoftware { .. } => "software-token-unclear",
            Self::UnknownToken { .. } => "token-unknown",
            Self::Held { .. } => "token-held",
            Self::WrongStatus { .. } => "wrong-status",
            Self::Software { .. } => "software-token",
            Self::WeakSecret { .. } => "secret-weak",
            Self::Damaged { .. } => "token-damaged",
            Self::DamagedUser { .. } => "user-damaged",
            Self::Policy(error) => error.code(),
            Self::PolicyChanged => "policy-changed",
            Self::UploadFinished { .. } => "upload-finished",
            Self::OtherFile { .. } => "upload-other-file",
            Self::EventPruned { .. } => "event-pruned",
            Self::ClockBehind { .. } => "clock-behind",
            Self::SegmentsApart { .. } => "segments-apart",
            Self::UnknownUpload { .. } => "upload-unknown",
        }
    }

    /// What to do about it.
    #[must_use]
    pub const fn action(&self) -> &'static str {
        match self {
            Self::Rejected => "wait for the next code and type that",
            Self::WrongCode { .. } => {
                "check the serial number and type the next code; if that is refused too, the seed file may give another time \
                 interval, hash or encoding (hexadecimal read as Base32) than the token has: `oath seeds probe` finds out by two codes"
            }
            Self::NextCodeNeeded { .. } => {
                "check the serial number; if it is right, type two codes, the one on the display and the next one after it: they \
                 find a clock that is off by more (on the command line: `oath tokens activate SERIAL CODE NEXT_CODE`)"
            }
            Self::RestoredRecently { .. } => {
                "check the serial number; if it is right, type two codes, the one on the display and the next one after it (on \
                 the command line: `oath tokens activate SERIAL CODE NEXT_CODE`)"
            }
            Self::Ambiguous { .. } => "give the next code of the token as well, after this one",
            Self::Locked { .. } | Self::TooManyActivations { .. } => "wait, then try again",
            Self::Denied { .. } => "ask an administrator whose role allows it: `oath roles` prints who may do what",
            Self::Upn(_) => "correct the user name",
            Self::UnknownUser { .. } => "add the user first, or correct the user name",
            Self::UserExists { .. } => "take another user name; a user who is there already need not be added",
            Self::Guest { .. } => "give the guest a software token, or make the user a member",
            Self::Disabled { .. } => "enable the user first",
            Self::OtherObject { .. } => {
                "remove the former user of this name first, so that the tokens are not passed on unseen; or correct the file"
            }
            Self::ObjectTwice { .. } => "correct the file: an object ID belongs to one user; the first row was taken",
            Self::ManyLeavers { .. } => {
                "see whether the file lists all users; if it does, allow it (on the command line with --yes)"
            }
            Self::UserFull { .. } => "take a token from the user first",
            Self::NothingToConfirm { .. } => "enrol a software token first",
            Self::WhichSoftware { serials, .. } if serials.is_empty() => {
                "enrol a software token: there is none to be replaced"
            }
            Self::WhichSoftware { .. } => "name one of them by its serial number",
            Self::UnknownToken { .. } => {
                "correct the serial number, leading zeros included, or upload the token's seed file"
            }
            Self::Held { .. } => "unassign it first",
            Self::WrongStatus { action, .. } => action,
            Self::Software { .. } => "delete it; its holder still has the secret",
            Self::WeakSecret { .. } => "allow legacy secrets for this upload, or replace the token",
            Self::Damaged { .. } => {
                "restore the database from a backup, or reset the token; where that is refused, delete it and upload it again"
            }
            Self::DamagedUser { .. } => "restore the database from a backup",
            Self::Policy(error) => error.action(),
            Self::PolicyChanged => "look at the policy, then change it again",
            Self::UploadFinished { .. } => "nothing needs to be done",
            Self::OtherFile { .. } => "give the file that was uploaded then, or upload this one as a new one",
            Self::EventPruned { .. } => {
                "look for it in the file that was exported before: `oath audit verify FILE --contains`"
            }
            Self::ClockBehind { .. } => {
                "look at the clock and set it right; where it is right, the newest event was written by a clock that was ahead: \
                 say that this one was checked"
            }
            Self::SegmentsApart { .. } => "name the file with the events in between as well, or export the log again",
            Self::UnknownUpload { .. } => "list the uploads; a status is kept for 30 days",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected => f.write_str("the code is not valid"),
            Self::WrongCode { serial } => write!(f, "the code is not one of token {serial}"),
            Self::NextCodeNeeded { serial, within } => {
                let within = span(*within);
                write!(f, "the code is not one that token {serial} shows within {within} of the expected time")
            }
            Self::RestoredRecently { serial, within } => {
                let within = span(*within);
                write!(
                    f,
                    "one code may be too little for token {serial}: the directory was restored within the last {within}"
                )
            }
            Self::Ambiguous { serial } => write!(f, "the code fits more than one moment of token {serial}"),
            Self::Locked { retry_after } => {
                write!(f, "too many wrong codes; the next one is read in {}", span(*retry_after))
            }
            Self::TooManyActivations { limit, period, retry_after } => {
                write!(
                    f,
                    "{limit} tokens were activated within {}, which is the limit; the next one in {}",
                    span(*period),
                    span(*retry_after)
                )
            }
            Self::Denied { actor, operation } => {
                write!(f, "{actor} may not do this: no role of that user allows {operation}")
            }
            Self::Upn(error) => error.fmt(f),
            Self::UnknownUser { upn } => write!(f, "there is no user {upn}"),
            Self::UserExists { upn } => write!(f, "there is a user {upn} already"),
            Self::Guest { upn } => write!(f, "user {upn} is a guest, and a guest holds no hardware token"),
            Self::Disabled { upn } => write!(f, "user {upn} is disabled"),
            Self::OtherObject { upn } => {
                write!(f, "the user name {upn} belongs to a user with another object ID, that is to another person")
            }
            Self::ObjectTwice { upn } => write!(f, "the object ID of user {upn} stands in the file twice"),
            Self::ManyLeavers { leavers, users } => {
                write!(f, "{leavers} of {users} users are not in the file, more than a quarter")
            }
            Self::UserFull { upn, limit } => write!(f, "user {upn} holds {limit} tokens, which is the limit"),
            Self::NothingToConfirm { upn } => {
                write!(f, "user {upn} has no software token that waits for its first code")
            }
            Self::WhichSoftware { upn, serials } if serials.is_empty() => {
                write!(f, "user {upn} has no software token that signs in")
            }
            Self::WhichSoftware { upn, serials } => {
                write!(f, "user {upn} has several software tokens that sign in: {}", serials.join(", "))
            }
            Self::UnknownToken { serial } => write!(f, "there is no token {serial}"),
            Self::Held { serial, holder } => write!(f, "token {serial} is held by {holder}"),
            Self::WrongStatus { serial, status, expected, .. } => {
                write!(f, "token {serial} is {status}, expected {expected}")
            }
            Self::Software { serial } => write!(f, "token {serial} is a software token, which is not passed on"),
            Self::WeakSecret { serial } => {
                write!(f, "the secret of token {serial} has fewer than 128 bits, the least that RFC 4226 allows")
            }
            Self::Damaged { serial } => {
                write!(f, "the record of token {serial} was changed by something other than the directory")
            }
            Self::DamagedUser { upn } => {
                write!(f, "the record of user {upn} was changed by something other than the directory")
            }
            Self::Policy(error) => error.fmt(f),
            Self::PolicyChanged => f.write_str("the policy was changed by another caller since it was read"),
            Self::UploadFinished { id } => write!(f, "upload {id} is finished"),
            Self::OtherFile { id } => write!(f, "the file is not the one of upload {id}, or was changed since"),
            Self::EventPruned { chain, sequence, first } => {
                write!(
                    f,
                    "event {sequence} of chain {chain} was exported and pruned; the database begins with event {first}"
                )
            }
            Self::ClockBehind { now, newest } => write!(
                f,
                "the newest event of the directory was written {} s later than the time of the clock: where the clock is behind, \
                 codes that were used in between would be good again",
                newest.as_secs().saturating_sub(now.as_secs())
            ),
            Self::SegmentsApart { chain, last, first } => {
                write!(f, "events are missing between event {last} and event {first} of chain {chain}")
            }
            Self::UnknownUpload { id } => write!(f, "there is no upload {id}"),
        }
    }
}

/// `24 h` or `30 min` where it is whole hours or minutes, else `90 s`.
fn span(seconds: u64) -> String {
    match seconds {
        1.. if seconds.is_multiple_of(3600) => format!("{} h", seconds / 3600),
        1.. if seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        _ => format!("{seconds} s"),
    }
}

impl core::error::Error for Refusal {}
