//! Private keys in PEM: PKCS#1 (RFC 8017), SEC 1 (RFC 5915), PKCS#8 (RFC 5958), OpenSSL's
//! DSA, and the encryption headers of RFC 1421. Keys get the fingerprint that ssh would
//! give them where their public half can be read.

use crate::model::finding::Rejection;
use crate::model::protection::Protection;
use crate::vet::armour::Armour;
use crate::vet::facts::{Checked, Facts, public_text};
use crate::vet::private_key::der::{Der, tag};
use crate::vet::private_key::{encryption_scheme, openssh, ssh_fingerprint};

const RSA: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01";
const ELLIPTIC: &[u8] = b"\x2A\x86\x48\xCE\x3D\x02\x01";
const ED25519: &[u8] = b"\x2B\x65\x70";

/// Object identifiers of the curves that ssh knows, and its names for them.
const CURVES: [(&[u8], &str); 3] = [
    (b"\x2A\x86\x48\xCE\x3D\x03\x01\x07", "nistp256"),
    (b"\x2B\x81\x04\x00\x22", "nistp384"),
    (b"\x2B\x81\x04\x00\x23", "nistp521"),
];

/// Tags that only these structures use.
const PARAMETERS: u8 = 0xA0;
const PUBLIC_KEY: u8 = 0xA1;
const PUBLIC_KEY_PRIMITIVE: u8 = 0x81;

/// Block size of the smallest cipher that `DEK-Info` names.
const CIPHER_BLOCK_BYTES: usize = 8;

/// `pem-key`: the structure under the label parses, or the encryption is described.
pub fn check(secret: &[u8]) -> Checked {
    let armour = Armour::parse(secret).ok_or(Rejection::Structure)?;
    let is_encrypted = armour.header("Proc-Type").is_some_and(|kind| kind.ends_with("ENCRYPTED"));
    let facts = if is_encrypted { encrypted_by_header(&armour) } else { facts(&armour) };
    facts.ok_or(Rejection::Structure)
}

/// What the label promises; else PKCS#8 or OpenSSH's own structure, which some tools and
/// people put under a label of PKCS#1.
fn facts(armour: &Armour) -> Option<Facts> {
    facts_of_body(&armour.label, &armour.body)
}

/// The same for what a label stands over, or would.
pub fn facts_of_body(label: &str, body: &[u8]) -> Option<Facts> {
    let Some(key) = Der::new(body).sequence() else { return openssh::facts(body) };
    labelled(label, key).or_else(|| pkcs8(key))
}

fn labelled(label: &str, key: Der<'_>) -> Option<Facts> {
    match label {
        "RSA PRIVATE KEY" => pkcs1(key),
        "EC PRIVATE KEY" => sec1(key, None),
        "DSA PRIVATE KEY" => dsa(key),
        "ENCRYPTED PRIVATE KEY" => encrypted_pkcs8(key),
        "TSS2 PRIVATE KEY" => tpm(key),
        _ => None,
    }
}

/// OpenSSL's old way: the key of the cipher is one MD5 of passphrase and salt.
fn encrypted_by_header(armour: &Armour) -> Option<Facts> {
    let cipher = armour.header("DEK-Info")?.split(',').next()?;
    let how = format!("{}, one round of MD5", public_text(cipher.as_bytes())?);
    let is_whole = armour.body.len().is_multiple_of(CIPHER_BLOCK_BYTES);
    is_whole.then(|| protected(Protection::Weak { how }))
}

/// RSAPrivateKey: version, n, e and six more.
fn pkcs1(mut key: Der<'_>) -> Option<Facts> {
    let [_version, n, e, ..] = key.integers::<9>()?;
    Some(plain(Some(ssh_fingerprint::of_strings(&[b"ssh-rsa", e, n]))))
}

/// Version, p, q, g, y, x.
fn dsa(mut key: Der<'_>) -> Option<Facts> {
    let [_version, p, q, g, y, _x] = key.integers::<6>()?;
    Some(plain(Some(ssh_fingerprint::of_strings(&[b"ssh-dss", p, q, g, y]))))
}

/// ECPrivateKey. Inside PKCS#8 the curve stands outside.
fn sec1(mut key: Der<'_>, curve: Option<&[u8]>) -> Option<Facts> {
    let _version = key.number().filter(|version| *version == 1)?;
    let _private = key.value(tag::OCTET_STRING).filter(|private| !private.is_empty())?;
    let own_curve = key.value(PARAMETERS).and_then(object_identifier);
    let point = key.value(PUBLIC_KEY).and_then(|point| Der::new(point).bits());
    let key_id = point.zip(own_curve.or(curve)).and_then(|(point, curve)| elliptic(curve, point));
    Some(plain(key_id))
}

