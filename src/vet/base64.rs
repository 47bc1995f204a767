//! base64 as it is met: either alphabet of RFC 4648, with or without padding, wrapped or
//! not. Does not guess what is inside.

use std::sync::LazyLock;

use data_encoding::{Encoding, Specification};

use crate::model::finding::Rejection;
use crate::vet::facts::{Checked, Facts};

/// Both alphabets at once; white space is passed over and left-over bits are not looked at,
/// because encoders in the field do leave some.
static LENIENT: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = Specification::new();
    specification.symbols.push_str(data_encoding::BASE64_NOPAD.specification().symbols.as_str());
    specification.translate.from.push_str("-_");
    specification.translate.to.push_str("+/");
    specification.ignore.push_str(" \t\r\n");
    specification.check_trailing_bits = false;
    specification.encoding().expect("the specification is constant and valid")
});

/// The bytes behind some base64.
pub fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let is_filling = |byte: &u8| *byte == b'=' || byte.is_ascii_whitespace();
    let end = text.iter().rposition(|byte| !is_filling(byte)).map_or(0, |last| last + 1);
    LENIENT.decode(&text[..end]).ok()
}

/// `base64`: the whole secret decodes.
pub fn check(secret: &[u8]) -> Checked {
    let is_some = decode(secret).is_some_and(|bytes| !bytes.is_empty());
    is_some.then(Facts::default).ok_or(Rejection::Structure)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&[u8]>) {
        assert_eq!(decode(text.as_bytes()).as_deref(), expected, "{text}");
    }

    #[test]
    fn both_alphabets_decode_with_or_without_padding() {
        check("+/+/", Some(b"\xfb\xff\xbf"));
        check("-_-_", Some(b"\xfb\xff\xbf"));
        check("YQ==", Some(b"a"));
        check("YQ", Some(b"a"));
        check("YR", Some(b"a"));
        check("YW\r\n Jj\n", Some(b"abc"));
    }

    #[test]
    fn what_is_not_base64_does_not_decode() {
        check("Y", None);
        check("YQ=Q", None);
        check("pass!word", None);
        assert!(super::check(b"").is_err() && super::check(b"====").is_err());
        assert!(super::check(b"YWJj").is_ok());
    }
}
