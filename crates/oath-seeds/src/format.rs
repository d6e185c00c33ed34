use core::fmt;
use core::str::FromStr;

/// Declares [`Format`] with the stable name and a description beside each variant.
macro_rules! formats {
    ($($variant:ident = $name:literal, $title:literal;)+) => {
        /// A layout of seed files.
        #[allow(clippy::doc_markdown, reason = "the titles are shown to people")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Format {
            $(#[doc = $title] $variant,)+
        }

        impl Format {
            /// Every format that is known by name.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Its stable name: `entra-csv`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// What it is, in some words.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)+ }
            }
        }
    };
}

formats! {
    EntraCsv = "entra-csv", "Entra ID's upload: a table with the columns upn, serial number, secret key, time interval, manufacturer, model";
    DeepnetCsv = "deepnet-csv", "the same table without a column for the user, secrets in Base32 or hex";
    ThalesCsv = "thales-csv", "Thales OTP 110: the columns of Entra ID's upload among others";
    GraphJson = "graph-json", "Microsoft Graph: hardware OATH devices as JSON";
    PrivacyIdeaCsv = "privacyidea-csv", "privacyIDEA: serial, hex seed, type, digits, counter or interval";
    LinOtpCsv = "linotp-csv", "LinOTP: serial, hex key, type, digits, interval, hash";
    NetIqCsv = "netiq-csv", "NetIQ: serial, hex seed, type, digits, interval";
    MultiOtpCsv = "multiotp-csv", "multiOTP: serial, manufacturer, type, hex seed, digits, interval or counter";
    PingIdCsv = "pingid-csv", "PingID: serial, hex seed, counter";
    DuoCsv = "duo-csv", "Duo: serial, hex seed";
    UsersFile = "usersfile", "the users file of the OATH Toolkit (pam_oath)";
    SafeWord = "safeword", "SafeWord: blocks of sccTokenData";
    SafeNetXml = "safenet-xml", "SafeNet (Aladdin): Tokens as XML";
    DeepnetXml = "deepnet-xml", "Deepnet DualShield: tokens as XML";
    Pskc = "pskc", "PSKC (RFC 6030): a key container as XML, plain or encrypted";
    OtpauthLines = "otpauth-lines", "otpauth:// URIs, one a line";
    OtpauthMigration = "otpauth-migration", "Google Authenticator's export: otpauth-migration:// URIs";
    AegisJson = "aegis-json", "Aegis: its plain export";
    TwoFasJson = "2fas-json", "2FAS: its plain export";
    AndOtpJson = "andotp-json", "andOTP: its plain export";
    BitwardenJson = "bitwarden-json", "Bitwarden: its plain export";
    ProtonJson = "proton-json", "Proton: its plain export";
    StratumJson = "stratum-json", "Stratum (Authenticator Pro): its plain export";
    FreeOtpJson = "freeotp-json", "FreeOTP+: its export";
    CxfJson = "cxf-json", "FIDO Credential Exchange Format: credentials of type totp";
    KeycloakJson = "keycloak-json", "Keycloak: OTP credentials as JSON";
    OktaJson = "okta-json", "Okta: bodies of its Factors API";
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        Self::ALL.iter().copied().find(|format| format.name().eq_ignore_ascii_case(text)).ok_or(UnknownFormat)
    }
}

/// A name that is no [`Format`]'s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownFormat;

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown seed file format: expected ")?;
        for (index, format) in Format::ALL.iter().enumerate() {
            write!(f, "{}{format}", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl core::error::Error for UnknownFormat {}

#[cfg(feature = "serde")]
impl serde::Serialize for Format {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(*format));
        }
        assert_eq!("sdtid".parse::<Format>(), Err(UnknownFormat));
        assert!(UnknownFormat.to_string().starts_with("unknown seed file format: expected entra-csv, deepnet-csv, "));
    }
}
