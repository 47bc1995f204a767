//! Private keys as bare DER, without armour: PKCS#8 plain and encrypted, PKCS#1, SEC 1 and
//! OpenSSL's DSA. A file has no mark but its structure, so that all of it is taken apart, to the
//! last byte. Does not see a key that something else stands in front of or behind.

use crate::model::finding::Rejection;
use crate::vet::facts::{Checked, Facts};
use crate::vet::private_key::der::{Der, tag};
use crate::vet::private_key::{encryption_scheme, pem};

/// Tags that PKCS#8 and SEC 1 use behind the key.
const FIRST: u8 = 0xA0;
const SECOND: u8 = 0xA1;
const SECOND_PRIMITIVE: u8 = 0x81;

const RSA: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01";
const RSA_PSS: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0A";
const DSA: &[u8] = b"\x2A\x86\x48\xCE\x38\x04\x01";
const DIFFIE_HELLMAN: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x03\x01";
const ELLIPTIC: &[u8] = b"\x2A\x86\x48\xCE\x3D\x02\x01";
/// X25519, X448, Ed25519 and Ed448 (RFC 8410) are 110 to 113 behind this.
const CURVE: &[u8] = b"\x2B\x65";
/// ML-DSA and SLH-DSA, ML-KEM (NIST's registry of algorithms).
const LATTICES: [&[u8]; 2] =
    [b"\x60\x86\x48\x01\x65\x03\x04\x03", b"\x60\x86\x48\x01\x65\x03\x04\x04"];

/// Private numbers of elliptic curves: 112 bits to those of P-521.
const SCALAR_BYTES: std::ops::RangeInclusive<usize> = 14..=66;
/// RSA keys below 512 bits were never in use.
const MODULUS_BYTES_MIN: usize = 64;
/// Seeds that keys on lattices are made of.
const SEED_BYTES_MIN: usize = 32;
/// The shortest encrypted key is one of an elliptic curve.
const CIPHERTEXT_BYTES_MIN: usize = 24;

/// The kind of credential that a file is, if it is nothing but a private key.
pub fn kind(file: &[u8]) -> Option<&'static str> {
    let key = only_value(file)?;
    type Shape = fn(Der<'_>) -> Option<()>;
    let shapes: [(Shape, &str); 5] = [
        (pkcs8, "private-key"),
        (pkcs1, "rsa-private-key"),
        (sec1_alone, "ec-private-key"),
        (dsa_alone, "dsa-private-key"),
        (encrypted, "encrypted-private-key"),
    ];
    shapes.iter().find(|(parse, _)| parse(key).is_some()).map(|(_, kind)| *kind)
}

/// What the key says of itself. Its bytes are those that armour would hold.
pub fn check(file: &[u8]) -> Checked {
    let label = match kind(file).ok_or(Rejection::Structure)? {
        "rsa-private-key" => "RSA PRIVATE KEY",
        "ec-private-key" => "EC PRIVATE KEY",
        "dsa-private-key" => "DSA PRIVATE KEY",
        "encrypted-private-key" => "ENCRYPTED PRIVATE KEY",
        _ => "PRIVATE KEY",
    };
    let facts = pem::facts_of_body(label, file).ok_or(Rejection::Structure)?;
    Ok(Facts { canonical: Some(file.to_vec()), ..facts })
}

fn only_value(file: &[u8]) -> Option<Der<'_>> {
    let mut outer = Der::new(file);
    let value = outer.sequence()?;
    outer.is_done().then_some(value)
}

fn done(rest: Der<'_>) -> Option<()> {
    rest.is_done().then_some(())
}

/// OneAsymmetricKey: version, algorithm, key, attributes, public half.
fn pkcs8(mut key: Der<'_>) -> Option<()> {
    let _version = key.number().filter(|version| *version <= 1)?;
    let mut algorithm = key.sequence()?;
    let name = algorithm.value(tag::OBJECT_IDENTIFIER)?;
    let private = key.value(tag::OCTET_STRING)?;
    let _attributes = key.value(FIRST);
    let _public = key.value(SECOND_PRIMITIVE).or_else(|| key.value(SECOND));
    done(key)?;
    inside(name, private)
}

