//! Decides offline if a candidate is real, and what it says of itself. The secret's bytes
//! end here: what goes on is an [`Identity`]. Deliberately asks no issuer: whether a
//! credential still works is not known here.

mod armour;
mod aws;
mod base58;
mod base64;
mod basic_auth;
mod bech32;
mod character_classes;
mod content_id;
mod crc32;
mod entropy;
mod facts;
mod gitlab;
mod jwt;
mod macaroon;
mod opaque;
mod password;
mod password_hash;
mod placeholder;
mod private_key;
mod published;
mod reader;
mod reference;
mod sealed;
mod secret_id;
mod uuid;

use std::collections::BTreeMap;

use crate::model::candidate::Candidate;
use crate::model::destination::{self, Destination};
use crate::model::expiry::{Basis, Expiry};
use crate::model::finding::{Identity, Rejection};
use crate::model::protection::Protection;
use crate::model::rule::{Check, Confidence, Form, Rule};
use crate::model::rule_set::RuleSet;
use crate::model::secret::SecretKey;
use crate::model::time::{Dated, Moment};
use crate::vet::armour::Armour;
use crate::vet::facts::{Checked, Facts};
use crate::vet::private_key::certificate;

pub use crate::vet::content_id::ContentHasher;
pub use crate::vet::private_key::key_file::kind as key_file_kind;
pub use crate::vet::private_key::ssh_fingerprint::of_blob as ssh_fingerprint;
pub use crate::vet::secret_id::{derive_key, key_id};

/// The kind of variables whose name alone speaks for them: such a field of a store is
/// believed less than others.
const ENVIRONMENT_KIND: &str = "environment-secret";

/// A password may be anything, also that of an account whose tokens are known.
const PASSWORD_KIND: &str = "password";

/// The kind of hashes, which say themselves what they are.
const HASH_KIND: &str = "password-hash";

/// Kinds of files that are believed for their first bytes alone, wherever they lie.
const KEY_FILE_KINDS: [&str; 3] = ["age-encrypted-key", "keepass-database", "key-store-file"];

/// What a candidate is, or why it is not believed.
pub fn vet(
    rules: &RuleSet,
    key: &SecretKey,
    candidate: &Candidate<'_>,
) -> Result<Identity, Rejection> {
    if candidate.is_excepted {
        return Err(Rejection::Excepted);
    }
    let secret = private_key::key_file::trimmed(candidate.secret.expose());
    let kind_id = rules.kind(candidate.kind).id.as_str();
    let rule = candidate.rule.map(|index| rules.rule(index));
    let prefix = rule.and_then(|rule| fixed_prefix(rule, secret)).unwrap_or_default();
    let body = &secret[prefix.len()..];
    refuse_stand_in(secret, body)?;
    if candidate.fields.key_id.as_deref().is_some_and(placeholder::is_made_up_id) {
        return Err(Rejection::Placeholder);
    }
    let facts = match rule {
        Some(rule) => check_shape(rule, secret, body)?,
        None => check_stored(kind_id, candidate.name.unwrap_or_default(), secret)?,
    };
    let is_shapeless = rule.map_or(kind_id == ENVIRONMENT_KIND, |rule| rule.form == Form::Assigned);
    if is_shapeless {
        refuse_misnamed(rules, kind_id, candidate.name.unwrap_or_default(), secret)?;
    }
    let canonical = canonical(secret, facts.canonical)?;
    let account = candidate.fields.account.clone().or(facts.account);
    let expiry = expiry(candidate.fields.expires.as_deref(), facts.key_id.as_deref(), facts.expiry);
    let is_guess = candidate.store.is_none();
    if is_guess && placeholder::is_documented_pair(account.as_deref(), &canonical) {
        return Err(Rejection::Placeholder);
    }
    Ok(Identity {
        kind: candidate.kind,
        secret_id: secret_id::secret_id(key, &canonical),
        key_id: candidate.fields.key_id.clone().or(facts.key_id),
        server: server(candidate.fields.server.as_deref(), account.as_deref()),
        account,
        hint: hint(secret, prefix),
        confidence: confidence(rule, candidate, kind_id),
        protection: protection(facts.protection, candidate),
        expiry,
        renewal: None,
        issued: facts.issued.or_else(|| issued(candidate.fields.issued.as_deref()?)),
    })
}

