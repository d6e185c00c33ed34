use crate::uri::KeyUri;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt::{self, Write as _};
use qrcodegen_no_heap::{QrCode, QrCodeEcc, Version};
use zeroize::Zeroizing;

/// A key URI as a QR code, for an app to scan. It is the secret in another form: show it once and keep no copy. Wiped when
/// dropped.
///
/// Leakage: drawing looks the URI's bytes up in tables and chooses a mask by its modules, so that a QR code is not made in
/// constant time. It is made once, at enrolment, and is shown on a screen.
///
/// ```
/// # use oath_totp::{KeyUri, Secret};
/// let uri = KeyUri::totp(Secret::from_base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")?, "alice@example.com")?;
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

/// The light modules around the code that the standard asks for (ISO/IEC 18004 §9.1).
const QUIET: usize = 4;

impl KeyUri {
    /// The URI, secret included, as a QR code of error correction level M.
    ///
    /// # Errors
    /// [`QrError`] beyond 2331 bytes.
    pub fn qr(&self) -> Result<Qr, QrError> {
        Qr::encode(&self.expose_uri())
    }
}

impl Qr {
    /// Another URI with secrets, such as `otpauth-migration://`, as a QR code of error correction level M.
    ///
    /// # Errors
    /// [`QrError`] beyond 2331 bytes.
    pub fn encode(uri: &str) -> Result<Self, QrError> {
        let room = || Zeroizing::new(vec![0; Version::MAX.buffer_len()]);
        let (mut data, mut drawn) = (room(), room());
        data.get_mut(..uri.len()).ok_or(QrError)?.copy_from_slice(uri.as_bytes());
        let level = QrCodeEcc::Medium;
        let code =
            QrCode::encode_binary(&mut data, uri.len(), &mut drawn, level, Version::MIN, Version::MAX, None, false);
        let code = code.map_err(|_| QrError)?;
        let places = (0..code.size()).flat_map(|row| (0..code.size()).map(move |column| (column, row)));
        let size = usize::try_from(code.size()).map_err(|_| QrError)?;
        let mut modules = Zeroizing::new(Vec::with_capacity(size.saturating_mul(size)));
        modules.extend(places.map(|(column, row)| code.get_module(column, row)));
        Ok(Self { size, modules })
    }

    /// The number of modules of a side, the light ones around the code included.
    #[must_use]
    pub const fn side(&self) -> usize {
        self.size.saturating_add(2 * QUIET)
    }

    /// Whether the module in this column and row, counted from 0, is dark. Outside all modules are light.
    #[must_use]
    pub fn is_dark(&self, column: usize, row: usize) -> bool {
        column.checked_sub(QUIET).zip(row.checked_sub(QUIET)).is_some_and(|(column, row)| self.inside(column, row))
    }

    /// The same without the light modules around the code.
    fn inside(&self, column: usize, row: usize) -> bool {
        let place = row.checked_mul(self.size).and_then(|place| place.checked_add(column));
        column < self.size && place.and_then(|place| self.modules.get(place)).copied().unwrap_or_default()
    }

    /// A drawing for a page: black on white, as large as its container, described for screen readers.
    #[must_use]
    pub fn to_svg(&self) -> Zeroizing<String> {
        self.to_svg_with(QUIET, None)
    }

    /// The same with `margin` light modules around the code (the standard asks for 4) and a side of `pixels`, or of its
    /// container.
    ///
    /// ```
    /// # use oath_totp::{KeyUri, Secret};
    /// # let uri = KeyUri::totp(Secret::from_base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")?, "alice@example.com")?;
    /// let svg = uri.qr()?.to_svg_with(2, Some(240));
    /// assert!(svg.contains(" width=\"240\" height=\"240\" "));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn to_svg_with(&self, margin: usize, pixels: Option<u32>) -> Zeroizing<String> {
        let (size, side) = (self.size, self.size.saturating_add(margin.saturating_mul(2)));
        let mut svg = Zeroizing::new(String::with_capacity(svg_room(size, side)));
        // Writing to a String does not fail.
        let _ = write!(svg, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\"");
        if let Some(pixels) = pixels {
            let _ = write!(svg, " width=\"{pixels}\" height=\"{pixels}\"");
        }
        let _ = write!(
            svg,
            " shape-rendering=\"crispEdges\" role=\"img\" aria-label=\"QR code\">\
             <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path d=\""
        );
        for row in 0..size {
            let mut column = 0;
            while column < size {
                let length = (column..size).take_while(|at| self.inside(*at, row)).count();
                if length > 0 {
                    let (x, y) = (column.saturating_add(margin), row.saturating_add(margin));
                    let _ = write!(svg, "M{x} {y}h{length}v1h-{length}z");
                }
                column = column.saturating_add(length.max(1));
            }
        }
        svg.push_str("\"/></svg>");
        svg
    }

    /// A drawing for a terminal with light letters on a dark ground. A line holds two rows, in half blocks.
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

