//! Values of a store that are encrypted under a key kept elsewhere: SOPS and Ansible
//! Vault. Knows them by their first bytes and opens none.

use crate::model::protection::Protection;
use crate::vet::facts::Facts;

/// First bytes, and how the rest is encrypted.
const SEALS: [(&[u8], &str); 2] = [
    (b"ENC[AES256_GCM,", "SOPS, AES-256-GCM"),
    (b"$ANSIBLE_VAULT;", "Ansible Vault, AES-256, PBKDF2 10000 rounds"),
];

/// That a value is encrypted; nothing where it is not.
pub fn facts(value: &[u8]) -> Facts {
    let seal = SEALS.iter().find(|(start, _)| value.starts_with(start));
    let protection = seal.map(|(_, how)| Protection::Encrypted { how: (*how).into() });
    Facts { protection, ..Facts::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_values_are_not_plaintext() {
        let is_sealed = |text: &str| facts(text.as_bytes()).protection.is_some();
        assert!(is_sealed("ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]"));
        assert!(is_sealed("$ANSIBLE_VAULT;1.1;AES256\n3132"));
        assert!(!is_sealed("ENC[") && !is_sealed(""));
    }
}
