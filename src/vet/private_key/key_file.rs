//! Files that hold private keys and are known by their first bytes or their structure. Looks at
//! no name and no password.

use crate::model::finding::Rejection;
use crate::model::protection::Protection;
use crate::vet::facts::{Checked, Facts};
use crate::vet::private_key::{
    age_file, bouncy_castle, der_file, gpg_agent, java_keystore, keepass, pkcs12,
};

/// What a key file says. `None` for anything else.
pub fn check(file: &[u8]) -> Option<Checked> {
    match file {
        _ if age_file::is(file) => Some(protected(age_file::protection(file))),
        _ if gpg_agent::is(file) => Some(gpg_agent::facts(file).ok_or(Rejection::Structure)),
        _ if keepass::is(file) => Some(protected(keepass::protection(file))),
        _ if java_keystore::is(file) => Some(java_keystore::protection(file).and_then(held)),
        _ if bouncy_castle::is(file) => Some(bouncy_castle::protection(file).and_then(held)),
        _ if der_file::kind(file).is_some() => Some(der_file::check(file)),
        _ if pkcs12::is(file) => Some(pkcs12::protection(file).and_then(held)),
        _ => None,
    }
}

/// The kind of credential that a file is wherever it lies, because its structure says so.
pub fn kind(file: &[u8]) -> Option<&'static str> {
    let is_store = || java_keystore::is(file) || bouncy_castle::is(file);
    match file {
        _ if keepass::is(file) => keepass::protection(file).map(|_| "keepass-database"),
        // One that is broken, or begins like one by chance, is nothing.
        _ if is_store() || pkcs12::is(file) => {
            let is_whole = !matches!(check(file), Some(Err(Rejection::Structure)));
            is_whole.then_some("key-store-file")
        }
        _ => der_file::kind(file),
    }
}

/// Without the white space around it, which in a key in DER is part of the key.
pub fn trimmed(secret: &[u8]) -> &[u8] {
    if der_file::kind(secret).is_some() { secret } else { secret.trim_ascii() }
}

fn protected(protection: Option<Protection>) -> Checked {
    protection.ok_or(Rejection::Structure).and_then(held)
}

fn held(protection: Protection) -> Checked {
    Ok(Facts { protection: Some(protection), ..Facts::default() })
}
