use crate::uri::KeyUri;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;
use qrcodegen_no_heap::{QrCode, QrCodeEcc, Version};
use zeroize::Zeroizing;

/// A key URI as a QR code, for an app to scan. It is the secret in another shape: show it once, keep no copy.
///
/// ```
/// # use oath_totp::{KeyUri, Secret};
/// let uri = KeyUri::totp(Secret::from_base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")?, "alice@example.com");
/// let code = uri.qr()?;
/// assert!(code.to_svg().starts_with("<svg "));
/// assert_eq!(code.to_text().lines().count(), code.side().div_ceil(2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Qr {
    size: usize,
    /// Row by row, whether a module is dark.
    modules: Zeroizing<Vec<bool>>,
}

/// Light modules around the code, as the standard asks (ISO/IEC 18004, 9.1).
const QUIET: usize = 4;

impl KeyUri {
    /// The URI, secret included, as a QR code of error correction level M.
    ///
    /// # Errors
    /// [`TooLong`] beyond 2331 bytes.
    pub fn qr(&self) -> Result<Qr, TooLong> {
        let uri = self.expose_uri();
        let room = || Zeroizing::new(vec![0; Version::MAX.buffer_len()]);
        let (mut data, mut drawn) = (room(), room());
        data.get_mut(..uri.len()).ok_or(TooLong)?.copy_from_slice(uri.as_bytes());
        let level = QrCodeEcc::Medium;
        let code =
            QrCode::encode_binary(&mut data, uri.len(), &mut drawn, level, Version::MIN, Version::MAX, None, false);
        let code = code.map_err(|_| TooLong)?;
        let places = (0..code.size()).flat_map(|row| (0..code.size()).map(move |column| (column, row)));
        let size = usize::try_from(code.size()).map_err(|_| TooLong)?;
        let mut modules = Zeroizing::new(Vec::with_capacity(size.saturating_mul(size)));
        modules.extend(places.map(|(column, row)| code.get_module(column, row)));
        Ok(Qr { size, modules })
    }
}

impl Qr {
    /// How many modules a side has, the light ones around included.
    #[must_use]
    pub const fn side(&self) -> usize {
        self.size.saturating_add(2 * QUIET)
    }

    /// Whether the module in this column and row, from 0, is dark; outside all are light.
    #[must_use]
    pub fn is_dark(&self, column: usize, row: usize) -> bool {
        let inside = |place: usize| place.checked_sub(QUIET).filter(|place| *place < self.size);
        let place =
            inside(row).zip(inside(column)).map(|(row, column)| row.wrapping_mul(self.size).wrapping_add(column));
        place.and_then(|place| self.modules.get(place)).copied().unwrap_or_default()
    }

    /// A drawing for a page: black on white, as large as where it is put, described for screen readers.
    #[must_use]
    pub fn to_svg(&self) -> Zeroizing<String> {
        let side = self.side();
        // A run of dark modules takes at most 18 characters.
        let mut path = Zeroizing::new(String::with_capacity(side.saturating_mul(side).saturating_mul(9)));
        for row in 0..side {
            let mut column = 0;
            while column < side {
                let length = (column..side).take_while(|at| self.is_dark(*at, row)).count();
                if length > 0 {
                    path.push_str(&format!("M{column} {row}h{length}v1h-{length}z"));
                }
                column = column.saturating_add(length.max(1));
            }
        }
        Zeroizing::new(format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\" \
             role=\"img\" aria-label=\"QR code\"><path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/>\
             <path d=\"{}\"/></svg>",
            path.as_str()
        ))
    }

    /// A drawing for a terminal with light letters on a dark ground: half blocks put two rows into one line.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let side = self.side();
        // A block takes three bytes.
        let mut text = Zeroizing::new(String::with_capacity(side.saturating_mul(side).saturating_mul(2)));
        for row in (0..side).step_by(2) {
            text.extend((0..side).map(|column| {
                match (self.is_dark(column, row), self.is_dark(column, row.saturating_add(1))) {
                    (false, false) => '█',
                    (false, true) => '▀',
                    (true, false) => '▄',
                    (true, true) => ' ',
                }
            }));
            text.push('\n');
        }
        text
    }
}

impl fmt::Debug for Qr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Qr([{0} × {0} modules, elided])", self.side())
    }
}

/// A URI that is too long for a QR code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the URI is too long for a QR code; shorten the account or the issuer, or type the secret in")
    }
}

impl core::error::Error for TooLong {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secret;
    use alloc::string::ToString;

    fn uri(account: &str) -> KeyUri {
        KeyUri::totp(Secret::from_bytes(b"12345678901234567890").unwrap(), account)
    }

    #[test]
    fn three_corners_have_their_pattern_and_what_lies_around_is_light() {
        let code = uri("alice@example.com").qr().unwrap();
        let far = code.side() - QUIET - 7;
        for (column, row) in [(QUIET, QUIET), (far, QUIET), (QUIET, far)] {
            for at in 0..7 {
                assert!(code.is_dark(column + at, row) && code.is_dark(column, row + at));
            }
            assert!(!code.is_dark(column + 1, row + 1) && code.is_dark(column + 3, row + 3));
        }
        for at in 0..code.side() {
            assert!(!code.is_dark(at, QUIET - 1) && !code.is_dark(QUIET - 1, at));
        }
        assert!(!code.is_dark(usize::MAX, 0) && !code.is_dark(0, code.side()));
    }

    #[test]
    fn what_is_too_long_is_refused_and_nothing_is_shown() {
        let error = uri(&"a".repeat(3000)).qr().unwrap_err();
        assert!(error.to_string().contains("too long"));
        assert!(!format!("{:?}", uri("a").qr().unwrap()).contains('1'));
    }
}
