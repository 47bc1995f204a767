//! The bytes of a secret, and the name under which a secret may be spoken of.
//! Deliberately without `Display` and without serialisation: what cannot be
//! printed cannot leak.

use std::fmt;

/// Bytes of a secret, borrowed from the contents they stand in. Ends in `vet/`.
#[derive(Clone, Copy)]
pub struct Secret<'c>(&'c [u8]);

impl<'c> Secret<'c> {
    /// Marks bytes as secret.
    pub const fn new(bytes: &'c [u8]) -> Self {
        Self(bytes)
    }

    /// The bytes themselves. Called in `vet/` only; `tests/tidy.rs` looks.
    pub const fn expose(self) -> &'c [u8] {
        self.0
    }
}

impl fmt::Debug for Secret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Keyed hash of a secret: the same secret has the same id wherever the same key
/// is used, and without the key the id says nothing about the secret.
///
/// The kind does not go into it: one password seen as a database password here and
/// as an environment variable there is one thing to rotate, and a better rule in a
/// later version must not rename it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretId(pub [u8; 16]);

impl fmt::Display for SecretId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The key of all [`SecretId`]s of a run.
#[derive(Clone)]
pub struct SecretKey {
    /// 32 bytes, from `--key-file` or random.
    pub bytes: [u8; 32],
    /// Whether ids mean anything beyond this run.
    pub origin: KeyOrigin,
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({:?})", self.origin)
    }
}

/// Where the key of a run came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyOrigin {
    /// `--key-file`: ids can be compared between hosts and runs.
    File,
    /// Made for this run: ids join rows of this report only.
    Random,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_of_a_secret_shows_nothing() {
        assert_eq!(format!("{:?}", Secret::new(b"hunter2")), "Secret(..)");
        let key = SecretKey { bytes: [0xAB; 32], origin: KeyOrigin::Random };
        assert_eq!(format!("{key:?}"), "SecretKey(Random)");
    }
}
