use crate::capacity::{self, Capacity};
use crate::check::Checks;
use crate::obstacle::{Obstacle, obstacles_of};
use crate::values::model::Said;
use crate::values::{secret, upn};
use crate::{Field, Finding, Format, Kind, Record, Repairs, Row, Severity, TokenType};
use core::fmt;
use core::str::FromStr;
use oath_totp::{Algorithm, Secret};

/// Declares [`Target`] with the stable name, the human name and the capacity beside each variant.
macro_rules! targets {
    ($($variant:ident = $name:literal, $title:literal, $capacity:path;)+) => {
        /// A system that takes tokens: its rules are checked for each record.
        #[allow(clippy::doc_markdown, reason = "the titles are shown to people")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Target {
            $(#[doc = $title] $variant,)+
        }

        impl Target {
            /// Every target.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Its stable name: `entra`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// What people call it.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)+ }
            }

            /// What it takes.
            #[must_use]
            pub const fn capacity(self) -> &'static Capacity {
                match self { $(Self::$variant => &$capacity,)+ }
            }
        }
    };
}

targets! {
    Entra = "entra", "Entra ID's upload of a CSV file", capacity::ENTRA;
    Graph = "graph", "Entra ID through Microsoft Graph", capacity::GRAPH;
    Duo = "duo", "Duo", capacity::DUO;
    PingId = "pingid", "PingID", capacity::PINGID;
    Okta = "okta", "Okta", capacity::OKTA;
    Keycloak = "keycloak", "Keycloak", capacity::KEYCLOAK;
    PrivacyIdea = "privacyidea", "privacyIDEA", capacity::PRIVACYIDEA;
    LinOtp = "linotp", "LinOTP", capacity::LINOTP;
    NetIq = "netiq", "NetIQ", capacity::NETIQ;
    MultiOtp = "multiotp", "multiOTP", capacity::MULTIOTP;
    Inventory = "inventory", "the inventory of an oath directory", capacity::INVENTORY;
    Any = "any", "any system", capacity::ANY_SYSTEM;
}

impl Target {
    /// The system whose rules a file is checked against that was not said to be for another: [`Entra`](Self::Entra) for the file
    /// of its upload, else `otherwise`.
    pub(crate) const fn of_format(format: Format, otherwise: Self) -> Self {
        match format {
            Format::EntraCsv => Self::Entra,
            _ => otherwise,
        }
    }

    /// Whether it is a directory of this project's or of Microsoft's.
    const fn is_directory(self) -> bool {
        matches!(self, Self::Entra | Self::Graph | Self::Inventory)
    }

    /// Whether user names are user principal names of a directory of Microsoft's, which have rules of their own.
    const fn has_upn_rules(self) -> bool {
        matches!(self, Self::Entra | Self::Graph)
    }
}

