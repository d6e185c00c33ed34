//! Tokens that tell the time and tokens that count, and their codes.

use super::shared::{Numbers, Object, Shared, packed, unpacked};
use super::{Answer, Refusal, keep, read, secret_of, unknown, utf8, value};
use alloc::vec::Vec;
use oath_totp::{
    Accepted, Code, CodeError, CodeRun, Digits, Hotp, HotpState, Key, Rejected, Secret, TimeStep, Totp, TotpState,
    Window,
};
use zeroize::Zeroizing;

/// Of a secret; the name of the algorithm is the text.
pub(super) fn totp(shared: &mut Shared, secret: u32, legacy: u32) -> Answer {
    let secret = secret_of(shared, secret)?;
    let step = TimeStep::new(shared.numbers.step, shared.numbers.moment).map_err(value)?;
    let (key, digits) = key(shared, &secret, legacy)?;
    keep(shared, Object::Totp(Totp::new(key, digits, step), secret))
}

pub(super) fn hotp(shared: &mut Shared, secret: u32, legacy: u32) -> Answer {
    let secret = secret_of(shared, secret)?;
    let (key, digits) = key(shared, &secret, legacy)?;
    keep(shared, Object::Hotp(Hotp::new(key, digits), secret))
}

fn key(shared: &mut Shared, secret: &Secret, legacy: u32) -> Result<(Key, Digits), Refusal> {
    let algorithm = utf8(&shared.told()).parse().map_err(value)?;
    let key = if legacy == 0 { secret.key(algorithm) } else { secret.legacy_key(algorithm) };
    let key = key.map_err(read)?;
    let digits = u8::try_from(shared.numbers.digits).map_err(value)?;
    Ok((key, Digits::try_from(digits).map_err(value)?))
}

/// A code that somebody typed, packed.
pub(super) fn typed(shared: &mut Shared, _: u32, _: u32) -> Answer {
    Code::from_typed(utf8(&shared.told())).map(|code| packed(&code)).map_err(read)
}

/// The number of a code; its leading zeros are JavaScript's.
pub(super) fn generate(shared: &mut Shared, handle: u32, _: u32) -> Answer {
    match shared.object(handle) {
        Some(Object::Totp(totp, _)) => Ok(totp.generate(shared.numbers.time()).expose_number()),
        Some(Object::Hotp(hotp, _)) => Ok(hotp.generate(shared.numbers.moment).expose_number()),
        _ => Err(unknown()),
    }
}

pub(super) fn verify(shared: &mut Shared, handle: u32, code: u32) -> Answer {
    let code = unpacked(code).map_err(value)?;
    let numbers = &shared.numbers;
    match shared.object(handle) {
        Some(Object::Totp(totp, _)) => {
            let accepted = totp.verify(&code, numbers.time(), numbers.window(), &numbers.totp_state());
            shared.numbers.totp_accepted(accepted)
        }
        Some(Object::Hotp(hotp, _)) => {
            let look_ahead = u8::try_from(numbers.radius()).unwrap_or(u8::MAX);
            let accepted = hotp.verify(&code, look_ahead, &numbers.hotp_state());
            shared.numbers.hotp_accepted(accepted)
        }
        _ => Err(unknown()),
    }
}

/// By the first so many codes.
pub(super) fn resync(shared: &mut Shared, handle: u32, count: u32) -> Answer {
    let numbers = &shared.numbers;
    let codes = run(numbers, count)?;
    match shared.object(handle) {
        Some(Object::Totp(totp, _)) => {
            let (now, radius, state) = (numbers.time(), numbers.radius(), numbers.totp_state());
            let accepted = match &codes {
                CodeRun::One(code) => totp.activate(code, now, radius, &state),
                CodeRun::Several(codes) => totp.resync(codes, now, radius, &state),
            };
            shared.numbers.totp_accepted(accepted)
        }
        Some(Object::Hotp(hotp, _)) => {
            let (look_ahead, state) = (numbers.radius(), numbers.hotp_state());
            let accepted = match &codes {
                CodeRun::One(code) => hotp.activate(code, look_ahead, &state),
                CodeRun::Several(codes) => hotp.resync(codes, look_ahead, &state),
            };
            shared.numbers.hotp_accepted(accepted)
        }
        _ => Err(unknown()),
    }
}

/// The steps, eight bytes each, as the text.
pub(super) fn find(shared: &mut Shared, handle: u32, count: u32) -> Answer {
    let Some(Object::Totp(totp, _)) = shared.object(handle) else { return Err(unknown()) };
    let numbers = &shared.numbers;
    let found = totp.find(&run(numbers, count)?, numbers.time(), numbers.radius());
    shared.tell(Zeroizing::new(found.into_iter().flat_map(u64::to_le_bytes).collect()));
    Ok(0)
}

/// The step of a moment, and the seconds that remain of it.
pub(super) fn moment(shared: &mut Shared, handle: u32, _: u32) -> Answer {
    let Some(Object::Totp(totp, _)) = shared.object(handle) else { return Err(unknown()) };
    let step = totp.time_step();
    let time = shared.numbers.time();
    (shared.numbers.moment, shared.numbers.last) = (step.at(time), step.remaining(time));
    Ok(0)
}

fn run(numbers: &Numbers, count: u32) -> Result<CodeRun, Refusal> {
    let count = usize::try_from(count).map_err(value)?;
    let codes: Result<Vec<Code>, CodeError> = numbers.codes.iter().take(count).map(|code| unpacked(*code)).collect();
    CodeRun::try_from(codes.map_err(value)?.as_slice()).map_err(value)
}

impl Numbers {
    fn window(&self) -> Window {
        let steps = |steps| u8::try_from(steps).unwrap_or(u8::MAX);
        Window::new(steps(self.back), steps(self.ahead))
    }

    fn totp_accepted(&mut self, verdict: Result<Accepted<TotpState>, Rejected>) -> Answer {
        let accepted = verdict.map_err(Refusal::Rejected)?;
        (self.moment, self.drift) = (accepted.matched, accepted.next.drift);
        Ok(0)
    }

    fn hotp_accepted(&mut self, verdict: Result<Accepted<HotpState>, Rejected>) -> Answer {
        let accepted = verdict.map_err(Refusal::Rejected)?;
        (self.moment, self.last) = (accepted.matched, accepted.next.counter);
        Ok(0)
    }
}
