use crate::buffer::Buffer;
use crate::{Format, Record, WriteError, WriteOptions, write};
use core::fmt;
use oath_totp::{Qr, QrError};

/// Draws records as QR codes for an authenticator app: one a token as [`Format::OtpauthLines`], one for up to ten tokens as
/// [`Format::OtpauthMigration`], whose codes belong together and are scanned one after another.
///
/// ```
/// use oath_seeds::{Format, Record, WriteOptions, qr_codes};
/// use oath_totp::Secret;
/// let record = Record::new("0950380269", Secret::from_base32("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")?);
/// let codes = qr_codes([&record], Format::OtpauthLines, &WriteOptions::default())?;
/// assert!(codes[0].to_svg().starts_with("<svg "));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`QrCodesError`].
pub fn qr_codes<'a>(
    records: impl IntoIterator<Item = &'a Record>,
    format: Format,
    options: &WriteOptions,
) -> Result<Vec<Qr>, QrCodesError> {
    if !matches!(format, Format::OtpauthLines | Format::OtpauthMigration) {
        return Err(QrCodesError::NotUris(format));
    }
    let mut uris = Buffer::new();
    write(records, format, options, &mut uris).map_err(QrCodesError::Unwritten)?;
    // The encoders write ASCII, one URI a line.
    let text = core::str::from_utf8(uris.bytes()).unwrap_or_default();
    text.lines().map(|uri| Qr::encode(uri).map_err(QrCodesError::TooLong)).collect()
}

/// Why QR codes were not drawn.
#[derive(Debug)]
#[non_exhaustive]
pub enum QrCodesError {
    /// The format does not consist of URIs that apps scan.
    NotUris(Format),
    /// The records cannot be written as URIs.
    Unwritten(WriteError),
    /// A URI does not fit into a QR code.
    TooLong(QrError),
}

impl fmt::Display for QrCodesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUris(format) => {
                write!(f, "{format} has no QR codes: take {} or {}", Format::OtpauthLines, Format::OtpauthMigration)
            }
            Self::Unwritten(error) => error.fmt(f),
            Self::TooLong(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for QrCodesError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::NotUris(_) => None,
            Self::Unwritten(error) => Some(error),
            Self::TooLong(error) => Some(error),
        }
    }
}
