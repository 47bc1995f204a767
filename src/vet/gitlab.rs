//! Routable tokens of GitLab: a payload that says whose the token is, its length and a
//! CRC-32. Layout as its source writes it
//! (`gitlabhq/gitlabhq: lib/authn/token_field/generator/routable_token.rb`). Plain tokens of
//! twenty characters carry nothing to check.

use crate::model::finding::Rejection;
use crate::vet::base64;
use crate::vet::facts::{Checked, Facts};

const SUM_BYTES: usize = 7;
const LENGTH_BYTES: usize = 2;
const RANDOM_BYTES: usize = 16;

/// `gitlab-routable`: `PREFIX PAYLOAD . VERSION . LENGTH SUM`, older ones without a version.
pub fn check(secret: &[u8]) -> Checked {
    let end = secret.len().checked_sub(SUM_BYTES).ok_or(Rejection::Structure)?;
    let (covered, sum) = secret.split_at(end);
    let length_start = end.checked_sub(LENGTH_BYTES).ok_or(Rejection::Structure)?;
    let length = base36(&covered[length_start..]).ok_or(Rejection::Structure)?;
    let payload = payload(&covered[..length_start], length).ok_or(Rejection::Structure)?;
    let sum = base36(sum).ok_or(Rejection::Structure)?;
    if u64::from(crc32fast::hash(covered)) != sum {
        return Err(Rejection::Checksum);
    }
    Ok(Facts { account: owner(payload), ..Facts::default() })
}

/// The payload is so long, and ends at the first dot.
fn payload(head: &[u8], length: u64) -> Option<&[u8]> {
    let head = head.strip_suffix(b".")?;
    let dot = head.iter().position(|byte| *byte == b'.').unwrap_or(head.len());
    let start = dot.checked_sub(usize::try_from(length).ok()?)?;
    Some(&head[start..dot])
}

/// The routing lines `o:1`, `u:7a` between the random bytes and their own length.
fn owner(payload: &[u8]) -> Option<String> {
    let decoded = base64::decode(payload)?;
    let lines = decoded.get(RANDOM_BYTES..decoded.len().checked_sub(1)?)?;
    let lines = std::str::from_utf8(lines).ok()?.split('\n');
    let named = lines.filter_map(|line| {
        let (letter, number) = line.split_once(':')?;
        let noun = noun(letter)?;
        Some(format!("{noun} {}", base36(number.as_bytes())?))
    });
    let named: Vec<String> = named.take(5).collect();
    (!named.is_empty()).then(|| named.join(", "))
}

fn noun(letter: &str) -> Option<&'static str> {
    match letter {
        "g" => Some("group"),
        "o" => Some("organisation"),
        "p" => Some("project"),
        "u" => Some("user"),
        _ => None,
    }
}

fn base36(digits: &[u8]) -> Option<u64> {
    let is_digit = |byte: &u8| byte.is_ascii_digit() || byte.is_ascii_lowercase();
    let text = std::str::from_utf8(digits).ok().filter(|_| digits.iter().all(is_digit))?;
    u64::from_str_radix(text, 36).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(mut number: u32, n_digits: usize) -> String {
        let mut text = vec![b'0'; n_digits];
        for digit in text.iter_mut().rev() {
            *digit = b"0123456789abcdefghijklmnopqrstuvwxyz"[number as usize % 36];
            number /= 36;
        }
        String::from_utf8_lossy(&text).into_owned()
    }

    fn token(routing: &str, version: &str) -> String {
        let random: Vec<u8> = (0..16).map(|byte| byte * 13 + 7).collect();
        let inside = [&random, routing.as_bytes(), &[routing.len() as u8]].concat();
        let payload = data_encoding::BASE64URL_NOPAD.encode(&inside);
        let length = digits(payload.len() as u32, 2);
        let covered = format!("gl{}{payload}.{version}{length}", "pat-");
        let sum = digits(crc32fast::hash(covered.as_bytes()), 7);
        format!("{covered}{sum}")
    }

    #[test]
    fn a_routable_token_says_whose_it_is() {
        for version in ["01.", ""] {
            let facts = check(token("o:1\nu:7a", version).as_bytes());
            let account = facts.map(|facts| facts.account);
            assert_eq!(account, Ok(Some("organisation 1, user 262".into())), "{version}");
        }
    }

    #[test]
    fn a_changed_token_is_not_believed() {
        let changed = token("o:1", "01.").replacen("pat", "pot", 1);
        assert_eq!(check(changed.as_bytes()).map(drop), Err(Rejection::Checksum));
    }

    #[test]
    fn a_plain_token_is_not_routable() {
        for text in ["", "abc", "q8Rz1LmV0tYc5Wd3Kx7H", "a.zz0000000", "......."] {
            assert_eq!(check(text.as_bytes()).map(drop), Err(Rejection::Structure), "{text}");
        }
    }
}