/// How long a drawing is at most: the string must not move, which would leave a copy.
fn svg_room(size: usize, side: usize) -> usize {
    let figures = |number: usize| number.checked_ilog10().and_then(|log| usize::try_from(log).ok()).unwrap_or(0) + 1;
    // `M{x} {y}h{length}v1h-{length}z`, and a row has at most half as many runs as modules.
    let run = figures(side).saturating_add(figures(size)).saturating_mul(2).saturating_add(8);
    let runs = size.div_ceil(2).saturating_mul(size);
    // Around them stand about 250 characters, the side four times and the pixels twice.
    runs.saturating_mul(run).saturating_add(400)
}

#[cfg(feature = "png")]
impl Qr {
    /// The drawing as a PNG file, black on white. A module has `scale` pixels each way, at least one.
    ///
    /// The encoder keeps copies of the image that are not wiped. The SVG and the text have none.
    #[must_use]
    pub fn to_png(&self, scale: u8) -> Zeroizing<Vec<u8>> {
        let scale = usize::from(scale.max(1));
        let side = self.side().saturating_mul(scale);
        let mut file = Zeroizing::new(Vec::new());
        // At most 185 modules of 255 pixels, written to memory: none of the encoder's errors can occur.
        let _ = self.write_png(&mut file, scale, u32::try_from(side).unwrap_or_default());
        file
    }

    fn write_png(&self, file: &mut Vec<u8>, scale: usize, side: u32) -> Result<(), png::EncodingError> {
        let mut encoder = png::Encoder::new(file, side, side);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        let mut image = Zeroizing::new(Vec::new());
        for row in 0..self.side() {
            let pixels = (0..self.side()).flat_map(|column| core::iter::repeat_n(self.is_dark(column, row), scale));
            let mut bits = Zeroizing::new(pixels.collect::<Vec<bool>>());
            // A row ends with a whole byte.
            let whole = bits.len().next_multiple_of(8);
            bits.resize(whole, true);
            let bytes = bits.chunks(8).map(|byte| byte.iter().fold(0_u8, |byte, dark| byte << 1 | u8::from(!dark)));
            let line = Zeroizing::new(bytes.collect::<Vec<u8>>());
            (0..scale).for_each(|_| image.extend_from_slice(&line));
        }
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&image)?;
        writer.finish()
    }

    /// The PNG file as a `data:` URI, for the `src` of an image.
    #[must_use]
    pub fn to_png_data_uri(&self, scale: u8) -> Zeroizing<String> {
        let png = self.to_png(scale);
        let mut uri = Zeroizing::new(String::from("data:image/png;base64,"));
        data_encoding::BASE64.encode_append(&png, &mut uri);
        uri
    }
}

impl fmt::Debug for Qr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Qr([{0} × {0} modules, elided])", self.side())
    }
}

/// A URI that is too long for a QR code: the only cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QrError;

impl fmt::Display for QrError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the URI is too long for a QR code; shorten the account or the issuer, or type the secret in")
    }
}

impl core::error::Error for QrError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secret;
    use alloc::format;
    use alloc::string::ToString;

    fn uri(account: &str) -> KeyUri {
        KeyUri::totp(Secret::from_bytes(b"12345678901234567890").unwrap(), account).unwrap()
    }

    #[test]
    fn three_corners_have_their_pattern_and_the_margin_is_light() {
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
    fn drawings_fit_into_their_room() {
        // Every other module is dark: as many runs as there can be.
        let size = 177;
        let modules = Zeroizing::new((0..size * size).map(|at| at % size % 2 == 0).collect());
        let code = Qr { size, modules };
        for margin in [0, 4, 1000, usize::MAX] {
            let svg = code.to_svg_with(margin, Some(u32::MAX));
            let room = svg_room(size, size.saturating_add(margin.saturating_mul(2)));
            assert!(svg.len() <= room && room <= svg.capacity(), "{} of {room}, margin {margin}", svg.len());
        }
        let side = code.side();
        assert!(code.to_text().len() <= side * side * 2);
    }

    #[test]
    fn a_uri_that_is_too_long_is_refused_and_debug_shows_no_module() {
        let error = uri(&"a".repeat(3000)).qr().unwrap_err();
        assert!(error.to_string().contains("too long"));
        assert!(!format!("{:?}", uri("a").qr().unwrap()).contains('1'));
    }
}
