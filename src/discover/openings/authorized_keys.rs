//! Keys that accounts of this host let in: `authorized_keys` of users, wherever sshd is told to
//! look for them. Of a line's options only those are told that narrow who may come; a forced
//! command may hold a secret, and stays where it is.

use std::path::{Path, PathBuf};

use data_encoding::BASE64;

use crate::discover::settings::Settings;
use crate::model::destination::is_host;
use crate::model::opening::AuthorizedKey;
use crate::model::principal::Principal;

const SERVER_CONFIG: &str = "/etc/ssh/sshd_config";
const SERVER_CONFIGS: &str = "/etc/ssh/sshd_config.d";
/// Where sshd looks unless it is told otherwise.
const PLACES: [&str; 2] = [".ssh/authorized_keys", ".ssh/authorized_keys2"];
/// More keys of one file are not kept.
const KEYS_MAX: usize = 2_000;
/// A longer comment is no name.
const COMMENT_BYTES_MAX: usize = 64;
/// How types of keys begin.
const TYPES: [&str; 4] = ["ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"];

/// Names a public key by its bytes.
pub type Fingerprint = fn(&[u8]) -> String;

/// All of them, by account. `fingerprint` names a key.
pub fn authorized_keys(
    settings: &mut Settings<'_>,
    fingerprint: Fingerprint,
) -> Vec<AuthorizedKey> {
    let places = places(settings);
    let mut found = Vec::new();
    for user in settings.users_with_homes() {
        for path in places.iter().filter_map(|place| path_of(place, user)) {
            let text = settings.text(&path).unwrap_or_default();
            let numbered = (1_u64..).zip(text.lines());
            let keys = numbered.filter_map(|(line, text)| {
                let Line { blob, limits, comment } = read(text)?;
                let (user, fingerprint) = (user.name.clone(), fingerprint(&blob));
                Some(AuthorizedKey { user, fingerprint, limits, comment, path: path.clone(), line })
            });
            found.extend(keys.take(KEYS_MAX));
        }
    }
    found.sort();
    found.dedup();
    found
}

/// All places that any setting names, whomever it is for: one too many holds no keys.
fn places(settings: &mut Settings<'_>) -> Vec<String> {
    let mut files = vec![PathBuf::from(SERVER_CONFIG)];
    files.extend(settings.paths(Path::new(SERVER_CONFIGS)));
    let mut places: Vec<String> = PLACES.map(str::to_owned).into();
    for file in files {
        let text = settings.text(&file).unwrap_or_default();
        let lines = text.lines().map(|line| line.trim().replacen('=', " ", 1));
        for line in lines {
            let mut words = line.split_ascii_whitespace();
            let is_ours =
                words.next().is_some_and(|it| it.eq_ignore_ascii_case("AuthorizedKeysFile"));
            places.extend(words.filter(|word| is_ours && *word != "none").map(str::to_owned));
        }
    }
    places.sort();
    places.dedup();
    places
}

/// A place for one user; `None` where its name holds what is not known here.
fn path_of(place: &str, user: &Principal) -> Option<PathBuf> {
    let home = user.home.to_str()?;
    let place = place.trim_matches('"').replace("%u", &user.name).replace("%h", home);
    let place = place.replace("%U", &user.uid.to_string());
    (!place.contains('%')).then(|| user.home.join(place))
}

#[derive(Debug, PartialEq)]
struct Line {
    blob: Vec<u8>,
    limits: Vec<String>,
    comment: Option<String>,
}

/// `[options] type key [comment]`
fn read(text: &str) -> Option<Line> {
    let text = text.trim();
    let is_typed = |text: &str| TYPES.iter().any(|start| text.starts_with(start));
    let (options, key) = match text {
        _ if text.starts_with('#') => return None,
        _ if is_typed(text) => ("", text),
        _ => text.split_at_checked(end_of_options(text)?)?,
    };
    let mut words = key.split_ascii_whitespace();
    let _type = words.next().filter(|word| is_typed(word))?;
    let blob = BASE64.decode(words.next()?.as_bytes()).ok()?;
    Some(Line { blob, limits: limits(options), comment: words.next().and_then(name) })
}

