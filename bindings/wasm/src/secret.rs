use crate::arguments::Text;
use crate::given::Uint8Array;
use crate::message;
use alloc::rc::Rc;
use alloc::vec::Vec;
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

/// The shared secret K. Tokens that are made from it keep it too: it is wiped when the last of them is gone.
#[wasm_bindgen]
pub struct Secret(pub(crate) Rc<oath_totp::Secret>);

impl Secret {
    pub(crate) fn of(secret: oath_totp::Secret) -> Self {
        Self(Rc::new(secret))
    }
}

fn made<E: core::fmt::Display>(secret: Result<oath_totp::Secret, E>) -> Result<Secret, JsValue> {
    secret.map(Secret::of).map_err(message)
}

#[wasm_bindgen]
impl Secret {
    pub fn from_base32(text: Vec<u8>) -> Result<Self, JsValue> {
        made(oath_totp::Secret::from_base32(&Text::of(text)))
    }

    pub fn from_hex(text: Vec<u8>) -> Result<Self, JsValue> {
        made(oath_totp::Secret::from_hex(&Text::of(text)))
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
