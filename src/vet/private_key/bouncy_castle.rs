//! Key stores of Bouncy Castle, BKS. They have no mark: version, salt and rounds stand first, and
//! entries follow that are walked up to the first key. Does not see inside sealed entries, which
//! are keys.

use crate::model::finding::Rejection;
use crate::model::protection::Protection;
use crate::vet::reader::Reader;

/// What the two versions salt with.
const SALT_BYTES: usize = 20;
/// Bouncy Castle draws 1024 to 2047.
const ROUNDS: std::ops::RangeInclusive<u64> = 1..=1 << 16;

const END: u8 = 0;
const CERTIFICATE: u8 = 1;
const KEY: u8 = 2;
const SECRET: u8 = 3;
const SEALED: u8 = 4;

/// Whether a file begins like one.
pub fn is(file: &[u8]) -> bool {
    rounds(&mut Reader::new(file)).is_some()
}

/// What protects its keys; one that holds certificates alone is public.
pub fn protection(file: &[u8]) -> Result<Protection, Rejection> {
    let mut reader = Reader::new(file);
    let rounds = rounds(&mut reader).ok_or(Rejection::Structure)?;
    match has_key(&mut reader) {
        Some(true) => Ok(Protection::Weak { how: format!("BKS, 3DES, SHA-1 {rounds} rounds") }),
        Some(false) => Err(Rejection::Public),
        None => Err(Rejection::Structure),
    }
}

fn rounds(reader: &mut Reader<'_>) -> Option<u64> {
    let _version = reader.number(4).filter(|version| matches!(version, 1 | 2))?;
    let _salt = reader.string().filter(|salt| salt.len() == SALT_BYTES)?;
    reader.number(4).filter(|rounds| ROUNDS.contains(rounds))
}

/// Each entry: type, alias, date, certificates, and what it is.
fn has_key(reader: &mut Reader<'_>) -> Option<bool> {
    loop {
        match reader.byte()? {
            END => return Some(false),
            KEY | SECRET | SEALED => {
                let _alias = reader.prefixed(2)?;
                return reader.take(8).map(|_date| true);
            }
            CERTIFICATE => {
                let _alias = reader.prefixed(2)?;
                let _date = reader.take(8)?;
                for _ in 0..reader.number(4)? {
                    certificate(reader)?;
                }
                certificate(reader)?;
            }
            _ => return None,
        }
    }
}

fn certificate(reader: &mut Reader<'_>) -> Option<()> {
    let _type = reader.prefixed(2)?;
    reader.string().map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(entries: &[u8]) -> Vec<u8> {
        [&[0, 0, 0, 2, 0, 0, 0, 20][..], &[7; 20], &[0, 0, 4, 0], entries].concat()
    }

    fn entry(kind: u8) -> Vec<u8> {
        let head = [&[kind, 0, 1, b'a'][..], &[0; 8], &[0; 4]].concat();
        let certificate = b"\0\x05X.509\0\0\0\x02ab";
        if kind == CERTIFICATE { [&head[..], certificate].concat() } else { head }
    }

    #[test]
    fn a_store_with_a_key_is_weak_and_one_without_is_public() {
        let how = "BKS, 3DES, SHA-1 1024 rounds".to_owned();
        let weak = Ok(Protection::Weak { how });
        let with_key = store(&[entry(CERTIFICATE), entry(SEALED)].concat());
        assert!(is(&with_key));
        assert_eq!(protection(&with_key), weak);
        assert_eq!(protection(&store(&entry(KEY))), weak);
        assert_eq!(
            protection(&store(&[entry(CERTIFICATE), vec![END]].concat())),
            Err(Rejection::Public)
        );
        for broken in [store(&[]), store(&[9]), store(&entry(CERTIFICATE)[..20])] {
            assert_eq!(protection(&broken), Err(Rejection::Structure));
        }
    }

    #[test]
    fn other_files_do_not_begin_like_one() {
        assert!(!is(b"") && !is(&[0; 64]) && !is(b"\0\0\0\x02\0\0\0\x15 and more and more and m"));
    }
}