fn inside(algorithm: &[u8], private: &[u8]) -> Option<()> {
    match algorithm {
        RSA | RSA_PSS => pkcs1(only_value(private)?),
        ELLIPTIC => sec1(only_value(private)?).map(drop),
        DSA | DIFFIE_HELLMAN => {
            let mut number = Der::new(private);
            let _x = number.value(tag::INTEGER).filter(|x| !x.is_empty())?;
            done(number)
        }
        _ if algorithm.strip_prefix(CURVE).is_some_and(|last| matches!(last, [110..=113])) => {
            let mut scalar = Der::new(private);
            let _scalar = scalar.value(tag::OCTET_STRING).filter(|key| is_curve_key(key))?;
            done(scalar)
        }
        _ if LATTICES.iter().any(|family| algorithm.starts_with(family)) => {
            (private.len() >= SEED_BYTES_MIN).then_some(())
        }
        _ => None,
    }
}

const fn is_curve_key(key: &[u8]) -> bool {
    matches!(key.len(), 32 | 56 | 57)
}

/// RSAPrivateKey: version, n, e, d, p, q and three more. Version 1 has further primes behind.
fn pkcs1(mut key: Der<'_>) -> Option<()> {
    let [version, n, e, d, p, q, ..] = key.integers::<9>()?.map(magnitude);
    let is_of_two_primes = match version {
        [] => true,
        [1] => key.sequence().is_none(),
        _ => return None,
    };
    done(key)?;
    // Of two primes the product is as long as both, or one byte shorter.
    let n_bytes = p.len() + q.len();
    let is_product = !is_of_two_primes || n.len() == n_bytes || n.len() + 1 == n_bytes;
    let is_odd = |number: &[u8]| number.last().is_some_and(|last| last & 1 == 1);
    let are_odd = [n, e, d, p, q].into_iter().all(is_odd);
    (n.len() >= MODULUS_BYTES_MIN && is_product && are_odd).then_some(())
}

/// OpenSSL's DSAPrivateKey: 0, p, q, g, y, x.
fn dsa_alone(mut key: Der<'_>) -> Option<()> {
    let [version, p, q, g, y, x] = key.integers::<6>()?.map(magnitude);
    done(key)?;
    let is_group = p.len() >= MODULUS_BYTES_MIN && matches!(q.len(), 20..=32);
    let is_inside = g.len() <= p.len() && y.len() <= p.len() && x.len() <= q.len();
    (version.is_empty() && is_group && is_inside).then_some(())
}

/// One that is not in PKCS#8 says its curve itself.
fn sec1_alone(key: Der<'_>) -> Option<()> {
    sec1(key).filter(|has_curve| *has_curve).map(drop)
}

/// ECPrivateKey, and whether it says its curve.
fn sec1(mut key: Der<'_>) -> Option<bool> {
    let _version = key.number().filter(|version| *version == 1)?;
    let _private =
        key.value(tag::OCTET_STRING).filter(|private| SCALAR_BYTES.contains(&private.len()))?;
    let curve = key.value(FIRST);
    let public = key.value(SECOND).map(|public| Der::new(public).bits());
    done(key)?;
    (public != Some(None)).then_some(curve.is_some())
}

/// EncryptedPrivateKeyInfo, under a scheme that is known: any other is no mark of a key.
fn encrypted(mut key: Der<'_>) -> Option<()> {
    let mut algorithm = key.sequence()?;
    let scheme = algorithm.value(tag::OBJECT_IDENTIFIER)?;
    let _ciphertext =
        key.value(tag::OCTET_STRING).filter(|text| text.len() >= CIPHERTEXT_BYTES_MIN)?;
    done(key)?;
    encryption_scheme::is_known(scheme).then_some(())
}

