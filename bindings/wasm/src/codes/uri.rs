//! `otpauth://`, read, written and drawn.

use super::secret::bytes;
use super::shared::{Object, Shared};
use super::{Answer, copied, keep, read, unknown, utf8, value};
use alloc::rc::Rc;
use oath_totp::KeyUri;

/// Of a token, and its next counter if it counts. The text is the account, and behind so many bytes of it the issuer.
pub(super) fn uri_of(shared: &mut Shared, token: u32, account: u32) -> Answer {
    let text = shared.told();
    let account = usize::try_from(account).map_err(value)?;
    let (account, issuer) = utf8(&text).split_at_checked(account).ok_or_else(unknown)?;
    let uri = match shared.object(token) {
        Some(Object::Totp(totp, secret)) => KeyUri::totp(copied(secret)?, account)
            .and_then(|uri| uri.with_time_step(totp.time_step()))
            .map_err(value)?
            .with_algorithm(totp.algorithm())
            .with_digits(totp.digits()),
        Some(Object::Hotp(hotp, secret)) => KeyUri::hotp(copied(secret)?, account, shared.numbers.moment)
            .map_err(value)?
            .with_algorithm(hotp.algorithm())
            .with_digits(hotp.digits()),
        _ => return Err(unknown()),
    };
    keep(shared, Object::Uri(if shared.numbers.given == 0 { uri } else { uri.with_issuer(issuer) }))
}

pub(super) fn uri_read(shared: &mut Shared, _: u32, _: u32) -> Answer {
    let uri = KeyUri::parse(utf8(&shared.told())).map_err(read)?;
    keep(shared, Object::Uri(uri))
}

/// The text of this kind: 0 the URI, 1 a drawing for a page, 2 one for a terminal, 3 the account, 4 the issuer.
/// 1 is returned where there is none.
pub(super) fn uri_shown(shared: &mut Shared, handle: u32, kind: u32) -> Answer {
    let Some(Object::Uri(uri)) = shared.object(handle) else { return Err(unknown()) };
    let public = |text: &str| text.as_bytes().to_vec().into();
    let text = match kind {
        0 => bytes(uri.expose_uri()),
        1 => bytes(uri.qr().map_err(read)?.to_svg()),
        2 => bytes(uri.qr().map_err(read)?.to_text()),
        3 => public(uri.account()),
        _ => match uri.issuer() {
            Some(issuer) => public(issuer),
            None => return Ok(1),
        },
    };
    shared.tell(text);
    Ok(0)
}

/// The token of a URI, where it is of this kind: 0 tells the time, 1 counts.
pub(super) fn uri_token(shared: &mut Shared, handle: u32, counts: u32) -> Answer {
    let Some(Object::Uri(uri)) = shared.object(handle) else { return Err(unknown()) };
    let secret = Rc::new(copied(uri.secret())?);
    let token = if counts == 0 {
        Object::Totp(uri.to_legacy_totp().map_err(read)?, secret)
    } else {
        Object::Hotp(uri.to_legacy_hotp().map_err(read)?.0, secret)
    };
    keep(shared, token)
}