fn elliptic(curve: &[u8], point: &[u8]) -> Option<String> {
    let (_, name) = CURVES.iter().find(|(identifier, _)| *identifier == curve)?;
    let key_type = format!("ecdsa-sha2-{name}");
    Some(ssh_fingerprint::of_strings(&[key_type.as_bytes(), name.as_bytes(), point]))
}

/// OneAsymmetricKey: version, algorithm, key, and in version 2 perhaps the public half.
fn pkcs8(mut key: Der<'_>) -> Option<Facts> {
    let _version = key.number().filter(|version| *version <= 1)?;
    let mut algorithm = key.sequence()?;
    let name = algorithm.value(tag::OBJECT_IDENTIFIER)?;
    let private = key.value(tag::OCTET_STRING).filter(|private| !private.is_empty())?;
    let mut inside = Der::new(private);
    match name {
        RSA => pkcs1(inside.sequence()?),
        ELLIPTIC => sec1(inside.sequence()?, algorithm.value(tag::OBJECT_IDENTIFIER)),
        ED25519 => Some(plain(edwards(key))),
        _ => Some(plain(None)),
    }
}

/// The fingerprint of an Ed25519 key that brings its public half, behind its attributes.
fn edwards(mut rest: Der<'_>) -> Option<String> {
    let _attributes = rest.value(PARAMETERS);
    let point = rest.value(PUBLIC_KEY_PRIMITIVE)?.strip_prefix(&[0])?;
    Some(ssh_fingerprint::of_strings(&[b"ssh-ed25519", point]))
}

/// EncryptedPrivateKeyInfo: how, and the ciphertext.
fn encrypted_pkcs8(mut key: Der<'_>) -> Option<Facts> {
    let protection = encryption_scheme::protection(key.sequence()?)?;
    let _ciphertext = key.value(tag::OCTET_STRING).filter(|bytes| !bytes.is_empty())?;
    Some(protected(protection))
}

/// TPMKey of OpenSSL's engines and providers for TPM 2.0: a type, and whether the key may be
/// used without a password.
fn tpm(mut key: Der<'_>) -> Option<Facts> {
    const EMPTY_AUTH: u8 = 0xA0;
    const TRUE: &[u8] = b"\x01\x01\xFF";
    let _type = key.value(tag::OBJECT_IDENTIFIER)?;
    let is_open = key.value(EMPTY_AUTH) == Some(TRUE);
    let how = if is_open { "TPM, no password" } else { "TPM, with a password" };
    Some(protected(Protection::Hardware { how: how.into() }))
}

/// The fingerprint of a SubjectPublicKeyInfo: algorithm and key.
pub fn public_fingerprint(mut public: Der<'_>) -> Option<String> {
    let mut algorithm = public.sequence()?;
    let name = algorithm.value(tag::OBJECT_IDENTIFIER)?;
    let key = public.bits()?;
    match name {
        RSA => {
            let [n, e] = Der::new(key).sequence()?.integers()?;
            Some(ssh_fingerprint::of_strings(&[b"ssh-rsa", e, n]))
        }
        ELLIPTIC => elliptic(algorithm.value(tag::OBJECT_IDENTIFIER)?, key),
        ED25519 => Some(ssh_fingerprint::of_strings(&[b"ssh-ed25519", key])),
        _ => None,
    }
}

fn object_identifier(bytes: &[u8]) -> Option<&[u8]> {
    Der::new(bytes).value(tag::OBJECT_IDENTIFIER)
}

fn plain(key_id: Option<String>) -> Facts {
    Facts { key_id, ..protected(Protection::Plaintext) }
}

