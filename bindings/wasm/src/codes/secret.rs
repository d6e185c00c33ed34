//! The shared secret K.

use super::arguments::Text;
use super::given::Uint8Array;
use super::message;
use alloc::rc::Rc;
use alloc::vec::Vec;
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

/// Tokens made from a secret share its memory, which is wiped when the last of these objects is freed.
#[wasm_bindgen]
pub struct Secret(pub(super) Rc<oath_totp::Secret>);

fn made(secret: Result<oath_totp::Secret, oath_totp::SecretError>) -> Result<Secret, JsValue> {
    secret.map(|secret| Secret(Rc::new(secret))).map_err(message)
}

/// Copies a secret.
pub(super) fn copied(secret: &oath_totp::Secret) -> Result<oath_totp::Secret, JsValue> {
    oath_totp::Secret::from_bytes(secret.expose_bytes()).map_err(message)
}

#[wasm_bindgen]
impl Secret {
    pub fn from_base32(text: Vec<u8>) -> Result<Self, JsValue> {
        made(oath_totp::Secret::from_base32(&Text::from(text)))
    }

    pub fn from_hex(text: Vec<u8>) -> Result<Self, JsValue> {
        made(oath_totp::Secret::from_hex(&Text::from(text)))
    }

    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, JsValue> {
        made(oath_totp::Secret::from_bytes(&Zeroizing::new(bytes)))
    }

    pub fn base32(&self) -> JsValue {
        JsValue::from_str(&self.0.expose_base32())
    }

    pub fn hex(&self) -> JsValue {
        JsValue::from_str(&self.0.expose_hex())
    }

    pub fn bytes(&self) -> Uint8Array {
        Uint8Array::new(self.0.expose_bytes())
    }

    pub fn byte_length(&self) -> usize {
        self.0.byte_len()
    }

    pub fn equals(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
