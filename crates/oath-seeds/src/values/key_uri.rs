//! The record of an otpauth URI, which lists of URIs and the exports of several apps hold.

use super::secret;
use crate::check::Checks;
use crate::{Details, Field, Kind, Moving, Record};
use oath_totp::{KeyUri, MovingFactor, TimeStep, UriError};

/// Reads a URI. A parameter that it leaves out has the format's own default: SHA-1, 6 digits, 30 s.
///
/// Leakage: as [`KeyUri::parse`] and [`secret::judge`]. No finding shows a part of the URI.
pub(crate) fn read(text: &str, checks: &mut Checks) -> Option<Record> {
    match KeyUri::parse(text) {
        Ok(uri) => record_of(uri, checks),
        Err(error) => {
            refuse(error, checks);
            None
        }
    }
}

/// The record of a URI, without a serial number. A prefix of the label that differs from the issuer, as Microsoft writes it,
/// stays part of the account: `Contoso:alice`.
pub(crate) fn record_of(uri: KeyUri, checks: &mut Checks) -> Option<Record> {
    let moving = match uri.moving_factor() {
        MovingFactor::Time { period } => Moving::Time { step: TimeStep::new(period.get(), 0).ok()? },
        MovingFactor::Counter { counter } => Moving::Counter { counter },
    };
    let account = match uri.prefix().filter(|prefix| uri.issuer() != Some(*prefix)) {
        Some(prefix) => [prefix, ":", uri.account()].concat(),
        None => uri.account().to_owned(),
    };
    let details = Details {
        issuer: uri.issuer().map(str::to_owned),
        account: Some(account).filter(|account| !account.is_empty()),
        ..Details::default()
    };
    let (algorithm, digits) = (uri.algorithm(), uri.digits());
    let mut record = Record::unnumbered(secret::judge(uri.into_secret(), checks)?);
    record.place = checks.place();
    record.algorithm = algorithm;
    record.digits = digits;
    record.moving = moving;
    record.details = (details != Details::default()).then(|| Box::new(details));
    Some(record)
}

