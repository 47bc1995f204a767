//! Files that hold private keys and are known by their first bytes. Looks at no name and no
//! password; which of them are looked at is for the stores to say.

use crate::model::finding::{Protection, Rejection};
use crate::vet::facts::{Checked, Facts};
use crate::vet::private_key::{age_file, gpg_agent, java_keystore, keepass, pkcs12};

/// What a key file says. `None` for anything else.
pub fn check(file: &[u8]) -> Option<Checked> {
    match file {
        _ if age_file::is(file) => Some(protected(age_file::protection(file))),
        _ if gpg_agent::is(file) => Some(gpg_agent::facts(file).ok_or(Rejection::Structure)),
        _ if keepass::is(file) => Some(protected(keepass::protection(file))),
        _ if java_keystore::is(file) => Some(java_keystore::protection(file).and_then(held)),
        _ if pkcs12::is(file) => Some(pkcs12::protection(file).and_then(held)),
        _ => None,
    }
}

fn protected(protection: Option<Protection>) -> Checked {
    protection.ok_or(Rejection::Structure).and_then(held)
}

fn held(protection: Protection) -> Checked {
    Ok(Facts { protection: Some(protection), ..Facts::default() })
}