/// Refuses a value that only its name speaks for, if it says no more than the name, or if its name
/// or its beginning is an issuer's whose own rules would have found it. Of issuers with many kinds
/// not all may be known.
fn refuse_misnamed(
    rules: &RuleSet,
    kind_id: &str,
    name: &[u8],
    secret: &[u8],
) -> Result<(), Rejection> {
    if is_own_name(name, secret) {
        return Err(Rejection::Words);
    }
    let is_of_issuer = || rules.issuer_words.stand_in(&name.to_ascii_lowercase());
    let is_misshapen =
        rules.telling_prefixes.begin(secret) || kind_id != PASSWORD_KIND && is_of_issuer();
    if is_misshapen { Err(Rejection::Structure) } else { Ok(()) }
}

/// Whether a value is no more than its own name: `token = token`.
fn is_own_name(name: &[u8], secret: &[u8]) -> bool {
    let last = name.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    last.eq_ignore_ascii_case(secret)
}

/// How a secret rests: by its own bytes, else by what its store says.
fn protection(own: Option<Protection>, candidate: &Candidate<'_>) -> Protection {
    own.or_else(|| candidate.fields.protection.clone()).unwrap_or(Protection::Plaintext)
}

/// The server that a field beside the secret names, and the account where that is a user's name.
fn server(written: Option<&str>, account: Option<&str>) -> Option<Destination> {
    let server = destination::server(written?)?;
    // Of some stores the account is the server.
    let is_user = |account: &&str| destination::is_user(account) && **account != server.host;
    Some(Destination { user: account.filter(is_user).map(str::to_owned), ..server })
}

/// Who keeps the secret that a candidate only names: a word of ours, no byte of it.
pub fn keeper(candidate: &Candidate<'_>) -> Option<&'static str> {
    reference::keeper(candidate.secret.expose().trim_ascii())
}

/// When the certificates in a text end, by the fingerprints of their keys.
pub fn certificate_ends(text: &[u8]) -> BTreeMap<String, Expiry> {
    certificate::ends(text)
}

/// The function behind each check that rules may name.
fn function_of(check: Check) -> fn(&[u8]) -> Checked {
    match check {
        Check::Crc32Base62 => crc32::check_base62,
        Check::GitlabRoutable => gitlab::check,
        Check::GrafanaCrc32 => crc32::check_grafana,
        Check::ConfluentCrc32 => crc32::check_confluent,
        Check::AtlassianCrc32 => crc32::check_atlassian,
        Check::AwsKeyId => aws::check,
        Check::Jwt => jwt::check,
        Check::Base64 => base64::check,
        Check::PypiMacaroon => macaroon::check,
        Check::Uuid => uuid::check,
        Check::BasicAuth => basic_auth::check,
        Check::Base58Check => base58::check,
        Check::Bech32 => bech32::check,
        Check::OpensshKey => private_key::openssh::check,
        Check::PemKey => private_key::pem::check,
        Check::PuttyKey => private_key::putty::check,
        Check::PgpKey => private_key::pgp::check,
        Check::Curve25519Key => private_key::curve25519::check,
        Check::HexMixed => character_classes::check_hex,
        Check::MixedClasses => character_classes::check_mixed,
        Check::Unpublished => published::check,
        Check::LetterDigit => character_classes::check_letter_digit,
        Check::Password => password::check,
        Check::Opaque => opaque::check,
        Check::Chosen => opaque::check_chosen,
        Check::PasswordHash => password_hash::check,
    }
}

/// Variety first, for it is cheap; then every check of the rule.
fn check_shape(rule: &Rule, secret: &[u8], body: &[u8]) -> Checked {
    if rule.entropy_min.is_some_and(|min| entropy::bits_per_byte(body) < min) {
        return Err(Rejection::LowEntropy);
    }
    let mut checked = rule.checks.iter().map(|check| function_of(*check)(secret));
    checked.try_fold(Facts::default(), |facts, later| Ok(facts.or(later?)))
}

/// A value that only the field of a store vouches for.
fn check_stored(kind_id: &str, name: &[u8], secret: &[u8]) -> Checked {
    if kind_id == HASH_KIND {
        return password_hash::check_field(secret);
    }
    match private_key::key_file::check(secret) {
        Some(checked) => checked,
        None if KEY_FILE_KINDS.contains(&kind_id) => Err(Rejection::Structure),
        None if kind_id == ENVIRONMENT_KIND && is_made(name) => opaque::check(secret),
        None if kind_id == ENVIRONMENT_KIND => opaque::check_chosen(secret),
        None => Ok(password::check_field(kind_id, secret)?.or(sealed::facts(secret))),
    }
}

/// Whether what a name stands for is made by a machine: nobody chooses an API key.
fn is_made(name: &[u8]) -> bool {
    let name = String::from_utf8_lossy(name).to_ascii_lowercase();
    let holds = |words: &[&str]| words.iter().any(|word| name.contains(word));
    holds(&["api_key", "apikey", "token"]) && !holds(&["pass", "pwd", "secret"])
}

/// Refuses what only stands where a secret would. The body is the secret without the
/// vendor's prefix: `sk_test_` does not make a token a placeholder.
fn refuse_stand_in(secret: &[u8], body: &[u8]) -> Result<(), Rejection> {
    if reference::is_reference(secret) {
        return Err(Rejection::Reference);
    }
    if placeholder::is_placeholder(body) { Err(Rejection::Placeholder) } else { Ok(()) }
}

/// The vendor's prefix, if the secret starts with it.
fn fixed_prefix<'r>(rule: &'r Rule, secret: &[u8]) -> Option<&'r str> {
    let prefix = rule.prefix.as_deref()?;
    let start = secret.get(..prefix.len())?;
    let is_same = start == prefix.as_bytes()
        || rule.ignore_case && start.eq_ignore_ascii_case(prefix.as_bytes());
    is_same.then_some(prefix)
}

