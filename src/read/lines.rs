//! From byte offsets to lines and columns, counting newlines only as far as the last
//! finding. Builds no table of lines.

use crate::model::location::{Place, Span};

/// Counts forward through a file. Offsets must not go back.
#[derive(Clone, Copy, Debug, Default)]
pub struct LineCounter {
    counted_to: u64,
    n_newlines: u64,
    line_start: u64,
}

impl LineCounter {
    /// Counts the newlines of `bytes`, which start at `offset`, up to `end`. What was
    /// counted before is not counted again.
    pub fn advance(&mut self, bytes: &[u8], offset: u64, end: u64) {
        let from = index(self.counted_to, offset, bytes.len());
        let to = index(end, offset, bytes.len());
        if from >= to {
            return;
        }
        let fresh = &bytes[from..to];
        self.n_newlines += memchr::memchr_iter(b'\n', fresh).count() as u64;
        if let Some(last) = memchr::memrchr(b'\n', fresh) {
            self.line_start = offset + (from + last) as u64 + 1;
        }
        self.counted_to = end;
    }

    /// How far was counted.
    pub fn counted_to(&self) -> u64 {
        self.counted_to
    }

    /// The place of a span that starts where counting stands.
    pub fn place(&mut self, bytes: &[u8], offset: u64, span: Span) -> Place {
        self.advance(bytes, offset, span.start);
        let column = span.start.saturating_sub(self.line_start) + 1;
        Place { span, line: self.n_newlines + 1, column }
    }
}

fn index(position: u64, offset: u64, length: usize) -> usize {
    usize::try_from(position.saturating_sub(offset)).unwrap_or(usize::MAX).min(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, start: u64, line: u64, column: u64) {
        let span = Span { start, end: start + 1 };
        let whole = LineCounter::default().place(text.as_bytes(), 0, span);
        assert_eq!((whole.line, whole.column), (line, column), "{text} at {start}");
        for cut in 0..=start as usize {
            let mut counter = LineCounter::default();
            counter.advance(&text.as_bytes()[..cut], 0, cut as u64);
            let place = counter.place(&text.as_bytes()[cut..], cut as u64, span);
            assert_eq!(place, whole, "{text} at {start}, cut at {cut}");
        }
    }

    #[test]
    fn lines_and_columns_count_from_one_however_the_text_is_cut() {
        check("abc", 0, 1, 1);
        check("abc", 2, 1, 3);
        check("a\nbc", 2, 2, 1);
        check("a\n\n\nbcd", 6, 4, 3);
        check("\n", 0, 1, 1);
    }
}
