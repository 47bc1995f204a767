//! Bare keys of Curve25519, as WireGuard writes them: 32 bytes in base64. Any such bytes are
//! a key, so there is little to check.

use crate::model::finding::Rejection;
use crate::vet::base64;
use crate::vet::facts::{Checked, Facts};

const KEY_BYTES: usize = 32;

/// `curve25519-key`: 32 bytes of base64, not all alike.
pub fn check(secret: &[u8]) -> Checked {
    let key = base64::decode(secret).filter(|key| key.len() == KEY_BYTES);
    let key = key.ok_or(Rejection::Structure)?;
    if key.iter().all(|byte| *byte == key[0]) {
        return Err(Rejection::Placeholder);
    }
    Ok(Facts::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(key: &[u8], expected: Result<(), Rejection>) {
        let text = data_encoding::BASE64.encode(key);
        assert_eq!(super::check(text.as_bytes()).map(drop), expected, "{key:?}");
    }

    #[test]
    fn a_key_has_32_bytes_that_differ() {
        let key: Vec<u8> = (1..=32).collect();
        check(&key, Ok(()));
        check(&key[1..], Err(Rejection::Structure));
        check(&[0; 32], Err(Rejection::Placeholder));
        check(b"", Err(Rejection::Structure));
    }
}
