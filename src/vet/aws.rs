//! Access key ids of AWS, which name the account they belong to. Says nothing about the
//! secret access key beside them: that has no structure.

use data_encoding::BASE32_NOPAD;

use crate::model::finding::Rejection;
use crate::vet::facts::{Checked, Facts};

const ID_BYTES: usize = 20;

/// Ids of users, roles, groups and certificates: names, not keys.
const PUBLIC_PREFIXES: [&[u8]; 8] =
    [b"AIDA", b"AROA", b"AGPA", b"AIPA", b"ANPA", b"ANVA", b"APKA", b"ASCA"];

/// `aws-key-id`: four letters and sixteen characters of base32, in which 40 bits behind the
/// first are the account. Old ids (fifth character `I` or `J`) hold no account.
pub fn check(secret: &[u8]) -> Checked {
    if secret.len() != ID_BYTES {
        return Err(Rejection::Structure);
    }
    let (prefix, body) = secret.split_at(4);
    if PUBLIC_PREFIXES.contains(&prefix) {
        return Err(Rejection::Public);
    }
    let decoded = BASE32_NOPAD.decode(body).map_err(|_| Rejection::Structure)?;
    let account = match body[0] {
        b'I' | b'J' => None,
        _ => Some(account(&decoded).ok_or(Rejection::Structure)?),
    };
    let key_id = String::from_utf8(secret.to_vec()).map_err(|_| Rejection::Structure)?;
    Ok(Facts { key_id: Some(key_id), account, ..Facts::default() })
}

/// Account numbers have twelve digits; 40 bits can say more, and then it is no key id.
fn account(decoded: &[u8]) -> Option<String> {
    let first = decoded.first_chunk::<6>()?;
    let number = first.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let account = (number & 0x7fff_ffff_ff80) >> 7;
    (account < 1_000_000_000_000).then(|| format!("AWS account {account:012}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key id of an account; the body starts with `Q` or later, as new ids do.
    fn key_id(prefix: &str, account: u64) -> String {
        let bits = (1 << 47 | account << 7).to_be_bytes();
        let body = [&bits[2..], &[0xC5, 0x3A, 0x97, 0x61]].concat();
        format!("{prefix}{}", BASE32_NOPAD.encode(&body))
    }

    fn check(id: &str, expected: Result<Option<&str>, Rejection>) {
        let account = super::check(id.as_bytes()).map(|facts| facts.account);
        assert_eq!(account, expected.map(|account| account.map(String::from)), "{id}");
    }

    #[test]
    fn a_key_id_names_its_account() {
        check(&key_id("AKIA", 123_456_789_012), Ok(Some("AWS account 123456789012")));
        check(&key_id("ASIA", 42), Ok(Some("AWS account 000000000042")));
        let id = key_id("AKIA", 42);
        let facts = super::check(id.as_bytes()).map(|facts| facts.key_id);
        assert_eq!(facts, Ok(Some(id)));
    }

    #[test]
    fn an_old_key_id_has_no_account() {
        check(&format!("AKIA{}", "IQ3RT7XBWZ5PLMND"), Ok(None));
    }

    #[test]
    fn what_is_not_a_key_id_is_refused() {
        check(&key_id("AROA", 42), Err(Rejection::Public));
        check(&key_id("AKIA", 1_000_000_000_001), Err(Rejection::Structure));
        check(&format!("AKIA{}", "Q3RT7XBWZ5PLMN01"), Err(Rejection::Structure));
        check("AKIA", Err(Rejection::Structure));
        check(&"é".repeat(10), Err(Rejection::Structure));
    }
}
