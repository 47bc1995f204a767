//! How a PKCS#8 key is encrypted (RFC 8018 for PBES1, PBES2 and PBKDF2, RFC 7914 for scrypt,
//! RFC 7292 for the schemes of PKCS#12). What counts as weak stands in `strength.rs`.

use crate::model::protection::Protection;
use crate::vet::private_key::der::{Der, tag};
use crate::vet::private_key::strength::{PBKDF2_ROUNDS_MIN, SCRYPT_COST_MIN};

const PBES1: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x05";
const PBES2: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x05\x0D";
const PBKDF2: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x05\x0C";
const PKCS12: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x01";
const SCRYPT: &[u8] = b"\x2B\x06\x01\x04\x01\xDA\x47\x04\x0B";

const DES: &[u8] = b"\x2B\x0E\x03\x02\x07";
const RC2: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x03\x02";

/// Names of ciphers by their object identifiers.
const CIPHERS: [(&[u8], &str); 9] = [
    (b"\x60\x86\x48\x01\x65\x03\x04\x01\x02", "AES-128-CBC"),
    (b"\x60\x86\x48\x01\x65\x03\x04\x01\x06", "AES-128-GCM"),
    (b"\x60\x86\x48\x01\x65\x03\x04\x01\x16", "AES-192-CBC"),
    (b"\x60\x86\x48\x01\x65\x03\x04\x01\x2A", "AES-256-CBC"),
    (b"\x60\x86\x48\x01\x65\x03\x04\x01\x2E", "AES-256-GCM"),
    (b"\x2A\x83\x08\x8C\x9A\x4B\x3D\x01\x01\x01\x04", "Camellia-256-CBC"),
    (b"\x2A\x86\x48\x86\xF7\x0D\x03\x07", "3DES-CBC"),
    (DES, "DES-CBC"),
    (RC2, "RC2-CBC"),
];

/// Pseudo-random functions of PBKDF2 by the last byte of their object identifiers.
const HASHES: [(u8, &str); 5] = [
    (7, "HMAC-SHA-1"),
    (8, "HMAC-SHA-224"),
    (9, "HMAC-SHA-256"),
    (10, "HMAC-SHA-384"),
    (11, "HMAC-SHA-512"),
];

/// What the AlgorithmIdentifier of an encrypted key says. `None` if it is broken.
pub fn protection(mut algorithm: Der<'_>) -> Option<Protection> {
    let scheme = algorithm.value(tag::OBJECT_IDENTIFIER)?;
    match scheme {
        PBES2 => pbes2(algorithm.sequence()?),
        _ if scheme.starts_with(PBES1) => Some(weak("PBES1, DES or RC2".into())),
        _ if scheme.starts_with(PKCS12) => Some(weak("PKCS#12 scheme, 3DES or RC2 or RC4".into())),
        _ => Some(Protection::Unknown),
    }
}

/// Whether an object identifier names a scheme for encrypted keys.
pub fn is_known(scheme: &[u8]) -> bool {
    [PBES1, PKCS12].into_iter().any(|family| scheme.starts_with(family))
}

fn pbes2(mut parameters: Der<'_>) -> Option<Protection> {
    let (derivation, is_slow) = key_derivation(parameters.sequence()?)?;
    let cipher = parameters.sequence()?.value(tag::OBJECT_IDENTIFIER)?;
    let how = format!("{}, {derivation}", cipher_name(cipher));
    let is_weak = !is_slow || cipher == DES || cipher == RC2;
    Some(if is_weak { weak(how) } else { Protection::Encrypted { how } })
}

/// What turns the passphrase into a key, and whether a guess costs something.
fn key_derivation(mut function: Der<'_>) -> Option<(String, bool)> {
    let name = function.value(tag::OBJECT_IDENTIFIER)?;
    let mut parameters = function.sequence()?;
    let _salt = parameters.value(tag::OCTET_STRING)?;
    let cost = parameters.number()?;
    match name {
        PBKDF2 => {
            let _key_bytes = parameters.number();
            let hash = hash_name(parameters.sequence());
            Some((format!("PBKDF2 {cost} rounds of {hash}"), cost >= PBKDF2_ROUNDS_MIN))
        }
        SCRYPT => Some((format!("scrypt N={cost}"), cost >= SCRYPT_COST_MIN)),
        _ => Some(("unknown key derivation".into(), true)),
    }
}

