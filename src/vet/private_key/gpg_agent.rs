//! Keys of gpg-agent, one a file (`agent/keyformat.txt` of GnuPG): a canonical S-expression,
//! or lines of `Name: value` with one in its advanced form. The keygrip is not
//! computed, for that takes SHA-1: it is the file's name.

use crate::model::protection::Protection;
use crate::model::time::{Dated, Moment};
use crate::vet::facts::{Facts, own_start, public_text};
use crate::vet::private_key::strength::S2K_BYTES_MIN;

const TYPES: [&[u8]; 3] = [b"private-key", b"protected-private-key", b"shadowed-private-key"];
const N_ATOMS_MAX: usize = 1000;

/// Whether a file holds an S-expression of a private key.
pub fn is(file: &[u8]) -> bool {
    expression(file).and_then(|text| atoms(text).next()).is_some_and(|atom| TYPES.contains(&atom))
}

/// What protects the key, and when it was made, where the file says so.
pub fn facts(file: &[u8]) -> Option<Facts> {
    let atoms: Vec<&[u8]> = atoms(expression(file)?).take(N_ATOMS_MAX).collect();
    let protection = match *atoms.first()? {
        b"private-key" => Protection::Plaintext,
        b"protected-private-key" => protected(behind(&atoms, b"protected")?)?,
        _ => shadowed(behind(&atoms, b"shadowed")?),
    };
    Some(Facts { protection: Some(protection), issued: created(file), ..Facts::default() })
}

/// `MODE HASH SALT COUNT`
fn protected(atoms: &[&[u8]]) -> Option<Protection> {
    let mode = public_text(atoms.first()?)?;
    let [hash, _salt, count] = *atoms.get(1..4)? else { return None };
    let Some(count) = std::str::from_utf8(count).ok().and_then(|text| text.parse::<u64>().ok())
    else {
        return Some(Protection::Encrypted { how: mode });
    };
    let how = format!("{mode}, {count} bytes of {}", public_text(hash)?.to_uppercase());
    let is_weak = count < S2K_BYTES_MIN;
    Some(if is_weak { Protection::Weak { how } } else { Protection::Encrypted { how } })
}

fn shadowed(atoms: &[&[u8]]) -> Protection {
    let how = match atoms.first() {
        Some(&b"t1-v1") => "smart card, with its PIN",
        Some(&b"tpm2-v1") => "TPM",
        _ => "elsewhere",
    };
    Protection::Hardware { how: how.into() }
}

fn behind<'a, 'f>(atoms: &'a [&'f [u8]], name: &[u8]) -> Option<&'a [&'f [u8]]> {
    let at = atoms.iter().position(|atom| *atom == name)?;
    atoms.get(at + 1..)
}

/// Where the S-expression starts: at once, or behind `Key:` at the start of a line.
fn expression(file: &[u8]) -> Option<&[u8]> {
    if file.first() == Some(&b'(') {
        return Some(file);
    }
    let value = value(file, b"Key:")?;
    (value.first() == Some(&b'(')).then_some(value)
}

fn created(file: &[u8]) -> Option<Dated> {
    let line = value(file, b"Created:")?.split(|byte| *byte == b'\n').next()?;
    let at = Moment::parse(std::str::from_utf8(line).ok()?)?;
    Some(own_start(at, "line Created:"))
}

/// All that stands behind a name at the start of a line.
fn value<'f>(file: &'f [u8], name: &[u8]) -> Option<&'f [u8]> {
    if file.first() == Some(&b'(') {
        return None;
    }
    let mut rest = file;
    loop {
        if let Some(value) = rest.strip_prefix(name) {
            return Some(value.trim_ascii_start());
        }
        rest = &rest[rest.iter().position(|byte| *byte == b'\n')? + 1..];
    }
}

/// The atoms of an S-expression without its brackets. A flat look: nothing here needs to know
/// how deep a thing stands. Ends where something is not understood.
fn atoms(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let is_between = |byte: &u8| matches!(byte, b'(' | b')') || byte.is_ascii_whitespace();
        let start = rest.iter().position(|byte| !is_between(byte))?;
        let (atom, tail) = atom(&rest[start..])?;
        rest = tail;
        Some(atom)
    })
}

/// `3:rsa`, `#0A#`, `"text"` or a bare word, and what follows it.
fn atom(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let n_digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if n_digits > 0 && text.get(n_digits) == Some(&b':') {
        let n_bytes: usize = std::str::from_utf8(&text[..n_digits]).ok()?.parse().ok()?;
        return text[n_digits + 1..].split_at_checked(n_bytes);
    }
    match text.first()? {
        mark @ (b'#' | b'"') => {
            let end = text[1..].iter().position(|byte| byte == mark)? + 1;
            Some((&text[1..end], &text[end + 1..]))
        }
        _ => {
            let is_word = |byte: &&u8| !matches!(byte, b'(' | b')' | b'#' | b'"');
            let n_bytes = text.iter().take_while(is_word);
            let n_bytes = n_bytes.take_while(|byte| !byte.is_ascii_whitespace()).count();
            text.split_at_checked(n_bytes.max(1))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(file: &[u8], expected: Option<Protection>) {
        assert_eq!(facts(file).and_then(|facts| facts.protection), expected);
        assert!(is(file) || expected.is_none());
    }

    fn card() -> Protection {
        Protection::Hardware { how: "smart card, with its PIN".into() }
    }

    #[test]
    fn both_forms_say_what_protects_the_key() {
        check(b"(11:private-key(3:ecc(1:q3:abc)(1:d3:)(\")))", Some(Protection::Plaintext));
        let text = b"Created: 20260114T091500\nKey: (private-key (ecc (q #40#)(d #7F#)))\n";
        check(text, Some(Protection::Plaintext));
        let issued = facts(text).and_then(|facts| facts.issued).map(|issued| issued.at.to_string());
        assert_eq!(issued.as_deref(), Some("2026-01-14T09:15:00Z"));
        check(
            b"(20:shadowed-private-key(3:rsa(8:shadowed5:t1-v1(2:ab9:OPENPGP.3))))",
            Some(card()),
        );
        check(b"Key: (shadowed-private-key (ecc (shadowed t1-v1 (#D2#))))", Some(card()));
    }

    #[test]
    fn few_bytes_of_a_hash_are_weak() {
        let canonical = |count: &str| {
            let n = count.len();
            let list = format!("((4:sha18:saltsalt{n}:{count})12:noncenonce12)4:body");
            format!("(21:protected-private-key(3:ecc(9:protected20:openpgp-s2k3-ocb-aes{list})))")
        };
        let how = |count: &str| format!("openpgp-s2k3-ocb-aes, {count} bytes of SHA1");
        let strong = Protection::Encrypted { how: how("25165824") };
        check(canonical("25165824").as_bytes(), Some(strong.clone()));
        check(canonical("65536").as_bytes(), Some(Protection::Weak { how: how("65536") }));
        let text = "Key: (protected-private-key (ecc (protected openpgp-s2k3-ocb-aes\n \
                    ((sha1 #8A41# \"25165824\")#19C7#)#7B02#)))";
        check(text.as_bytes(), Some(strong));
    }

    #[test]
    fn what_is_cut_short_or_something_else_is_none() {
        for text in [
            &b""[..],
            b"(",
            b"Key:",
            b"(99999999999999999999999:x",
            b"(21:protected-private-key(9:protected3:abc",
            b"(21:protected-private-key",
            b"(10:public-key(3:rsa))",
            b"Created: x",
            b"Key: #",
        ] {
            check(text, None);
        }
    }
}
