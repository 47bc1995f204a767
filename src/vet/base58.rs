//! base58check, in which Bitcoin writes private and extended keys: the last four bytes are
//! a double SHA-256 of the rest. Does not look at what the rest means.

use sha2::{Digest, Sha256};

use crate::model::finding::Rejection;
use crate::vet::facts::{Checked, Facts};

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const SUM_BYTES: usize = 4;

/// An extended key has 111; the time to decode grows with the square.
const TEXT_BYTES_MAX: usize = 128;

/// `base58check`: the checksum holds.
pub fn check(secret: &[u8]) -> Checked {
    let bytes = decode(secret).ok_or(Rejection::Structure)?;
    let end = bytes.len().checked_sub(SUM_BYTES).filter(|end| *end > 0);
    let (payload, sum) = bytes.split_at(end.ok_or(Rejection::Structure)?);
    let holds = double_sha256(payload)[..SUM_BYTES] == *sum;
    holds.then(Facts::default).ok_or(Rejection::Checksum)
}

fn double_sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(Sha256::digest(bytes)).into()
}

/// One large number, most significant digit first; each leading `1` is a zero byte.
fn decode(text: &[u8]) -> Option<Vec<u8>> {
    if text.len() > TEXT_BYTES_MAX {
        return None;
    }
    let mut number: Vec<u8> = Vec::with_capacity(text.len());
    for character in text {
        let mut carry = ALPHABET.iter().position(|digit| digit == character)?;
        for byte in &mut number {
            carry += usize::from(*byte) * 58;
            *byte = (carry & 0xFF) as u8;
            carry >>= 8;
        }
        if carry > 0 {
            number.push(carry as u8);
        }
    }
    let n_zeros = text.iter().take_while(|character| **character == b'1').count();
    number.extend(std::iter::repeat_n(0, n_zeros));
    number.reverse();
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forge::base58check;

    fn check(text: &str, expected: Result<(), Rejection>) {
        assert_eq!(super::check(text.as_bytes()).map(drop), expected, "{text}");
    }

    #[test]
    fn leading_zeros_and_digits_decode() {
        assert_eq!(decode(b"2"), Some(vec![1]));
        assert_eq!(decode(b"11z"), Some(vec![0, 0, 57]));
        assert_eq!(decode(b"5R"), Some(vec![1, 0]));
        assert_eq!(decode(b"0"), None);
        assert_eq!(decode(&[b'z'; 129]), None);
    }

    #[test]
    fn a_key_whose_sum_holds_is_believed() {
        let key = base58check(&[&[0x80], &[0xA7; 32][..]].concat());
        assert_eq!(key.len(), 51);
        check(&key, Ok(()));
        let other = if key.ends_with('2') { "3" } else { "2" };
        check(&format!("{}{other}", &key[..50]), Err(Rejection::Checksum));
        check("", Err(Rejection::Structure));
        check("1111", Err(Rejection::Structure));
    }
}
