//! Every URL in a text that names a user or a password, whatever stands around it.
//!
//! Not a judge of URLs: `https://TOKEN@host` and `https://TOKEN:x-oauth-basic@host` have
//! their token as `user`, as written. Does not look into queries.

use std::borrow::Cow;

use memchr::{memchr, memmem, memrchr};

use crate::detect::formats::Malformed;
use crate::detect::formats::piece::{Piece, list_of};
use crate::detect::tree::{Leaf, Node};

/// Longer schemes are words that happen to stand before `://`.
const SCHEME_BYTES_MAX: usize = 32;

/// What a parameter of a query is called that holds a secret, or how its name ends.
const SECRET_NAMES: [&str; 8] =
    ["key", "token", "secret", "password", "passwd", "pwd", "sig", "signature"];

/// A path is only a public fact, and URLs within it are to be found too.
const PATH_BYTES_MAX: usize = 200;

pub(super) fn read(file: Piece<'_>) -> Result<Node<'_>, Malformed> {
    list_of(urls(file).map(Url::into_node))
}

/// The user and the password of the first URL in a text, percent-decoded.
pub(in crate::detect) fn userinfo(text: &[u8]) -> Option<Userinfo> {
    let url = urls(Piece::of_file(text)).next()?;
    let bytes = |leaf: Option<Leaf<'_>>| leaf.map(|leaf| leaf.bytes.into_owned());
    Some(Userinfo { user: bytes(url.user), password: bytes(url.password) })
}

/// The first value of a URL's query whose name says that it is secret, percent-decoded.
pub(in crate::detect) fn query_secret(text: &[u8]) -> Option<Vec<u8>> {
    let (_, url) = Piece::of_file(text).split_around(memmem::find(text, b"://")?);
    let (url, _) = url.split_where(|byte| byte == b'#' || ends_url(byte));
    let (_, query) = url.split_around(memchr(b'?', url.bytes)?);
    let mut pairs = query.bytes.split(|byte| matches!(byte, b'&' | b';'));
    pairs.find_map(|pair| {
        let (name, value) = pair.split_at(memchr(b'=', pair)?);
        let is_secret = value.len() > 1 && is_secret_name(name);
        is_secret.then(|| percent_decoded(&value[1..]).into_owned())
    })
}

/// Whether the last word of a name, in lower case, is one of [`SECRET_NAMES`].
fn is_secret_name(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_NAMES.iter().any(|word| name.ends_with(word.as_bytes()))
}

/// What stands before the `@` of a URL. At least one of both is there.
pub(in crate::detect) struct Userinfo {
    pub(in crate::detect) user: Option<Vec<u8>>,
    pub(in crate::detect) password: Option<Vec<u8>>,
}

struct Url<'c> {
    scheme: Leaf<'c>,
    user: Option<Leaf<'c>>,
    password: Option<Leaf<'c>>,
    host: Leaf<'c>,
    path: Leaf<'c>,
}

impl<'c> Url<'c> {
    fn into_node(self) -> Node<'c> {
        let parts = [
            ("scheme", Some(self.scheme)),
            ("user", self.user),
            ("password", self.password),
            ("host", Some(self.host)),
            ("path", Some(self.path)),
        ];
        let written = parts.into_iter().filter_map(|(key, leaf)| Some((key, leaf?)));
        Node::Map(written.map(|(key, leaf)| (Cow::Borrowed(key), Node::Value(leaf))).collect())
    }
}

