//! liboath of oath-toolkit, where it is installed: the C library behind oathtool and pam_oath.

use core::ffi::{c_char, c_int, c_long, c_uint};
use libloading::{Library as Shared, Symbol};
use std::ffi::CString;

/// `int oath_totp_validate2 (const char *secret, size_t secret_length, time_t now, unsigned time_step_size,
/// time_t start_offset, size_t window, int *otp_pos, const char *otp)`
type Validate =
    unsafe extern "C" fn(*const c_char, usize, c_long, c_uint, c_long, usize, *mut c_int, *const c_char) -> c_int;

/// The library, loaded.
pub(crate) struct Library {
    shared: Shared,
}

impl Library {
    /// `None` where it is not installed.
    pub(crate) fn load() -> Option<Self> {
        // SAFETY: its initialisers only set up its own tables.
        let shared = unsafe { Shared::new("liboath.so.0") }.ok()?;
        // SAFETY: as above; called once before anything else, as its manual asks.
        let init: Symbol<'_, unsafe extern "C" fn() -> c_int> = unsafe { shared.get(b"oath_init\0") }.ok()?;
        // SAFETY: takes no argument.
        let ready = unsafe { init() } == 0;
        ready.then_some(Self { shared })
    }

    /// Where in the window the code fits.
    pub(crate) fn position(&self, secret: &[u8], now: u64, window: usize, code: &str) -> Option<i32> {
        // SAFETY: the type is the one that its header declares.
        let validate: Symbol<'_, Validate> = unsafe { self.shared.get(b"oath_totp_validate2\0") }.ok()?;
        let code = CString::new(code).ok()?;
        let now = c_long::try_from(now).ok()?;
        let mut position = 0;
        // SAFETY: the secret is read for its length, the code up to its end, the position is written; all outlive the call.
        let found = unsafe {
            validate(secret.as_ptr().cast(), secret.len(), now, 30, 0, window, &raw mut position, code.as_ptr())
        };
        (found >= 0).then_some(position)
    }
}
