//! The options of the command that follow the advice of a finding. The texts of the library are for other programs too, and name
//! none.

use oath_seeds::{Finding, Kind, Severity};
use std::borrow::Cow;

/// What to do about a finding, with the options that do it.
pub(crate) fn advice(finding: &Finding) -> Cow<'_, str> {
    match finding.kind {
        // A file that was read needs the option no more.
        Kind::DraftFormat | Kind::SecretWeak if finding.severity != Severity::Error => Cow::Borrowed(&finding.action),
        kind => with_options(kind.name(), &finding.action),
    }
}

/// What to do where a system refuses tokens that are sound in themselves; `None` where none of the findings says so.
pub(crate) fn another_system(findings: &[Finding]) -> Option<&'static str> {
    let refused_by_system = |finding: &Finding| {
        matches!(
            finding.kind,
            Kind::UpnEmpty
                | Kind::UpnGuest
                | Kind::SerialEmpty
                | Kind::AlgorithmUnsupported
                | Kind::DigitsUnsupported
                | Kind::TypeUnsupported
                | Kind::CounterUnsupported
                | Kind::IntervalUnsupported
                | Kind::EpochUnsupported
                | Kind::SecretTooLong
        )
    };
    findings.iter().any(refused_by_system).then_some(
        "If the tokens are not for this system, name another: --for inventory takes them without users, --for any reads a file that is \
         only to be converted.",
    )
}

/// The same for a finding that the directory keeps, which has the name of its kind.
pub(crate) fn with_options<'a>(kind: &str, action: &'a str) -> Cow<'a, str> {
    match options(kind) {
        Some(options) => Cow::Owned(format!("{action} ({options})")),
        None => Cow::Borrowed(action),
    }
}

fn options(kind: &str) -> Option<&'static str> {
    const PASSWORD_MISSING: &str = Kind::PasswordMissing.name();
    const KEY_MISSING: &str = Kind::KeyMissing.name();
    const OPENPGP_KEY_MISSING: &str = Kind::OpenPgpKeyMissing.name();
    const KEY_WRONG: &str = Kind::KeyWrong.name();
    const PARAMETER_UNKNOWN: &str = Kind::ParameterUnknown.name();
    const HASH_UNSAID: &str = Kind::HashUnsaid.name();
    const HASH_BY_POLICY: &str = Kind::HashByPolicy.name();
    const SERIAL_EMPTY: &str = Kind::SerialEmpty.name();
    const DRAFT_FORMAT: &str = Kind::DraftFormat.name();
    const SECRET_WEAK: &str = Kind::SecretWeak.name();
    const UPN_EMPTY: &str = Kind::UpnEmpty.name();
    const SEPARATOR: &str = Kind::Separator.name();
    const LINES_BEFORE_HEADER: &str = Kind::LinesBeforeHeader.name();
    Some(match kind {
        PASSWORD_MISSING => "--password-file",
        KEY_MISSING => "--key-file",
        KEY_WRONG => "--password-file, --key-file or --openpgp-key-file",
        OPENPGP_KEY_MISSING => "--openpgp-key-file; of a locked key with --password-file",
        PARAMETER_UNKNOWN => "--assume-type, --assume-algorithm, --assume-digits or --assume-interval",
        HASH_UNSAID => "--assume-algorithm",
        HASH_BY_POLICY => "`oath policy set algorithms=SHA1,SHA256,SHA512`",
        SERIAL_EMPTY => "`oath seeds check --for any` checks a file that is only to be converted",
        DRAFT_FORMAT => "--lenient",
        SECRET_WEAK => "--legacy",
        UPN_EMPTY => "`oath seeds assign` does it from a list; --inventory takes tokens without a user",
        SEPARATOR | LINES_BEFORE_HEADER => "`oath seeds repair` does it",
        _ => return None,
    })
}
