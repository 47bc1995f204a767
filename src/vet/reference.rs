//! Values that only say where the secret is: `${TOKEN}`, `op://vault/item`. Deliberately
//! narrow: only a value that is a reference as a whole counts, for a password may hold
//! a dollar sign.

/// Openings and closings of templates.
const ENCLOSED: [(&[u8], &[u8]); 10] = [
    (b"${", b"}"),
    (b"$(", b")"),
    (b"$[", b"]"),
    (b"#{", b"}"),
    (b"#{", b"}#"),
    (b"%{", b"}"),
    (b"{{", b"}}"),
    (b"%(", b")s"),
    (b"<%", b"%>"),
    (b"`", b"`"),
];

/// Beginnings that name the environment, a file or another setting, in lower case.
const SCHEMES: [&str; 10] = [
    "env:",
    "env.",
    "env[",
    "file:",
    "getenv(",
    "import.meta.env",
    "os.environ",
    "os.getenv(",
    "process.env",
    "system.getenv(",
];

/// Beginnings that name who keeps the secret, in lower case, and who that is.
const KEEPERS: [(&str, &str); 11] = [
    ("enc[", "SOPS"),
    ("@microsoft.keyvault(", "Azure Key Vault"),
    ("akv://", "Azure Key Vault"),
    ("gcpsm://", "Google Secret Manager"),
    ("keychain:", "the keychain"),
    ("keyring:", "the keyring"),
    ("op://", "1Password"),
    ("pkcs11:", "a PKCS#11 token"),
    ("ref+", "a secret manager"),
    ("secretref:", "Azure Container Apps"),
    ("vault:", "Vault"),
];

/// Whether the whole value is a reference.
pub fn is_reference(value: &[u8]) -> bool {
    is_enclosed(value) || is_variable(value) || has_scheme(value) || keeper(value).is_some()
}

/// Who keeps the secret that a value names; `None` for names of this host's own, such as
/// variables.
pub fn keeper(value: &[u8]) -> Option<&'static str> {
    let by_scheme = KEEPERS.iter().find(|(scheme, _)| starts_with(value, scheme));
    by_scheme.map(|(_, keeper)| *keeper).or_else(|| amazon(value)).or_else(|| google(value))
}

fn is_enclosed(value: &[u8]) -> bool {
    let lies_between = |open: &[u8], close: &[u8]| {
        value.strip_prefix(open).is_some_and(|rest| rest.ends_with(close))
    };
    ENCLOSED.iter().any(|(open, close)| lies_between(open, close))
        || value.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}")).is_some_and(is_word)
}

/// `$NAME`, `$name`, `$NAME$`, `%NAME%`, `@NAME@` and `__NAME__`. `$Passw0rd` is a password: a
/// name that mixes letter case has no digits.
fn is_variable(value: &[u8]) -> bool {
    match value {
        [b'$', name @ .., b'$'] => is_constant(name),
        [b'$', name @ ..] => is_word(name) || is_constant(name),
        [b'%', name @ .., b'%'] | [b'@', name @ .., b'@'] => is_constant(name),
        [b'_', b'_', name @ .., b'_', b'_'] => is_constant(name),
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
    SCHEMES.iter().any(|scheme| starts_with(value, scheme))
}

fn starts_with(value: &[u8], scheme: &str) -> bool {
    value.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme.as_bytes()))
}

/// The ARN of a secret or parameter, in any partition of AWS.
fn amazon(value: &[u8]) -> Option<&'static str> {
    let mut parts = value.split(|byte| *byte == b':');
    let is_arn = parts.next() == Some(b"arn")
        && parts.next().is_some_and(|partition| partition.starts_with(b"aws"));
    match parts.next().filter(|_| is_arn)? {
        b"secretsmanager" => Some("AWS Secrets Manager"),
        b"ssm" => Some("AWS Parameter Store"),
        _ => None,
    }
}

/// `projects/NAME/secrets/NAME`, also with a version behind it.
fn google(value: &[u8]) -> Option<&'static str> {
    let parts: Vec<&[u8]> = value.splitn(4, |byte| *byte == b'/').collect();
    matches!(parts.as_slice(), [b"projects", _, b"secrets", _]).then_some("Google Secret Manager")
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
        check(&["$TOKEN$", "@DB_PASSWORD@", "__API_KEY__", "#{ApiKey}#", "%{TOKEN}"], true);
        check(&["{{ token }}", "<%= ENV['T'] %>", "#{token}", "{token}", "{api_key}"], true);
        check(&["op://vault/item/field", "env:TOKEN", "vault:secret/data/x#y", "FILE:/t"], true);
        check(&["arn:aws:secretsmanager:eu-west-1:1:secret:x", "arn:aws-cn:ssm:x:y"], true);
        check(&["process.env.TOKEN", "os.environ['T']", "@Microsoft.KeyVault(SecretUri=x)"], true);
    }

    #[test]
    fn who_keeps_it_is_told_of_names_that_lead_off_the_host() {
        let check = |value: &str, expected| assert_eq!(keeper(value.as_bytes()), expected);
        check("op://vault/item/field", Some("1Password"));
        check("Vault:secret/data/x#y", Some("Vault"));
        check("arn:aws:ssm:x:y", Some("AWS Parameter Store"));
        check("projects/1/secrets/db/versions/latest", Some("Google Secret Manager"));
        check("projects/1/secret/db", None);
        check("${TOKEN}", None);
        check("env:TOKEN", None);
    }

    #[test]
    fn a_password_with_odd_characters_is_not() {
        check(&["", "$", "%%", "{}", "$Passw0rd", "$1$salt$hash", "pa$$word", "a${b}c"], false);
        check(
            &["{COQLCE6DU6GtcS5P=}", "%40secret", "100%", "env", "vaulted", "arn:aws:iam::1"],
            false,
        );
        check(&["$$", "@@", "__a__", "____", "$Passw0rd$"], false);
        check(&["${unclosed", "$2b$12$abcdefghij", "{DESede}1Z"], false);
    }
}
