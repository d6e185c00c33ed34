//! What lies between the module and JavaScript: numbers and a text at places that both know, and the objects, by handles.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::UnsafeCell;
use oath_totp::{Code, CodeError, Digits, Hotp, HotpState, KeyUri, Secret, Totp, TotpState, UnixTime};
use zeroize::Zeroizing;

/// The numbers, at the places that `js/module.js` names: whole numbers of 64 bits are two words there, the lower one first.
#[repr(C)]
pub(super) struct Numbers {
    /// A moment in seconds, a counter, or T0; then the step or counter that was accepted.
    pub(super) moment: u64,
    /// The last step that was accepted; then the counter to store, or the seconds that remain.
    pub(super) last: u64,
    pub(super) drift: i64,
    /// Whether what may be missing is there, the last step or an issuer: 1, else 0.
    pub(super) given: u32,
    /// The steps before, a radius, or a look-ahead.
    pub(super) back: u32,
    pub(super) ahead: u32,
    pub(super) digits: u32,
    pub(super) step: u32,
    pub(super) algorithm: u32,
    /// Codes: the number, and above its 27 bits how many digits it has beyond six.
    pub(super) codes: [u32; 3],
    /// Where the text lies, and its bytes.
    text: *mut u8,
    length: usize,
}

impl Numbers {
    const fn new() -> Self {
        Self {
            moment: 0,
            last: 0,
            drift: 0,
            given: 0,
            back: 0,
            ahead: 0,
            digits: 0,
            step: 0,
            algorithm: 0,
            codes: [0; 3],
            text: core::ptr::null_mut(),
            length: 0,
        }
    }

    pub(super) const fn time(&self) -> UnixTime {
        UnixTime::from_secs(self.moment)
    }

    pub(super) const fn totp_state(&self) -> TotpState {
        let last_step = if self.given == 0 { None } else { Some(self.last) };
        TotpState { last_step, drift: self.drift }
    }

    pub(super) const fn hotp_state(&self) -> HotpState {
        HotpState { counter: self.moment }
    }

    pub(super) fn radius(&self) -> u16 {
        u16::try_from(self.back).unwrap_or(u16::MAX)
    }
}

/// 10^8 takes 27 bits.
const NUMBER_BITS: u32 = 27;

pub(super) fn unpacked(packed: u32) -> Result<Code, CodeError> {
    let digits = match packed >> NUMBER_BITS {
        0 => Digits::Six,
        1 => Digits::Seven,
        _ => Digits::Eight,
    };
    Code::from_number(packed & ((1 << NUMBER_BITS) - 1), digits)
}

pub(super) fn packed(code: &Code) -> u32 {
    let more = match code.digits() {
        Digits::Six => 0,
        Digits::Seven => 1,
        Digits::Eight => 2,
    };
    code.expose_number() | more << NUMBER_BITS
}

/// A token keeps the secret that it was made from, for its URI: wiped when the last of them is gone.
pub(super) enum Object {
    Secret(Rc<Secret>),
    Totp(Totp, Rc<Secret>),
    Hotp(Hotp, Rc<Secret>),
    Uri(KeyUri),
}

pub(super) struct Shared {
    pub(super) numbers: Numbers,
    /// Whatever passes as a text may hold a secret.
    text: Option<Zeroizing<Vec<u8>>>,
    /// Each at its handle. Their secrets lie elsewhere: what is moved when there are more would leave copies.
    objects: Vec<Option<Object>>,
    free: Vec<usize>,
}

impl Shared {
    const fn new() -> Self {
        Self { numbers: Numbers::new(), text: None, objects: Vec::new(), free: Vec::new() }
    }

    /// Keeps it, and returns its handle.
    pub(super) fn keep(&mut self, object: Object) -> usize {
        let handle = self.free.pop().unwrap_or(self.objects.len());
        match self.objects.get_mut(handle) {
            Some(place) => *place = Some(object),
            None => self.objects.push(Some(object)),
        }
        handle
    }

    /// None where it was released.
    pub(super) fn object(&self, handle: u32) -> Option<&Object> {
        self.objects.get(usize::try_from(handle).ok()?)?.as_ref()
    }

    pub(super) fn release(&mut self, handle: u32) {
        let Ok(handle) = usize::try_from(handle) else { return };
        if self.objects.get_mut(handle).is_some_and(|place| place.take().is_some()) {
            self.free.push(handle);
        }
    }

    /// Puts bytes where JavaScript reads them, or writes them.
    pub(super) fn tell(&mut self, mut text: Zeroizing<Vec<u8>>) {
        self.numbers.text = text.as_mut_ptr();
        self.numbers.length = text.len();
        self.text = Some(text);
    }

    /// The bytes that JavaScript has written.
    pub(super) fn told(&mut self) -> Zeroizing<Vec<u8>> {
        self.text.take().unwrap_or_default()
    }
}

struct Alone(UnsafeCell<Shared>);

// SAFETY: the module has one thread; a worker has a module of its own.
#[expect(unsafe_code, reason = "what JavaScript calls has no other place to keep anything")]
unsafe impl Sync for Alone {}

static SHARED: Alone = Alone(UnsafeCell::new(Shared::new()));

/// Where JavaScript writes and reads the numbers between its calls. The address comes from the cell and not from a reference,
/// which would end with the call.
pub(super) fn place() -> usize {
    // SAFETY: only a place is computed.
    #[expect(unsafe_code, reason = "so that it comes from the cell")]
    let numbers = unsafe { &raw mut (*SHARED.0.get()).numbers };
    numbers.expose_provenance()
}

/// Does what JavaScript has called.
///
/// # Safety
/// Not from within `work`.
#[expect(unsafe_code, reason = "a cell that counts its borrowers would have to panic")]
pub(super) unsafe fn with<R>(work: impl FnOnce(&mut Shared) -> R) -> R {
    // SAFETY: there is no other reference, as the caller promises.
    work(unsafe { &mut *SHARED.0.get() })
}