/// SHA-1 is the default, which DER does not write.
fn hash_name(algorithm: Option<Der<'_>>) -> &'static str {
    let Some(mut algorithm) = algorithm else { return "HMAC-SHA-1" };
    let last = algorithm.value(tag::OBJECT_IDENTIFIER).and_then(<[u8]>::last);
    HASHES.iter().find(|(byte, _)| Some(byte) == last).map_or("unknown hash", |(_, name)| name)
}

fn cipher_name(identifier: &[u8]) -> &'static str {
    let known = CIPHERS.iter().find(|(bytes, _)| *bytes == identifier);
    known.map_or("unknown cipher", |(_, name)| name)
}

const fn weak(how: String) -> Protection {
    Protection::Weak { how }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forge::der;

    fn check(algorithm: &[Vec<u8>], expected: Option<Protection>) {
        assert_eq!(protection(Der::new(&algorithm.concat())), expected);
    }

    fn object(bytes: &[u8]) -> Vec<u8> {
        der(tag::OBJECT_IDENTIFIER, bytes)
    }

    fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
        der(tag::SEQUENCE, &parts.concat())
    }

    fn pbes2(derivation: &[u8], parameters: &[Vec<u8>], cipher: &[u8]) -> [Vec<u8>; 2] {
        let salt = der(tag::OCTET_STRING, b"saltsalt");
        let parameters = [&[salt], parameters].concat();
        let function = sequence(&[object(derivation), sequence(&parameters)]);
        let cipher = sequence(&[object(cipher), der(tag::OCTET_STRING, &[0; 16])]);
        [object(PBES2), sequence(&[function, cipher])]
    }

    fn number(digits: &[u8]) -> Vec<u8> {
        der(tag::INTEGER, digits)
    }

    fn encrypted(how: &str) -> Option<Protection> {
        Some(Protection::Encrypted { how: how.into() })
    }

    const AES_256: &[u8] = CIPHERS[3].0;

    #[test]
    fn few_rounds_are_weak_and_many_are_not() {
        let sha256 = sequence(&[object(b"\x2A\x86\x48\x86\xF7\x0D\x02\x09")]);
        let few = [number(&[0x08, 0x00]), sha256.clone()];
        let how = "AES-256-CBC, PBKDF2 2048 rounds of HMAC-SHA-256";
        check(&pbes2(PBKDF2, &few, AES_256), Some(weak(how.into())));
        let many = [number(&[0x09, 0x27, 0xC0]), number(&[32]), sha256];
        let how = "AES-256-CBC, PBKDF2 600000 rounds of HMAC-SHA-256";
        check(&pbes2(PBKDF2, &many, AES_256), encrypted(how));
        let how = "DES-CBC, PBKDF2 600000 rounds of HMAC-SHA-1";
        check(&pbes2(PBKDF2, &many[..1], DES), Some(weak(how.into())));
    }

    #[test]
    fn scrypt_is_judged_by_its_cost() {
        let how = "AES-256-CBC, scrypt N=16384";
        check(&pbes2(SCRYPT, &[number(&[0x40, 0x00])], AES_256), encrypted(how));
        let how = "AES-256-CBC, scrypt N=1024";
        check(&pbes2(SCRYPT, &[number(&[0x04, 0x00])], AES_256), Some(weak(how.into())));
    }

    #[test]
    fn old_schemes_are_weak_and_unknown_ones_unknown() {
        check(&[object(&[PBES1, &[3]].concat())], Some(weak("PBES1, DES or RC2".into())));
        let how = "PKCS#12 scheme, 3DES or RC2 or RC4";
        check(&[object(&[PKCS12, &[3]].concat())], Some(weak(how.into())));
        check(&[object(b"\x2A\x03")], Some(Protection::Unknown));
        check(&[object(PBES2)], None);
        check(&[], None);
    }
}
