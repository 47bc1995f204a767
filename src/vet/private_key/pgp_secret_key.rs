//! The body of an OpenPGP secret-key packet: what protects it (RFC 9580, sections 5.5.3 and
//! 3.7). Reads past the public half and looks at no secret number.

use crate::model::protection::Protection;
use crate::model::time::Moment;
use crate::vet::private_key::strength::S2K_BYTES_MIN;
use crate::vet::reader::Reader;

/// Ciphers of RFC 9580, section 9.3, from 0.
const CIPHERS: [&str; 14] = [
    "no cipher",
    "IDEA",
    "3DES",
    "CAST5",
    "Blowfish",
    "unknown cipher",
    "unknown cipher",
    "AES-128",
    "AES-192",
    "AES-256",
    "Twofish",
    "Camellia-128",
    "Camellia-192",
    "Camellia-256",
];

/// Hashes of RFC 9580, section 9.5, from 0.
const HASHES: [&str; 15] = [
    "unknown hash",
    "MD5",
    "SHA-1",
    "RIPEMD-160",
    "unknown hash",
    "unknown hash",
    "unknown hash",
    "unknown hash",
    "SHA-256",
    "SHA-384",
    "SHA-512",
    "SHA-224",
    "SHA3-256",
    "unknown hash",
    "SHA3-512",
];

/// What protects a secret key. `None` if the packet is cut short.
pub fn protection(body: &[u8]) -> Option<Protection> {
    let mut reader = Reader::new(body);
    let version = reader.byte()?;
    let _created = reader.number(4)?;
    if matches!(version, 2 | 3) {
        let _days_valid = reader.number(2)?;
    }
    let algorithm = reader.byte()?;
    match version {
        2..=4 if !is_known(algorithm) => return Some(Protection::Unknown),
        2..=4 => pass_public(&mut reader, algorithm)?,
        // From version 5 on the public half says how long it is.
        5 | 6 => drop(reader.string()?),
        _ => return Some(Protection::Unknown),
    }
    usage(&mut reader, version)
}

/// When the key was made, as it says of itself.
pub fn created(body: &[u8]) -> Option<Moment> {
    let seconds = Reader::new(body.get(1..)?).number(4)?;
    Some(Moment::new(i64::try_from(seconds).ok()?, 0))
}

const fn is_known(algorithm: u8) -> bool {
    matches!(algorithm, 1..=3 | 16..=20 | 22 | 25..=28)
}

/// Passes over the public half: numbers, curves and fixed-size points.
fn pass_public(reader: &mut Reader<'_>, algorithm: u8) -> Option<()> {
    match algorithm {
        1..=3 => pass_numbers(reader, 2),
        16 | 20 => pass_numbers(reader, 3),
        17 => pass_numbers(reader, 4),
        18 => {
            pass_curve_and_point(reader)?;
            reader.prefixed(1).map(drop)
        }
        19 | 22 => pass_curve_and_point(reader),
        25 | 27 => reader.take(32).map(drop),
        26 => reader.take(56).map(drop),
        28 => reader.take(57).map(drop),
        _ => None,
    }
}

fn pass_curve_and_point(reader: &mut Reader<'_>) -> Option<()> {
    let _curve = reader.prefixed(1)?;
    pass_numbers(reader, 1)
}

/// Multi-precision integers: the count of bits, then the bytes.
fn pass_numbers(reader: &mut Reader<'_>, n_numbers: usize) -> Option<()> {
    (0..n_numbers).try_for_each(|_| {
        let n_bits = usize::try_from(reader.number(2)?).ok()?;
        reader.take(n_bits.div_ceil(8)).map(drop)
    })
}

/// The octet that says how the secret half is kept, and what follows it.
fn usage(reader: &mut Reader<'_>, version: u8) -> Option<Protection> {
    let usage = reader.byte()?;
    let has_lengths = matches!(version, 5 | 6);
    if usage == 0 {
        // Nothing behind it would be a key without a secret half.
        return (!reader.rest().is_empty()).then_some(Protection::Plaintext);
    }
    if has_lengths {
        let _n_parameter_bytes = reader.byte()?;
    }
    if usage < 253 {
        let cipher = name(&CIPHERS, usage);
        return Some(Protection::Weak { how: format!("{cipher}, one round of MD5") });
    }
    let cipher = name(&CIPHERS, reader.byte()?);
    if usage == 253 {
        let _mode = reader.byte()?;
    }
    if version == 6 && usage != 255 {
        let _n_specifier_bytes = reader.byte()?;
    }
    specifier(reader, cipher)
}

