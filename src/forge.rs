//! Secrets made at run time, for the self-test and for tests, so that no file of this
//! repository holds anything like a live one. Knows how to build what `vet` takes apart;
//! nothing it makes opens anything.

use data_encoding::{BASE32_NOPAD, BASE64, BASE64URL_NOPAD};
use sha2::{Digest, Sha256};

use crate::model::rule::Check;

/// Digits of the base62 that vendors write checksums in.
const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Numbers that look random (xorshift), the same ones in each run: a test that fails must fail again.
pub struct Dice(u64);

impl Dice {
    /// A seed is any number but zero.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below a bound.
    pub const fn roll(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }
}

/// Numbers the rounds of a test on random input: so many, or for as long as the environment's
/// `CREDREACH_FUZZ_SECONDS` says.
pub fn fuzz_rounds(n_usual: usize) -> impl Iterator<Item = usize> {
    let seconds = std::env::var("CREDREACH_FUZZ_SECONDS").ok().and_then(|it| it.parse().ok());
    let start = std::time::Instant::now();
    (0..).take_while(move |n| match seconds {
        Some(seconds) => start.elapsed().as_secs() < seconds,
        None => *n < n_usual,
    })
}

/// Makes secrets out of a seed: the same seed gives the same secrets.
pub struct Forge {
    seed: [u8; 32],
    n_made: u64,
}

impl Forge {
    /// A forge that starts at a seed.
    pub const fn new(seed: [u8; 32]) -> Self {
        Self { seed, n_made: 0 }
    }

    /// Bytes that look random.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        for chunk in bytes.chunks_mut(32) {
            self.n_made += 1;
            let block =
                Sha256::new().chain_update(self.seed).chain_update(self.n_made.to_le_bytes());
            chunk.copy_from_slice(&block.finalize()[..chunk.len()]);
        }
        bytes
    }

    /// Letters and digits.
    pub fn alphanumeric(&mut self, length: usize) -> String {
        self.characters(BASE62, length)
    }

    /// Lower-case hexadecimal digits.
    pub fn hexadecimal(&mut self, length: usize) -> String {
        self.characters(b"0123456789abcdef", length)
    }

    /// A token of a vendor that ends in the base62 CRC-32 of its body, such as GitHub's
    /// and npm's.
    pub fn checked_token(&mut self, prefix: &str) -> String {
        let body = self.alphanumeric(30);
        let mut rest = crc32fast::hash(body.as_bytes()) as usize;
        let mut digits = [b'0'; 6];
        for digit in digits.iter_mut().rev() {
            *digit = BASE62[rest % 62];
            rest /= 62;
        }
        format!("{prefix}{body}{}", String::from_utf8_lossy(&digits))
    }

    /// An AWS access key id of some account.
    pub fn aws_key_id(&mut self) -> String {
        // The first character must not be I or J: old keys hold no account.
        let mut bytes: [u8; 10] = self.bytes();
        bytes[0] = 0x80 | bytes[0] & 0x3F;
        format!("AKIA{}", BASE32_NOPAD.encode(&bytes))
    }

    /// Characters of an alphabet.
    pub fn characters(&mut self, alphabet: &[u8], length: usize) -> String {
        let bytes: Vec<u8> =
            std::iter::repeat_with(|| self.bytes::<32>()).flatten().take(length).collect();
        bytes.iter().map(|byte| char::from(alphabet[usize::from(*byte) % alphabet.len()])).collect()
    }
}

/// An armoured block with lines of 64 characters.
pub fn armour(label: &str, body: &[u8]) -> String {
    let lines: Vec<String> = BASE64
        .encode(body)
        .as_bytes()
        .chunks(64)
        .map(|line| String::from_utf8_lossy(line).into())
        .collect();
    let dashes = "-".repeat(5);
    let lines = lines.join("\n");
    format!("{dashes}BEGIN {label}{dashes}\n{lines}\n{dashes}END {label}{dashes}\n")
}

/// Strings of RFC 4251.
pub fn strings(strings: &[&[u8]]) -> Vec<u8> {
    strings
        .iter()
        .flat_map(|string| [&(string.len() as u32).to_be_bytes(), *string].concat())
        .collect()
}

/// A value of DER.
pub fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len() as u16;
    let head = if length < 0x80 {
        vec![tag, length as u8]
    } else {
        vec![tag, 0x82, (length >> 8) as u8, length as u8]
    };
    [&head, content].concat()
}