/// [`Any`](Target::Any).
impl Default for Target {
    fn default() -> Self {
        Self::Any
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Target {
    type Err = UnknownTarget;

    fn from_str(text: &str) -> Result<Self, UnknownTarget> {
        Self::ALL.iter().copied().find(|target| target.name().eq_ignore_ascii_case(text)).ok_or(UnknownTarget)
    }
}

/// A name that is no [`Target`]'s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownTarget;

impl fmt::Display for UnknownTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown target: expected ")?;
        for (index, target) in Target::ALL.iter().enumerate() {
            write!(f, "{}{target}", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl core::error::Error for UnknownTarget {}

/// What a target says of a record: an error for each obstacle, a warning for what it asks for and does not get.
///
/// ```
/// use oath_seeds::{Record, Target, check};
/// use oath_totp::{Algorithm, Secret};
/// let record = Record::new("0950380269", Secret::from_base32("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")?);
/// assert!(check(&record, Target::Inventory).is_empty());
/// assert_eq!(check(&record, Target::Entra)[0].code(), "upn-empty");
/// # Ok::<(), oath_totp::SecretError>(())
/// ```
#[must_use]
pub fn check(record: &Record, target: Target) -> Vec<Finding> {
    let mut checks = Checks::new(record.place, Repairs::Offer);
    judge(record, target, true, &mut checks);
    checks.findings
}

/// Checks the record of a row; an error takes the record away. Of a row that is none, what could be read is checked, so that
/// a report shows all mistakes at once.
pub(crate) fn settle(row: &mut Row, target: Target, place: impl Fn(&mut [Finding])) {
    let draft = row.failed.as_mut().and_then(|failed| failed.draft.take());
    let Some(record) = row.record.as_ref().or(draft.as_ref()) else { return };
    let mut checks = Checks::new(row.place, Repairs::Offer);
    elsewhere(record, &mut checks);
    judge(record, target, draft.is_none(), &mut checks);
    if checks.findings.is_empty() {
        return;
    }
    let failed = checks.failed();
    place(&mut checks.findings);
    row.findings.append(&mut checks.findings);
    if failed {
        row.drop_record();
    }
}

/// Makes an error of the warning of a weak secret.
pub(crate) fn refuse_weak(row: &mut Row, target: Target) {
    if !target.is_directory() || row.serial().is_none() {
        return;
    }
    if let Some(finding) = row.findings.iter_mut().find(|finding| finding.kind == Kind::SecretWeak) {
        finding.severity = Severity::Error;
        finding.action =
            "Have the token programmed with a longer secret, or allow secrets of 80 bits for this file.".into();
        row.drop_record();
    }
}

/// Refuses a token whose secret is another of its values, too: lists and logs show those.
fn elsewhere(record: &Record, checks: &mut Checks) {
    let Record { upn, serial, secret, manufacturer, model, details, .. } = record;
    look(Field::Upn, upn.as_deref(), secret, checks);
    look(Field::SerialNumber, serial.as_deref(), secret, checks);
    look(Field::Manufacturer, Some(manufacturer), secret, checks);
    look(Field::Model, Some(model), secret, checks);
    if let Some(details) = details {
        look(Field::Issuer, details.issuer.as_deref(), secret, checks);
        look(Field::Account, details.account.as_deref(), secret, checks);
        look(Field::KeyId, details.key_id.as_deref(), secret, checks);
    }
}

/// In place: nearly every text has a length that no writing of the secret has.
#[inline(always)]
fn look(field: Field, text: Option<&str>, secret: &Secret, checks: &mut Checks) {
    if text.is_some_and(|text| secret::stands_in(text, secret)) {
        found_elsewhere(field, checks);
    }
}

#[cold]
fn found_elsewhere(field: Field, checks: &mut Checks) {
    let action = format!("Write the {field} in its place.");
    checks.error(Kind::SecretElsewhere, field, format!("The {field} is the secret key."), action);
}

/// `whole`: it is no draft.
fn judge(record: &Record, target: Target, whole: bool, checks: &mut Checks) {
    let capacity = target.capacity();
    for obstacle in obstacles_of(record, capacity) {
        let (kind, field) = (obstacle.kind(), obstacle.field());
        let (message, action) = refusal(&obstacle, record, target);
        checks.error(kind, field, message, action);
    }
    if target.has_upn_rules()
        && let Some(name) = &record.upn
    {
        upn::judge(name, checks);
    }
    if checks.failed() || !whole {
        return;
    }
    if target == Target::Inventory && record.algorithm != Algorithm::Sha1 {
        let message = format!("The hash is {}. A directory takes it where its policy allows it.", record.algorithm);
        checks.warning(
            Kind::HashByPolicy,
            Field::Algorithm,
            message,
            "Allow the hash in its policy before the upload.",
        );
    }
    for field in capacity.wants {
        let (kind, text) = match field {
            Field::Manufacturer => (Kind::ManufacturerEmpty, &record.manufacturer),
            Field::Model => (Kind::ModelEmpty, &record.model),
            _ => continue,
        };
        if text.is_empty() {
            let message = format!("The {field} is empty.");
            checks.warning(kind, *field, message, "Microsoft Graph asks for one: write it.");
        }
    }
}

/// What an obstacle is in the words of a report.
fn refusal(obstacle: &Obstacle, record: &Record, target: Target) -> (String, &'static str) {
    const OTHER: &str = "Take this token to a system that has it, or replace it.";
    let title = target.title();
    match obstacle {
        Obstacle::Needs(Field::Upn) => (
            "The user name is empty; the upload asks for one in every row.".to_owned(),
            "Write the user principal name of the user who gets the token.",
        ),
        Obstacle::Needs(Field::SerialNumber) if target == Target::Inventory => (
            "The token has no serial number.".to_owned(),
            "Write the number that is printed on the back of the token, with its leading zeros. An account of an authenticator \
             app has none: enrol a software token for its user instead.",
        ),
        Obstacle::Type(TokenType::Hotp) if target == Target::Inventory => (
            "The token counts its codes (HOTP); the directory takes tokens that tell the time (TOTP).".to_owned(),
            "Replace the token with one that computes TOTP, or take it to a system that has HOTP.",
        ),
        Obstacle::Needs(Field::SerialNumber) => (
            format!("The token has no serial number; {title} asks for one."),
            "Write the number on the back of the token, or choose a number for it, and keep it with the token.",
        ),
        Obstacle::SecretLength { bytes, .. } if *bytes > capacity::ENTRA_MAX_BYTES && target.has_upn_rules() => (
            format!(
                "The secret key has {} characters; at most 128 (80 bytes) can be uploaded.",
                bytes.saturating_mul(8).div_ceil(5)
            ),
            "Have the token programmed with a shorter secret, or take it to a system without this limit.",
        ),
        Obstacle::Interval { x, .. } if target.is_directory() => {
            let hint = if Said::by(&record.model).c200 { " A Feitian c200 is 60 s from the factory." } else { "" };
            (
                format!("The time interval is \"{x}\"; expected 30 or 60.{hint}"),
                "Write how many seconds the token shows a code for; a token with another interval cannot be used here. If \
                 something else stands there, the columns are shifted.",
            )
        }
        other => (format!("For {title}: {other}."), OTHER),
    }
}

impl Row {
    /// Takes the record away, since an error says so; the row keeps what a report may show.
    pub(crate) fn drop_record(&mut self) {
        if let Some(Record { upn, serial, .. }) = self.record.take() {
            let failed = self.failed.get_or_insert_default();
            failed.upn = upn.as_deref().and_then(crate::text::reportable_upn);
            failed.serial = serial.as_deref().and_then(crate::text::reportable_serial);
        }
    }
}
