//! What a store wraps around its secrets: base64, `user:password`, URLs, the schemes of headers.
//! Does not decrypt, and does not guess: a value that is not what its store says it is
//! decodes to nothing.

use std::borrow::Cow;

use crate::detect::formats::urls::{query_secret, userinfo};
use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD};

use crate::model::store::Decode;

/// Words that stand before a token in a header, in lower case.
const SCHEMES: [&str; 8] = ["apikey", "bearer", "bot", "geniekey", "key", "oauth", "ssws", "token"];

/// Shorter words behind a scheme are prose.
const TOKEN_BYTES_MIN: usize = 8;

/// What a value holds. Without `Debug`: it is a secret.
pub struct Decoded {
    /// The secret.
    pub bytes: Vec<u8>,
    /// The user, where the value names one.
    pub account: Option<String>,
}

/// Undoes what a store did to a value. `None` if the value is not of that form.
pub fn decode(decode: Decode, bytes: &[u8]) -> Option<Decoded> {
    match decode {
        Decode::None => Some(header(bytes)),
        Decode::Base64 => Some(Decoded { bytes: base64(bytes)?, account: None }),
        Decode::Basic => basic(bytes),
        Decode::Url => url(bytes),
    }
}

/// Standard or URL alphabet, padded or not, broken into lines or not.
fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let is_of_text = |byte: &u8| !byte.is_ascii_whitespace() && *byte != b'=';
    let digits: Vec<u8> = text.iter().copied().filter(is_of_text).collect();
    BASE64_NOPAD.decode(&digits).or_else(|_| BASE64URL_NOPAD.decode(&digits)).ok()
}

fn basic(text: &[u8]) -> Option<Decoded> {
    let pair = base64(text)?;
    let colon = memchr::memchr(b':', &pair)?;
    let (user, password) = (&pair[..colon], &pair[colon + 1..]);
    Some(Decoded { bytes: password.to_vec(), account: account(user) })
}

/// The value itself, or what stands behind `Bearer`, `Basic` and the like.
fn header(text: &[u8]) -> Decoded {
    let all = || Decoded { bytes: text.to_vec(), account: None };
    let value = text.trim_ascii();
    let Some(blank) = memchr::memchr(b' ', value) else { return all() };
    let (scheme, token) = (&value[..blank], value[blank + 1..].trim_ascii_start());
    if token.len() < TOKEN_BYTES_MIN || token.iter().any(u8::is_ascii_whitespace) {
        return all();
    }
    if scheme.eq_ignore_ascii_case(b"basic") {
        return basic(token).unwrap_or_else(all);
    }
    match SCHEMES.iter().any(|word| scheme.eq_ignore_ascii_case(word.as_bytes())) {
        true => Decoded { bytes: token.to_vec(), account: None },
        false => all(),
    }
}

/// A token may stand as a user without password, or with GitHub's word for none.
fn url(text: &[u8]) -> Option<Decoded> {
    let Some(userinfo) = userinfo(text) else {
        return query_secret(text).map(|bytes| Decoded { bytes, account: None });
    };
    match (userinfo.user, userinfo.password) {
        (Some(user), None) => Some(Decoded { bytes: user, account: None }),
        (Some(user), Some(password)) if password == b"x-oauth-basic" => {
            Some(Decoded { bytes: user, account: None })
        }
        (user, password) => {
            Some(Decoded { bytes: password?, account: account(&user.unwrap_or_default()) })
        }
    }
}

fn account(user: &[u8]) -> Option<String> {
    (!user.is_empty()).then(|| String::from_utf8_lossy(user)).map(Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(how: Decode, text: &str, expected: Option<(&str, Option<&str>)>) {
        let decoded = decode(how, text.as_bytes());
        let decoded = decoded.map(|it| (String::from_utf8(it.bytes).unwrap(), it.account));
        let expected = expected.map(|(secret, user)| (secret.to_owned(), user.map(str::to_owned)));
        assert_eq!(decoded, expected, "{text}");
    }

    #[test]
    fn none_leaves_a_value_alone() {
        check(Decode::None, "s3cr3t=", Some(("s3cr3t=", None)));
        check(Decode::None, "correct horse", Some(("correct horse", None)));
        check(Decode::None, "token of mine that I like", Some(("token of mine that I like", None)));
    }

    #[test]
    fn the_scheme_of_a_header_is_no_part_of_its_token() {
        check(Decode::None, "Bearer s3cr3t-s3cr3t", Some(("s3cr3t-s3cr3t", None)));
        check(Decode::None, "token  s3cr3t-s3cr3t ", Some(("s3cr3t-s3cr3t", None)));
        check(Decode::None, "Basic YW5hOnMzY3IzdA==", Some(("s3cr3t", Some("ana"))));
        check(Decode::None, "Bearer ${TOKEN}", Some(("${TOKEN}", None)));
        check(Decode::None, "Bearer x", Some(("Bearer x", None)));
    }

    #[test]
    fn a_url_without_a_user_may_have_its_secret_in_the_query() {
        let url = "https://h/x?page=2&api_key=s3%2Fcr3t&x=y#top";
        check(Decode::Url, url, Some(("s3/cr3t", None)));
        check(Decode::Url, "https://h/x?page=2&keyboard=de", None);
    }

    #[test]
    fn base64_comes_in_many_shapes() {
        check(Decode::Base64, "czNjcjN0Pz8+", Some(("s3cr3t??>", None)));
        check(Decode::Base64, "czNjcjN0Pz8-", Some(("s3cr3t??>", None)));
        check(Decode::Base64, "czNjcjN0LTE=", Some(("s3cr3t-1", None)));
        check(Decode::Base64, "czNj\n  cjN0LTE\n", Some(("s3cr3t-1", None)));
        check(Decode::Base64, "not base64!", None);
    }

    #[test]
    fn basic_is_user_and_password() {
        check(Decode::Basic, "YW5hOnMzY3I6M3Q=", Some(("s3cr:3t", Some("ana"))));
        check(Decode::Basic, "OnMzY3IzdA", Some(("s3cr3t", None)));
        check(Decode::Basic, "czNjcjN0", None);
        check(Decode::Basic, "", None);
    }

    #[test]
    fn a_url_gives_its_password_and_its_user() {
        check(Decode::Url, "https://ana:s3%40cr3t@h/x", Some(("s3@cr3t", Some("ana"))));
        check(Decode::Url, "svn://:s3cr3t@h", Some(("s3cr3t", None)));
    }

    #[test]
    fn a_url_with_a_user_alone_has_its_token_there() {
        check(Decode::Url, "https://s3cr3t@h", Some(("s3cr3t", None)));
        check(Decode::Url, "https://s3cr3t:x-oauth-basic@h", Some(("s3cr3t", None)));
        check(Decode::Url, "https://h/", None);
    }
}
