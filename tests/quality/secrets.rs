//! Makes secrets from facts about formats: a prefix, an alphabet, a length, a checksum. Checksums are computed here
//! and not by the code under test; the armour of keys, base58check and macaroons come from `forge`.
//! Knows no rule and no pattern.

use credreach::forge::{self, OpensshKey, armour, der};
use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER};

use crate::dice::Dice;

/// Makes what a shape describes: text in which `<w30>` are characters and `<word>` is made by code.
pub fn from_shape(shape: &str, dice: &mut Dice) -> String {
    let mut text = String::new();
    let mut rest = shape;
    while let Some((before, (gap, after))) =
        rest.split_once('<').and_then(|(before, tail)| Some((before, tail.split_once('>')?)))
    {
        text.push_str(before);
        let made = if gap == "crc" { base62_crc(&text) } else { gap_of(gap, dice) };
        text.push_str(&made);
        rest = after;
    }
    text + rest
}

/// What fills a gap: a class of characters and a number of them, or what code makes.
pub fn gap_of(gap: &str, dice: &mut Dice) -> String {
    let (class, length) = gap.split_at(1);
    if let Ok(length) = length.parse() {
        return dice.characters(class.chars().next().unwrap_or('w'), length);
    }
    made_by_code(gap, dice).unwrap_or_else(|| panic!("nothing is known that is called {gap}"))
}

fn made_by_code(name: &str, dice: &mut Dice) -> Option<String> {
    Some(match name {
        "uuid" => dice.uuid(),
        "password" => dice.password(),
        "password64" => BASE64.encode(dice.password().as_bytes()),
        "basic" => BASE64.encode(format!("ana:{}", dice.password()).as_bytes()),
        // Old key ids begin with I or J and hold no account.
        "awsid" => format!("{}{}", dice.pick(&["Q", "R", "V", "W", "X"]), dice.characters('t', 15)),
        "bedrock" => {
            let label = format!("BedrockAPIKey-{}-at-112233445566:", dice.characters('l', 4));
            BASE64.encode(format!("{label}{}", dice.characters('b', 44)).as_bytes())
        }
        "gitlab" => gitlab_routable(dice),
        "atlassian" => {
            let body = format!("ATATT3xFfGF0{}=", dice.characters('s', 171));
            format!("{body}{:08X}", crc32(body.as_bytes()))
        }
        "confluent" => {
            let body = format!("cflt{}", dice.characters('b', 54));
            let sum = crc32(&body.as_bytes()[4..]).to_le_bytes();
            format!("{body}{}", BASE64_NOPAD.encode(&sum))
        }
        "grafana" => {
            let body = format!("glsa_{}", dice.characters('w', 32));
            format!("{body}_{}", HEXLOWER.encode(&crc32(body.as_bytes()).to_le_bytes()))
        }
        "azstorage" => marvin_key(dice, 60, b"\xF8\x04\xAD", 0x4465_6661_756C_7430),
        "sentry" => {
            let json = r#"{"iat":1769000000.1,"url":"https://s.acme.internal","org":"acme"}"#;
            format!("sntrys_{}_{}", BASE64.encode(json.as_bytes()), dice.characters('b', 43))
        }
        "grafanacloud" => {
            let key = dice.characters('w', 24);
            let json = format!(r#"{{"o":"102030","n":"push","k":"{key}","m":{{"r":"eu"}}}}"#);
            format!("glc_{}", BASE64.encode(json.as_bytes()))
        }
        "onepassword" => onepassword(dice),
        "pypi" => forge::pypi_token(&dice.uuid(), &[]),
        "discord" => {
            let user = BASE64URL_NOPAD.encode(dice.characters('D', 18).as_bytes());
            format!("{user}.{}.{}", dice.characters('s', 6), dice.characters('s', 38))
        }
        "jwt" => jwt(r#"{"iss":"https://login.acme.internal","sub":"ana","exp":2100000000}"#, dice),
        "supabasejwt" => jwt(
            r#"{"iss":"supabase","ref":"qwertyuiop","role":"service_role","exp":2100000000}"#,
            dice,
        ),
        "wif" => forge::base58check(&[&[0x80][..], &dice.bytes(32), &[1]].concat()),
        "xprv" => {
            let numbers = [dice.bytes(8), dice.bytes(32), vec![0], dice.bytes(32)].concat();
            forge::base58check(&[b"\x04\x88\xAD\xE4\x03", &numbers[..]].concat())
        }
        "age" => bech32("age-secret-key-", &dice.bytes(32)).to_ascii_uppercase(),
        "lnd" => {
            let head = [b"\x02\x01\x03lnd\x02\x30", &dice.bytes(48)[..], b"\0\0\x06\x20"].concat();
            HEXLOWER.encode(&[head, dice.bytes(32)].concat())
        }
        "wireguard" | "wgpublic" => {
            let mut key = dice.bytes(32);
            (key[0], key[31]) = (key[0] & 248, key[31] & 127 | 64);
            BASE64.encode(&key)
        }
        _ => return None,
    })
}

/// CRC-32, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xEDB8_8320 * (sum & 1)))
    })
}