/// The first blank outside of quotes.
fn end_of_options(text: &str) -> Option<usize> {
    let mut is_quoted = false;
    let mut is_escaped = false;
    text.bytes().position(|byte| {
        let is_quote = byte == b'"' && !is_escaped;
        is_quoted ^= is_quote;
        is_escaped = byte == b'\\' && !is_escaped;
        !is_quoted && (byte == b' ' || byte == b'\t')
    })
}

fn limits(options: &str) -> Vec<String> {
    let mut limits = Vec::new();
    let mut rest = options;
    while !rest.is_empty() {
        let end = end_of_option(rest);
        let (name, value) = rest[..end].split_once('=').unwrap_or((&rest[..end], ""));
        match name.to_ascii_lowercase().as_str() {
            "cert-authority" => limits.push("any certificate of this key".to_owned()),
            "command" => limits.push("one forced command".to_owned()),
            "from" => limits.push(from(value.trim_matches('"'))),
            "restrict" => limits.push("restricted".to_owned()),
            _ => {}
        }
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    limits
}

/// The first comma outside of quotes.
fn end_of_option(text: &str) -> usize {
    let mut is_quoted = false;
    let end = text.bytes().position(|byte| {
        is_quoted ^= byte == b'"';
        byte == b',' && !is_quoted
    });
    end.unwrap_or(text.len())
}

/// `from 10.0.0.0/8, *.example`; a list that holds anything else is not told.
fn from(patterns: &str) -> String {
    let is_pattern = |pattern: &str| {
        let pattern = pattern.trim_start_matches('!');
        is_host(pattern.split('/').next().unwrap_or_default()) || pattern == "*"
    };
    let patterns: Vec<&str> = patterns.split(',').map(str::trim).collect();
    match patterns.iter().all(|pattern| is_pattern(pattern)) {
        true => format!("from {}", patterns.join(", ")),
        false => "from some hosts".to_owned(),
    }
}

/// A comment that looks like a name: `ana@build`.
fn name(comment: &str) -> Option<String> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"@._-+".contains(&byte);
    let is_name = comment.len() <= COMMENT_BYTES_MAX && comment.bytes().all(is_part);
    is_name.then(|| comment.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, limits: &[&str], comment: Option<&str>) {
        let line = read(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(
            (line.limits.as_slice(), line.comment.as_deref()),
            (limits.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>().as_slice(), comment,)
        );
        assert_eq!(line.blob, b"abc");
    }

    #[test]
    fn a_key_is_found_behind_its_options() {
        check("ssh-ed25519 YWJj ana@build", &[], Some("ana@build"));
        check("ssh-rsa YWJj", &[], None);
        check(
            r#"from="10.0.0.0/8,!10.0.0.1,*.example",command="a \" b, c",no-pty ssh-rsa YWJj x"#,
            &["from 10.0.0.0/8, !10.0.0.1, *.example", "one forced command"],
            Some("x"),
        );
        check(
            "cert-authority,restrict ssh-rsa YWJj",
            &["any certificate of this key", "restricted"],
            None,
        );
    }

    #[test]
    fn what_may_hold_a_secret_is_not_told() {
        check(
            r#"command="x --token hunter2" ssh-rsa YWJj pass:word"#,
            &["one forced command"],
            None,
        );
        check(r#"from="hun ter2" ssh-rsa YWJj"#, &["from some hosts"], None);
        check(r#"environment="TOKEN=hunter2" ssh-rsa YWJj"#, &[], None);
    }

    #[test]
    fn other_lines_let_nobody_in() {
        for text in ["", "# ssh-rsa YWJj", "ssh-rsa", "ssh-rsa !!", "\"open ssh-rsa YWJj", "a b c"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn places_are_named_for_each_user() {
        let user = Principal {
            uid: 1000,
            name: "ana".into(),
            home: "/home/ana".into(),
            gids: Vec::new(),
            logs_in: true,
        };
        let check = |place: &str, expected: Option<&str>| {
            assert_eq!(path_of(place, &user), expected.map(PathBuf::from), "{place}");
        };
        check(".ssh/authorized_keys", Some("/home/ana/.ssh/authorized_keys"));
        check("/etc/ssh/keys/%u", Some("/etc/ssh/keys/ana"));
        check("%h/.keys", Some("/home/ana/.keys"));
        check("/etc/%x", None);
    }
}
