//! Which name a value is given to: by an operator in any language, as an argument, in an
//! element, or by standing behind a word that says what follows. Judges names and what stands
//! between them and a value; whether the value is a secret is not asked here.

use std::ops::Range;

/// So far behind a vendor's word its secret may stand.
const NEAR_BYTES_MAX: usize = 64;
/// Lines that may end between a word and the value: an element's text stands on its own line.
const N_LINES_MAX: usize = 1;
/// A longer name is no name.
const NAME_BYTES_MAX: usize = 80;

/// Words that say that a credential follows.
const CREDENTIAL_WORDS: [&str; 18] = [
    "access", "apikey", "api_key", "auth", "bearer", "client", "cred", "key", "license", "login",
    "passw", "pat", "private", "pwd", "secret", "sid", "token", "webhook",
];

/// Words that say that a fingerprint follows.
const DIGEST_WORDS: [&str; 14] = [
    "checksum",
    "commit",
    "digest",
    "etag",
    "fingerprint",
    "hash",
    "integrity",
    "md5",
    "nonce",
    "revision",
    "sha1",
    "sha256",
    "sha512",
    "uuid",
];

/// Words anywhere before one for credentials that make something else of it: `publicKeyToken`.
const OTHER_HEADS: [&str; 20] = [
    "confirm", "forgot", "has", "invalid", "is", "last", "max", "min", "missing", "need", "needs",
    "no", "num", "per", "public", "repeat", "require", "requires", "reset", "use",
];

/// Words just before `token` that make a place in a list or a piece of text of it: `page_token`.
const TOKEN_HEADS: [&str; 41] = [
    "ajax",
    "audio",
    "begin",
    "bos",
    "cache",
    "cancel",
    "cancellation",
    "change",
    "clarification",
    "cls",
    "comment",
    "continuation",
    "csrf",
    "current",
    "cursor",
    "default",
    "end",
    "eos",
    "idempotency",
    "image",
    "input",
    "lookahead",
    "mask",
    "next",
    "output",
    "pad",
    "page",
    "parse",
    "parser",
    "prev",
    "previous",
    "purchase",
    "sep",
    "separator",
    "special",
    "start",
    "stop",
    "sync",
    "unexpected",
    "unk",
    "xsrf",
];

/// Words behind one for credentials that make something else of it: `password_file`.
const OTHER_TAILS: [&str; 136] = [
    "age",
    "cs",
    "dict",
    "go",
    "html",
    "java",
    "js",
    "json",
    "md",
    "mgr",
    "php",
    "py",
    "rb",
    "rs",
    "ts",
    "txt",
    "xml",
    "yaml",
    "yml",
    "alg",
    "algorithm",
    "arn",
    "attempts",
    "attribute",
    "auth",
    "bits",
    "bytes",
    "callback",
    "change",
    "check",
    "checker",
    "class",
    "classes",
    "color",
    "column",
    "confirm",
    "confirmation",
    "count",
    "cost",
    "created",
    "date",
    "description",
    "dir",
    "directory",
    "disabled",
    "display",
    "element",
    "enabled",
    "encoder",
    "encoding",
    "endpoint",
    "env",
    "error",
    "event",
    "exists",
    "expiration",
    "expire",
    "expired",
    "expires",
    "expiry",
    "field",
    "file",
    "filename",
    "folder",
    "form",
    "format",
    "func",
    "function",
    "generator",
    "handler",
    "hash",
    "header",
    "help",
    "hint",
    "icon",
    "id",
    "ids",
    "index",
    "info",
    "input",
    "is",
    "issuer",
    "label",
    "len",
    "length",
    "lifetime",
    "limit",
    "link",
    "list",
    "location",
    "manager",
    "map",
    "max",
    "message",
    "method",
    "min",
    "mode",
    "model",
    "msg",
    "name",
    "names",
    "needed",
    "option",
    "options",
    "page",
    "param",
    "parameter",
    "path",
    "pattern",
    "placeholder",
    "policy",
    "position",
    "prefix",
    "prompt",
    "provider",
    "ref",
    "reference",
    "regex",
    "required",
    "reset",
    "rules",
    "scope",
    "scopes",
    "service",
    "size",
    "status",
    "store",
    "strength",
    "title",
    "ttl",
    "type",
    "types",
    "uri",
    "url",
    "valid",
    "version",
];

/// Whether a value that stands behind a vendor's word belongs to it: an operator or a word for
/// credentials stands between, and nothing that ends the statement. Values that look like
/// fingerprints need the word.
pub fn is_given(window: &[u8], word: &Range<usize>, value: &Range<usize>) -> bool {
    let Some(between) = window.get(word.end..value.start) else { return false };
    if between.len() > NEAR_BYTES_MAX || n_lines(between) > N_LINES_MAX {
        return false;
    }
    if between.iter().any(|byte| matches!(byte, b';' | b'}')) || !is_free(window, value) {
        return false;
    }
    let name = name_around(window, word);
    let spoken = window[name.start..value.start].to_ascii_lowercase();
    if has_word(&spoken, &DIGEST_WORDS) {
        return false;
    }
    // The vendor's own word says nothing of what follows: `keygen`, `authy`.
    let beside = [&spoken[..word.start - name.start], &spoken[word.end - name.start..]];
    let is_spoken_of = beside.iter().any(|text| has_word(text, &CREDENTIAL_WORDS));
    let is_operated = between.iter().any(|byte| matches!(byte, b'=' | b':' | b'>'));
    is_spoken_of || is_operated && !is_digest_like(&window[value.clone()])
}

