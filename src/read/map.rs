//! Maps large files, and survives what the system may do to a mapping. With the SIMD
//! prefilter the only home of `unsafe`. Decides nothing: `None` means "read it".
//!
//! A file that shrinks under its mapping turns the lost pages into a SIGBUS at the
//! next look. The handler here lays zeros over the lost rest of *our* mappings, notes
//! that the mapping is torn, and lets the look go on; for any other address it puts
//! the default action back, so a fault that is not ours still ends the process.
//! A file that is *changed* under its mapping changes our bytes between two looks:
//! whoever judges bytes of a mapping copies them out first.

#![allow(unsafe_code, reason = "mapping and its signal handler; see the module's text")]

use std::fs::File;
use std::ops::Deref;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use memmap2::{Advice, Mmap, MmapOptions, UncheckedAdvice};

/// Mappings alive at once; one more is read instead.
const SLOTS: usize = 64;

/// An address range that the handler may repair. `end` 0 means free.
struct Slot {
    taken: AtomicBool,
    start: AtomicUsize,
    end: AtomicUsize,
    torn: AtomicBool,
}

static GUARDED: [Slot; SLOTS] = [const {
    Slot {
        taken: AtomicBool::new(false),
        start: AtomicUsize::new(0),
        end: AtomicUsize::new(0),
        torn: AtomicBool::new(false),
    }
}; SLOTS];

static PAGE_BYTES: AtomicUsize = AtomicUsize::new(4096);

/// A mapped file.
pub struct Mapping {
    // Dropped in this order: the slot is freed after the pages are gone.
    map: Mmap,
    _guard: Guard,
    slot: &'static Slot,
}

impl Mapping {
    /// Maps the first `length_bytes` of a file; `None` where it should be read instead.
    pub fn new(file: &File, length_bytes: u64) -> Option<Self> {
        let length = usize::try_from(length_bytes).ok().filter(|length| *length > 0)?;
        if !*handler_installed() {
            return None;
        }
        let slot = GUARDED.iter().find(|slot| !slot.taken.swap(true, Ordering::AcqRel))?;
        let guard = Guard(slot);
        // SAFETY: the mapping is private and read-only. Its bytes may change under us:
        // readers copy before they judge. Its pages may vanish: the handler repairs them.
        let map = unsafe { MmapOptions::new().len(length).map(file) }.ok()?;
        let _ = map.advise(Advice::Sequential);
        slot.torn.store(false, Ordering::Relaxed);
        slot.start.store(map.as_ptr() as usize, Ordering::Relaxed);
        slot.end.store(map.as_ptr() as usize + length, Ordering::Release);
        Some(Self { map, _guard: guard, slot })
    }

    /// Gives the pages of a part back, so that a huge file does not fill our memory. They
    /// can still be looked at, and come back from the system's cache.
    pub fn release(&self, part: &[u8]) {
        let Some(offset) = (part.as_ptr() as usize).checked_sub(self.map.as_ptr() as usize) else {
            return;
        };
        // Whole pages only: the last one may be in use by the next part.
        let page_bytes = PAGE_BYTES.load(Ordering::Relaxed);
        let start = offset.next_multiple_of(page_bytes);
        let end = (offset + part.len()).min(self.map.len()) / page_bytes * page_bytes;
        if start >= end || self.is_torn() {
            return;
        }
        // SAFETY: the range lies in the mapping, which is private and never written to, so
        // dropping its pages loses nothing. A torn mapping keeps its page of zeros.
        let _ = unsafe {
            self.map.unchecked_advise_range(UncheckedAdvice::DontNeed, start, end - start)
        };
    }

    /// Whether pages vanished while they were looked at. Ask after the last look.
    pub fn is_torn(&self) -> bool {
        self.slot.torn.load(Ordering::Acquire)
    }
}

impl Deref for Mapping {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.map
    }
}

/// Frees a slot.
struct Guard(&'static Slot);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.end.store(0, Ordering::Release);
        self.0.taken.store(false, Ordering::Release);
    }
}

/// Installs the handler once; false if the system refuses it.
fn handler_installed() -> &'static bool {
    static INSTALLED: OnceLock<bool> = OnceLock::new();
    INSTALLED.get_or_init(|| {
        // SAFETY: sysconf and sigaction are called with valid arguments; the handler
        // does only what is allowed inside a signal handler (atomics and mmap).
        unsafe {
            let page_bytes = libc::sysconf(libc::_SC_PAGESIZE);
            PAGE_BYTES.store(usize::try_from(page_bytes).unwrap_or(4096), Ordering::Relaxed);
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = on_sigbus as *const () as usize;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
            libc::sigemptyset(&raw mut action.sa_mask);
            libc::sigaction(libc::SIGBUS, &raw const action, std::ptr::null_mut()) == 0
        }
    })
}

/// Lays zeros from the faulting page to the end of its mapping.
extern "C" fn on_sigbus(
    _signal: libc::c_int,
    info: *mut libc::siginfo_t,
    _context: *mut libc::c_void,
) {
    // SAFETY: the kernel passes a valid siginfo; mmap with MAP_FIXED stays within a
    // range that a live `Mapping` owns, because a slot is only freed after unmapping.
    unsafe {
        let address = (*info).si_addr() as usize;
        let slot = GUARDED.iter().find(|slot| {
            let end = slot.end.load(Ordering::Acquire);
            slot.start.load(Ordering::Relaxed) <= address && address < end
        });
        let Some(slot) = slot else {
            libc::signal(libc::SIGBUS, libc::SIG_DFL);
            return;
        };
        slot.torn.store(true, Ordering::Release);
        let page_bytes = PAGE_BYTES.load(Ordering::Relaxed);
        let page = address & !(page_bytes - 1);
        let rest = slot.end.load(Ordering::Relaxed) - page;
        let zeros = libc::mmap(
            page as *mut libc::c_void,
            rest,
            libc::PROT_READ,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED | libc::MAP_NORESERVE,
            -1,
            0,
        );
        if zeros == libc::MAP_FAILED {
            libc::signal(libc::SIGBUS, libc::SIG_DFL);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_cut_short_under_its_mapping_reads_as_zeros_and_says_so() {
        let file = tempfile::tempfile().unwrap();
        file.set_len(1 << 20).unwrap();
        std::os::unix::fs::FileExt::write_all_at(&file, b"abc", 0).unwrap();
        let mapping = Mapping::new(&file, 1 << 20).unwrap();
        assert!(!mapping.is_torn());
        file.set_len(10).unwrap();
        assert_eq!(&mapping[..3], b"abc");
        assert!(mapping.iter().skip(8192).all(|byte| *byte == 0));
        assert!(mapping.is_torn());
    }

    #[test]
    fn released_pages_come_back_with_their_bytes() {
        let file = tempfile::tempfile().unwrap();
        let bytes: Vec<u8> = (0..100_000_u32).map(|n| (n % 251) as u8).collect();
        std::os::unix::fs::FileExt::write_all_at(&file, &bytes, 0).unwrap();
        let mapping = Mapping::new(&file, bytes.len() as u64).unwrap();
        mapping.release(&mapping[10..60_000]);
        mapping.release(&mapping[50_000..]);
        assert!(mapping[..] == bytes);
    }

    #[test]
    fn an_empty_file_is_not_mapped_and_slots_come_back() {
        let file = tempfile::tempfile().unwrap();
        assert!(Mapping::new(&file, 0).is_none());
        file.set_len(1).unwrap();
        for _ in 0..3 * SLOTS {
            assert!(Mapping::new(&file, 1).is_some());
        }
    }
}