/// Says why a URI is no token.
fn refuse(error: UriError, checks: &mut Checks) {
    const OTHER: &str = "Keep this token in its own app; its codes do not follow RFC 4226 or RFC 6238.";
    const AGAIN: &str = "Copy the whole URI again from where it comes from.";
    const APP: &str = "Look the value up where the token was set up, and correct the URI.";
    let (kind, field, action) = match error {
        UriError::Steam | UriError::Type | UriError::Encoder | UriError::TwoStep | UriError::PhoneFactor => {
            (Kind::TypeUnsupported, Some(Field::Type), OTHER)
        }
        UriError::Migration => (Kind::OtherFormat, None, "Read it as otpauth-migration, in a file of its own."),
        UriError::Missing("secret") | UriError::Secret(oath_totp::SecretError::Empty) => {
            (Kind::SecretEmpty, Some(Field::SecretKey), AGAIN)
        }
        UriError::Missing("counter") => (Kind::ValueMissing, Some(Field::Counter), APP),
        UriError::Missing(_) => (Kind::ValueMissing, None, AGAIN),
        UriError::Secret(oath_totp::SecretError::Length { .. }) => (Kind::SecretLength, Some(Field::SecretKey), AGAIN),
        UriError::Secret(_) => (Kind::SecretIllegalCharacter, Some(Field::SecretKey), AGAIN),
        UriError::Algorithm => (Kind::AlgorithmUnsupported, Some(Field::Algorithm), APP),
        UriError::Digits => (Kind::DigitsUnsupported, Some(Field::Digits), APP),
        UriError::Period => (Kind::IntervalUnsupported, Some(Field::TimeInterval), APP),
        UriError::Counter => (Kind::CounterUnsupported, Some(Field::Counter), APP),
        UriError::T0 => (Kind::EpochUnsupported, Some(Field::T0), OTHER),
        _ => (Kind::ValueMalformed, None, AGAIN),
    };
    let mut message = error.to_string();
    // The errors of the URI are written to follow a colon.
    if let Some(first) = message.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    message.push('.');
    checks.error(kind, field, message, action);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Place, Repairs};

    fn of(text: &str) -> Result<Record, Kind> {
        let mut checks = Checks::new(Place::Line(7), Repairs::Offer);
        let record = read(text, &mut checks);
        match checks.findings.as_slice() {
            [] => Ok(record.unwrap()),
            [finding] => {
                assert!(record.is_none() && checks.failed() && !finding.message.contains("MFRGGZDF"), "{finding}");
                assert!(
                    finding.message.starts_with(|c: char| c.is_ascii_uppercase()) && finding.message.ends_with('.')
                );
                Err(finding.kind)
            }
            more => panic!("{more:?}"),
        }
    }

    #[test]
    fn what_a_uri_says_is_in_the_record() {
        const SECRET: &str = "secret=MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U";
        let record =
            of(&format!("otpauth://totp/Deno:Mason?{SECRET}&issuer=Deno&algorithm=SHA256&digits=7&period=20")).unwrap();
        assert_eq!((record.place, record.serial.as_deref(), record.digits.count()), (Place::Line(7), None, 7));
        assert_eq!(record.algorithm, oath_totp::Algorithm::Sha256);
        assert_eq!(record.moving, Moving::Time { step: TimeStep::new(20, 0).unwrap() });
        assert_eq!(record.secret.expose_bytes(), b"abcdefghijklmnopqrst");
        assert_eq!(record.name(), "Deno:Mason");
        let record = of(&format!("otpauth://hotp/alice?{SECRET}&counter=50")).unwrap();
        assert_eq!(record.moving, Moving::Counter { counter: 50 });
        assert_eq!((record.details().issuer.as_deref(), record.details().account.as_deref()), (None, Some("alice")));
        let record = of(&format!("otpauth://totp/Contoso%3Aalice?{SECRET}&issuer=Microsoft")).unwrap();
        assert_eq!(record.details().issuer.as_deref(), Some("Microsoft"));
        assert_eq!(record.details().account.as_deref(), Some("Contoso:alice"));
        assert!(of(&format!("otpauth://totp/?{SECRET}")).unwrap().details.is_none());
    }

    #[test]
    fn each_mistake_has_its_kind() {
        const SECRET: &str = "secret=MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U";
        for (uri, kind) in [
            (format!("otpauth://steam/a?{SECRET}"), Kind::TypeUnsupported),
            (format!("otpauth://motp/a?{SECRET}"), Kind::TypeUnsupported),
            ("steam://MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U".to_owned(), Kind::TypeUnsupported),
            ("phonefactor://activate_account?code=1".to_owned(), Kind::TypeUnsupported),
            ("otpauth-migration://offline?data=AA".to_owned(), Kind::OtherFormat),
            ("MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U".to_owned(), Kind::ValueMalformed),
            ("otpauth://totp/a".to_owned(), Kind::SecretEmpty),
            ("otpauth://totp/a?secret=".to_owned(), Kind::SecretEmpty),
            ("otpauth://totp/a?secret=MFRGGZDF".to_owned(), Kind::SecretTooShort),
            (format!("otpauth://totp/a?{SECRET}A"), Kind::SecretLength),
            (format!("otpauth://totp/a?{SECRET}8"), Kind::SecretIllegalCharacter),
            (format!("otpauth://totp/a?{SECRET}&algorithm=MD5"), Kind::AlgorithmUnsupported),
            (format!("otpauth://totp/a?{SECRET}&digits=9"), Kind::DigitsUnsupported),
            (format!("otpauth://totp/a?{SECRET}&period=0"), Kind::IntervalUnsupported),
            (format!("otpauth://hotp/a?{SECRET}"), Kind::ValueMissing),
            (format!("otpauth://hotp/a?{SECRET}&counter=-1"), Kind::CounterUnsupported),
            (format!("otpauth://totp/a?{SECRET}&t0=1"), Kind::EpochUnsupported),
            (format!("otpauth://totp/a?{SECRET}&{SECRET}"), Kind::ValueMalformed),
            (format!("otpauth://totp/a?{SECRET}&interval=30"), Kind::ValueMalformed),
            ("otpauth://totp/a?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ".to_owned(), Kind::SecretSample),
        ] {
            assert_eq!(of(&uri).err(), Some(kind), "{uri}");
        }
    }
}
