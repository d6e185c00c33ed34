use crate::check::Checks;
use crate::text::{character, is_hidden};
use crate::{Field, Kind, Repair};

const FIELD: Field = Field::SerialNumber;

/// Reads the serial number of a row: any text, as long as it can be what is printed on the back of a token.
pub(crate) fn read(text: &str, checks: &mut Checks) -> Option<String> {
    if text.is_empty() {
        checks.error(
            Kind::SerialEmpty,
            FIELD,
            "The serial number is empty.",
            "Write the number that is printed on the back of the token, with its leading zeros.",
        );
        return None;
    }
    // Of this form and so short, it is no part of a secret.
    if text.len() <= 16 && is_scientific(text) {
        checks.error(
            Kind::SerialScientific,
            FIELD,
            format!(
                "The serial number is \"{text}\": a spreadsheet took it for a number and rounded it. Its digits are lost for good."
            ),
            "Take it from the vendor's file or from the back of the token; import the column as text.",
        );
        return None;
    }
    // Nothing of ASCII is hidden.
    if !text.is_ascii()
        && let Some(hidden) = text.chars().find(|c| is_hidden(*c))
    {
        let bare: String = text.chars().filter(|c| !is_hidden(*c)).collect();
        checks.repairable(
            Kind::SerialHiddenCharacter,
            FIELD,
            format!("The serial number holds {}; nobody who types it would find the token.", character(hidden)),
            "Type it again as it is printed on the token.",
            Repair::StripHidden(FIELD),
        );
        return read(&bare, checks);
    }
    if text.contains([',', ';', '\t', '"']) {
        checks.error(
            Kind::FieldSeparator,
            FIELD,
            "A separator or a quote stands within the serial number.",
            "Take it out, if it was typed into the cell; else two values stand in one cell.",
        );
        return None;
    }
    Some(text.to_owned())
}

/// Whether a number is of the kind that nearly all are: digits only.
pub(crate) fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().fold(0, |odd, b| odd | u8::from(b.wrapping_sub(b'0') >= 10)) == 0
}

/// `1.1E+12`, `2,60022E+12`, `1E+12`, `1.1E12`: what spreadsheets make of long numbers. `12E45678` is none: no
/// spreadsheet leaves out both the fraction and the sign.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, "0"));
    let signed = exponent.strip_prefix(['+', '-']);
    digits(whole)
        && digits(fraction)
        && digits(signed.unwrap_or(exponent))
        && (signed.is_some() || fraction.len() < mantissa.len())
        && whole.len() == 1
}

#[cfg(test)]
mod tests {
    use super::is_scientific;

    #[test]
    fn what_a_spreadsheet_makes_of_long_numbers() {
        for text in ["1.1E+12", "2,60022E+12", "1E+12", "1.1e12", "9E-05"] {
            assert!(is_scientific(text), "{text}");
        }
        for text in ["12E45678", "306EUO4-00960", "E+12", "1.E+12", "1E", "00040008CFA5", "1.1", "1E+1A", "7E12"] {
            assert!(!is_scientific(text), "{text}");
        }
    }
}
