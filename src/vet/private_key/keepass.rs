//! KeePass databases, KDB and versions 3 and 4 of KDBX: the outer header says how a guess is
//! made dear. Does not read entries: they are encrypted.

use crate::model::protection::Protection;
use crate::vet::private_key::strength::AES_KDF_ROUNDS_MIN;
use crate::vet::reader::Reader;

const MAGIC: &[u8] = b"\x03\xD9\xA2\x9A\x67\xFB\x4B\xB5";
/// KeePass 1.
const MAGIC_OLD: &[u8] = b"\x03\xD9\xA2\x9A\x65\xFB\x4B\xB5";
/// Its flags, version, seed, vector, counts, hash of the contents and seed of the derivation.
const OLD_BYTES_BEFORE_ROUNDS: usize = 4 + 4 + 16 + 16 + 4 + 4 + 32 + 32;
const TRANSFORM_ROUNDS: u8 = 6;
const KDF_PARAMETERS: u8 = 11;

/// First bytes of the identifiers of key derivations, and their names.
const DERIVATIONS: [(&[u8], &str); 4] = [
    (b"\xC9\xD9\xF3\x9A", "AES-KDF"),
    (b"\x7C\x02\xBB\x82", "AES-KDF"),
    (b"\xEF\x63\x6D\xDF", "Argon2d"),
    (b"\x9E\x29\x8B\x19", "Argon2id"),
];

/// Whether a file begins like one.
pub fn is(file: &[u8]) -> bool {
    file.starts_with(MAGIC) || file.starts_with(MAGIC_OLD)
}

/// What protects it. `None` if the header is broken.
pub fn protection(file: &[u8]) -> Option<Protection> {
    if let Some(header) = file.strip_prefix(MAGIC_OLD) {
        let mut reader = Reader::new(header);
        let _passed = reader.take(OLD_BYTES_BEFORE_ROUNDS)?;
        return Some(aes_kdf(little(reader.take(4)?)));
    }
    let mut reader = Reader::new(file.strip_prefix(MAGIC)?);
    let _minor = reader.take(2)?;
    let n_length_bytes = match little(reader.take(2)?) {
        3 => 2,
        4 => 4,
        _ => return Some(Protection::Unknown),
    };
    loop {
        let field = reader.byte()?;
        let n_bytes = little(reader.take(n_length_bytes)?);
        let value = reader.take(usize::try_from(n_bytes).ok()?)?;
        match field {
            0 => return None,
            TRANSFORM_ROUNDS => return Some(aes_kdf(little(value))),
            KDF_PARAMETERS => return derivation(value),
            _ => {}
        }
    }
}

fn aes_kdf(rounds: u64) -> Protection {
    let how = format!("KeePass, AES-KDF {rounds} rounds");
    if rounds < AES_KDF_ROUNDS_MIN {
        Protection::Weak { how }
    } else {
        Protection::Encrypted { how }
    }
}

fn derivation(dictionary: &[u8]) -> Option<Protection> {
    let uuid = entry(dictionary, b"$UUID")?;
    let known = DERIVATIONS.iter().find(|(start, _)| uuid.starts_with(start));
    let number = |name: &[u8]| entry(dictionary, name).map(little);
    Some(match known {
        Some((_, "AES-KDF")) => aes_kdf(number(b"R")?),
        Some((_, name)) => {
            let (memory, passes) = (number(b"M")? / 1024, number(b"I")?);
            Protection::Encrypted { how: format!("KeePass, {name} {memory} KiB, {passes} passes") }
        }
        None => Protection::Encrypted { how: "KeePass, unknown key derivation".into() },
    })
}

/// A value of a VariantDictionary: version, then type, name and value each behind its length.
fn entry<'d>(dictionary: &'d [u8], name: &[u8]) -> Option<&'d [u8]> {
    let mut reader = Reader::new(dictionary);
    let _version = reader.take(2)?;
    while reader.byte()? != 0 {
        let key = sized(&mut reader)?;
        let value = sized(&mut reader)?;
        if key == name {
            return Some(value);
        }
    }
    None
}

fn sized<'d>(reader: &mut Reader<'d>) -> Option<&'d [u8]> {
    let n_bytes = little(reader.take(4)?);
    reader.take(usize::try_from(n_bytes).ok()?)
}

/// A number that begins with its lowest byte; of longer ones the lowest eight bytes.
fn little(bytes: &[u8]) -> u64 {
    bytes.iter().take(8).rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(id: u8, n_length_bytes: usize, value: &[u8]) -> Vec<u8> {
        let length = (value.len() as u32).to_le_bytes();
        [&[id], &length[..n_length_bytes], value].concat()
    }

    fn file(major: u8, fields: &[Vec<u8>]) -> Vec<u8> {
        [MAGIC, &[1, 0, major, 0], &fields.concat()].concat()
    }

    fn variant(name: &[u8], value: &[u8]) -> Vec<u8> {
        [field(5, 4, name), (value.len() as u32).to_le_bytes().to_vec(), value.to_vec()].concat()
    }

    #[test]
    fn the_header_says_what_a_guess_costs() {
        let old =
            |rounds: u64| file(3, &[field(4, 2, &[9; 32]), field(6, 2, &rounds.to_le_bytes())]);
        let how = |rounds| format!("KeePass, AES-KDF {rounds} rounds");
        assert_eq!(protection(&old(6000)), Some(Protection::Weak { how: how(6000) }));
        let many = 30_000_000;
        assert_eq!(protection(&old(many)), Some(Protection::Encrypted { how: how(many) }));
        let uuid = [b"\xEF\x63\x6D\xDF", &[1; 12][..]].concat();
        let numbers = [(&b"M"[..], 65_536 * 1024), (b"I", 10)];
        let numbers = numbers.map(|(name, number): (_, u64)| variant(name, &number.to_le_bytes()));
        let dictionary = [&[0, 1][..], &variant(b"$UUID", &uuid), &numbers.concat(), &[0]].concat();
        let new = file(4, &[field(2, 4, &[9; 16]), field(11, 4, &dictionary)]);
        let how = "KeePass, Argon2d 65536 KiB, 10 passes".to_owned();
        assert_eq!(protection(&new), Some(Protection::Encrypted { how }));
        for end in 0..new.len() {
            assert!(matches!(protection(&new[..end]), None | Some(Protection::Unknown)));
        }
    }

    #[test]
    fn the_format_of_keepass_1_has_its_rounds_behind_the_seeds() {
        let header = [MAGIC_OLD, &[7; OLD_BYTES_BEFORE_ROUNDS], &6000_u32.to_le_bytes()].concat();
        let how = "KeePass, AES-KDF 6000 rounds".to_owned();
        assert!(is(&header));
        assert_eq!(protection(&header), Some(Protection::Weak { how }));
        assert_eq!(protection(&header[..header.len() - 1]), None);
    }

    #[test]
    fn an_unknown_version_is_not_guessed_at() {
        assert_eq!(protection(&file(9, &[])), Some(Protection::Unknown));
        assert!(!is(b"") && protection(b"").is_none());
    }
}
