//! Recognises UTF-16 and UTF-32 and turns them into UTF-8, remembering where each byte came from.
//! Knows no other encoding: rules are ASCII, and so is what matters of the others.

use crate::model::location::Span;

/// How much of a file is looked at to recognise an encoding without a mark.
const SAMPLE_BYTES: usize = 512;

/// UTF-8 made of a file in another encoding.
pub struct Transcoded {
    /// The text.
    pub text: Vec<u8>,
    encoding: Encoding,
    /// Bytes of the byte order mark.
    mark_bytes: u64,
}

#[derive(Clone, Copy)]
enum Encoding {
    Utf16(Order),
    Utf32(Order),
}

#[derive(Clone, Copy)]
enum Order {
    Little,
    Big,
}

/// The text of a file in UTF-16 or UTF-32; `None` for any other. What is no character becomes
/// U+FFFD.
pub fn from_wide(bytes: &[u8]) -> Option<Transcoded> {
    let (encoding, mark_bytes) = recognise(bytes)?;
    let body = &bytes[mark_bytes..];
    let text: String = match encoding {
        Encoding::Utf16(order) => {
            let units = body.chunks_exact(2).map(|pair| order.unit([pair[0], pair[1]]));
            let characters = char::decode_utf16(units);
            characters.map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        Encoding::Utf32(order) => {
            let units = body.chunks_exact(4).map(|four| order.four(four));
            units.map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
    };
    Some(Transcoded { text: text.into_bytes(), encoding, mark_bytes: mark_bytes as u64 })
}

/// Whether a file that begins like this is in UTF-32, which is not seen in pieces of it. Of
/// UTF-16 the ASCII is: see [`crate::read::wide`].
pub fn is_utf32(beginning: &[u8]) -> bool {
    matches!(recognise(beginning), Some((Encoding::Utf32(_), _)))
}

impl Order {
    const fn unit(self, pair: [u8; 2]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(pair),
            Self::Big => u16::from_be_bytes(pair),
        }
    }

    fn four(self, bytes: &[u8]) -> u32 {
        let number = bytes.iter().take(4).fold(0, |number, byte| number << 8 | u32::from(*byte));
        match self {
            Self::Little => number.swap_bytes(),
            Self::Big => number,
        }
    }
}

/// By its mark, or because all characters of the beginning are ASCII in one of the encodings.
fn recognise(bytes: &[u8]) -> Option<(Encoding, usize)> {
    use Encoding::{Utf16, Utf32};
    use Order::{Big, Little};
    match bytes {
        // In UTF-16 a text would begin with a NUL.
        [0xFF, 0xFE, 0, 0, ..] => return Some((Utf32(Little), 4)),
        [0, 0, 0xFE, 0xFF, ..] => return Some((Utf32(Big), 4)),
        [0xFF, 0xFE, ..] => return Some((Utf16(Little), 2)),
        [0xFE, 0xFF, ..] => return Some((Utf16(Big), 2)),
        _ => {}
    }
    let sample = &bytes[..bytes.len().min(SAMPLE_BYTES)];
    let is_all = |width: usize, place: usize| {
        let units = sample.chunks_exact(width);
        units.len() >= 4
            && units
                .into_iter()
                .all(|unit| unit.iter().enumerate().all(|(at, byte)| (*byte != 0) == (at == place)))
    };
    match () {
        () if is_all(2, 0) => Some((Utf16(Little), 0)),
        () if is_all(2, 1) => Some((Utf16(Big), 0)),
        () if is_all(4, 0) => Some((Utf32(Little), 0)),
        () if is_all(4, 3) => Some((Utf32(Big), 0)),
        () => None,
    }
}

impl Transcoded {
    /// From a span of the text to the bytes of the file that it was made of.
    pub fn span_in_file(&self, span: Span) -> Span {
        let bytes_of = |character: char| match self.encoding {
            Encoding::Utf16(_) => 2 * character.len_utf16() as u64,
            Encoding::Utf32(_) => 4,
        };
        let in_file = |end: u64| {
            let end = usize::try_from(end).unwrap_or(usize::MAX).min(self.text.len());
            let text = String::from_utf8_lossy(&self.text[..end]);
            self.mark_bytes + text.chars().map(bytes_of).sum::<u64>()
        };
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

    fn four(text: &str, bytes_of: fn(u32) -> [u8; 4]) -> Vec<u8> {
        text.chars().flat_map(|character| bytes_of(character.into())).collect()
    }

    fn check(bytes: &[u8], expected: Option<&str>) {
        let text = from_wide(bytes).map(|transcoded| transcoded.text);
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
    fn utf32_is_recognised_with_and_without_mark() {
        let text = "token = abcdefgh";
        for order in [u32::to_le_bytes, u32::to_be_bytes] {
            check(&four(text, order), Some(text));
            check(
                &four(&format!("\u{FEFF}{text}\u{1F511}"), order),
                Some("token = abcdefgh\u{1F511}"),
            );
        }
        check(&[0xFF, 0xFE, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF], Some("\u{FFFD}"));
    }

    #[test]
    fn other_bytes_are_left_alone() {
        check(b"token = abcdefgh", None);
        check(&[0; 64], None);
        check(b"", None);
    }

    #[test]
    fn spans_point_into_the_file() {
        let text = "\u{1F511}\u{E9}=abc";
        let bytes = [&[0xFF, 0xFE][..], &little(text)].concat();
        let transcoded = from_wide(&bytes).unwrap();
        let start = text.find("abc").unwrap() as u64;
        let span = transcoded.span_in_file(Span { start, end: start + 3 });
        assert_eq!(&bytes[span.start as usize..span.end as usize], little("abc"));
        let bytes = four(text, u32::to_be_bytes);
        let marked = [&[0, 0, 0xFE, 0xFF][..], &bytes].concat();
        let span = from_wide(&marked).unwrap().span_in_file(Span { start, end: start + 3 });
        assert_eq!((span.start, span.end), (4 + 4 * 3, 4 + 4 * 6));
    }
}
