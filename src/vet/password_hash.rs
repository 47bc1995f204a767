//! Hashes of passwords, as crypt(3), LDAP, htpasswd, PostgreSQL and web frameworks write them:
//! by whom, and what a guess costs. A hash is no password, but whoever has it may try all he likes.
//!
//! Guesses nothing itself, and does not know bare hex digests: they are names of files as often.

use crate::model::finding::Rejection;
use crate::model::protection::Protection;
use crate::vet::facts::{Checked, Facts};

/// Fewer rounds of bcrypt (as a power of two) are tried by the million.
const BCRYPT_COST_MIN: u32 = 8;

/// Longest setting (`rounds=5000`, `m=65536,t=3,p=4`) and salt.
const SETTING_BYTES_MAX: usize = 64;

/// A way to hash: how it begins, what a report calls it, and how it goes on.
struct Scheme {
    start: &'static str,
    name: &'static str,
    shape: Shape,
    /// Whether a guess costs next to nothing.
    is_weak: bool,
}

/// What stands behind the beginning.
#[derive(Clone, Copy)]
enum Shape {
    /// Settings and salts between `$`, then so many characters.
    Crypt(usize),
    /// Two digits of cost, `$`, then salt and hash in 53 characters.
    Bcrypt,
    /// So many characters in one piece.
    Piece(usize),
    /// Settings and salts between `$`, then at least so many characters of base64 or hex.
    Long(usize),
    /// At least so many characters of base64.
    Base64(usize),
}

const fn scheme(start: &'static str, name: &'static str, shape: Shape, is_weak: bool) -> Scheme {
    Scheme { start, name, shape, is_weak }
}

const SCHEMES: [Scheme; 29] = [
    scheme("$1$", "md5crypt", Shape::Crypt(22), true),
    scheme("$apr1$", "Apache MD5", Shape::Crypt(22), true),
    scheme("$5$", "sha256crypt", Shape::Crypt(43), false),
    scheme("$6$", "sha512crypt", Shape::Crypt(86), false),
    scheme("$y$", "yescrypt", Shape::Crypt(43), false),
    scheme("$gy$", "gost-yescrypt", Shape::Crypt(43), false),
    scheme("$7$", "scrypt", Shape::Crypt(43), false),
    scheme("$sha1$", "sha1crypt", Shape::Crypt(28), true),
    scheme("$2a$", "bcrypt", Shape::Bcrypt, false),
    scheme("$2b$", "bcrypt", Shape::Bcrypt, false),
    scheme("$2x$", "bcrypt", Shape::Bcrypt, false),
    scheme("$2y$", "bcrypt", Shape::Bcrypt, false),
    scheme("$P$", "phpass, MD5", Shape::Piece(31), true),
    scheme("$H$", "phpass, MD5", Shape::Piece(31), true),
    scheme("$S$", "phpass, SHA-512", Shape::Piece(52), false),
    scheme("$argon2id$", "Argon2id", Shape::Long(16), false),
    scheme("$argon2i$", "Argon2i", Shape::Long(16), false),
    scheme("$argon2d$", "Argon2d", Shape::Long(16), false),
    scheme("$pbkdf2-sha256$", "PBKDF2, SHA-256", Shape::Long(32), false),
    scheme("$pbkdf2-sha512$", "PBKDF2, SHA-512", Shape::Long(32), false),
    scheme("pbkdf2_sha256$", "PBKDF2, SHA-256", Shape::Long(40), false),
    scheme("pbkdf2:sha", "PBKDF2", Shape::Long(40), false),
    scheme("scrypt:", "scrypt", Shape::Long(40), false),
    scheme("SCRAM-SHA-256$", "SCRAM-SHA-256", Shape::Long(40), false),
    scheme("{SHA}", "SHA-1 without salt", Shape::Base64(28), true),
    scheme("{SSHA}", "salted SHA-1", Shape::Base64(32), true),
    scheme("{SSHA256}", "salted SHA-256", Shape::Base64(44), true),
    scheme("{SSHA512}", "salted SHA-512", Shape::Base64(88), true),
    scheme("{CRYPT}", "crypt", Shape::Piece(13), true),
];

/// `password-hash`: a hash in one of the forms that name their scheme.
pub fn check(hash: &[u8]) -> Checked {
    let hash = match hash.strip_prefix(b"{CRYPT}").or_else(|| hash.strip_prefix(b"{crypt}")) {
        Some(inner) if inner.starts_with(b"$") => inner,
        _ => hash,
    };
    let text = std::str::from_utf8(hash).map_err(|_| Rejection::Structure)?;
    let found = SCHEMES.iter().find_map(|scheme| Some((scheme, text.strip_prefix(scheme.start)?)));
    let (scheme, rest) = found.ok_or(Rejection::Structure)?;
    let is_weak = has_shape(rest, scheme.shape).ok_or(Rejection::Structure)? || scheme.is_weak;
    Ok(rests(scheme.name, is_weak))
}

