//! What may be unpacked of one outermost file, whatever is nested in it. Bounds are of data
//! and not of time, so that two sweeps of the same host give the same.

use std::cell::Cell;
use std::io::{self, Read};

/// So many bytes may come of one file, unless the sweep is told otherwise.
pub const UNPACKED_BYTES_MAX: u64 = 2 << 30;
/// Up to so many bytes may come of anything, however small it is.
const SMALL_BYTES: u64 = 64 << 20;
/// Above that, so many bytes may come of each byte: deflate reaches 1,032 with zeros alone.
const RATIO_MAX: u64 = 1000;
/// So many members, folders among them, at all depths together. A home has some 100,000 files.
const ENTRIES_MAX: u64 = 1_000_000;
/// So many containers may lie in each other. An archive that is compressed counts once.
pub const DEPTH_MAX: usize = 4;
/// Formats that need all bytes at hand get so many, where they are not.
pub const HELD_BYTES_MAX: u64 = 64 << 20;

/// Which bound was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the sentences say it")]
pub enum Bound {
    Bytes,
    Ratio,
    Entries,
    Depth,
    Held,
}

impl Bound {
    /// What was reached, as the end of a sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Bytes => "more comes out of it than is unpacked of one file",
            Self::Ratio => "it grows more than a thousandfold",
            Self::Entries => "it has more members than are looked at",
            Self::Depth => "it lies deeper than containers are opened",
            Self::Held => "it is too big to be held in memory",
        }
    }
}

/// What is left for one outermost file. Shared by all that reads of it, hence the cells.
pub struct Budget {
    packed_bytes: u64,
    unpacked_bytes_max: u64,
    unpacked_bytes: Cell<u64>,
    n_entries: Cell<u64>,
    reached: Cell<Option<Bound>>,
}

impl Budget {
    /// All of it, for a file of `packed_bytes`.
    pub const fn new(packed_bytes: u64, unpacked_bytes_max: u64) -> Self {
        Self {
            packed_bytes,
            unpacked_bytes_max,
            unpacked_bytes: Cell::new(0),
            n_entries: Cell::new(0),
            reached: Cell::new(None),
        }
    }

    /// The bound that was reached, if one was: nothing more is read then.
    pub fn reached(&self) -> Option<Bound> {
        self.reached.get()
    }

    /// Takes one member out of it.
    pub(super) fn spend_entry(&self) -> Result<(), Bound> {
        self.n_entries.set(self.n_entries.get() + 1);
        if self.n_entries.get() > ENTRIES_MAX { self.reach(Bound::Entries) } else { Ok(()) }
    }

    /// Takes bytes that came out of a decoder.
    pub(super) fn spend_bytes(&self, n_bytes: u64) -> Result<(), Bound> {
        let unpacked = self.unpacked_bytes.get().saturating_add(n_bytes);
        self.unpacked_bytes.set(unpacked);
        let by_ratio = self.packed_bytes.saturating_mul(RATIO_MAX).max(SMALL_BYTES);
        match unpacked {
            _ if unpacked > by_ratio => self.reach(Bound::Ratio),
            _ if unpacked > self.unpacked_bytes_max => self.reach(Bound::Bytes),
            _ => Ok(()),
        }
    }

    fn reach(&self, bound: Bound) -> Result<(), Bound> {
        self.reached.set(self.reached.get().or(Some(bound)));
        Err(bound)
    }
}

/// A decoder whose output is paid for. One that failed is not asked again.
pub struct Metered<'b, R> {
    decoder: R,
    budget: &'b Budget,
    has_failed: bool,
}

impl<'b, R> Metered<'b, R> {
    /// Nothing was read yet.
    pub const fn new(decoder: R, budget: &'b Budget) -> Self {
        Self { decoder, budget, has_failed: false }
    }
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let ended = || io::Error::from(io::ErrorKind::InvalidData);
        if self.has_failed || self.budget.reached().is_some() {
            return Err(ended());
        }
        let read = self.decoder.read(buffer);
        self.has_failed =
            read.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::Interrupted);
        let n_bytes = read?;
        self.budget.spend_bytes(n_bytes as u64).map_err(|_| ended())?;
        Ok(n_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unpack(budget: &Budget, n_bytes: u64) -> Option<Bound> {
        let zeros = io::repeat(0).take(n_bytes);
        let read = io::copy(&mut Metered::new(zeros, budget), &mut io::sink());
        assert_eq!(read.is_err(), budget.reached().is_some());
        budget.reached()
    }

    #[test]
    fn what_grows_a_thousandfold_is_a_bomb_but_not_while_it_is_small() {
        assert_eq!(unpack(&Budget::new(10, u64::MAX), SMALL_BYTES), None);
        assert_eq!(unpack(&Budget::new(10, u64::MAX), SMALL_BYTES + 1), Some(Bound::Ratio));
        assert_eq!(unpack(&Budget::new(1 << 20, u64::MAX), SMALL_BYTES + 1), None);
    }

    #[test]
    fn all_members_share_one_budget() {
        let budget = Budget::new(1 << 20, 100);
        assert_eq!(unpack(&budget, 60), None);
        assert_eq!(unpack(&budget, 60), Some(Bound::Bytes));
        assert_eq!(unpack(&budget, 1), Some(Bound::Bytes));
    }

    #[test]
    fn members_are_counted() {
        let budget = Budget::new(1, 1);
        (0..ENTRIES_MAX).for_each(|_| budget.spend_entry().unwrap());
        assert_eq!(budget.spend_entry(), Err(Bound::Entries));
        assert_eq!(budget.reached(), Some(Bound::Entries));
    }
}