fn protected(protection: Protection) -> Facts {
    Facts { protection: Some(protection), ..Facts::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forge::{OpensshKey, armour, der, strings};

    fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
        der(tag::SEQUENCE, &parts.concat())
    }

    fn integers(n_integers: u8) -> Vec<Vec<u8>> {
        (0..n_integers).map(|number| der(tag::INTEGER, &[number, 0xA5])).collect()
    }

    fn object(bytes: &[u8]) -> Vec<u8> {
        der(tag::OBJECT_IDENTIFIER, bytes)
    }

    fn octets(bytes: &[u8]) -> Vec<u8> {
        der(tag::OCTET_STRING, bytes)
    }

    /// The fingerprint of a public key made of these strings, made another way.
    fn fingerprint(parts: &[&[u8]]) -> Option<String> {
        Some(ssh_fingerprint::of_blob(&strings(parts)))
    }

    fn check_key(label: &str, body: &[u8], key_id: Option<String>) {
        let facts = check(armour(label, body).as_bytes()).expect("a whole key");
        assert_eq!(facts.key_id, key_id, "{label}");
        assert_eq!(facts.protection, Some(Protection::Plaintext), "{label}");
    }

    #[test]
    fn one_rsa_key_has_one_name_in_both_formats() {
        let rsa = sequence(&integers(9));
        let expected = fingerprint(&[b"ssh-rsa", &[2, 0xA5], &[1, 0xA5]]);
        check_key("RSA PRIVATE KEY", &rsa, expected.clone());
        let algorithm = sequence(&[object(RSA), der(0x05, b"")]);
        let pkcs8 = sequence(&[der(tag::INTEGER, &[0]), algorithm, octets(&rsa)]);
        check_key("PRIVATE KEY", &pkcs8, expected);
    }

    #[test]
    fn an_elliptic_key_is_named_if_it_brings_its_point() {
        let point = der(PUBLIC_KEY, &der(tag::BIT_STRING, b"\0point"));
        let curve = der(PARAMETERS, &object(CURVES[0].0));
        let start = [der(tag::INTEGER, &[1]), octets(b"private")];
        let expected = fingerprint(&[b"ecdsa-sha2-nistp256", b"nistp256", b"point"]);
        let whole = sequence(&[&start[..], &[curve, point.clone()]].concat());
        check_key("EC PRIVATE KEY", &whole, expected.clone());
        check_key("EC PRIVATE KEY", &sequence(&start), None);
        let algorithm = sequence(&[object(ELLIPTIC), object(CURVES[0].0)]);
        let inside = sequence(&[&start[..], &[point]].concat());
        let pkcs8 = sequence(&[der(tag::INTEGER, &[0]), algorithm, octets(&inside)]);
        check_key("PRIVATE KEY", &pkcs8, expected);
    }

    #[test]
    fn other_plain_keys_are_believed() {
        let parts: Vec<Vec<u8>> = (1..5).map(|number| vec![number, 0xA5]).collect();
        let expected = fingerprint(&[b"ssh-dss", &parts[0], &parts[1], &parts[2], &parts[3]]);
        check_key("DSA PRIVATE KEY", &sequence(&integers(6)), expected);
        let ed25519 = sequence(&[object(ED25519)]);
        let start = [der(tag::INTEGER, &[1]), ed25519, octets(b"seed")];
        check_key("PRIVATE KEY", &sequence(&start), None);
        let point = der(PUBLIC_KEY_PRIMITIVE, b"\0point");
        let with_point = sequence(&[&start[..], &[point]].concat());
        check_key("PRIVATE KEY", &with_point, fingerprint(&[b"ssh-ed25519", b"point"]));
        let unknown = sequence(&[der(tag::INTEGER, &[0]), sequence(&[object(b"x")]), octets(b"k")]);
        check_key("PRIVATE KEY", &unknown, None);
    }

    #[test]
    fn the_structure_counts_and_not_the_label() {
        let key = OpensshKey::ed25519("ana");
        let expected = Some(ssh_fingerprint::of_blob(&key.public));
        check_key("RSA PRIVATE KEY", &key.body(), expected);
        let pkcs8 = sequence(&[der(tag::INTEGER, &[0]), sequence(&[object(b"x")]), octets(b"k")]);
        check_key("RSA PRIVATE KEY", &pkcs8, None);
    }

    #[test]
    fn the_old_encryption_headers_are_weak() {
        let block = armour("RSA PRIVATE KEY", &[5; 32]);
        let headers = "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00FF\n";
        let block = block.replacen("KEY-----", headers, 1);
        let protection = check(block.as_bytes()).map(|facts| facts.protection);
        let how = "AES-128-CBC, one round of MD5".to_owned();
        assert_eq!(protection, Ok(Some(Protection::Weak { how })));
        let cut = block.replace("BQUF", "BQ");
        assert_eq!(check(cut.as_bytes()).map(drop), Err(Rejection::Structure));
    }

    #[test]
    fn a_broken_key_is_refused() {
        let rsa = sequence(&integers(9));
        for (label, body) in [
            ("RSA PRIVATE KEY", &rsa[..rsa.len() - 3]),
            ("RSA PRIVATE KEY", &sequence(&integers(8))),
            ("EC PRIVATE KEY", &rsa),
            ("PRIVATE KEY", &rsa),
            ("ENCRYPTED PRIVATE KEY", &rsa),
            ("PUBLIC KEY", &rsa),
            ("PRIVATE KEY", b"noise"),
        ] {
            let refused = check(armour(label, body).as_bytes()).map(drop);
            assert_eq!(refused, Err(Rejection::Structure), "{label}");
        }
    }
}
