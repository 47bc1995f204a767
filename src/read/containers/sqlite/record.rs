//! The values of a row (SQLite's file format, 2.1). Reads what is there of a row that is cut.

use crate::read::containers::sqlite::pages::Encoding;

/// More columns than SQLite can be built for.
const N_COLUMNS_MAX: usize = 32_767;

/// A value, as far as anybody asks for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'r> {
    /// Nothing, or a number with a fraction.
    Other,
    Integer(i64),
    Text(&'r [u8]),
    Blob(&'r [u8]),
}

/// The values of a row in their order.
pub fn values(row: &[u8]) -> Vec<Value<'_>> {
    let mut head = row;
    let n_head_bytes = varint(&mut head).and_then(|n_bytes| usize::try_from(n_bytes).ok());
    let Some((head_and_length, mut body)) = n_head_bytes.and_then(|n| row.split_at_checked(n))
    else {
        return Vec::new();
    };
    let n_length_bytes = row.len() - head.len();
    let mut types = head_and_length.get(n_length_bytes..).unwrap_or_default();
    let mut values = Vec::new();
    while let Some(kind) = varint(&mut types).filter(|_| values.len() < N_COLUMNS_MAX) {
        let n_bytes = usize::try_from(n_bytes(kind)).unwrap_or(usize::MAX);
        // Of a row that is cut the last value is as long as it is.
        let (content, rest) = body.split_at(n_bytes.min(body.len()));
        body = rest;
        values.push(value(kind, content));
    }
    values
}

fn value(kind: u64, content: &[u8]) -> Value<'_> {
    match kind {
        1..=6 => Value::Integer(integer(content)),
        8 | 9 => Value::Integer((kind - 8) as i64),
        12.. if kind.is_multiple_of(2) => Value::Blob(content),
        12.. => Value::Text(content),
        _ => Value::Other,
    }
}

const fn n_bytes(kind: u64) -> u64 {
    match kind {
        1..=4 => kind,
        5 => 6,
        6 | 7 => 8,
        0..=11 => 0,
        _ => (kind - 12) / 2,
    }
}

fn integer(content: &[u8]) -> i64 {
    let is_negative = content.first().is_some_and(|first| first & 0x80 != 0);
    let start = if is_negative { -1 } else { 0 };
    content.iter().fold(start, |number: i64, byte| number << 8 | i64::from(*byte))
}

/// A number of one to nine bytes, seven bits each, the ninth with all eight.
pub fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for n_read in 1..=9 {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        if n_read == 9 {
            return Some(number << 8 | u64::from(byte));
        }
        number = number << 7 | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// The text of a value, if it has one. Of a blob what is not text becomes a line break.
pub fn text(value: Value<'_>, encoding: Encoding) -> Option<Vec<u8>> {
    match value {
        Value::Text(text) => Some(match encoding {
            Encoding::Utf8 => text.to_vec(),
            Encoding::Utf16Little => utf16(text, u16::from_le_bytes),
            Encoding::Utf16Big => utf16(text, u16::from_be_bytes),
        }),
        Value::Blob(blob) => {
            let is_text = |byte: u8| byte >= b' ' || byte == b'\t' || byte == b'\r';
            Some(blob.iter().map(|byte| if is_text(*byte) { *byte } else { b'\n' }).collect())
        }
        Value::Integer(_) | Value::Other => None,
    }
}

fn utf16(text: &[u8], unit: fn([u8; 2]) -> u16) -> Vec<u8> {
    let units = text.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let characters = char::decode_utf16(units);
    let text: String =
        characters.map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_to_nine_bytes() {
        let check = |bytes: &[u8], expected| assert_eq!(varint(&mut &bytes[..]), expected);
        check(b"\x05", Some(5));
        check(b"\x81\x00", Some(128));
        check(&[0xFF; 9], Some(u64::MAX));
        check(b"\x81", None);
        check(b"", None);
    }

    #[test]
    fn a_row_has_a_head_of_types() {
        let row = b"\x06\x01\x13\x00\x09\x10\xFEabcde";
        let expected = [
            Value::Integer(-2),
            Value::Text(b"abc"),
            Value::Other,
            Value::Integer(1),
            Value::Blob(b"de"),
        ];
        assert_eq!(values(row), expected);
        assert_eq!(values(&row[..9])[1], Value::Text(b"ab"));
        for lying in [&b""[..], b"\x7F\x01", b"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"] {
            assert_eq!(values(lying), []);
        }
    }

    #[test]
    fn text_is_decoded_and_blobs_are_cut_where_they_are_not_text() {
        let decoded = |value, encoding| text(value, encoding).unwrap();
        assert_eq!(decoded(Value::Text(b"a\0b\0"), Encoding::Utf16Little), b"ab");
        assert_eq!(decoded(Value::Text(b"\0a\0b"), Encoding::Utf16Big), b"ab");
        assert_eq!(decoded(Value::Blob(b"a\0b"), Encoding::Utf8), b"a\nb");
        assert_eq!(text(Value::Integer(1), Encoding::Utf8), None);
    }
}
