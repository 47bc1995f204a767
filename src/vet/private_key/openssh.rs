//! OpenSSH private keys, as OpenSSH's `PROTOCOL.key` lays them out. The public half is in
//! clear even where the private one is encrypted, so every key gets its fingerprint.

use crate::model::finding::Rejection;
use crate::model::protection::Protection;
use crate::vet::armour::Armour;
use crate::vet::facts::{Checked, Facts, public_text};
use crate::vet::private_key::ssh_fingerprint;
use crate::vet::reader::Reader;

const MAGIC: &[u8] = b"openssh-key-v1\0";

/// `openssh-key`: the structure is whole; an unencrypted one also repeats its check number.
pub fn check(secret: &[u8]) -> Checked {
    let armour = Armour::parse(secret).ok_or(Rejection::Structure)?;
    facts(&armour.body).ok_or(Rejection::Structure)
}

/// What a body says, under whichever label it stands.
pub fn facts(body: &[u8]) -> Option<Facts> {
    let mut reader = Reader::new(body.strip_prefix(MAGIC)?);
    let (cipher, kdf, options) = (reader.string()?, reader.string()?, reader.string()?);
    // The format allows several keys; no program ever wrote more than one.
    if reader.number(4)? != 1 {
        return None;
    }
    let (public, private) = (reader.string()?, reader.string()?);
    let key_type = Reader::new(public).string()?;
    let is_plain = kdf == b"none" && cipher == b"none";
    let protection = match key_type {
        _ if key_type.starts_with(b"sk-") => hardware(private, is_plain),
        _ if is_plain => Protection::Plaintext,
        _ => Protection::Encrypted { how: how(cipher, kdf, options)? },
    };
    let account = if is_plain { comment(private)? } else { None };
    let key_id = Some(ssh_fingerprint::of_blob(public));
    Some(Facts { key_id, account, protection: Some(protection), ..Facts::default() })
}

/// A security key. What it asks for stands in the flags of the handle (`sk-api.h`).
fn hardware(private: &[u8], is_plain: bool) -> Protection {
    const TOUCH: u8 = 0x01;
    const VERIFICATION: u8 = 0x04;
    let how = match handle_flags(private) {
        _ if !is_plain => "security key, its handle encrypted",
        None => "security key",
        Some(flags) if flags & VERIFICATION != 0 => "security key that asks for its PIN",
        Some(flags) if flags & TOUCH != 0 => "security key that asks for a touch",
        Some(_) => "security key that asks for no touch",
    };
    Protection::Hardware { how: how.into() }
}

fn handle_flags(private: &[u8]) -> Option<u8> {
    let mut reader = Reader::new(private);
    let _check_numbers = reader.take(8)?;
    let key_type = reader.string()?;
    reader.skip_strings(n_public_strings(key_type)?)?;
    reader.byte()
}

/// `aes256-ctr, bcrypt 16 rounds`.
fn how(cipher: &[u8], kdf: &[u8], options: &[u8]) -> Option<String> {
    let (cipher, kdf_name) = (public_text(cipher)?, public_text(kdf)?);
    if kdf != b"bcrypt" {
        return Some(format!("{cipher}, {kdf_name}"));
    }
    let mut options = Reader::new(options);
    let _salt = options.string()?;
    Some(format!("{cipher}, bcrypt {} rounds", options.number(4)?))
}

/// The comment at the end of a plain private half; the inner `None` where there is none, or
/// where the key type is unknown here.
fn comment(private: &[u8]) -> Option<Option<String>> {
    let mut reader = Reader::new(private);
    if reader.number(4)? != reader.number(4)? {
        return None;
    }
    let key_type = reader.string()?;
    let comment = pass_key(&mut reader, key_type).and_then(|()| reader.string());
    Some(comment.and_then(public_text))
}

/// Passes over the fields of a private key.
fn pass_key(reader: &mut Reader<'_>, key_type: &[u8]) -> Option<()> {
    match key_type {
        b"ssh-ed25519" => reader.skip_strings(2),
        b"ssh-rsa" => reader.skip_strings(6),
        b"ssh-dss" => reader.skip_strings(5),
        _ if key_type.starts_with(b"sk-") => pass_handle(reader, n_public_strings(key_type)?),
        _ if key_type.starts_with(b"ecdsa-sha2-") => reader.skip_strings(3),
        _ => None,
    }
}

/// The public strings of a security key's handle.
fn n_public_strings(key_type: &[u8]) -> Option<usize> {
    match key_type {
        b"sk-ssh-ed25519@openssh.com" => Some(2),
        b"sk-ecdsa-sha2-nistp256@openssh.com" => Some(3),
        _ => None,
    }
}

/// Of a hardware key only a handle is kept: the public fields, flags, the handle and a
/// reserved string.
fn pass_handle(reader: &mut Reader<'_>, n_public_strings: usize) -> Option<()> {
    reader.skip_strings(n_public_strings)?;
    let _flags = reader.byte()?;
    reader.skip_strings(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forge::{self, OpensshKey};

    const LABEL: &str = "OPENSSH PRIVATE KEY";

    fn check_key(key: &OpensshKey, expected: Protection) -> Facts {
        let facts = check(key.armoured().as_bytes()).expect("a whole key");
        assert_eq!(facts.protection, Some(expected));
        facts
    }

    #[test]
    fn a_plain_key_shows_its_fingerprint_and_comment() {
        let key = OpensshKey::ed25519("ana@build");
        let facts = check_key(&key, Protection::Plaintext);
        assert_eq!(facts.account.as_deref(), Some("ana@build"));
        assert_eq!(facts.key_id, Some(ssh_fingerprint::of_blob(&key.public)));
    }

    #[test]
    fn an_encrypted_key_shows_its_cipher_and_rounds() {
        let key = OpensshKey::ed25519("ana").encrypted(16);
        let how = "aes256-ctr, bcrypt 16 rounds".to_owned();
        let facts = check_key(&key, Protection::Encrypted { how });
        assert_eq!(facts.account, None);
        assert!(facts.key_id.is_some());
    }

    #[test]
    fn a_key_in_hardware_is_only_a_handle() {
        let hardware = |how: &str| Protection::Hardware { how: how.into() };
        let touch = hardware("security key that asks for a touch");
        let facts = check_key(&OpensshKey::security_key("ana", 1), touch);
        assert_eq!(facts.account.as_deref(), Some("ana"));
        let none = hardware("security key that asks for no touch");
        check_key(&OpensshKey::security_key("ana", 0x20), none);
        let pin = hardware("security key that asks for its PIN");
        check_key(&OpensshKey::security_key("ana", 5), pin);
        let encrypted = hardware("security key, its handle encrypted");
        check_key(&OpensshKey::security_key("ana", 1).encrypted(16), encrypted);
    }

    #[test]
    fn a_broken_key_is_refused() {
        let key = OpensshKey::ed25519("ana");
        let mut differing = OpensshKey::ed25519("ana");
        differing.private[0] ^= 1;
        let body = key.body();
        for block in [
            differing.armoured(),
            forge::armour(LABEL, &body[..body.len() - 30]),
            forge::armour(LABEL, b"openssh-key-v1\0"),
            String::new(),
        ] {
            assert_eq!(check(block.as_bytes()).map(drop), Err(Rejection::Structure));
        }
    }
}
