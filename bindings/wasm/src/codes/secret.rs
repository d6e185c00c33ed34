//! The shared secret K.

use super::shared::{Object, Shared};
use super::{Answer, keep, read, secret_of, utf8, value};
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use oath_totp::Secret;
use zeroize::Zeroizing;

/// One from a text of this kind: 0 the bytes themselves, 1 Base32, 2 hexadecimal digits.
pub(super) fn secret(shared: &mut Shared, kind: u32, _: u32) -> Answer {
    let text = shared.told();
    let secret = match kind {
        0 => Secret::from_bytes(&text).map_err(read),
        1 => Secret::from_base32(utf8(&text)).map_err(read),
        _ => Secret::from_hex(utf8(&text)).map_err(read),
    };
    keep(shared, Object::Secret(Rc::new(secret?)))
}

/// That of a token or a URI.
pub(super) fn secret_held(shared: &mut Shared, handle: u32, _: u32) -> Answer {
    let secret = secret_of(shared, handle)?;
    keep(shared, Object::Secret(secret))
}

/// The text of this kind.
pub(super) fn secret_shown(shared: &mut Shared, handle: u32, kind: u32) -> Answer {
    let secret = secret_of(shared, handle)?;
    shared.tell(match kind {
        0 => Zeroizing::new(secret.expose_bytes().to_vec()),
        1 => bytes(secret.expose_base32()),
        _ => bytes(secret.expose_hex()),
    });
    Ok(0)
}

/// In bytes.
pub(super) fn secret_length(shared: &mut Shared, handle: u32, _: u32) -> Answer {
    u32::try_from(secret_of(shared, handle)?.byte_len()).map_err(value)
}

/// 1 where they are the same.
pub(super) fn secret_equals(shared: &mut Shared, one: u32, other: u32) -> Answer {
    Ok((secret_of(shared, one)? == secret_of(shared, other)?).into())
}

/// The same memory, to be wiped as before.
pub(super) fn bytes(mut text: Zeroizing<String>) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(core::mem::take(&mut *text).into_bytes())
}
