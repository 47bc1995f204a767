//! Tokens that carry a CRC-32 (IEEE) of themselves, each vendor in its own notation.
//! Does not ask anybody: a token whose sum holds may still be revoked.

use data_encoding::{BASE64_NOPAD, HEXLOWER, HEXUPPER};

use crate::model::finding::Rejection;
use crate::vet::facts::{Checked, Facts};

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// `crc32-base62` (GitHub, npm): the last six characters are the sum, in base 62, of what
/// stands between the first `_` and them.
pub fn check_base62(secret: &[u8]) -> Checked {
    let start = secret.iter().position(|byte| *byte == b'_').ok_or(Rejection::Structure)?;
    let (covered, sum) = split_end(&secret[start + 1..], 6)?;
    holds(base62(crc32fast::hash(covered)) == sum)
}

/// `grafana-crc32`: the last eight hexadecimal digits are the sum, its lowest byte first, of
/// what stands before the last `_`.
pub fn check_grafana(secret: &[u8]) -> Checked {
    let (rest, sum) = split_end(secret, 8)?;
    let covered = rest.strip_suffix(b"_").ok_or(Rejection::Structure)?;
    let expected = HEXLOWER.encode(&crc32fast::hash(covered).to_le_bytes());
    holds(sum.eq_ignore_ascii_case(expected.as_bytes()))
}

/// `confluent-crc32`: the last six characters are the base64 of the sum, its lowest byte
/// first, of what stands between the prefix `cflt` and them.
pub fn check_confluent(secret: &[u8]) -> Checked {
    let body = secret.strip_prefix(b"cflt").ok_or(Rejection::Structure)?;
    let (covered, sum) = split_end(body, 6)?;
    holds(BASE64_NOPAD.encode(&crc32fast::hash(covered).to_le_bytes()).as_bytes() == sum)
}

/// `atlassian-crc32`: the last eight hexadecimal digits are the sum of all that stands before
/// them, the `=` included.
pub fn check_atlassian(secret: &[u8]) -> Checked {
    let (covered, sum) = split_end(secret, 8)?;
    if !covered.ends_with(b"=") {
        return Err(Rejection::Structure);
    }
    let expected = HEXUPPER.encode(&crc32fast::hash(covered).to_be_bytes());
    holds(sum.eq_ignore_ascii_case(expected.as_bytes()))
}

fn split_end(bytes: &[u8], n_bytes: usize) -> Result<(&[u8], &[u8]), Rejection> {
    let middle = bytes.len().checked_sub(n_bytes).filter(|middle| *middle > 0);
    middle.map(|middle| bytes.split_at(middle)).ok_or(Rejection::Structure)
}

fn holds(sum_holds: bool) -> Checked {
    sum_holds.then(Facts::default).ok_or(Rejection::Checksum)
}

/// Six digits, zeros in front.
fn base62(number: u32) -> [u8; 6] {
    let mut digits = [b'0'; 6];
    let mut rest = number as usize;
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[rest % 62];
        rest /= 62;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    const RANDOM: &str = "q8Rz1LmV0tYc5Wd3Kx7Hn2Jb9Gs4Pf";

    fn check(checked: Checked, expected: Result<(), Rejection>) {
        assert_eq!(checked.map(drop), expected);
    }

    fn with_sum(body: &str, sum: &[u8]) -> Vec<u8> {
        [body.as_bytes(), sum].concat()
    }

    /// A scheme, and a whole token under it.
    type Sample = (fn(&[u8]) -> Checked, Vec<u8>);

    fn samples() -> [Sample; 4] {
        let crc = |text: &str| crc32fast::hash(text.as_bytes());
        let grafana = format!("glsa_{RANDOM}");
        let atlassian = format!("ATATT3{RANDOM}=");
        let little = |text: &str| crc(text).to_le_bytes();
        let grafana_sum = format!("_{}", HEXLOWER.encode(&little(&grafana)));
        let confluent_sum = BASE64_NOPAD.encode(&little(RANDOM));
        let atlassian_sum = format!("{:08X}", crc(&atlassian));
        [
            (check_base62, with_sum(&format!("ghp_{RANDOM}"), &base62(crc(RANDOM)))),
            (check_grafana, with_sum(&grafana, grafana_sum.as_bytes())),
            (check_confluent, with_sum(&format!("cflt{RANDOM}"), confluent_sum.as_bytes())),
            (check_atlassian, with_sum(&atlassian, atlassian_sum.as_bytes())),
        ]
    }

    #[test]
    fn the_digits_of_base62_are_in_the_order_of_ascii() {
        assert_eq!(&base62(0), b"000000");
        assert_eq!(&base62(61), b"00000z");
        assert_eq!(&base62(62 * 10 + 36), b"0000Aa");
        assert_eq!(&base62(u32::MAX), b"4gfFC3");
    }

    #[test]
    fn a_token_whose_sum_holds_is_believed() {
        for (check_token, token) in samples() {
            check(check_token(&token), Ok(()));
        }
    }

    #[test]
    fn a_token_with_one_other_character_is_not() {
        for (check_token, mut token) in samples() {
            token[10] ^= 1;
            check(check_token(&token), Err(Rejection::Checksum));
        }
    }

    #[test]
    fn what_is_too_short_has_no_structure() {
        for (check_token, _) in samples() {
            for text in ["", "_", "abc", "ghp_abcdef", "cfltabcdef", "=01234567"] {
                let is_structure = check_token(text.as_bytes()).err();
                assert!(is_structure.is_some(), "{text}");
            }
        }
    }
}
