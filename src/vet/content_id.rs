//! A name for the bytes of a whole file: evidence of which file it was. Deliberately keyed: a file
//! may hold little more than a secret, and its plain hash would be that secret's.

use crate::model::finding::Content;
use crate::model::secret::SecretKey;

/// Keeps these hashes apart from every other use of the key.
const DOMAIN: &[u8] = b"credreach content id v1\0";

/// The bytes of a file, as they come.
pub struct ContentHasher {
    hasher: blake3::Hasher,
    size_bytes: u64,
}

impl ContentHasher {
    /// Before the first byte.
    pub fn new(key: &SecretKey) -> Self {
        let mut hasher = blake3::Hasher::new_keyed(&key.bytes);
        hasher.update(DOMAIN);
        Self { hasher, size_bytes: 0 }
    }

    /// Takes in the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        self.size_bytes += bytes.len() as u64;
    }

    /// The name of all that came.
    pub fn finish(&self) -> Content {
        Content { id: *self.hasher.finalize().as_bytes(), size_bytes: self.size_bytes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::secret::KeyOrigin;
    use crate::vet::derive_key;
    use crate::vet::secret_id::secret_id;

    fn content(key: u8, pieces: &[&[u8]]) -> Content {
        let key = SecretKey { bytes: derive_key(&[key; 32]), origin: KeyOrigin::File };
        let mut hasher = ContentHasher::new(&key);
        pieces.iter().for_each(|piece| hasher.update(piece));
        hasher.finish()
    }

    #[test]
    fn the_same_bytes_have_the_same_name_under_the_same_key_only() {
        assert_eq!(content(1, &[b"hunter2"]), content(1, &[b"hun", b"", b"ter2"]));
        assert_ne!(content(1, &[b"hunter2"]).id, content(2, &[b"hunter2"]).id);
        assert_ne!(content(1, &[b"hunter2"]).id, content(1, &[b"hunter3"]).id);
        assert_eq!(content(1, &[b"hunter2"]).size_bytes, 7);
    }

    #[test]
    fn a_file_that_is_all_secret_is_not_named_as_the_secret_is() {
        let key = SecretKey { bytes: derive_key(&[1; 32]), origin: KeyOrigin::File };
        assert_ne!(content(1, &[b"hunter2"]).id[..16], secret_id(&key, b"hunter2").0);
    }
}
