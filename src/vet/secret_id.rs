//! Names for secrets: a keyed hash that is the same wherever the same key is used.
//! Deliberately not a plain hash: a short password could be guessed from one.

use crate::model::secret::{SecretId, SecretKey};

/// Domains keep these hashes apart from each other and from every other use of the key.
const SECRET_DOMAIN: &[u8] = b"credreach secret id v1\0";
const KEY_DOMAIN: &[u8] = b"credreach key id v1\0";

/// The key that the contents of a key file stand for.
pub fn derive_key(contents: &[u8]) -> [u8; 32] {
    blake3::derive_key("credreach key file v1", contents)
}

/// The id of a secret: keyed BLAKE3 of its canonical bytes, cut to 16 bytes.
pub fn secret_id(key: &SecretKey, canonical: &[u8]) -> SecretId {
    let hash = keyed(key, SECRET_DOMAIN, canonical);
    let mut id = [0; 16];
    id.copy_from_slice(&hash.as_bytes()[..16]);
    SecretId(id)
}

/// The public name of a key, eight hexadecimal digits: reports with the same name have
/// comparable secret ids.
pub fn key_id(key: &SecretKey) -> String {
    keyed(key, KEY_DOMAIN, b"").to_hex()[..8].to_owned()
}

fn keyed(key: &SecretKey, domain: &[u8], bytes: &[u8]) -> blake3::Hash {
    blake3::Hasher::new_keyed(&key.bytes).update(domain).update(bytes).finalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::secret::KeyOrigin;

    fn key(byte: u8) -> SecretKey {
        SecretKey { bytes: [byte; 32], origin: KeyOrigin::File }
    }

    #[test]
    fn the_same_secret_has_the_same_id_under_the_same_key_only() {
        assert_eq!(secret_id(&key(1), b"hunter2"), secret_id(&key(1), b"hunter2"));
        assert_ne!(secret_id(&key(1), b"hunter2"), secret_id(&key(2), b"hunter2"));
        assert_ne!(secret_id(&key(1), b"hunter2"), secret_id(&key(1), b"hunter3"));
    }

    #[test]
    fn a_key_has_a_short_public_name() {
        assert_eq!(key_id(&key(1)).len(), 8);
        assert_ne!(key_id(&key(1)), key_id(&key(2)));
    }
}
