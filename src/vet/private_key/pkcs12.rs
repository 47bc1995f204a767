//! PKCS#12 files (RFC 7292): what protects the private key inside, and the integrity check,
//! which is a second way to try a password. Certificates are passed over, and what lies inside
//! an encrypted part is not seen: programs put the key beside it, encrypted by itself.

use crate::model::finding::Rejection;
use crate::model::protection::Protection;
use crate::vet::private_key::der::{Der, tag};
use crate::vet::private_key::encryption_scheme;
use crate::vet::private_key::strength::PBKDF2_ROUNDS_MIN;

const DATA: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x07\x01";
const KEY_BAG: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x0A\x01\x01";
const SHROUDED_KEY_BAG: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x0A\x01\x02";
const CONTENT: u8 = 0xA0;

/// Of an indefinite length, as some exporters write it.
const OPEN_SEQUENCE: &[u8] = b"\x30\x80\x02\x01\x03";

/// Whether a file begins like one: a sequence whose first value is the version, 3.
pub fn is(file: &[u8]) -> bool {
    let version = Der::new(file).sequence().and_then(|mut pfx| pfx.number());
    version == Some(3) || file.starts_with(OPEN_SEQUENCE)
}

/// What protects its keys; one that shows no key is public.
pub fn protection(file: &[u8]) -> Result<Protection, Rejection> {
    if file.starts_with(OPEN_SEQUENCE) {
        return Ok(Protection::Unknown);
    }
    let (keys, mac_rounds) = parts(file).ok_or(Rejection::Structure)?;
    let key = keys.into_iter().min().ok_or(Rejection::Public)?;
    Ok(match (key, mac_rounds) {
        (Protection::Encrypted { how }, Some(rounds)) if rounds < PBKDF2_ROUNDS_MIN => {
            Protection::Weak { how: format!("{how}, but {rounds} rounds for the check") }
        }
        (key, _) => key,
    })
}

/// What protects each key, and the rounds of the integrity check.
fn parts(file: &[u8]) -> Option<(Vec<Protection>, Option<u64>)> {
    let mut pfx = Der::new(file).sequence()?;
    let _version = pfx.number()?;
    let mut safes = Der::new(data(pfx.sequence()?)?).sequence()?;
    let mut keys = Vec::new();
    while let Some(safe) = safes.sequence() {
        // Of another kind is what is encrypted as a whole.
        let Some(bags) = data(safe) else { continue };
        let mut bags = Der::new(bags).sequence()?;
        while let Some(bag) = bags.sequence() {
            keys.extend(key(bag));
        }
    }
    Some((keys, pfx.sequence().and_then(mac_rounds)))
}

/// The bytes of a ContentInfo of type `data`.
fn data(mut content: Der<'_>) -> Option<&[u8]> {
    let _data = content.value(tag::OBJECT_IDENTIFIER).filter(|kind| *kind == DATA)?;
    Der::new(content.value(CONTENT)?).value(tag::OCTET_STRING)
}

fn key(mut bag: Der<'_>) -> Option<Protection> {
    let kind = bag.value(tag::OBJECT_IDENTIFIER)?;
    let mut key = Der::new(bag.value(CONTENT)?).sequence()?;
    match kind {
        KEY_BAG => Some(Protection::Plaintext),
        SHROUDED_KEY_BAG => encryption_scheme::protection(key.sequence()?),
        _ => None,
    }
}

/// Digest, salt and rounds; the standard's default, which DER does not write, is one.
fn mac_rounds(mut mac: Der<'_>) -> Option<u64> {
    let _digest = mac.sequence()?;
    let _salt = mac.value(tag::OCTET_STRING)?;
    Some(mac.number().unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forge::der;

    fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
        der(tag::SEQUENCE, &parts.concat())
    }

    fn object(bytes: &[u8]) -> Vec<u8> {
        der(tag::OBJECT_IDENTIFIER, bytes)
    }

    fn contents(bytes: &[u8]) -> Vec<u8> {
        sequence(&[object(DATA), der(CONTENT, &der(tag::OCTET_STRING, bytes))])
    }

    fn file(bags: &[Vec<u8>], mac: &[Vec<u8>]) -> Vec<u8> {
        let encrypted = sequence(&[object(b"\x2A"), der(CONTENT, b"certificates")]);
        let safes = sequence(&[encrypted, contents(&sequence(bags))]);
        sequence(&[&[der(tag::INTEGER, &[3]), contents(&safes)], mac].concat())
    }

    fn bag(kind: &[u8], value: &[Vec<u8>]) -> Vec<u8> {
        sequence(&[object(kind), der(CONTENT, &sequence(value))])
    }

    #[test]
    fn a_key_is_as_strong_as_its_scheme() {
        let plain = bag(KEY_BAG, &[der(tag::INTEGER, &[0])]);
        assert_eq!(protection(&file(&[plain], &[])), Ok(Protection::Plaintext));
        let old = sequence(&[object(b"\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x01\x03")]);
        let old = bag(SHROUDED_KEY_BAG, &[old, der(tag::OCTET_STRING, b"key")]);
        let how = "PKCS#12 scheme, 3DES or RC2 or RC4".to_owned();
        assert_eq!(protection(&file(&[old], &[])), Ok(Protection::Weak { how }));
    }

    #[test]
    fn a_cheap_check_makes_a_dear_key_cheap() {
        let salt = der(tag::OCTET_STRING, b"saltsalt");
        let cost = sequence(&[salt.clone(), der(tag::INTEGER, &[0x0F, 0x42, 0x40])]);
        let kdf = sequence(&[object(b"\x2A\x86\x48\x86\xF7\x0D\x01\x05\x0C"), cost]);
        let cipher = sequence(&[object(b"\x60\x86\x48\x01\x65\x03\x04\x01\x2A")]);
        let scheme = [object(b"\x2A\x86\x48\x86\xF7\x0D\x01\x05\x0D"), sequence(&[kdf, cipher])];
        let key = bag(SHROUDED_KEY_BAG, &[sequence(&scheme), der(tag::OCTET_STRING, b"key")]);
        let how = "AES-256-CBC, PBKDF2 1000000 rounds of HMAC-SHA-1";
        let strong = Protection::Encrypted { how: how.into() };
        assert_eq!(protection(&file(std::slice::from_ref(&key), &[])), Ok(strong));
        let mac = sequence(&[sequence(&[]), salt]);
        let how = format!("{how}, but 1 rounds for the check");
        assert_eq!(protection(&file(&[key], &[mac])), Ok(Protection::Weak { how }));
    }

    #[test]
    fn certificates_alone_are_public_and_damage_is_told() {
        let certificate = bag(b"\x2A\x03", &[]);
        let whole = file(&[certificate], &[]);
        assert!(is(&whole));
        assert_eq!(protection(&whole), Err(Rejection::Public));
        for end in 0..whole.len() {
            assert!(protection(&whole[..end]).is_err());
        }
        assert_eq!(protection(b"\x30\x80\x02\x01\x03\x30"), Ok(Protection::Unknown));
    }
}
