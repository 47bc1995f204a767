//! What a person would use as a password or token. Does not measure strength: a weak
//! password in a store is a finding like any other.

use crate::model::finding::Rejection;
use crate::vet::facts::{Checked, Facts};

/// Shorter values beside a word like `password` are flags, numbers and column names.
const CONTEXT_BYTES_MIN: usize = 4;

/// Shorter tokens are not issued; people do choose shorter passwords.
const TOKEN_BYTES_MIN: usize = 4;

/// Configuration for "there is none".
const EMPTY_WORDS: [&str; 7] = ["true", "false", "null", "none", "nil", "undefined", "~"];

/// Words that stand for a value where a syntax is explained: `password = value`.
const SYNTAX_WORDS: [&str; 4] = ["string", "str", "value", "text"];

/// Values that, beside a word like `password`, name a field or a role.
const FIELD_WORDS: [&str; 28] = [
    "access_token",
    "admin",
    "apikey",
    "api_key",
    "auth",
    "basic",
    "bearer",
    "bool",
    "boolean",
    "client_secret",
    "credential",
    "credentials",
    "default",
    "empty",
    "optional",
    "passphrase",
    "passwd",
    "password",
    "prompt",
    "required",
    "root",
    "secret",
    "secrets",
    "str",
    "string",
    "token",
    "user",
    "username",
];

/// First folders of absolute paths. A random base64 secret may start with a slash too,
/// so a slash alone proves nothing.
const ROOT_FOLDERS: [&str; 22] = [
    "Applications",
    "Library",
    "Users",
    "Volumes",
    "app",
    "bin",
    "builds",
    "config",
    "data",
    "dev",
    "etc",
    "home",
    "mnt",
    "opt",
    "private",
    "proc",
    "root",
    "run",
    "srv",
    "tmp",
    "usr",
    "var",
];

/// `password`: a value beside a word like `password`. Four bytes at least, not a path, a URL
/// or an empty word, and not the name of a field.
pub fn check(secret: &[u8]) -> Checked {
    if secret.len() < CONTEXT_BYTES_MIN {
        return Err(Rejection::LowEntropy);
    }
    if FIELD_WORDS.iter().any(|word| secret.eq_ignore_ascii_case(word.as_bytes())) {
        return Err(Rejection::Placeholder);
    }
    refuse_pointers(secret)
}

/// A value in the field of a store that vouches for it. Needs no variety; a password may
/// have one byte, anything else has four.
pub fn check_field(kind_id: &str, secret: &[u8]) -> Checked {
    let is_password = ["password", "passphrase", "pin"].iter().any(|word| kind_id.contains(word));
    if !is_password && secret.len() < TOKEN_BYTES_MIN {
        return Err(Rejection::LowEntropy);
    }
    if SYNTAX_WORDS.iter().any(|word| secret.eq_ignore_ascii_case(word.as_bytes())) {
        return Err(Rejection::Placeholder);
    }
    refuse_pointers(secret)
}

/// Refuses what stands for nothing, and what leads to another place.
fn refuse_pointers(secret: &[u8]) -> Checked {
    if secret.is_empty()
        || EMPTY_WORDS.iter().any(|word| secret.eq_ignore_ascii_case(word.as_bytes()))
    {
        return Err(Rejection::Placeholder);
    }
    if is_path(secret) || is_bare_url(secret) {
        return Err(Rejection::Reference);
    }
    Ok(Facts::default())
}

fn is_path(value: &[u8]) -> bool {
    match value {
        [b'~' | b'.', b'/', ..] | [b'.', b'.', b'/', ..] => true,
        [drive, b':', b'\\' | b'/', ..] => drive.is_ascii_alphabetic(),
        [b'/', rest @ ..] => is_absolute(rest),
        _ => false,
    }
}

/// Whether what follows a slash is a path: a well-known folder, or parts without a capital
/// or with a dot, which base64 of this length hardly has.
fn is_absolute(rest: &[u8]) -> bool {
    let is_path_byte = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._- @".contains(byte);
    let first = rest.split(|byte| *byte == b'/').next().unwrap_or_default();
    let is_known = ROOT_FOLDERS.iter().any(|folder| folder.as_bytes() == first);
    let has_capital = rest.iter().any(u8::is_ascii_uppercase);
    is_known || rest.iter().all(is_path_byte) && (!has_capital || rest.contains(&b'.'))
}

/// A URL whose authority has no user: an address, not a secret.
fn is_bare_url(value: &[u8]) -> bool {
    let Some(colon) = value.windows(3).position(|window| window == b"://") else { return false };
    let is_scheme = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
    let rest = &value[colon + 3..];
    let authority = rest.split(|byte| b"/?#".contains(byte)).next().unwrap_or_default();
    colon > 0 && value[..colon].iter().all(is_scheme) && !authority.contains(&b'@')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_values(values: &[&str], expected: Result<(), Rejection>) {
        for value in values {
            assert_eq!(check(value.as_bytes()).map(drop), expected, "{value}");
        }
    }

    fn check_fields(kind_id: &str, values: &[&str], expected: Result<(), Rejection>) {
        for value in values {
            assert_eq!(check_field(kind_id, value.as_bytes()).map(drop), expected, "{value}");
        }
    }

    #[test]
    fn what_a_person_would_use_is_a_password() {
        check_values(
            &["hunter2", "Tr0ub4dor&3", "correct horse", "s3cr/et", "/x+Q9z/AbC8+"],
            Ok(()),
        );
        check_values(&["abc", ""], Err(Rejection::LowEntropy));
        check_values(&["password", "SECRET", "admin", "null", "True"], Err(Rejection::Placeholder));
    }

    #[test]
    fn a_place_is_not_a_password() {
        let paths = ["/etc/ssl/key.pem", "~/key", "./key", "../key", "C:\\key", "/secrets/token"];
        check_values(&paths, Err(Rejection::Reference));
        check_values(&["https://example.org/x@y", "redis://cache:6379"], Err(Rejection::Reference));
        check_values(&["postgres://ana:pw@db/x", "://x@", "p w://x"], Ok(()));
    }

    #[test]
    fn a_store_vouches_for_weak_values() {
        check_fields("netrc-password", &["a", "admin", "password", "1234"], Ok(()));
        check_fields("example-token", &["admin", "abcd"], Ok(()));
        check_fields("example-token", &["abc"], Err(Rejection::LowEntropy));
        check_fields("netrc-password", &["", "none", "value"], Err(Rejection::Placeholder));
        check_fields("example-token", &["/run/secrets/token"], Err(Rejection::Reference));
    }
}
