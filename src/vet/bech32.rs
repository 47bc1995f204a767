//! bech32 (BIP 173), in which age writes its secret keys. Lengths above its 90 characters
//! are taken, for age writes post-quantum keys so; the later bech32m is not.

use crate::model::finding::Rejection;
use crate::vet::facts::{Checked, Facts};

const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
const SUM_CHARACTERS: usize = 6;

/// `bech32`: one letter case, and the checksum over prefix and data holds.
pub fn check(secret: &[u8]) -> Checked {
    let values = values(secret).ok_or(Rejection::Structure)?;
    (polymod(&values) == 1).then(Facts::default).ok_or(Rejection::Checksum)
}

/// What the checksum covers: the high bits of the prefix, a zero, its low bits, the data.
fn values(text: &[u8]) -> Option<Vec<u8>> {
    let has = |case: fn(&u8) -> bool| text.iter().any(case);
    if has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) {
        return None;
    }
    let separator = text.iter().rposition(|byte| *byte == b'1').filter(|position| *position > 0)?;
    let (prefix, data) = (text[..separator].to_ascii_lowercase(), &text[separator + 1..]);
    if data.len() <= SUM_CHARACTERS {
        return None;
    }
    let mut values: Vec<u8> = prefix.iter().map(|byte| byte >> 5).collect();
    values.push(0);
    values.extend(prefix.iter().map(|byte| byte & 31));
    for byte in data {
        let value = ALPHABET.iter().position(|digit| *digit == byte.to_ascii_lowercase())?;
        values.push(value as u8);
    }
    Some(values)
}

fn polymod(values: &[u8]) -> u32 {
    values.iter().fold(1, |sum, value| {
        let top = sum >> 25;
        let shifted = (sum & 0x01ff_ffff) << 5 ^ u32::from(*value);
        let chosen = (0..5).filter(|bit| top >> bit & 1 == 1);
        chosen.fold(shifted, |sum, bit| sum ^ GENERATOR[bit])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<(), Rejection>) {
        assert_eq!(super::check(text.as_bytes()).map(drop), expected, "{text}");
    }

    #[test]
    fn valid_strings_of_the_standard_are_believed() {
        check("a12uel5l", Err(Rejection::Structure));
        check("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", Ok(()));
        check("ABCDEF1QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LMQQQXW", Ok(()));
        check("split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", Ok(()));
    }

    #[test]
    fn other_strings_are_not() {
        check("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxx", Err(Rejection::Checksum));
        check("Abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", Err(Rejection::Structure));
        check("abcdef1bpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", Err(Rejection::Structure));
        check("1qpzry9x8gf2", Err(Rejection::Structure));
        check("", Err(Rejection::Structure));
    }
}
