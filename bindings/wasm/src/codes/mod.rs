//! The module of the codes. It is bound by hand: all that JavaScript calls takes two numbers and returns one, and whatever else
//! passes lies where both know it (`shared.rs`, `js/module.js`). An engine compiles a way in for each kind of signature when a
//! module starts; for those that wasm-bindgen makes that took longer than all else.
//!
//! What is returned is 0 or above where it was done: a handle, a code, or nothing to speak of. Below it is why not.

mod secret;
mod shared;
mod token;
mod uri;

use alloc::rc::Rc;
use alloc::string::{String, ToString};
use core::fmt::Display;
use oath_totp::{Algorithm, MovingFactor, Rejected, Secret};
use secret::{secret, secret_equals, secret_held, secret_length, secret_shown};
use shared::{Numbers, Object, Shared};
use token::{find, generate, hotp, moment, resync, totp, typed, verify};
use uri::{uri_of, uri_read, uri_shown, uri_token};
use zeroize::Zeroizing;

/// Why not.
enum Refusal {
    Rejected(Rejected),
    /// What was read is wrong: the text of an `OathError`.
    Read(String),
    /// A value of the right type that is none of those expected: the text of a `RangeError`.
    Value(String),
}

type Answer = Result<u32, Refusal>;

fn read(error: impl Display) -> Refusal {
    Refusal::Read(error.to_string())
}

fn value(error: impl Display) -> Refusal {
    Refusal::Value(error.to_string())
}

/// What a handle does not stand for is not asked of it by `js/`.
fn unknown() -> Refusal {
    value("no such object")
}

fn status(shared: &mut Shared, answer: Answer) -> i32 {
    let (status, text) = match answer {
        Ok(done) => return done.cast_signed(),
        Err(Refusal::Rejected(Rejected::Mismatch)) => return -1,
        Err(Refusal::Rejected(Rejected::Replayed)) => return -2,
        Err(Refusal::Rejected(Rejected::Ambiguous)) => return -3,
        Err(Refusal::Read(text)) => (-4, text),
        Err(Refusal::Value(text)) => (-5, text),
    };
    shared.tell(Zeroizing::new(text.into_bytes()));
    status
}

/// Does what JavaScript has called.
///
/// # Safety
/// Not from within.
#[expect(unsafe_code, reason = "see `shared::with`")]
#[inline(never)]
unsafe fn called(function: fn(&mut Shared, u32, u32) -> Answer, one: u32, other: u32) -> i32 {
    let work = |shared: &mut Shared| {
        let answer = function(shared, one, other);
        status(shared, answer)
    };
    // SAFETY: as the caller promises.
    unsafe { shared::with(work) }
}

macro_rules! for_javascript {
    ($($name:ident)*) => {$(
        #[expect(unsafe_code, reason = "no other function of the module has this name")]
        const _: () = {
            #[unsafe(no_mangle)]
            extern "C" fn $name(one: u32, other: u32) -> i32 {
                // SAFETY: only JavaScript calls this, and nothing that is called here calls JavaScript: the module has no
                // imports.
                unsafe { called(self::$name, one, other) }
            }
        };
    )*};
}

for_javascript! {
    numbers room release
    secret secret_held secret_shown secret_length secret_equals
    totp hotp typed generate verify resync find moment
    uri_of uri_read uri_shown uri_token
}

/// Where the numbers lie.
fn numbers(_: &mut Shared, _: u32, _: u32) -> Answer {
    u32::try_from(shared::place()).map_err(value)
}

/// Room for a text of so many bytes. What was there is wiped.
fn room(shared: &mut Shared, length: u32, _: u32) -> Answer {
    let length = usize::try_from(length).map_err(value)?;
    shared.tell(Zeroizing::new(alloc::vec![0; length]));
    Ok(0)
}

/// Whoever held this does so no longer.
fn release(shared: &mut Shared, handle: u32, _: u32) -> Answer {
    shared.release(handle);
    Ok(0)
}

fn keep(shared: &mut Shared, object: Object) -> Answer {
    describe(&mut shared.numbers, &object);
    u32::try_from(shared.keep(object)).map_err(value)
}

/// What JavaScript keeps of it, so that it need not ask.
fn describe(numbers: &mut Numbers, object: &Object) {
    let (algorithm, digits) = match object {
        Object::Secret(_) => return,
        Object::Totp(totp, _) => {
            let (algorithm, digits, step) = (totp.algorithm(), totp.digits(), totp.time_step());
            (numbers.step, numbers.moment) = (step.x(), step.t0());
            (algorithm, digits)
        }
        Object::Hotp(hotp, _) => (hotp.algorithm(), hotp.digits()),
        Object::Uri(uri) => {
            match uri.moving_factor() {
                MovingFactor::Time { period } => numbers.step = period.get(),
                MovingFactor::Counter { counter } => (numbers.step, numbers.moment) = (0, counter),
            }
            (uri.algorithm(), uri.digits())
        }
    };
    numbers.algorithm = match algorithm {
        Algorithm::Sha1 => 0,
        Algorithm::Sha256 => 1,
        Algorithm::Sha512 => 2,
    };
    numbers.digits = u8::from(digits).into();
}

/// The secret of what has one, which all has.
fn secret_of(shared: &Shared, handle: u32) -> Result<Rc<Secret>, Refusal> {
    match shared.object(handle) {
        Some(Object::Secret(secret) | Object::Totp(_, secret) | Object::Hotp(_, secret)) => Ok(Rc::clone(secret)),
        Some(Object::Uri(uri)) => copied(uri.secret()).map(Rc::new),
        None => Err(unknown()),
    }
}

fn copied(secret: &Secret) -> Result<Secret, Refusal> {
    Secret::from_bytes(secret.expose_bytes()).map_err(read)
}

/// UTF-8: JavaScript writes nothing else.
fn utf8(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).unwrap_or_default()
}