fn urls(file: Piece<'_>) -> impl Iterator<Item = Url<'_>> {
    memmem::find_iter(file.bytes, "://").filter_map(move |at| {
        let scheme = scheme(file.get(at.saturating_sub(SCHEME_BYTES_MAX)..at))?;
        let (authority, behind) = file.from(at + 3).split_where(ends_authority);
        let (userinfo, host) = authority.split_around(memrchr(b'@', authority.bytes)?);
        let (user, password) = match memchr(b':', userinfo.bytes) {
            Some(colon) => userinfo.split_around(colon),
            None => (userinfo, userinfo.from(userinfo.bytes.len())),
        };
        let path = behind.get(0..behind.bytes.len().min(PATH_BYTES_MAX));
        let (path, _) = path.split_where(ends_url);
        let (user, password) = (decoded(user), decoded(password));
        let is_signed = user.is_some() || password.is_some();
        let (host, path) = (host.leaf(), path.leaf());
        is_signed.then(|| Url { scheme: scheme.leaf(), user, password, host, path })
    })
}

/// The scheme at the end of a text.
fn scheme(before: Piece<'_>) -> Option<Piece<'_>> {
    let is_of_scheme = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
    let n_bytes = before.bytes.iter().rev().take_while(is_of_scheme).count();
    let scheme = before.from(before.bytes.len() - n_bytes);
    scheme.first().filter(u8::is_ascii_alphabetic).map(|_| scheme)
}

const fn ends_authority(byte: u8) -> bool {
    matches!(byte, b'/' | b'?' | b'#' | b'\\') || ends_url(byte)
}

const fn ends_url(byte: u8) -> bool {
    matches!(byte, 0..=b' ' | 0x7F | b'"' | b'\'' | b'<' | b'>' | b'`')
}

/// `None` if nothing is written there.
fn decoded(piece: Piece<'_>) -> Option<Leaf<'_>> {
    (!piece.is_empty()).then(|| piece.leaf_of(percent_decoded(piece.bytes)))
}

/// A `%` without two hex digits behind it is itself.
fn percent_decoded(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr(b'%', text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, behind)) = rest.split_first() {
        let decoded = behind.get(..2).filter(|_| byte == b'%').and_then(hex_byte);
        bytes.push(decoded.unwrap_or(byte));
        rest = if decoded.is_some() { &behind[2..] } else { behind };
    }
    Cow::Owned(bytes)
}

fn hex_byte(digits: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(digits[0])? << 4 | digit(digits[1])?).ok()
}

#[cfg(test)]
mod tests {
    use crate::detect::formats::outline::check;
    use crate::model::store::Format::Urls;

    #[test]
    fn a_url_has_parts() {
        check(
            Urls,
            "https://ana:pw@git.example:8443/team/repo\n",
            "[{scheme=https user=ana password=pw host=git.example:8443 path=/team/repo}]",
        );
    }

    #[test]
    fn user_and_password_are_percent_decoded() {
        check(
            Urls,
            "https://a%40b:s3%2Fcr3t%zz%@h",
            "[{scheme=https user=a@b<a%40b> password=s3/cr3t%zz%<s3%2Fcr3t%zz%> host=h path=}]",
        );
    }

    #[test]
    fn urls_stand_anywhere() {
        check(
            Urls,
            "[global]\nindex-url = \"https://u:p@a/simple\" git+ssh://git@b/c (x=svn://:s3cr3t@d:6379)",
            "[{scheme=https user=u password=p host=a path=/simple} \
             {scheme=git+ssh user=git host=b path=/c} \
             {scheme=svn password=s3cr3t host=d:6379) path=}]",
        );
    }

    #[test]
    fn a_url_without_userinfo_is_none() {
        check(Urls, "https://git.example/a@b https://@h ://u:p@h https://h?x=@y", "[]");
    }

    #[test]
    fn a_url_within_a_path_is_found() {
        check(
            Urls,
            "https://u:p@a/x,https://v:q@b",
            "[{scheme=https user=u password=p host=a path=/x,https://v:q@b} \
             {scheme=https user=v password=q host=b path=}]",
        );
    }

    #[test]
    fn the_last_at_sign_ends_the_password() {
        check(Urls, "https://u:p@ss@h", "[{scheme=https user=u password=p@ss host=h path=}]");
        check(
            Urls,
            "https://s3cr3t:x-oauth-basic@h",
            "[{scheme=https user=s3cr3t password=x-oauth-basic host=h path=}]",
        );
    }

    #[test]
    fn what_holds_no_url_is_an_empty_list() {
        check(Urls, b"\xEF\xBB\xBF\xFF\0://", "[]");
        check(Urls, "", "[]");
    }
}
