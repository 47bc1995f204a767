//! Text that lies between other bytes of a file, put together: what rules find in it is said of
//! the bytes of the file. Does not know what the text means.

use crate::model::location::Span;

/// Text of a file, made of pieces that lie apart there.
#[derive(Default)]
pub struct Lifted {
    /// The text.
    pub text: Vec<u8>,
    pieces: Vec<Piece>,
}

/// Bytes of the text that lie in the file one after the other.
struct Piece {
    text_start: usize,
    file_start: usize,
    /// How many bytes of the file each byte of the text is.
    width: usize,
}

impl Lifted {
    /// Appends what stands in the file from there on; each byte there is so many bytes wide.
    pub fn push(&mut self, text: impl IntoIterator<Item = u8>, file_start: usize, width: usize) {
        self.pieces.push(Piece { text_start: self.text.len(), file_start, width });
        self.text.extend(text);
    }

    /// From a span of the text to the bytes of the file from its first to its last byte.
    pub fn span_in_file(&self, span: Span) -> Span {
        let start = self.byte_in_file(span.start).0;
        let end = self.byte_in_file(span.end.saturating_sub(1).max(span.start)).1;
        Span { start, end: end.max(start) }
    }

    /// Where a byte of the text begins and ends in the file.
    fn byte_in_file(&self, at: u64) -> (u64, u64) {
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        let n_before = self.pieces.partition_point(|piece| piece.text_start <= at);
        let Some(piece) = n_before.checked_sub(1).and_then(|n| self.pieces.get(n)) else {
            return (0, 0);
        };
        let start = piece.file_start + (at - piece.text_start) * piece.width;
        (start as u64, (start + piece.width) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_reaches_from_its_first_byte_to_its_last() {
        let mut lifted = Lifted::default();
        lifted.push(*b"abc", 10, 2);
        lifted.push(*b"def", 100, 1);
        let check = |start, end, expected: (u64, u64)| {
            let span = lifted.span_in_file(Span { start, end });
            assert_eq!((span.start, span.end), expected, "{start}..{end}");
        };
        check(0, 3, (10, 16));
        check(1, 2, (12, 14));
        check(2, 5, (14, 102));
        check(3, 6, (100, 103));
        assert_eq!(Lifted::default().span_in_file(Span { start: 1, end: 2 }).start, 0);
    }
}