/// The bytes that are the same wherever the same secret is written down: what a check found
/// inside, which is then judged like what stood there; else the body of armour; else all.
fn canonical(secret: &[u8], inner: Option<Vec<u8>>) -> Result<Vec<u8>, Rejection> {
    if let Some(inner) = inner {
        refuse_stand_in(&inner, &inner)?;
        return Ok(inner);
    }
    Ok(Armour::parse(secret).map_or_else(|| secret.to_vec(), |armour| armour.body))
}

/// What a report may show: never a byte that the vendor did not choose.
fn hint(secret: &[u8], prefix: &str) -> String {
    if !prefix.is_empty() {
        return prefix.to_owned();
    }
    armour::label(secret).unwrap_or_default()
}

fn confidence(rule: Option<&Rule>, candidate: &Candidate<'_>, kind_id: &str) -> Confidence {
    match rule {
        Some(rule) if candidate.store.is_none() => rule.confidence,
        None if kind_id == ENVIRONMENT_KIND => Confidence::Medium,
        _ => Confidence::High,
    }
}

/// What stands beside the secret is believed before what it says of itself: a refreshed
/// token is stored with its new end, a key with its certificate.
fn expiry(beside: Option<&str>, key_id: Option<&str>, inside: Option<Expiry>) -> Expiry {
    let stated = |text| Some(Expiry::At { moment: Moment::parse(text)?, basis: Basis::Beside });
    let beside = beside.and_then(|text| {
        stated(text).or_else(|| certificate::end_of_field(text.as_bytes(), key_id))
    });
    beside.or(inside).unwrap_or(Expiry::Unknown)
}

