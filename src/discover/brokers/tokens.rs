//! Settings that name a key in hardware: a `pkcs11:` URI (RFC 7512) where a key file would
//! stand, or the library through which OpenSSH reaches one. The URI is not told, for it may hold
//! a PIN. Whether the token is plugged in is not known, and no library is loaded.

use std::path::Path;

use crate::discover::settings::Settings;
use crate::model::broker::{Broker, BrokerKind, Gives, Serves};

/// Below a home.
const OF_HOME: &[&str] = &[".config/git/config", ".gitconfig", ".kube/config", ".ssh/config"];
/// Of all users.
const OF_HOST: &[&str] = &["/etc/gitconfig", "/etc/ssh/ssh_config"];

const SCHEME: &[u8] = b"pkcs11:";

/// All that name one.
pub fn tokens(settings: &mut Settings<'_>) -> Vec<Broker> {
    let mut found = Vec::new();
    for user in settings.users_with_homes() {
        let paths = OF_HOME.iter().map(|name| user.home.join(name));
        found.extend(paths.filter_map(|path| of_file(settings, &path, Serves::User(user.uid))));
    }
    let paths = OF_HOST.iter().map(Path::new);
    found.extend(paths.filter_map(|path| of_file(settings, path, Serves::Everybody)));
    found
}

fn of_file(settings: &mut Settings<'_>, path: &Path, serves: Serves) -> Option<Broker> {
    let text = settings.text(path)?;
    text.lines().any(names_token).then(|| Broker {
        kind: BrokerKind::Reference,
        path: path.to_owned(),
        serves,
        gives: Gives::Use,
        what: "names of keys in a PKCS#11 token".to_owned(),
        since: settings.files.inode(path).ok().map(|inode| inode.times.changed),
        doubt: None,
    })
}

/// Whether a line names a token: in a word of its value, or by the setting itself.
fn names_token(line: &str) -> bool {
    let line = line.trim();
    let mut words = line.split([' ', '\t', '=', '"', '\'']).filter(|word| !word.is_empty());
    let is_comment = line.starts_with(['#', ';']);
    let is_library = |word: &str| !word.eq_ignore_ascii_case("none");
    match words.next() {
        Some(name) if name.eq_ignore_ascii_case("PKCS11Provider") => {
            words.next().is_some_and(is_library)
        }
        _ => !is_comment && words.any(is_uri),
    }
}

fn is_uri(word: &str) -> bool {
    let start = word.as_bytes().get(..SCHEME.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(SCHEME))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &[&str], expected: bool) {
        for line in lines {
            assert_eq!(names_token(line), expected, "{line}");
        }
    }

    #[test]
    fn a_key_in_a_token_is_named_by_its_uri_or_by_a_library() {
        check(&["IdentityFile pkcs11:token=work", "\tidentityfile=\"PKCS11:id=%01\""], true);
        check(&["PKCS11Provider /usr/lib/opensc-pkcs11.so", "pkcs11provider=lib.so"], true);
        check(&["    client-key: pkcs11:object=kube?pin-value=1", "sslKey = 'pkcs11:x'"], true);
    }

    #[test]
    fn other_settings_name_none() {
        check(&["", "# IdentityFile pkcs11:x", "; sslKey = pkcs11:x", "pkcs11:x"], false);
        check(&["IdentityFile ~/.ssh/id_ed25519", "PKCS11Provider none", "PKCS11Provider"], false);
        check(&["Host pkcs11", "IdentityFile ~/.ssh/pkcs11:x", "# PKCS11Provider lib.so"], false);
    }
}