/// Whether nothing that would go on follows a value: `KEY.example` is a host.
fn is_free(window: &[u8], value: &Range<usize>) -> bool {
    let is_broken = window[..value.start].last() == Some(&b'~');
    let behind = &window[value.end..];
    match behind {
        _ if is_broken => false,
        [b'~', ..] => false,
        [b'.' | b'@', next, ..] => !next.is_ascii_alphanumeric(),
        [b'(', ..] => false,
        _ => true,
    }
}

fn n_lines(text: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', text).count()
}

fn has_word(text: &[u8], words: &[&str]) -> bool {
    words.iter().any(|word| memchr::memmem::find(text, word.as_bytes()).is_some())
}

/// Hexadecimal and dashes only: hashes, uuids, numbers.
fn is_digest_like(value: &[u8]) -> bool {
    value.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-')
}

/// The run of name characters in which a word stands.
pub fn name_around(window: &[u8], word: &Range<usize>) -> Range<usize> {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.$".contains(byte);
    let n_before = window[..word.start].iter().rev().take(NAME_BYTES_MAX);
    let n_before = n_before.take_while(|byte| is_name(byte)).count();
    let n_behind = window[word.end..].iter().take(NAME_BYTES_MAX);
    let n_behind = n_behind.take_while(|byte| is_name(byte)).count();
    word.start - n_before..word.end + n_behind
}

/// Whether a name in which a word for credentials stands is the name of one: `password`,
/// `dbPassword`, `PASSWORD_PROD`, and not `passwordLabel`, `token_count`, `page_token`.
pub fn is_of_secret(name: &[u8], word: &Range<usize>) -> bool {
    let behind = &name[word.end..];
    // The word goes on: `tokenizer`, `secretary`. A capital or a separator begins another.
    let goes_on = behind.first().is_some_and(u8::is_ascii_lowercase)
        && name[word.end - 1].is_ascii_lowercase();
    if goes_on {
        return false;
    }
    let before = words(&name[..word.start]);
    let is_other_head = before.iter().any(|head| OTHER_HEADS.contains(&head.as_str()));
    let is_token = name[word.clone()].eq_ignore_ascii_case(b"token");
    let is_of_text = before.last().is_some_and(|last| TOKEN_HEADS.contains(&last.as_str()));
    let is_other_tail = words(behind).iter().any(|next| OTHER_TAILS.contains(&next.as_str()));
    !(is_other_head || is_other_tail || is_token && is_of_text)
}

/// The words of a name in any style, in lower case.
fn words(name: &[u8]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = b'_';
    for &byte in name {
        let begins = !before.is_ascii_alphanumeric()
            || before.is_ascii_lowercase() && byte.is_ascii_uppercase()
            || before.is_ascii_digit() != byte.is_ascii_digit();
        if byte.is_ascii_alphanumeric() {
            if begins || words.is_empty() {
                words.push(String::new());
            }
            words.last_mut().expect("just pushed").push(byte.to_ascii_lowercase().into());
        }
        before = byte;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUE: &str = "q8Rz1LmV0tYc5Wd3Kx7H";
    const DIGEST: &str = "9f86d081884c7d659a2feaa0c55ad015";

    fn given(text: &str, value: &str) -> bool {
        let word = text.find("acme").unwrap();
        let start = text.find('@').unwrap();
        let text = text.replace('@', value);
        is_given(text.as_bytes(), &(word..word + 4), &(start..start + value.len()))
    }

    #[test]
    fn a_value_is_given_to_a_vendors_name_in_many_languages() {
        for text in [
            "ACME=acme_token = \"@\"",
            "acme: @\n",
            "acmeToken := `@`",
            "<acmeToken>\n    @\n</acmeToken>",
            "setProperty(\"acme_TOKEN\", \"@\")",
            "acme SECRET @",
            "acme\ntoken=@\n",
            "\"acme\": {\"key\": \"@\"}",
        ] {
            assert!(
                given(text, VALUE) && given(text, DIGEST) || text.starts_with("acme: "),
                "{text}"
            );
            assert!(given(text, VALUE), "{text}");
        }
    }

    #[test]
    fn what_only_stands_near_is_not_given() {
        for text in
            ["acme and @", "acme = 1; token = @", "acme.token()\n\n@", "acme_token_hash = @"]
        {
            assert!(!given(text, VALUE), "{text}");
        }
        assert!(!given("acme = @", DIGEST) && given("acme_key = @", DIGEST));
        assert!(!given("acme_key = @.example", VALUE));
    }
}