fn digits(mut number: u32, alphabet: &[u8], n_digits: usize) -> String {
    let mut digits = vec![b'0'; n_digits];
    for digit in digits.iter_mut().rev() {
        *digit = alphabet[number as usize % alphabet.len()];
        number /= alphabet.len() as u32;
    }
    String::from_utf8_lossy(&digits).into()
}

/// The checksum of GitHub and npm: of what stands behind the first `_`.
fn base62_crc(text: &str) -> String {
    let body = text.split_once('_').map_or(text, |(_, body)| body);
    let alphabet = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    digits(crc32(body.as_bytes()), alphabet, 6)
}

fn gitlab_routable(dice: &mut Dice) -> String {
    let alphabet = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let routing = format!("o:{}\nu:{}", dice.characters('l', 2), dice.characters('l', 3));
    let random = dice.bytes(16);
    let payload = [&random[..], routing.as_bytes(), &[16]].concat();
    let body = BASE64URL_NOPAD.encode(&payload);
    let length = digits(body.len() as u32, alphabet, 2);
    let head = format!("glpat-{body}.01.{length}");
    format!("{head}{}", digits(crc32(head.as_bytes()), alphabet, 7))
}

/// An annotated key of Azure: random bytes, the product's signature, and the Marvin checksum of both.
fn marvin_key(dice: &mut Dice, n_bytes: usize, signature: &[u8], seed: u64) -> String {
    let mut bytes = dice.bytes(n_bytes - signature.len());
    bytes.extend(signature);
    let sum = marvin32(&bytes, seed).to_le_bytes();
    BASE64.encode(&[&bytes[..], &sum].concat())
}

/// Marvin, its halves folded into 32 bits.
fn marvin32(bytes: &[u8], seed: u64) -> u32 {
    let mut state = (seed as u32, (seed >> 32) as u32);
    let words = bytes.chunks_exact(4);
    let tail =
        words.remainder().iter().rev().fold(0x80, |tail: u32, byte| tail << 8 | u32::from(*byte));
    for word in words.map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]])) {
        state = marvin_round((state.0.wrapping_add(word), state.1));
    }
    let (low, high) = marvin_round(marvin_round((state.0.wrapping_add(tail), state.1)));
    low ^ high
}

fn marvin_round((mut low, mut high): (u32, u32)) -> (u32, u32) {
    high ^= low;
    low = low.rotate_left(20).wrapping_add(high);
    high = high.rotate_left(9) ^ low;
    low = low.rotate_left(27).wrapping_add(high);
    (low, high.rotate_left(19))
}

fn onepassword(dice: &mut Dice) -> String {
    let (key, x) = (dice.characters('s', 43), dice.characters('x', 64));
    let json = format!(
        r#"{{"signInAddress":"acme.1password.internal","userAuth":{{"method":"SRPg-4096","alg":"PBES2g-HS256"}},"email":"ci@acme.internal","srpX":"{x}","muk":{{"alg":"A256GCM","k":"{key}","kty":"oct"}}}}"#
    );
    format!("ops_{}", BASE64.encode(json.as_bytes()))
}

