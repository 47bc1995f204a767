//! PuTTY's private keys, versions 2 and 3 (PuTTY manual, appendix C). The public half is in
//! clear. The MAC is not verified: that takes the passphrase.

use crate::model::finding::Rejection;
use crate::model::protection::Protection;
use crate::vet::armour;
use crate::vet::base64;
use crate::vet::facts::{Checked, Facts, public_text};
use crate::vet::private_key::ssh_fingerprint;
use crate::vet::reader::Reader;

const VERSIONS: [(&str, Version); 2] =
    [("PuTTY-User-Key-File-2", Version::Two), ("PuTTY-User-Key-File-3", Version::Three)];

#[derive(Clone, Copy)]
enum Version {
    Two,
    Three,
}

/// A key file, line by line.
struct KeyFile {
    lines: Vec<String>,
}

/// `putty-key`: the headers parse, and the public half is of the type they name.
pub fn check(secret: &[u8]) -> Checked {
    KeyFile::new(secret).facts().ok_or(Rejection::Structure)
}

impl KeyFile {
    fn new(secret: &[u8]) -> Self {
        let text = armour::unescaped(secret);
        let lines = text.split(|byte| *byte == b'\n');
        let line = |line: &[u8]| String::from_utf8_lossy(line).trim().to_owned();
        Self { lines: lines.map(line).filter(|line| !line.is_empty()).collect() }
    }

    fn facts(&self) -> Option<Facts> {
        let (key_type, version) =
            VERSIONS.iter().find_map(|(name, version)| Some((self.header(name)?, *version)))?;
        let public = self.blob("Public-Lines")?;
        let private = self.blob("Private-Lines")?;
        if Reader::new(&public).string()? != key_type.as_bytes() {
            return None;
        }
        Some(Facts {
            key_id: Some(ssh_fingerprint::of_blob(&public)),
            account: self.header("Comment").and_then(|text| public_text(text.as_bytes())),
            protection: Some(self.protection(version)?),
            canonical: Some(private),
            ..Facts::default()
        })
    }

    /// Version 2 makes the key of the cipher with two SHA-1 alone.
    fn protection(&self, version: Version) -> Option<Protection> {
        let cipher = public_text(self.header("Encryption")?.as_bytes())?;
        Some(match version {
            _ if cipher == "none" => Protection::Plaintext,
            Version::Two => Protection::Weak { how: format!("{cipher}, SHA-1 only") },
            Version::Three => Protection::Encrypted { how: self.derivation(&cipher)? },
        })
    }

    /// `aes256-cbc, Argon2id 8192 KiB, 13 passes`.
    fn derivation(&self, cipher: &str) -> Option<String> {
        let function = public_text(self.header("Key-Derivation")?.as_bytes())?;
        let memory: u32 = self.header("Argon2-Memory")?.parse().ok()?;
        let passes: u32 = self.header("Argon2-Passes")?.parse().ok()?;
        Some(format!("{cipher}, {function} {memory} KiB, {passes} passes"))
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.lines.iter().find_map(|line| header_value(line, name))
    }

    /// The base64 lines behind a header that counts them.
    fn blob(&self, header: &str) -> Option<Vec<u8>> {
        let position = self.lines.iter().position(|line| header_value(line, header).is_some())?;
        let n_lines: usize = header_value(&self.lines[position], header)?.parse().ok()?;
        let end = (position + 1).checked_add(n_lines)?;
        let blob = base64::decode(self.lines.get(position + 1..end)?.concat().as_bytes())?;
        (!blob.is_empty()).then_some(blob)
    }
}

fn header_value<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    line.strip_prefix(name)?.strip_prefix(':').map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forge::putty_key;

    const ARGON: &str = "Key-Derivation: Argon2id\nArgon2-Memory: 8192\nArgon2-Passes: 13\n";

    fn check(text: &str, expected: Protection) {
        for text in [text.to_owned(), text.replace('\n', "\r\n"), text.replace('\n', "\\n")] {
            let facts = super::check(text.as_bytes()).expect("a whole key");
            assert_eq!(facts.protection.as_ref(), Some(&expected));
            assert_eq!(facts.account.as_deref(), Some("ana@desk"));
            assert!(facts.key_id.is_some_and(|key_id| key_id.starts_with("SHA256:")));
            assert_eq!(facts.canonical.as_deref(), Some(&b"private half of the key"[..]));
        }
    }

    #[test]
    fn the_version_decides_what_encryption_is_worth() {
        check(&putty_key(3, "none", ""), Protection::Plaintext);
        check(&putty_key(2, "none", ""), Protection::Plaintext);
        let how = "aes256-cbc, SHA-1 only".to_owned();
        check(&putty_key(2, "aes256-cbc", ""), Protection::Weak { how });
        let how = "aes256-cbc, Argon2id 8192 KiB, 13 passes".to_owned();
        check(&putty_key(3, "aes256-cbc", ARGON), Protection::Encrypted { how });
    }

    #[test]
    fn a_broken_file_is_refused() {
        let whole = putty_key(3, "none", "");
        for text in [
            putty_key(1, "none", ""),
            putty_key(3, "aes256-cbc", ""),
            whole.replace("Public-Lines: 1", "Public-Lines: 99999999999999999999"),
            whole.replace("Public-Lines: 1", "Public-Lines: 18446744073709551615"),
            whole.replace("Private-Lines: 1", "Private-Lines: 0"),
            whole.replace("File-3: ssh-ed25519", "File-3: ssh-rsa"),
            String::new(),
        ] {
            assert_eq!(
                super::check(text.as_bytes()).map(drop),
                Err(Rejection::Structure),
                "{text}"
            );
        }
    }
}