/// String-to-key: what turns the passphrase into a key.
fn specifier(reader: &mut Reader<'_>, cipher: &str) -> Option<Protection> {
    match reader.byte()? {
        0 | 1 => {
            let hash = name(&HASHES, reader.byte()?);
            Some(Protection::Weak { how: format!("{cipher}, one round of {hash}") })
        }
        3 => {
            let hash = name(&HASHES, reader.byte()?);
            let _salt = reader.take(8)?;
            let count = count(reader.byte()?);
            let how = format!("{cipher}, {count} bytes of {hash}");
            let is_weak = u64::from(count) < S2K_BYTES_MIN;
            Some(if is_weak { Protection::Weak { how } } else { Protection::Encrypted { how } })
        }
        4 => {
            let _salt = reader.take(16)?;
            let (passes, _lanes) = (reader.byte()?, reader.byte()?);
            let memory = reader.byte()?;
            let how = format!("{cipher}, Argon2id 2^{memory} KiB, {passes} passes");
            Some(Protection::Encrypted { how })
        }
        // GnuPG's own: the secret half is on a card, or was taken away.
        101 => Some(Protection::Hardware { how: "smart card, or taken away".into() }),
        _ => Some(Protection::Unknown),
    }
}

/// The count of bytes hashed, from its coded octet.
fn count(coded: u8) -> u32 {
    (16 + u32::from(coded & 15)) << (u32::from(coded >> 4) + 6)
}

fn name(names: &[&'static str], number: u8) -> &'static str {
    names.get(usize::from(number)).copied().unwrap_or("unknown")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forge::pgp_secret_key;

    fn check(tail: &[u8], expected: Option<Protection>) {
        assert_eq!(protection(&pgp_secret_key(tail)), expected, "{tail:?}");
    }

    fn weak(how: &str) -> Option<Protection> {
        Some(Protection::Weak { how: how.into() })
    }

    fn encrypted(how: &str) -> Option<Protection> {
        Some(Protection::Encrypted { how: how.into() })
    }

    #[test]
    fn the_usage_octet_says_how_the_secret_is_kept() {
        check(b"\x00secret", Some(Protection::Plaintext));
        check(b"\x07iv", weak("AES-128, one round of MD5"));
        check(b"\xFE\x09\x00\x08", weak("AES-256, one round of SHA-256"));
        check(b"\xFE\x07\x03\x08saltsalt\x60", weak("AES-128, 65536 bytes of SHA-256"));
        check(b"\xFE\x07\x03\x08saltsalt\xFF", encrypted("AES-128, 65011712 bytes of SHA-256"));
        let argon = b"\xFD\x09\x02\x04saltsaltsaltsalt\x03\x04\x10";
        check(argon, encrypted("AES-256, Argon2id 2^16 KiB, 3 passes"));
        check(
            b"\xFF\x00\x65\x00GNU\x02",
            Some(Protection::Hardware { how: "smart card, or taken away".into() }),
        );
        check(b"\xFE\x09\x63", Some(Protection::Unknown));
    }

    #[test]
    fn a_packet_cut_short_is_none() {
        for tail in [&b""[..], b"\xFE", b"\xFE\x09", b"\xFE\x09\x03\x08salt"] {
            check(tail, None);
        }
    }

    /// A packet whose public half is that of an algorithm, its secret half plain.
    fn check_public(version: u8, algorithm: u8, public: &[u8], expected: Protection) {
        let head = [&[version], &[0; 4][..], &[algorithm], public, b"\x00secret"].concat();
        assert_eq!(protection(&head), Some(expected), "{version} {algorithm}");
    }

    #[test]
    fn the_public_half_of_every_algorithm_is_passed() {
        let number = b"\x00\x09ab";
        let curve = b"\x01c\x00\x09ab";
        check_public(4, 1, &number.repeat(2), Protection::Plaintext);
        check_public(4, 16, &number.repeat(3), Protection::Plaintext);
        check_public(4, 17, &number.repeat(4), Protection::Plaintext);
        check_public(4, 18, &[&curve[..], b"\x03\x01\x08\x07"].concat(), Protection::Plaintext);
        check_public(4, 19, curve, Protection::Plaintext);
        check_public(4, 25, &[9; 32], Protection::Plaintext);
        check_public(4, 26, &[9; 56], Protection::Plaintext);
        check_public(4, 28, &[9; 57], Protection::Plaintext);
        check_public(6, 27, &[&b"\0\0\0\x20"[..], &[9; 32]].concat(), Protection::Plaintext);
        check_public(4, 99, b"", Protection::Unknown);
        check_public(9, 1, b"", Protection::Unknown);
    }
}
