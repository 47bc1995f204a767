//! Files that age encrypted (age-encryption.org/v1), in armour or not. Reads the first line
//! behind the version, which says under what.

use crate::model::protection::Protection;
use crate::vet::armour::Armour;
use crate::vet::private_key::strength::SCRYPT_COST_MIN;

const VERSION: &[u8] = b"age-encryption.org/v1\n";
const ARMOUR: &[u8] = b"-----BEGIN AGE ENCRYPTED FILE-----";

/// Whether a file begins like one.
pub fn is(file: &[u8]) -> bool {
    file.starts_with(VERSION) || file.starts_with(ARMOUR)
}

/// `scrypt SALT LOG2` is a passphrase; anything else another key.
pub fn protection(file: &[u8]) -> Option<Protection> {
    let armour = Armour::parse(file).map(|armour| armour.body);
    let stanza = armour.as_deref().unwrap_or(file).strip_prefix(VERSION)?;
    let line = stanza.split(|byte| *byte == b'\n').next()?.strip_prefix(b"-> ")?;
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    if words.next()? != "scrypt" {
        return Some(Protection::Encrypted { how: "age, under another key".into() });
    }
    let log2: u32 = words.nth(1)?.parse().ok().filter(|log2| *log2 < 64)?;
    let how = format!("age, scrypt N=2^{log2}");
    let is_weak = 1 << log2 < SCRYPT_COST_MIN;
    Some(if is_weak { Protection::Weak { how } } else { Protection::Encrypted { how } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forge;

    fn check(stanza: &str, expected: Option<Protection>) {
        let file = format!("age-encryption.org/v1\n-> {stanza}\nbody");
        assert!(is(file.as_bytes()));
        assert_eq!(protection(file.as_bytes()), expected, "{stanza}");
        let armoured = forge::armour("AGE ENCRYPTED FILE", file.as_bytes());
        assert!(is(armoured.as_bytes()));
        assert_eq!(protection(armoured.as_bytes()), expected, "{stanza}");
    }

    #[test]
    fn a_passphrase_is_as_good_as_its_work_factor() {
        let how = |log2| format!("age, scrypt N=2^{log2}");
        check("scrypt c2FsdA 18", Some(Protection::Encrypted { how: how(18) }));
        check("scrypt c2FsdA 10", Some(Protection::Weak { how: how(10) }));
        let how = "age, under another key".to_owned();
        check("X25519 abc", Some(Protection::Encrypted { how }));
        for broken in ["", "scrypt", "scrypt a", "scrypt a 99", "scrypt a x"] {
            let expected = broken.is_empty().then(|| "age, under another key".to_owned());
            check(broken, expected.map(|how| Protection::Encrypted { how }));
        }
    }
}
