//! Values that only say where the secret is: `${TOKEN}`, `op://vault/item`. Deliberately
//! narrow: only a value that is a reference as a whole counts, for a password may hold
//! a dollar sign.

/// Openings and closings of templates.
const ENCLOSED: [(&[u8], &[u8]); 8] = [
    (b"${", b"}"),
    (b"$(", b")"),
    (b"$[", b"]"),
    (b"#{", b"}"),
    (b"{{", b"}}"),
    (b"%(", b")s"),
    (b"<%", b"%>"),
    (b"`", b"`"),
];

/// Beginnings that name a secret manager, the environment or a file, in lower case.
const SCHEMES: [&str; 20] = [
    "@microsoft.keyvault(",
    "akv://",
    "env:",
    "env.",
    "env[",
    "file:",
    "getenv(",
    "gcpsm://",
    "import.meta.env",
    "keychain:",
    "keyring:",
    "op://",
    "os.environ",
    "os.getenv(",
    "pkcs11:",
    "process.env",
    "ref+",
    "secretref:",
    "system.getenv(",
    "vault:",
];

/// Whether the whole value is a reference.
pub fn is_reference(value: &[u8]) -> bool {
    is_enclosed(value) || is_variable(value) || has_scheme(value) || is_amazon_name(value)
}

fn is_enclosed(value: &[u8]) -> bool {
    let lies_between = |open: &[u8], close: &[u8]| {
        value.strip_prefix(open).is_some_and(|rest| rest.ends_with(close))
    };
    ENCLOSED.iter().any(|(open, close)| lies_between(open, close))
        || value.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}")).is_some_and(is_word)
}

/// `$NAME`, `$name` and `%NAME%`. `$Passw0rd` is a password: a name that mixes letter case
/// has no digits.
fn is_variable(value: &[u8]) -> bool {
    match value {
        [b'$', name @ ..] => is_word(name) || is_constant(name),
        [b'%', name @ .., b'%'] => is_constant(name),
        _ => false,
    }
}

fn is_word(name: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-' | b'.');
    !name.is_empty() && name.iter().all(is_part)
}

fn is_constant(name: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
    name.iter().all(is_part) && name.first().is_some_and(|first| !first.is_ascii_digit())
}

fn has_scheme(value: &[u8]) -> bool {
    let starts_with = |scheme: &str| {
        value.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme.as_bytes()))
    };
    SCHEMES.iter().any(|scheme| starts_with(scheme))
}

/// The ARN of a secret or parameter, in any partition of AWS.
fn is_amazon_name(value: &[u8]) -> bool {
    let mut parts = value.split(|byte| *byte == b':');
    parts.next() == Some(b"arn")
        && parts.next().is_some_and(|partition| partition.starts_with(b"aws"))
        && matches!(parts.next(), Some(b"secretsmanager" | b"ssm"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[&str], expected: bool) {
        for value in values {
            assert_eq!(is_reference(value.as_bytes()), expected, "{value}");
        }
    }

    #[test]
    fn a_value_that_names_another_place_is_a_reference() {
        check(&["${TOKEN}", "${TOKEN:-}", "${{ secrets.TOKEN }}", "$(cat token)", "`cat t`"], true);
        check(&["$TOKEN", "$DB_PASSWORD_2", "$token", "$dbPassword", "%TOKEN%", "%(pw)s"], true);
        check(&["{{ token }}", "<%= ENV['T'] %>", "#{token}", "{token}", "{api_key}"], true);
        check(&["op://vault/item/field", "env:TOKEN", "vault:secret/data/x#y", "FILE:/t"], true);
        check(&["arn:aws:secretsmanager:eu-west-1:1:secret:x", "arn:aws-cn:ssm:x:y"], true);
        check(&["process.env.TOKEN", "os.environ['T']", "@Microsoft.KeyVault(SecretUri=x)"], true);
    }

    #[test]
    fn a_password_with_odd_characters_is_not() {
        check(&["", "$", "%%", "{}", "$Passw0rd", "$1$salt$hash", "pa$$word", "a${b}c"], false);
        check(
            &["{COQLCE6DU6GtcS5P=}", "%40secret", "100%", "env", "vaulted", "arn:aws:iam::1"],
            false,
        );
        check(&["${unclosed", "$2b$12$abcdefghij", "{DESede}1Z"], false);
    }
}
