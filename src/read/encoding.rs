//! Recognises UTF-16 and turns it into UTF-8, remembering where each byte came from.
//! Knows no other encoding: rules are ASCII, and so is what matters of the others.

use crate::model::location::Span;

/// How much of a file is looked at to recognise UTF-16 without a mark.
const SAMPLE_BYTES: usize = 512;

/// UTF-8 made of a UTF-16 file.
pub struct Transcoded {
    /// The text.
    pub text: Vec<u8>,
    /// Bytes of the byte order mark.
    mark_bytes: u64,
}

#[derive(Clone, Copy)]
enum Order {
    Little,
    Big,
}

/// The text of a UTF-16 file; `None` for any other. Half a surrogate pair becomes U+FFFD.
pub fn from_utf16(bytes: &[u8]) -> Option<Transcoded> {
    let (order, mark_bytes) = recognise(bytes)?;
    let units = bytes[mark_bytes..].chunks_exact(2).map(|pair| match order {
        Order::Little => u16::from_le_bytes([pair[0], pair[1]]),
        Order::Big => u16::from_be_bytes([pair[0], pair[1]]),
    });
    let text: String =
        char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    Some(Transcoded { text: text.into_bytes(), mark_bytes: mark_bytes as u64 })
}

/// Whether a file that begins like this is UTF-16.
pub fn is_utf16(beginning: &[u8]) -> bool {
    recognise(beginning).is_some()
}

/// By its mark, or because every other byte of the beginning is zero and no other is.
fn recognise(bytes: &[u8]) -> Option<(Order, usize)> {
    match bytes {
        [0xFF, 0xFE, 0, 0, ..] => return None, // UTF-32
        [0xFF, 0xFE, ..] => return Some((Order::Little, 2)),
        [0xFE, 0xFF, ..] => return Some((Order::Big, 2)),
        _ => {}
    }
    let sample = &bytes[..bytes.len().min(SAMPLE_BYTES) & !1];
    if sample.len() < 8 {
        return None;
    }
    let n_zero = |parity: usize| sample.iter().skip(parity).step_by(2).filter(|b| **b == 0).count();
    let n_pairs = sample.len() / 2;
    match (n_zero(0), n_zero(1)) {
        (0, odd) if odd == n_pairs => Some((Order::Little, 0)),
        (even, 0) if even == n_pairs => Some((Order::Big, 0)),
        _ => None,
    }
}

impl Transcoded {
    /// From a span of the text to the bytes of the file that it was made of.
    pub fn span_in_file(&self, span: Span) -> Span {
        let units = |end: u64| {
            let end = usize::try_from(end).unwrap_or(usize::MAX).min(self.text.len());
            let text = String::from_utf8_lossy(&self.text[..end]);
            text.chars().map(|character| character.len_utf16() as u64).sum::<u64>()
        };
        let in_file = |end: u64| self.mark_bytes + 2 * units(end);
        Span { start: in_file(span.start), end: in_file(span.end) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn little(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn big(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    }

    fn check(bytes: &[u8], expected: Option<&str>) {
        let text = from_utf16(bytes).map(|transcoded| transcoded.text);
        assert_eq!(text.as_deref(), expected.map(str::as_bytes));
    }

    #[test]
    fn utf16_is_recognised_with_and_without_mark() {
        let text = "token = abcdefgh";
        check(&[&[0xFF, 0xFE][..], &little(text)].concat(), Some(text));
        check(&[&[0xFE, 0xFF][..], &big(text)].concat(), Some(text));
        check(&little(text), Some(text));
        check(&big(text), Some(text));
    }

    #[test]
    fn other_bytes_are_left_alone() {
        check(b"token = abcdefgh", None);
        check(&[0; 64], None);
        check(b"", None);
        check(&[0xFF, 0xFE, 0, 0, b'a', 0, 0, 0], None);
    }

    #[test]
    fn spans_point_into_the_file() {
        let text = "\u{1F511}\u{E9}=abc";
        let bytes = [&[0xFF, 0xFE][..], &little(text)].concat();
        let transcoded = from_utf16(&bytes).unwrap();
        let start = text.find("abc").unwrap() as u64;
        let span = transcoded.span_in_file(Span { start, end: start + 3 });
        assert_eq!(&bytes[span.start as usize..span.end as usize], little("abc"));
    }
}
