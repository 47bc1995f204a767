//! The credentials of HTTP basic authentication (RFC 7617): base64 of `user:password`. The
//! password is the secret, wherever else it stands.

use crate::model::finding::Rejection;
use crate::vet::base64;
use crate::vet::facts::{Checked, Facts, public_text};

/// Some services take the token as the user, with one of these as the password.
const TOKEN_AS_USER: [&[u8]; 2] = [b"", b"x-oauth-basic"];

/// User names that are longer, hold a digit and no `@` may be tokens, and are not shown.
const USER_BYTES_MAX: usize = 20;

/// `basic-auth`: decodes to printable text with a colon and something to keep secret.
pub fn check(secret: &[u8]) -> Checked {
    let pair = base64::decode(secret).filter(|pair| is_printable(pair));
    let pair = pair.ok_or(Rejection::Structure)?;
    let colon = pair.iter().position(|byte| *byte == b':').ok_or(Rejection::Structure)?;
    let (user, password) = (&pair[..colon], &pair[colon + 1..]);
    // JSON has colons too.
    if user.starts_with(b"{") {
        return Err(Rejection::Structure);
    }
    if !TOKEN_AS_USER.contains(&password) {
        let account = Some(user).filter(|user| is_name(user)).and_then(public_text);
        return Ok(Facts { account, canonical: Some(password.to_vec()), ..Facts::default() });
    }
    if is_name(user) {
        return Err(Rejection::Structure);
    }
    Ok(Facts { canonical: Some(user.to_vec()), ..Facts::default() })
}

fn is_printable(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| !text.chars().any(char::is_control))
}

fn is_name(user: &[u8]) -> bool {
    user.len() <= USER_BYTES_MAX || user.contains(&b'@') || !user.iter().any(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pair: &str, expected: Result<(Option<&str>, &str), Rejection>) {
        let text = data_encoding::BASE64.encode(pair.as_bytes());
        let facts = super::check(text.as_bytes()).map(|facts| (facts.account, facts.canonical));
        let expected = expected.map(|(account, canonical)| {
            (account.map(String::from), Some(canonical.as_bytes().to_vec()))
        });
        assert_eq!(facts, expected, "{pair}");
    }

    #[test]
    fn the_password_is_the_secret() {
        check("ana:hunter2", Ok((Some("ana"), "hunter2")));
        check("ana:a:b", Ok((Some("ana"), "a:b")));
        check(":hunter2", Ok((None, "hunter2")));
    }

    #[test]
    fn a_token_in_the_place_of_the_user_is_not_shown() {
        let user = "q8Rz1LmV0tYc5Wd3Kx7Hn2Jb9Gs4Pf";
        check(&format!("{user}:"), Ok((None, user)));
        check(&format!("{user}:x-oauth-basic"), Ok((None, user)));
        check(&format!("{user}:hunter2"), Ok((None, "hunter2")));
    }

    #[test]
    fn what_is_no_pair_is_refused() {
        for pair in ["", "hunter2", "ana:", "ana:x\n", "a\0b:c", r#"{"typ":"JWT"}"#] {
            check(pair, Err(Rejection::Structure));
        }
        assert!(super::check(b"!").is_err());
    }
}
