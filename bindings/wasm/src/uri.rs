use crate::arguments::Text;
use crate::codes::{Hotp, Totp};
use crate::secret::Secret;
use crate::{message, value_error, whole};
use alloc::borrow::ToOwned;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use oath_totp::Moving;
use wasm_bindgen::prelude::*;

/// `otpauth://`, read and written.
#[wasm_bindgen]
pub struct KeyUri(oath_totp::KeyUri);

fn copied(secret: &oath_totp::Secret) -> Result<oath_totp::Secret, JsValue> {
    oath_totp::Secret::from_bytes(secret.expose_bytes()).map_err(message)
}

fn issued(uri: oath_totp::KeyUri, issuer: Option<String>) -> KeyUri {
    KeyUri(match issuer {
        Some(issuer) => uri.with_issuer(&issuer),
        None => uri,
    })
}

#[wasm_bindgen]
impl KeyUri {
    pub fn of_totp(token: &Totp, account: &str, issuer: Option<String>) -> Result<Self, JsValue> {
        oath_totp::KeyUri::of_totp(&token.totp, copied(&token.secret)?, account)
            .map(|uri| issued(uri, issuer))
            .ok_or_else(|| value_error("an otpauth URI cannot say T0: apps count from 1970"))
    }

    pub fn of_hotp(token: &Hotp, account: &str, issuer: Option<String>, high: u32, low: u32) -> Result<Self, JsValue> {
        let uri = oath_totp::KeyUri::of_hotp(&token.hotp, copied(&token.secret)?, account, whole(high, low));
        Ok(issued(uri, issuer))
    }

    pub fn parse(text: Vec<u8>) -> Result<Self, JsValue> {
        oath_totp::KeyUri::parse(&Text::of(text)).map(Self).map_err(message)
    }

    pub fn uri(&self) -> JsValue {
        JsValue::from_str(&self.0.expose_uri())
    }

    pub fn qr_svg(&self) -> Result<JsValue, JsValue> {
        self.0.qr().map(|code| JsValue::from_str(&code.to_svg())).map_err(message)
    }

    pub fn qr_text(&self) -> Result<JsValue, JsValue> {
        self.0.qr().map(|code| JsValue::from_str(&code.to_text())).map_err(message)
    }

    pub fn to_totp(&self) -> Result<Totp, JsValue> {
        let token = self.0.to_totp().ok_or_else(|| value_error("the URI carries a counter: use toHotp"))?;
        Ok(Totp::of(token.map_err(message)?, Rc::new(copied(self.0.secret())?)))
    }

    pub fn to_hotp(&self) -> Result<Hotp, JsValue> {
        let token = self.0.to_hotp().ok_or_else(|| value_error("the URI carries a period: use toTotp"))?;
        Ok(Hotp::of(token.map_err(message)?.0, Rc::new(copied(self.0.secret())?)))
    }

    pub fn secret(&self) -> Result<Secret, JsValue> {
        copied(self.0.secret()).map(Secret::of)
    }

    pub fn account(&self) -> String {
        self.0.account().to_owned()
    }

    pub fn issuer(&self) -> Option<String> {
        self.0.issuer().map(str::to_owned)
    }

    pub fn algorithm(&self) -> String {
        self.0.algorithm().to_string()
    }

    pub fn digits(&self) -> u8 {
        self.0.digits().into()
    }

    pub fn period(&self) -> Option<u32> {
        match self.0.moving() {
            Moving::Time { period } => Some(period.get()),
            Moving::Counter { .. } => None,
        }
    }

    pub fn counter(&self) -> Option<u64> {
        match self.0.moving() {
            Moving::Time { .. } => None,
            Moving::Counter { counter } => Some(counter),
        }
    }
}