/// The digits of a number that is not negative, without zeros in front.
fn magnitude(digits: &[u8]) -> &[u8] {
    let n_zeros = digits.iter().take_while(|digit| **digit == 0).count();
    &digits[n_zeros..]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::forge::{Forge, armour, certificate, der};
    use crate::model::protection::Protection;

    fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
        der(tag::SEQUENCE, &parts.concat())
    }

    fn object(bytes: &[u8]) -> Vec<u8> {
        der(tag::OBJECT_IDENTIFIER, bytes)
    }

    fn octets(bytes: &[u8]) -> Vec<u8> {
        der(tag::OCTET_STRING, bytes)
    }

    /// An odd number of so many bytes.
    fn number(n_bytes: usize) -> Vec<u8> {
        let mut digits = vec![0x5B; n_bytes];
        digits[n_bytes - 1] = 0x5D;
        der(tag::INTEGER, &digits)
    }

    fn small(number: u8) -> Vec<u8> {
        der(tag::INTEGER, &[number])
    }

    fn rsa() -> Vec<u8> {
        let sizes = [128, 1, 128, 64, 64, 64, 64, 64];
        sequence(&[&[small(0)], &sizes.map(number)[..]].concat())
    }

    fn elliptic() -> Vec<u8> {
        let curve = der(FIRST, &object(b"\x2B\x81\x04\x00\x22"));
        sequence(&[small(1), octets(&[7; 48]), curve])
    }

    fn pkcs8_of(algorithm: &[u8], private: &[u8]) -> Vec<u8> {
        sequence(&[small(0), sequence(&[object(algorithm)]), octets(private)])
    }

    fn every_form() -> Vec<(Vec<u8>, &'static str)> {
        let old_scheme = sequence(&[object(b"\x2A\x86\x48\x86\xF7\x0D\x01\x05\x03")]);
        let dsa = [small(0), number(128), number(20), number(128), number(128), number(20)];
        vec![
            (rsa(), "rsa-private-key"),
            (elliptic(), "ec-private-key"),
            (sequence(&dsa), "dsa-private-key"),
            (pkcs8_of(RSA, &rsa()), "private-key"),
            (pkcs8_of(ELLIPTIC, &elliptic()), "private-key"),
            (pkcs8_of(b"\x2B\x65\x70", &octets(&[9; 32])), "private-key"),
            (sequence(&[old_scheme, octets(&[3; 64])]), "encrypted-private-key"),
        ]
    }

    #[test]
    fn every_form_of_a_key_is_told_by_its_structure() {
        for (key, expected) in every_form() {
            assert_eq!(kind(&key), Some(expected));
            let facts = check(&key).expect("a whole key");
            let is_encrypted = expected == "encrypted-private-key";
            assert_eq!(facts.protection != Some(Protection::Plaintext), is_encrypted);
        }
    }

    #[test]
    fn a_key_is_the_same_with_and_without_armour() {
        let bare = check(&rsa()).expect("a whole key");
        let in_armour = pem::check(armour("RSA PRIVATE KEY", &rsa()).as_bytes());
        assert_eq!(bare.key_id, in_armour.expect("a whole key").key_id);
        assert_eq!(bare.canonical, Some(rsa()));
    }

    #[test]
    fn what_is_public_or_something_else_is_no_key() {
        let public = sequence(&[sequence(&[object(RSA)]), der(tag::BIT_STRING, &[0; 65])]);
        let digest = sequence(&[sequence(&[object(b"\x60\x86\x48")]), octets(&[5; 32])]);
        let numbers = sequence(&[&[small(0)][..], &vec![small(4); 8]].concat());
        let bare_scalar = sequence(&[small(1), octets(&[7; 32])]);
        let others = [certificate(1, "270324103900Z"), public, digest, numbers, bare_scalar];
        for other in others.iter().chain([&b"0\x03abc"[..].to_vec(), &Vec::new()]) {
            assert_eq!(kind(other), None);
        }
    }

    #[test]
    fn a_key_that_is_cut_or_has_something_behind_it_is_none() {
        for (key, _) in every_form() {
            for end in 0..key.len() {
                assert_eq!(kind(&key[..end]), None, "{end} bytes");
            }
            assert_eq!(kind(&[&key[..], b"\n"].concat()), None);
        }
    }

    #[test]
    fn random_bytes_are_no_key() {
        let mut forge = Forge::new([6; 32]);
        for _ in 0..10_000 {
            let noise = forge.bytes::<62>();
            assert_eq!(kind(&[&[0x30, 60], &noise[..60]].concat()), None);
        }
    }

    proptest! {
        #[test]
        fn no_damage_makes_it_panic(
            form in 0..7_usize,
            at in any::<prop::sample::Index>(),
            byte in any::<u8>(),
        ) {
            let (mut damaged, _) = every_form().swap_remove(form);
            let at = at.index(damaged.len());
            damaged[at] = byte;
            let _ = check(&damaged).is_ok();
        }
    }
}