/// The same in the field of a store, where the thirteen characters of DES count too.
pub fn check_field(hash: &[u8]) -> Checked {
    let is_des = hash.len() == 13 && hash.iter().all(is_of_crypt);
    if is_des { Ok(rests("DES crypt", true)) } else { check(hash) }
}

fn rests(name: &str, is_weak: bool) -> Facts {
    let how = format!("hashed: {name}");
    let protection = if is_weak { Protection::Weak { how } } else { Protection::Encrypted { how } };
    Facts { protection: Some(protection), ..Facts::default() }
}

/// Whether a text has a shape; if so, whether its own setting makes it weak.
fn has_shape(rest: &str, shape: Shape) -> Option<bool> {
    let (is_right, is_weak) = match shape {
        Shape::Crypt(n_bytes) => {
            let (settings, hash) = rest.rsplit_once('$')?;
            (is_setting(settings) && is_piece(hash, n_bytes), false)
        }
        Shape::Bcrypt => {
            let (cost, hash) = rest.split_once('$')?;
            let is_cost = cost.len() == 2 && cost.bytes().all(|byte| byte.is_ascii_digit());
            let cost: u32 = cost.parse().ok()?;
            (is_cost && cost <= 31 && is_piece(hash, 53), cost < BCRYPT_COST_MIN)
        }
        Shape::Piece(n_bytes) => (is_piece(rest, n_bytes), false),
        Shape::Long(n_bytes_min) => {
            let (settings, hash) = rest.rsplit_once('$')?;
            let is_settings = settings.split('$').all(is_setting);
            (is_settings && hash.len() >= n_bytes_min && is_digits(hash), false)
        }
        Shape::Base64(n_bytes_min) => (rest.len() >= n_bytes_min && is_digits(rest), false),
    };
    is_right.then_some(is_weak)
}

fn is_setting(text: &str) -> bool {
    let is_of_setting = |byte: u8| byte.is_ascii_alphanumeric() || b"./+=,$:-_".contains(&byte);
    !text.is_empty() && text.len() <= SETTING_BYTES_MAX && text.bytes().all(is_of_setting)
}

fn is_piece(text: &str, n_bytes: usize) -> bool {
    text.len() == n_bytes && text.bytes().all(|byte| is_of_crypt(&byte))
}

fn is_of_crypt(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/')
}

/// Of base64 in any alphabet, of hex, or of two of them with a colon, as SCRAM has it.
fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"./+-_=:".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forge::Forge;

    fn letters(n: usize) -> String {
        Forge::new([7; 32]).alphanumeric(n)
    }

    /// Whether a hash is believed, and if so whether it is weak.
    fn weakness(hash: &str) -> Option<bool> {
        let facts = check(hash.as_bytes()).ok()?;
        Some(matches!(facts.protection, Some(Protection::Weak { .. })))
    }

    #[test]
    fn every_scheme_knows_its_own() {
        let hash = |start: &str, n_bytes| format!("{start}{}", letters(n_bytes));
        for (start, n_bytes, is_weak) in [
            ("$1$saltsalt$", 22, true),
            ("$apr1$saltsalt$", 22, true),
            ("$5$rounds=5000$saltsalt$", 43, false),
            ("$6$saltsalt$", 86, false),
            ("$y$j9T$saltsalt$", 43, false),
            ("$2y$12$", 53, false),
            ("$2b$05$", 53, true),
            ("$P$B", 30, true),
            ("$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$", 43, false),
            ("pbkdf2_sha256$600000$salt$", 44, false),
            ("scrypt:32768:8:1$salt$", 128, false),
            ("SCRAM-SHA-256$4096:c2FsdA==$", 60, false),
            ("{SSHA}", 36, true),
            ("{CRYPT}$6$saltsalt$", 86, false),
        ] {
            assert_eq!(weakness(&hash(start, n_bytes)), Some(is_weak), "{start}");
        }
    }

    #[test]
    fn what_has_another_length_is_none() {
        for (start, n_bytes) in
            [("$2y$12$", 52), ("$2y$12$", 54), ("$6$saltsalt$", 85), ("$1$", 22)]
        {
            assert_eq!(
                weakness(&format!("{start}{}", letters(n_bytes))),
                None,
                "{start} {n_bytes}"
            );
        }
        for text in ["", "!", "*", "$2y$99$", "x", "$2y$xx$", "{SSHA}short", "$6$$", "$argon2id$$"]
        {
            assert_eq!(weakness(text), None, "{text}");
        }
    }

    #[test]
    fn thirteen_characters_are_a_hash_only_where_a_store_says_so() {
        let des = letters(13);
        assert!(check(des.as_bytes()).is_err());
        assert!(check_field(des.as_bytes()).is_ok());
        assert!(check_field(b"!!").is_err());
    }
}
