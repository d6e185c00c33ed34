//! Encrypted exports of authenticators, refused by name.

use super::tree::{Json, Object};
use crate::{Finding, Kind, Severity};

/// Why a document cannot be read that its app encrypted; `None` where it is plain.
pub(super) fn refusal(root: &Object) -> Option<Finding> {
    let text = |name| matches!(root.first(name), Some(Json::Text(_)));
    let slots = || root.first("header").and_then(Json::object).is_some_and(|header| header.has("slots"));
    let (message, action) = if slots() || text("db") {
        (
            "This is an encrypted export of Aegis.",
            "In Aegis, export the vault again as JSON with encryption turned off; delete that file once it is read.",
        )
    } else if root.has("servicesEncrypted") {
        (
            "This is an encrypted backup of 2FAS.",
            "In 2FAS, export the backup again without a password; delete that file once it is read.",
        )
    } else if matches!(root.first("encrypted"), Some(Json::True)) {
        (
            match root.first("passwordProtected") {
                Some(Json::True) => "This is an export of Bitwarden that is encrypted with a password.",
                _ => "This is an export of Bitwarden that is encrypted for one account.",
            },
            "In Bitwarden, export the vault again with the file format .json, not .json (Encrypted); delete that file once it is \
             read.",
        )
    } else if root.has("encryptedData") && root.has("encryptionNonce") {
        (
            "This is an encrypted export of Ente Auth.",
            "In Ente Auth, export the codes again as plain text, and read that file as otpauth-lines; delete it once it is read.",
        )
    } else if text("content") && text("salt") {
        (
            "This is an encrypted export of Proton Authenticator.",
            "In Proton Authenticator, export again without a password; delete that file once it is read.",
        )
    } else {
        return None;
    };
    Some(Finding::new(Kind::EncryptedFile, Severity::Error, message, action))
}