fn issued(beside: &str) -> Option<Dated> {
    let evidence = "the field beside it".to_owned();
    Moment::parse(beside).map(|at| Dated { at, evidence })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::forge;
    use crate::model::candidate::Fields;
    use crate::model::location::Span;
    use crate::model::rule::Origin;
    use crate::model::rule::{Kind, KindIndex, RuleIndex};
    use crate::model::secret::{KeyOrigin, Secret, SecretId};
    use crate::model::store::StoreIndex;

    const CHOSEN: &str = "Tr0ub4dor&3";
    const RANDOM: &str = "q8Rz1LmV0tYc5Wd3Kx7Hn2Jb9Gs4Pf";

    fn rule(prefix: Option<&str>, checks: &[Check]) -> Rule {
        Rule {
            origin: Origin::default(),
            kind: KindIndex(0),
            form: Form::Shape,
            keywords: Vec::new(),
            ignore_case: false,
            pattern: String::new(),
            prefix: prefix.map(String::from),
            back_bytes: 0,
            forward_bytes: 0,
            entropy_min: Some(2.5),
            confidence: Confidence::Low,
            checks: checks.to_vec(),
            examples: Vec::new(),
            counter_examples: Vec::new(),
            gaps: Vec::new(),
            path: None,
            exceptions: Vec::new(),
        }
    }

    fn candidate(secret: &[u8]) -> Candidate<'_> {
        Candidate {
            kind: KindIndex(0),
            rule: Some(RuleIndex(0)),
            store: None,
            name: None,
            is_excepted: false,
            secret: Secret::new(secret),
            span: Span { start: 0, end: 0 },
            fields: Fields::default(),
        }
    }

    fn run_key(byte: u8) -> SecretKey {
        SecretKey { bytes: [byte; 32], origin: KeyOrigin::Random }
    }

    /// Vets text against one rule.
    fn shaped(rule: Rule, secret: &str) -> Result<Identity, Rejection> {
        let rules =
            RuleSet { kinds: vec![Kind::new("k")], rules: vec![rule], ..RuleSet::default() };
        vet(&rules, &run_key(1), &candidate(secret.as_bytes()))
    }

    /// Vets text that only the field of a store vouches for.
    fn stored(kind_id: &str, secret: &str) -> Result<Identity, Rejection> {
        let rules = RuleSet { kinds: vec![Kind::new(kind_id)], ..RuleSet::default() };
        let store = Some(StoreIndex(0));
        vet(&rules, &run_key(1), &Candidate { rule: None, store, ..candidate(secret.as_bytes()) })
    }

    #[test]
    fn a_token_of_the_right_shape_is_believed() {
        let identity = shaped(rule(Some("tok_"), &[]), &format!(" tok_{RANDOM}\n"));
        let identity = identity.expect("a token");
        assert_eq!(identity.hint, "tok_");
        assert_eq!(identity.confidence, Confidence::Low);
        assert_eq!(identity.protection, Protection::Plaintext);
        assert_eq!(identity.expiry, Expiry::Unknown);
    }

    #[test]
    fn each_step_refuses_for_its_own_reason() {
        let refused = |text: &str| shaped(rule(Some("sk_test_"), &[Check::HexMixed]), text).err();
        assert_eq!(refused("${TOKEN}"), Some(Rejection::Reference));
        assert_eq!(refused("sk_test_xxxxxxxxxxxxxxxx"), Some(Rejection::Placeholder));
        assert_eq!(refused("sk_test_your_key_here"), Some(Rejection::Placeholder));
        assert_eq!(refused("sk_test_aabbaaabbab"), Some(Rejection::LowEntropy));
        assert_eq!(refused(&format!("sk_test_{RANDOM}")), Some(Rejection::Structure));
    }

    #[test]
    fn what_a_check_uncovers_is_judged_too() {
        let encoded = data_encoding::BASE64.encode(b"ana:${PASSWORD}");
        let refused = shaped(rule(None, &[Check::BasicAuth]), &encoded).err();
        assert_eq!(refused, Some(Rejection::Reference));
    }

    #[test]
    fn the_password_of_basic_auth_has_the_id_of_the_bare_password() {
        let encoded = data_encoding::BASE64.encode(format!("ana:{CHOSEN}").as_bytes());
        let inside = shaped(rule(None, &[Check::BasicAuth]), &encoded).expect("user and password");
        let bare = stored("netrc-password", CHOSEN).expect("a password");
        assert_eq!(inside.secret_id, bare.secret_id);
        assert_eq!(inside.account.as_deref(), Some("ana"));
        assert_eq!(inside.hint, "");
    }

    #[test]
    fn a_store_raises_the_confidence_and_its_fields_come_first() {
        let rules = RuleSet {
            kinds: vec![Kind::new("k")],
            rules: vec![rule(None, &[])],
            ..RuleSet::default()
        };
        let fields = Fields {
            server: None,
            key_id: Some("id-1".into()),
            account: Some("work".into()),
            issued: Some("2026-03-24T09:39:00Z".into()),
            expires: Some("2026-03-24T10:39:00Z".into()),
            protection: None,
        };
        let store = Some(StoreIndex(0));
        let candidate = Candidate { store, fields, ..candidate(RANDOM.as_bytes()) };
        let identity = vet(&rules, &run_key(1), &candidate).expect("a token");
        assert_eq!(identity.confidence, Confidence::High);
        assert_eq!(identity.key_id.as_deref(), Some("id-1"));
        assert_eq!(identity.account.as_deref(), Some("work"));
        let moment = Moment::new(1_774_348_740, 0);
        assert_eq!(identity.expiry, Expiry::At { moment, basis: Basis::Beside });
        assert_eq!(identity.issued.map(|issued| issued.at), Some(moment.plus_seconds(-3600)));
    }

    #[test]
    fn a_store_alone_is_believed_less_for_a_variable() {
        let confidence = |kind_id| stored(kind_id, "hunter2").map(|identity| identity.confidence);
        assert_eq!(confidence("netrc-password"), Ok(Confidence::High));
        assert_eq!(confidence(ENVIRONMENT_KIND), Ok(Confidence::Medium));
    }

    fn id_of(secret: &str) -> Result<SecretId, Rejection> {
        let identity = shaped(rule(None, &[Check::OpensshKey]), secret);
        identity.map(|identity| identity.secret_id)
    }

    #[test]
    fn one_key_has_one_id_however_its_lines_end() {
        let key = forge::openssh_key("ana@build");
        let expected = id_of(&key);
        assert!(expected.is_ok());
        assert_eq!(id_of(&key.replace('\n', "\r\n")), expected);
        assert_eq!(id_of(&key.replace('\n', "\\n")), expected);
        assert_eq!(id_of(&key.replace('\n', "\n    ")), expected);
        assert_eq!(stored("k", &key).map(|identity| identity.secret_id), expected);
        assert_ne!(id_of(&forge::openssh_key("bob@build")), expected);
    }

    #[test]
    fn the_hint_of_a_key_is_its_label() {
        let identity = shaped(rule(None, &[Check::OpensshKey]), &forge::openssh_key("ana"));
        assert_eq!(identity.map(|identity| identity.hint), Ok("OPENSSH PRIVATE KEY".into()));
    }

    #[test]
    fn an_identity_shows_no_byte_of_the_secret() {
        let identity = shaped(rule(Some("tok_"), &[]), &format!("tok_{RANDOM}"));
        assert!(!format!("{identity:?}").contains(&RANDOM[..4]));
    }

    proptest! {
        #[test]
        fn no_check_panics_on_any_bytes(
            bytes in prop::collection::vec(any::<u8>(), 0..300),
            text in "[ -~\n]{0,300}",
            token in "[A-Za-z0-9._=+/-]{0,120}",
        ) {
            for (_, check) in Check::ALL {
                for secret in [&bytes[..], text.as_bytes(), token.as_bytes()] {
                    drop(function_of(check)(secret));
                }
            }
            for secret in [&bytes[..], text.as_bytes(), token.as_bytes()] {
                let _ = refuse_stand_in(secret, secret);
                drop(check_stored("k", b"", secret));
            }
        }

        #[test]
        fn no_check_panics_on_a_damaged_secret(
            at in any::<prop::sample::Index>(),
            byte in any::<u8>(),
            keep in any::<prop::sample::Index>(),
        ) {
            for (check, valid) in forge::of_every_check() {
                let mut damaged = valid.clone();
                damaged[at.index(valid.len())] = byte;
                drop(function_of(check)(&damaged));
                drop(function_of(check)(&damaged[..keep.index(valid.len())]));
            }
            for (check, label, body) in forge::bodies() {
                let mut damaged = body.clone();
                damaged[at.index(body.len())] = byte;
                drop(function_of(check)(forge::armour(label, &damaged).as_bytes()));
                damaged.truncate(keep.index(body.len()));
                drop(function_of(check)(forge::armour(label, &damaged).as_bytes()));
            }
        }
    }

    #[test]
    fn a_file_of_keys_is_believed_for_its_first_bytes_alone() {
        let file = "(20:shadowed-private-key(3:rsa(8:shadowed5:t1-v1(2:ab))))";
        assert!(stored("key-store-file", file).is_ok());
        assert_eq!(stored("key-store-file", RANDOM).err(), Some(Rejection::Structure));
    }

    #[test]
    fn every_sample_is_believed_by_its_check() {
        for (check, valid) in forge::of_every_check() {
            assert!(function_of(check)(&valid).is_ok(), "{check:?}");
        }
        for (check, label, body) in forge::bodies() {
            let armoured = forge::armour(label, &body);
            assert!(function_of(check)(armoured.as_bytes()).is_ok(), "{label}");
        }
    }

    #[test]
    fn nobody_chooses_an_api_key() {
        let check = |name: &str, secret: &str, expected: Option<Rejection>| {
            let rules = RuleSet { kinds: vec![Kind::new(ENVIRONMENT_KIND)], ..RuleSet::default() };
            let found = candidate(secret.as_bytes());
            let (store, name) = (Some(StoreIndex(0)), Some(name.as_bytes()));
            let vetted = vet(&rules, &run_key(1), &Candidate { rule: None, store, name, ..found });
            assert_eq!(vetted.err(), expected, "{secret}");
        };
        check("SHOP_API_KEY", CHOSEN, Some(Rejection::LowEntropy));
        check("SHOP_PASSWORD", CHOSEN, None);
        check("SHOP_API_KEY", RANDOM, None);
    }

    #[test]
    fn of_a_server_only_its_host_and_a_user_are_kept() {
        let check = |written: &str, account: Option<&str>, expected: &str| {
            let said = server(Some(written), account).map(|one| one.to_string());
            assert_eq!(said.unwrap_or_default(), expected, "{written}");
        };
        check("https://db.example:5432/x", Some("shop"), "shop@db.example:5432");
        check("db.example", Some("db.example"), "db.example");
        check("db.example", Some("not a user"), "db.example");
        check("not a server", Some("shop"), "");
    }
}
