//! Finds where any keyword of any rule occurs, in one pass. A trait, because there are
//! several ways to do it, and all must agree hit for hit.

mod aho;

pub use aho::AhoCorasickPrefilter;

/// A keyword and whether its letter case counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Keyword {
    /// The literal; lower case if case is ignored.
    pub text: String,
    /// Whether `TOKEN` matches `token`.
    pub ignore_case: bool,
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

/// Reports every occurrence of every keyword, overlapping ones too, by end offset.
pub trait Prefilter: Send + Sync {
    /// Calls `on_hit` for each occurrence in `haystack`.
    fn hits(&self, haystack: &[u8], on_hit: &mut dyn FnMut(Hit));
}
