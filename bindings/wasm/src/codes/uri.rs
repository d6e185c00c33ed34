//! Reads and writes `otpauth://` URIs, and draws QR codes.

use super::arguments::{Text, whole};
use super::given::Uint8Array;
use super::hotp::Hotp;
use super::secret::{Secret, copied};
use super::totp::Totp;
use super::{message, range_error};
use alloc::borrow::ToOwned;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use oath_totp::{MovingFactor, Qr, QrError, UriError};
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

#[wasm_bindgen]
pub struct KeyUri(oath_totp::KeyUri);

/// A `RangeError` for a mistake of the caller, and the message of an `OathError` for a text that could not be read.
fn refused(error: UriError) -> JsValue {
    match error {
        UriError::Account | UriError::T0 | UriError::IsHotp | UriError::IsTotp => range_error(error),
        other => message(other),
    }
}

fn issued(uri: oath_totp::KeyUri, issuer: Option<String>) -> KeyUri {
    KeyUri(match issuer {
        Some(issuer) => uri.with_issuer(&issuer),
        None => uri,
    })
}

fn drawn(code: Result<Qr, QrError>, margin: usize, pixels: u32) -> Result<JsValue, JsValue> {
    let pixels = Some(pixels).filter(|pixels| *pixels > 0);
    Ok(JsValue::from_str(&code.map_err(message)?.to_svg_with(margin, pixels)))
}

/// Draws any URI, such as that of a transfer between apps.
#[expect(unreachable_pub, reason = "the macro asks for it")]
#[wasm_bindgen]
pub fn qr_svg(uri: Vec<u8>, margin: usize, pixels: u32) -> Result<JsValue, JsValue> {
    drawn(Qr::encode(&Text::from(uri)), margin, pixels)
}

#[wasm_bindgen]
impl KeyUri {
    pub fn of_totp(token: &Totp, account: &str, issuer: Option<String>) -> Result<Self, JsValue> {
        let totp = token.inner();
        let uri = oath_totp::KeyUri::totp(copied(&token.secret)?, account).map_err(refused)?;
        let uri = uri.with_algorithm(totp.algorithm()).with_digits(totp.digits());
        Ok(issued(uri.with_time_step(totp.time_step()).map_err(refused)?, issuer))
    }

    pub fn of_hotp(token: &Hotp, account: &str, issuer: Option<String>, high: u32, low: u32) -> Result<Self, JsValue> {
        let hotp = token.inner();
        let uri = oath_totp::KeyUri::hotp(copied(&token.secret)?, account, whole(high, low)).map_err(refused)?;
        Ok(issued(uri.with_algorithm(hotp.algorithm()).with_digits(hotp.digits()), issuer))
    }

    pub fn parse(text: Vec<u8>) -> Result<Self, JsValue> {
        oath_totp::KeyUri::parse(&Text::from(text)).map(Self).map_err(message)
    }

    pub fn uri(&self) -> JsValue {
        JsValue::from_str(&self.0.expose_uri())
    }

    /// With 0 pixels, the drawing takes the size of its container.
    pub fn qr_svg(&self, margin: usize, pixels: u32) -> Result<JsValue, JsValue> {
        drawn(self.0.qr(), margin, pixels)
    }

    pub fn qr_text(&self) -> Result<JsValue, JsValue> {
        Ok(JsValue::from_str(&self.0.qr().map_err(message)?.to_text()))
    }

    /// One byte for each module, row by row, with a margin of four light modules. A dark module is 1.
    pub fn qr_modules(&self) -> Result<Uint8Array, JsValue> {
        let code = self.0.qr().map_err(message)?;
        let places = (0..code.side()).flat_map(|row| (0..code.side()).map(move |column| (column, row)));
        let mut modules = Zeroizing::new(Vec::with_capacity(code.side().saturating_mul(code.side())));
        modules.extend(places.map(|(column, row)| u8::from(code.is_dark(column, row))));
        Ok(Uint8Array::new(&modules))
    }

    pub fn to_totp(&self, legacy: bool) -> Result<Totp, JsValue> {
        let totp = if legacy { self.0.to_legacy_totp() } else { self.0.to_totp() };
        Ok(Totp::of(totp.map_err(refused)?, Rc::new(copied(self.0.secret())?)))
    }

    pub fn to_hotp(&self, legacy: bool) -> Result<Hotp, JsValue> {
        let hotp = if legacy { self.0.to_legacy_hotp() } else { self.0.to_hotp() };
        Ok(Hotp::of(hotp.map_err(refused)?.0, Rc::new(copied(self.0.secret())?)))
    }

    pub fn secret(&self) -> Result<Secret, JsValue> {
        copied(self.0.secret()).map(|secret| Secret(Rc::new(secret)))
    }

    pub fn account(&self) -> String {
        self.0.account().to_owned()
    }

    pub fn issuer(&self) -> Option<String> {
        self.0.issuer().map(str::to_owned)
    }

    pub fn prefix(&self) -> Option<String> {
        self.0.prefix().map(str::to_owned)
    }

    pub fn algorithm(&self) -> JsValue {
        JsValue::from_str(self.0.algorithm().name())
    }

    pub fn digits(&self) -> u8 {
        self.0.digits().into()
    }

    pub fn period(&self) -> Option<u32> {
        match self.0.moving_factor() {
            MovingFactor::Time { period } => Some(period.get()),
            MovingFactor::Counter { .. } => None,
        }
    }

    pub fn counter(&self) -> Option<u64> {
        match self.0.moving_factor() {
            MovingFactor::Time { .. } => None,
            MovingFactor::Counter { counter } => Some(counter),
        }
    }
}
