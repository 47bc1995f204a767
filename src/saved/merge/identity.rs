//! Which rows of different reports are one credential: those of one secret id, and those of one
//! public identity under different keys. Decides from names alone, and rather keeps two rows
//! apart than joins what are two secrets.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::saved::merge::sorter::Sorter;
use crate::view::Credential;

/// A secret id, or what stands for one that is none.
pub type Secret = [u8; 16];

/// So many letters and digits in a row, with a digit, are no name that a person gave.
const OPAQUE_BYTES_MIN: usize = 10;

/// The secret of an id: the id itself.
pub fn secret(digits: &str) -> Secret {
    match u128::from_str_radix(digits, 16) {
        Ok(number) if digits.len() == 32 => number.to_be_bytes(),
        _ => digest(&[b"secret", digits.as_bytes()]),
    }
}

/// What a credential is called wherever it is: kind and key id. A key id that a person chose
/// (`RootManageSharedAccessKey`) is one only together with the account.
pub fn public_identity(credential: &Credential) -> Option<Secret> {
    let key_id = credential.key_id.as_ref()?;
    let account = match is_opaque(key_id) {
        true => "",
        false => credential.account.as_deref()?,
    };
    Some(digest(&[credential.kind.as_bytes(), key_id.as_bytes(), account.as_bytes()]))
}

fn is_opaque(key_id: &str) -> bool {
    let mut words = key_id.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.any(|word| {
        let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
        word.len() >= OPAQUE_BYTES_MIN && has_digit
    })
}

fn digest(parts: &[&[u8]]) -> Secret {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let mut cut = [0; 16];
    cut.copy_from_slice(&hash.finalize()[..16]);
    cut
}

/// Collects who is called what.
pub struct Identities(Sorter);

impl Identities {
    /// Without any yet.
    pub fn new(folder: &Path) -> Self {
        Self(Sorter::new(folder))
    }

    /// Notes that a secret under some key, or of a report with a key of its own, has a public
    /// identity.
    pub fn note(&mut self, public: Secret, key: Secret, secret: Secret) -> io::Result<()> {
        self.0.push([public, key, secret].concat(), Vec::new())
    }

    /// Which secrets are one. Under one key two secrets are two, whatever they are called: then
    /// that name joins nothing.
    pub fn joined(self) -> io::Result<Joined> {
        let mut joined = Joined::default();
        let mut group = Group::default();
        for pair in self.0.sorted()? {
            let [public, key, secret] = parts(&pair?.0);
            if group.public != public {
                group.join(&mut joined);
                group = Group { public, ..Group::default() };
            }
            group.add(key, secret);
        }
        group.join(&mut joined);
        Ok(joined)
    }
}

fn parts(key: &[u8]) -> [Secret; 3] {
    let mut parts = [[0; 16]; 3];
    for (part, bytes) in parts.iter_mut().zip(key.chunks_exact(16)) {
        part.copy_from_slice(bytes);
    }
    parts
}

/// The secrets of one public identity, sorted by key.
#[derive(Default)]
struct Group {
    public: Secret,
    last_key: Option<Secret>,
    secrets: Vec<Secret>,
    is_ambiguous: bool,
}

impl Group {
    fn add(&mut self, key: Secret, secret: Secret) {
        if self.secrets.last() == Some(&secret) || self.is_ambiguous {
            return;
        }
        self.is_ambiguous = self.last_key == Some(key);
        self.last_key = Some(key);
        self.secrets.push(secret);
    }

    fn join(&self, joined: &mut Joined) {
        if !self.is_ambiguous {
            self.secrets.windows(2).for_each(|pair| joined.join(pair[0], pair[1]));
        }
    }
}

/// Which secrets are one. Holds only those that are joined to another.
#[derive(Default)]
pub struct Joined(HashMap<Secret, Secret>);

impl Joined {
    /// The least of all secrets that are this one; `None` where it is joined to none.
    pub fn first(&self, secret: Secret) -> Option<Secret> {
        let mut first = secret;
        while let Some(next) = self.0.get(&first).filter(|next| **next != first) {
            first = *next;
        }
        self.0.contains_key(&secret).then_some(first)
    }

    fn join(&mut self, one: Secret, other: Secret) {
        let [one_first, other_first] =
            [one, other].map(|secret| self.first(secret).unwrap_or(secret));
        let first = one_first.min(other_first);
        // The ways that were gone are shortened too.
        for secret in [one, other, one_first, other_first, first] {
            self.0.insert(secret, first);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(notes: &[(u8, u8, u8)]) -> Joined {
        let folder = tempfile::tempdir().unwrap();
        let mut identities = Identities::new(folder.path());
        for (public, key, secret) in notes {
            identities.note([*public; 16], [*key; 16], [*secret; 16]).unwrap();
        }
        identities.joined().unwrap()
    }

    fn first(joined: &Joined, secret: u8) -> Option<u8> {
        joined.first([secret; 16]).map(|first| first[0])
    }

    #[test]
    fn one_name_under_two_keys_is_one_credential() {
        let joined = joined(&[(1, 1, 9), (1, 2, 5), (2, 1, 7)]);
        assert_eq!([9, 5, 7].map(|secret| first(&joined, secret)), [Some(5), Some(5), None]);
    }

    #[test]
    fn two_secrets_of_one_name_under_one_key_stay_two() {
        let joined = joined(&[(1, 1, 9), (1, 1, 8), (1, 2, 5)]);
        assert_eq!([9, 8, 5].map(|secret| first(&joined, secret)), [None; 3]);
    }

    #[test]
    fn names_join_in_chains() {
        let joined = joined(&[(1, 1, 9), (1, 2, 5), (2, 2, 5), (2, 3, 7), (3, 3, 7), (3, 4, 1)]);
        assert_eq!([9, 5, 7, 1].map(|secret| first(&joined, secret)), [Some(1); 4]);
    }

    #[test]
    fn a_name_that_a_person_chose_is_told_from_one_that_an_issuer_made() {
        for opaque in ["AKIA2345672345672345", "SHA256:mVPw0Xw5pWbFvbTN5TzX", "1234567890"] {
            assert!(is_opaque(opaque), "{opaque}");
        }
        for chosen in ["RootManageSharedAccessKey", "deploy-key-2024-01", "1", "default", ""] {
            assert!(!is_opaque(chosen), "{chosen}");
        }
    }
}