fn jwt(payload: &str, dice: &mut Dice) -> String {
    let header = format!(r#"{{"alg":"RS256","typ":"JWT","kid":"{}"}}"#, dice.characters('x', 16));
    forge::jwt(&header, payload, &BASE64URL_NOPAD.encode(&dice.bytes(256)))
}

/// bech32 of BIP 173.
fn bech32(prefix: &str, bytes: &[u8]) -> String {
    let alphabet = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    let bits: Vec<u8> =
        bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    let mut values: Vec<u8> = bits
        .chunks(5)
        .map(|five| (0..5).fold(0, |value, at| value << 1 | five.get(at).copied().unwrap_or(0)))
        .collect();
    let high = prefix.bytes().map(|byte| byte >> 5);
    let low = prefix.bytes().map(|byte| byte & 31);
    let spread: Vec<u8> = high.chain([0]).chain(low).chain(values.iter().copied()).collect();
    let sum = bech32_sum(spread.into_iter().chain([0; 6])) ^ 1;
    values.extend((0..6).map(|at| (sum >> (5 * (5 - at)) & 31) as u8));
    let body = values.iter().map(|value| char::from(alphabet[usize::from(*value)]));
    format!("{prefix}1{}", body.collect::<String>())
}

fn bech32_sum(values: impl Iterator<Item = u8>) -> u32 {
    let generators = [0x3B6A_57B2, 0x2650_8E6D, 0x1EA1_19FA, 0x3D42_33DD, 0x2A14_62B3];
    values.fold(1, |sum: u32, value| {
        let top = sum >> 25;
        let shifted = (sum & 0x01FF_FFFF) << 5 ^ u32::from(value);
        generators
            .iter()
            .enumerate()
            .fold(shifted, |sum, (bit, generator)| sum ^ (generator * (top >> bit & 1)))
    })
}

/// Private keys of many lines: family and text. Their numbers are random, so none of them opens anything.
pub fn private_keys(dice: &mut Dice) -> Vec<(&'static str, String)> {
    let integer = |bytes: Vec<u8>| der(0x02, &[&[0x5A][..], &bytes].concat());
    let numbers = [256, 2, 256, 128, 128, 128, 128, 128].map(|length| integer(dice.bytes(length)));
    let rsa = der(0x30, &[der(0x02, &[0]), numbers.concat()].concat());
    let curve = der(0x06, b"\x2A\x86\x48\xCE\x3D\x03\x01\x07");
    let scalar = der(0x04, &dice.bytes(32));
    let ec = der(0x30, &[der(0x02, &[1]), scalar, der(0xA0, &curve)].concat());
    let rsa_name =
        der(0x30, &[der(0x06, b"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01"), der(5, &[])].concat());
    let pkcs8 = der(0x30, &[der(0x02, &[0]), rsa_name, der(0x04, &rsa)].concat());
    let seed = der(0x04, &der(0x04, &dice.bytes(32)));
    let edwards =
        der(0x30, &[der(0x02, &[0]), der(0x30, &der(0x06, b"\x2B\x65\x70")), seed].concat());
    let plain = OpensshKey::ed25519(&dice.characters('l', 8)).armoured();
    let sealed = OpensshKey::ed25519(&dice.characters('l', 8)).encrypted(16).armoured();
    let pairs = [
        ("rsa-pkcs1", armour("RSA PRIVATE KEY", &rsa)),
        ("ec-sec1", armour("EC PRIVATE KEY", &ec)),
        ("rsa-pkcs8", armour("PRIVATE KEY", &pkcs8)),
        ("ed25519-pkcs8", armour("PRIVATE KEY", &edwards)),
        ("openssh", plain),
        ("openssh-encrypted", sealed),
        (
            "pgp",
            armour("PGP PRIVATE KEY BLOCK", &forge::pgp_key()).replacen("-----\n", "-----\n\n", 1),
        ),
    ];
    pairs.into_iter().map(|(family, text)| (family, text.trim_end().to_owned())).collect()
}