/// A certificate for some RSA key that ends then; two digits or four for the year.
pub fn certificate(key: u8, end: &str) -> Vec<u8> {
    let sequence = |parts: &[Vec<u8>]| der(0x30, &parts.concat());
    let time = |text: &str| der(if text.len() > 13 { 0x18 } else { 0x17 }, text.as_bytes());
    let algorithm = sequence(&[der(0x06, b"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01")]);
    let numbers = sequence(&[der(0x02, &[key; 64]), der(0x02, &[3])]);
    let public = sequence(&[algorithm.clone(), der(0x03, &[&[0], &numbers[..]].concat())]);
    let validity = sequence(&[time("200101000000Z"), time(end)]);
    let name = sequence(&[]);
    let version = der(0xA0, &der(0x02, &[2]));
    let head = [version, der(0x02, &[1]), algorithm.clone(), name.clone(), validity, name, public];
    sequence(&[sequence(&head), algorithm, der(0x03, &[0; 33])])
}

/// The parts of an OpenSSH private key.
pub struct OpensshKey {
    /// Public half.
    pub public: Vec<u8>,
    /// Private half, plain or not.
    pub private: Vec<u8>,
    protection: Vec<u8>,
}

impl OpensshKey {
    /// A plain key; its numbers follow from the comment.
    pub fn ed25519(comment: &str) -> Self {
        let point = Sha256::digest(comment);
        let seed = Sha256::digest(point);
        let fields = [&b"ssh-ed25519"[..], &point, &[seed, point].concat(), comment.as_bytes()];
        Self::plain(strings(&[b"ssh-ed25519", &point]), strings(&fields))
    }

    /// A handle of a key in hardware.
    pub fn security_key(comment: &str, flags: u8) -> Self {
        let key_type = b"sk-ssh-ed25519@openssh.com";
        let public = strings(&[key_type, &[7; 32], b"ssh:"]);
        let handle = strings(&[b"handle", b"", comment.as_bytes()]);
        let private = [&public[..], &[flags], &handle].concat();
        Self::plain(public, private)
    }

    fn plain(public: Vec<u8>, fields: Vec<u8>) -> Self {
        let private = [b"\x12\x34\x56\x78\x12\x34\x56\x78", &fields[..], b"\x01\x02\x03"].concat();
        Self { public, private, protection: strings(&[b"none", b"none", b""]) }
    }

    /// The same key with its private half out of sight.
    pub fn encrypted(self, rounds: u32) -> Self {
        let options = [strings(&[&[9; 16]]), rounds.to_be_bytes().to_vec()].concat();
        let private = self.private.iter().map(|byte| byte ^ 0x5A).collect();
        let protection = strings(&[b"aes256-ctr", b"bcrypt", &options]);
        Self { private, protection, ..self }
    }

    /// What the armour holds.
    pub fn body(&self) -> Vec<u8> {
        let halves = strings(&[&self.public, &self.private]);
        [b"openssh-key-v1\0", &self.protection[..], &[0, 0, 0, 1], &halves].concat()
    }

    /// The whole file.
    pub fn armoured(&self) -> String {
        armour("OPENSSH PRIVATE KEY", &self.body())
    }
}

/// A plain OpenSSH key, armoured.
pub fn openssh_key(comment: &str) -> String {
    OpensshKey::ed25519(comment).armoured()
}

/// A PuTTY key file with the headers of its key derivation.
pub fn putty_key(version: u8, encryption: &str, derivation: &str) -> String {
    let public = BASE64.encode(&strings(&[b"ssh-ed25519", &[7; 32]]));
    let private = BASE64.encode(b"private half of the key");
    let head = format!("PuTTY-User-Key-File-{version}: ssh-ed25519\nEncryption: {encryption}\n");
    let halves = format!("Public-Lines: 1\n{public}\n{derivation}Private-Lines: 1\n{private}\n");
    format!("{head}Comment: ana@desk\n{halves}Private-MAC: 00\n")
}

/// A packet of OpenPGP with a one-byte length in the new format.
pub fn pgp_packet(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[0xC0 | kind, body.len() as u8], body].concat()
}

/// A version 4 RSA secret key with this behind its public half.
pub fn pgp_secret_key(tail: &[u8]) -> Vec<u8> {
    let tail = if tail == b"\x00" { b"\x00\x00\x08\xAB\x00\x00".as_slice() } else { tail };
    [b"\x04\x65\x00\x00\x00\x01\x00\x10\xC5\xA7\x00\x11\x01\x00\x01", tail].concat()
}

