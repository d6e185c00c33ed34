//! otpauth URIs and QR codes of a secret.

use crate::secret::{public, secret, secret_text};
use crate::subjects::{Outcome, k, same};
use crate::tally::Tally;
use oath_totp::{Algorithm, Digits, KeyUri, Qr, QrError, Secret, UriError};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::error::Error;
use std::hint::black_box;

const LENGTHS: [usize; 6] = [10, 16, 20, 32, 64, 65];

/// Reading, writing and drawing, for each kind of URI and number of digits.
pub(crate) fn all(tally: &mut Tally) -> Outcome {
    writing(tally, |uri| uri.expose_uri().to_string())?;
    for length in LENGTHS {
        for hotp in [false, true] {
            let bytes = k(length);
            let plain = plain(&bytes, hotp, Digits::Six)?;
            let base32 = Secret::from_bytes(&bytes)?.expose_base32().to_string();
            for uri in [plain.clone(), plain.replace(&base32, &base32.to_lowercase())] {
                let uri = with_secret(&uri, &base32);
                tally.case(&|| format!("a URI of {length} bytes read, HOTP: {hotp}"), || {
                    let read = read_uri(&uri).map_err(|error| error.to_string())?;
                    if (read.account(), read.issuer()) != ("a@example.com", Some("A B")) {
                        return Err("another account or issuer".to_owned());
                    }
                    same(read.secret(), &bytes)
                });
            }
            let (hidden, _) = both(&bytes, hotp, Digits::Six)?;
            // Drawing is not in constant time, as the documentation of `Qr` says: memcheck.supp excuses it.
            tally.case(&|| format!("a QR code of {length} bytes, HOTP: {hotp}"), || {
                let drawn = draw_uri(&hidden).map_err(|error| error.to_string())?;
                if drawn.side() > 20 { Ok(()) } else { Err("no drawing".to_owned()) }
            });
        }
    }
    Ok(())
}

/// `KeyUri::parse` in a frame of its own, by which memcheck.supp knows it, whatever the compiler inlines.
#[inline(never)]
fn read_uri(text: &str) -> Result<KeyUri, UriError> {
    black_box(KeyUri::parse(black_box(text)))
}

/// `KeyUri::qr`, likewise.
#[inline(never)]
fn draw_uri(uri: &KeyUri) -> Result<Qr, QrError> {
    black_box(black_box(uri).qr())
}

/// The writing of URIs. The calibration puts a leaky `write` here.
pub(crate) fn writing(tally: &mut Tally, write: fn(&KeyUri) -> String) -> Outcome {
    for length in LENGTHS {
        for hotp in [false, true] {
            for digits in Digits::ALL {
                let (hidden, plain) = both(&k(length), hotp, digits)?;
                let expected = plain.expose_uri().to_string();
                tally.case(&|| format!("a URI of {length} bytes, {digits} digits, HOTP: {hotp}"), || {
                    let text = write(&hidden);
                    if public(text.as_bytes()) == expected.as_bytes() { Ok(()) } else { Err("another URI".to_owned()) }
                });
            }
        }
    }
    Ok(())
}

/// Planted: the characters of the secret looked up in a table of what a URI may hold.
pub(crate) fn percent_encoded(uri: &KeyUri) -> String {
    let base32 = uri.secret().expose_base32();
    black_box(utf8_percent_encode(&base32, NON_ALPHANUMERIC).to_string());
    uri.expose_uri().to_string()
}

fn both(bytes: &[u8], hotp: bool, digits: Digits) -> Result<(KeyUri, KeyUri), Box<dyn Error>> {
    Ok((uri(Secret::from_bytes(&secret(bytes))?, hotp, digits)?, uri(Secret::from_bytes(bytes)?, hotp, digits)?))
}

fn plain(bytes: &[u8], hotp: bool, digits: Digits) -> Result<String, Box<dyn Error>> {
    Ok(uri(Secret::from_bytes(bytes)?, hotp, digits)?.expose_uri().to_string())
}

fn uri(secret: Secret, hotp: bool, digits: Digits) -> Result<KeyUri, Box<dyn Error>> {
    let account = "a@example.com";
    let uri = if hotp { KeyUri::hotp(secret, account, 7)? } else { KeyUri::totp(secret, account)? };
    Ok(uri.with_issuer("A B").with_digits(digits).with_algorithm(Algorithm::Sha256))
}

/// The URI with its secret's characters marked; all around them is public.
fn with_secret(uri: &str, base32: &str) -> String {
    let at = uri.to_ascii_uppercase().find(base32).unwrap_or_default();
    let (start, rest) = uri.split_at(at);
    let (middle, end) = rest.split_at(base32.len());
    [start, &secret_text(middle), end].concat()
}
