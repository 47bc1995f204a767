//! Where in a file something stands. Knows no file names.

/// Bytes `start..end` of a file, counted from its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u64,
    /// Offset after the last byte.
    pub end: u64,
}

impl Span {
    /// Whether two spans share a byte.
    pub const fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// A span with the line and column a person would look for, both counted from 1;
/// the column counts bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Which bytes.
    pub span: Span,
    /// Line of the first byte.
    pub line: u64,
    /// Column of the first byte.
    pub column: u64,
}