/// A plain OpenPGP key with two user ids.
pub fn pgp_key() -> Vec<u8> {
    let ids = [pgp_packet(13, b"Ana <ana@host.example>"), pgp_packet(13, b"Bob")].concat();
    [pgp_packet(5, &pgp_secret_key(b"\x00")), ids].concat()
}

/// A JSON web token.
pub fn jwt(header: &str, payload: &str, signature: &str) -> String {
    let encode = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
    format!("{}.{}.{signature}", encode(header), encode(payload))
}

/// An upload token of PyPI: a version 2 macaroon behind a prefix.
pub fn pypi_token(identifier: &str, caveats: &[&str]) -> String {
    let field = |kind: u8, text: &[u8]| [&[kind, text.len() as u8], text].concat();
    let location = format!("{}.org", "pypi");
    let mut bytes = vec![2];
    bytes
        .extend([field(1, location.as_bytes()), field(2, identifier.as_bytes()), vec![0]].concat());
    for caveat in caveats {
        bytes.extend([field(2, caveat.as_bytes()), vec![0]].concat());
    }
    bytes.extend([vec![0], field(6, &Sha256::digest(identifier))].concat());
    format!("pypi-{}", BASE64URL_NOPAD.encode(&bytes))
}

/// base58check of a payload, by repeated division.
pub fn base58check(payload: &[u8]) -> String {
    const ALPHABET: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let sum = Sha256::digest(Sha256::digest(payload));
    let mut number = [payload, &sum[..4]].concat();
    let mut text = String::new();
    while number.iter().any(|byte| *byte > 0) {
        let mut rest = 0;
        for byte in &mut number {
            let value = rest * 256 + usize::from(*byte);
            *byte = (value / 58) as u8;
            rest = value % 58;
        }
        text.insert(0, char::from(ALPHABET[rest]));
    }
    text
}

/// A valid secret for each check that is not about armour.
pub fn of_every_check() -> Vec<(Check, Vec<u8>)> {
    let token = jwt(r#"{"alg":"HS256"}"#, r#"{"sub":"ana","exp":1774348740}"#, "c2ln");
    let key_id = format!("AKIA{}", BASE32_NOPAD.encode(&[0xC1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
    let caveats = [r#"[1,["left"]]"#, "[0,1774348740,1774340000]"];
    let argon = "Key-Derivation: Argon2id\nArgon2-Memory: 8192\nArgon2-Passes: 13\n";
    vec![
        (Check::Jwt, token.into()),
        (Check::AwsKeyId, key_id.into()),
        (Check::PypiMacaroon, pypi_token("3f2504e0-4f89-41d3-9a0c-0305e82c3301", &caveats).into()),
        (Check::PuttyKey, putty_key(3, "aes256-cbc", argon).into()),
        (Check::OpensshKey, openssh_key("ana").into()),
        (Check::Base58Check, base58check(&[0x80; 33]).into()),
        (Check::Bech32, "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw".into()),
        (Check::BasicAuth, BASE64.encode(b"ana:hunter2").into()),
        (Check::Uuid, "3f2504e0-4f89-41d3-9a0c-0305e82c3301".into()),
    ]
}

/// Bodies to be armoured, for damage below the armour.
pub fn bodies() -> Vec<(Check, &'static str, Vec<u8>)> {
    let integers: Vec<u8> = (1..=9).flat_map(|n| der(0x02, &[n, 0xA5])).collect();
    let rsa = der(0x30, &integers);
    let algorithm = der(0x30, &der(0x06, b"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01"));
    let pkcs8 = [der(0x02, &[0]), algorithm, der(0x04, &rsa)].concat();
    let sealed =
        [der(0x30, &der(0x06, b"\x2A\x86\x48\x86\xF7\x0D\x01\x05\x03")), der(0x04, &[5; 16])];
    vec![
        (Check::OpensshKey, "OPENSSH PRIVATE KEY", OpensshKey::ed25519("ana").encrypted(24).body()),
        (Check::PemKey, "RSA PRIVATE KEY", rsa),
        (Check::PemKey, "PRIVATE KEY", der(0x30, &pkcs8)),
        (Check::PemKey, "ENCRYPTED PRIVATE KEY", der(0x30, &sealed.concat())),
        (Check::PgpKey, "PGP PRIVATE KEY BLOCK", pgp_key()),
    ]
}
