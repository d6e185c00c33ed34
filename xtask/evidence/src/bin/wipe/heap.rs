//! An allocator that keeps what it is given back.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

const ROOM: usize = 1 << 20;

struct Recorder {
    on: AtomicBool,
    used: AtomicUsize,
    blocks: std::cell::UnsafeCell<[u8; ROOM]>,
}

// SAFETY: the harness has one thread.
#[allow(unsafe_code, reason = "a static that is written to")]
unsafe impl Sync for Recorder {}

#[global_allocator]
static RECORDER: Recorder =
    Recorder { on: AtomicBool::new(false), used: AtomicUsize::new(0), blocks: std::cell::UnsafeCell::new([0; ROOM]) };

impl Recorder {
    #[allow(unsafe_code, reason = "copies a block just before it is freed")]
    fn keep(&self, block: *const u8, size: usize) {
        let used = self.used.load(Ordering::Relaxed);
        if !self.on.load(Ordering::Relaxed) || used + size > ROOM {
            return;
        }
        // SAFETY: the block is the caller's, `size` bytes long, and there is room for as many behind `used`. Bytes that
        // were never written are copied as well: the copy is untyped.
        unsafe { std::ptr::copy_nonoverlapping(block, self.blocks.get().cast::<u8>().add(used), size) };
        // Words lie in what is kept as they lay in the block.
        self.used.store((used + size).next_multiple_of(16).min(ROOM), Ordering::Relaxed);
    }
}

// SAFETY: everything is handed on to the system's allocator. `realloc` is the default, which allocates, copies and frees,
// so that what is moved is seen too.
#[allow(unsafe_code, reason = "that is what a global allocator is")]
unsafe impl GlobalAlloc for Recorder {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as promised to us.
        let block = unsafe { System.alloc(layout) };
        if !block.is_null() {
            // What an earlier owner left in it must not count for the next one.
            // SAFETY: just allocated, with this size.
            unsafe { block.write_bytes(crate::PAINT, layout.size()) };
        }
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        self.keep(block, layout.size());
        // SAFETY: as promised to us.
        unsafe { System.dealloc(block, layout) }
    }
}

/// From now on freed blocks are kept.
pub(crate) fn record() {
    RECORDER.used.store(0, Ordering::Relaxed);
    RECORDER.on.store(true, Ordering::Relaxed);
}

/// What was freed since, one block after the other.
#[allow(unsafe_code, reason = "reads what `keep` wrote")]
pub(crate) fn recorded() -> &'static [u8] {
    RECORDER.on.store(false, Ordering::Relaxed);
    let used = RECORDER.used.load(Ordering::Relaxed).min(ROOM);
    // SAFETY: nothing is written any more before `record`, and by then what is returned here is no longer looked at.
    unsafe { std::slice::from_raw_parts(RECORDER.blocks.get().cast(), used) }
}
