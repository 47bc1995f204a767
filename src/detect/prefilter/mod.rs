//! Finds where any keyword of any rule occurs, in one pass. A trait, because there are
//! several ways to do it, and all must agree hit for hit.

mod aho;
mod anchor;
mod buckets;
mod frequency;
mod grams;
mod index;
mod sieve;
mod simd;
#[cfg(test)]
mod tests;

pub use aho::AhoCorasickPrefilter;
pub use grams::{Grams, Tuning, Work};
pub use simd::Path;

/// A keyword and whether its letter case counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Keyword {
    /// The literal; lower case if case is ignored.
    pub text: String,
    /// Whether `TOKEN` matches `token`.
    pub ignore_case: bool,
    /// Whether it counts only where the byte before is none of a word.
    pub begins_word: bool,
}

/// One occurrence of a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// Offset of its first byte.
    pub start: usize,
    /// Offset after its last byte.
    pub end: usize,
    /// Position in the list of keywords.
    pub keyword: usize,
}

/// Reports every occurrence of every keyword, overlapping ones too. In which order is a matter of
/// the implementation, but the same bytes give the same order on every machine.
pub trait Prefilter: Send + Sync {
    /// Calls `on_hit` for each occurrence in `haystack`.
    fn hits(&self, haystack: &[u8], on_hit: &mut dyn FnMut(Hit));
}

/// Whether `\b` counts the byte as one of a word.
pub const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
