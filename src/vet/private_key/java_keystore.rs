//! Java's own key stores, JKS and JCEKS. Walks the entries up to the first private key. Both
//! protect it so that a guess costs next to nothing.

use crate::model::finding::Rejection;
use crate::model::protection::Protection;
use crate::vet::reader::Reader;

const JKS: &[u8] = b"\xFE\xED\xFE\xED";
const JCEKS: &[u8] = b"\xCE\xCE\xCE\xCE";

const PRIVATE_KEY: u64 = 1;
const CERTIFICATE: u64 = 2;
const SECRET_KEY: u64 = 3;

/// Whether a file begins like one.
pub fn is(file: &[u8]) -> bool {
    file.starts_with(JKS) || file.starts_with(JCEKS)
}

/// What protects its keys; one that holds certificates alone is public.
pub fn protection(file: &[u8]) -> Result<Protection, Rejection> {
    let how = match file.starts_with(JKS) {
        true => "JKS, one round of SHA-1",
        false => "JCEKS, MD5 and 3DES",
    };
    match has_key(&mut Reader::new(&file[JKS.len()..])) {
        Some(true) => Ok(Protection::Weak { how: how.into() }),
        Some(false) => Err(Rejection::Public),
        None => Err(Rejection::Structure),
    }
}

fn has_key(reader: &mut Reader<'_>) -> Option<bool> {
    let version = reader.number(4).filter(|version| matches!(version, 1 | 2))?;
    let n_entries = reader.number(4)?;
    for _ in 0..n_entries {
        let kind = reader.number(4)?;
        let _alias = reader.prefixed(2)?;
        let _created = reader.take(8)?;
        match kind {
            PRIVATE_KEY | SECRET_KEY => return Some(true),
            CERTIFICATE => {
                // Version 1 knows no type of a certificate but one.
                let _type = if version == 2 { reader.prefixed(2)? } else { &[] };
                let _certificate = reader.string()?;
            }
            _ => return None,
        }
    }
    Some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(magic: &[u8], kinds: &[u8]) -> Vec<u8> {
        let entries = kinds.iter().map(|kind| {
            let head = [&[0, 0, 0, *kind, 0, 1, b'a'][..], &[0; 8]].concat();
            [&head[..], b"\0\x05X.509", b"\0\0\0\x02ab"].concat()
        });
        let entries: Vec<u8> = entries.flatten().collect();
        [magic, &[0, 0, 0, 2, 0, 0, 0, kinds.len() as u8], &entries, &[7; 20]].concat()
    }

    #[test]
    fn a_store_with_a_key_is_weak_and_one_without_is_public() {
        let weak = |how: &str| Ok(Protection::Weak { how: how.into() });
        assert_eq!(protection(&store(JKS, &[2, 1])), weak("JKS, one round of SHA-1"));
        assert_eq!(protection(&store(JCEKS, &[3])), weak("JCEKS, MD5 and 3DES"));
        assert_eq!(protection(&store(JKS, &[2, 2])), Err(Rejection::Public));
        assert_eq!(protection(&store(JKS, &[9])), Err(Rejection::Structure));
        assert_eq!(protection(JKS), Err(Rejection::Structure));
    }
}
