//! The name by which ssh and its logs know a key: `SHA256:` and the hash of its public half
//! (RFC 4253 for the layout). Makes it for other formats too, so that a key has one name in
//! all of them.

use data_encoding::BASE64_NOPAD;
use sha2::{Digest, Sha256};

/// The fingerprint of a public key blob.
pub fn of_blob(blob: &[u8]) -> String {
    format!("SHA256:{}", BASE64_NOPAD.encode(&Sha256::digest(blob)))
}

/// The fingerprint of a public key made of these strings. Integers are given as DER has
/// them: the same minimal two's complement as an `mpint`.
pub fn of_strings(strings: &[&[u8]]) -> String {
    let mut blob = Vec::new();
    for string in strings {
        let length = u32::try_from(string.len()).unwrap_or(u32::MAX);
        blob.extend_from_slice(&length.to_be_bytes());
        blob.extend_from_slice(string);
    }
    of_blob(&blob)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_joined_behind_their_lengths() {
        assert_eq!(of_strings(&[b"ab", b""]), of_blob(b"\0\0\0\x02ab\0\0\0\0"));
        assert_eq!(of_blob(b""), "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU");
    }
}
