//! OpenPGP secret keys in armour (RFC 9580, RFC 4880). Walks the packets for secret keys and
//! for the first user id, which becomes the account; fingerprints are left out, for those of
//! version 4 need SHA-1.

use crate::model::finding::Rejection;
use crate::model::protection::Protection;
use crate::vet::armour::Armour;
use crate::vet::facts::{Checked, Facts, own_start, public_text};
use crate::vet::private_key::pgp_secret_key;
use crate::vet::reader::Reader;

const LABEL: &str = "PGP PRIVATE KEY BLOCK";

/// Packet types of RFC 9580, section 5.
const SECRET_KEY: u8 = 5;
const PUBLIC_KEY: u8 = 6;
const SECRET_SUBKEY: u8 = 7;
const USER_ID: u8 = 13;

/// `pgp-key`: the CRC-24 holds where there is one, the packets are whole, and the first is a
/// secret key.
pub fn check(secret: &[u8]) -> Checked {
    let armour = Armour::parse(secret).filter(|armour| armour.label == LABEL);
    let armour = armour.ok_or(Rejection::Structure)?;
    let sum = crc24(&armour.body).to_be_bytes();
    if armour.crc24.as_deref().is_some_and(|expected| expected != &sum[1..]) {
        return Err(Rejection::Checksum);
    }
    let packets = packets(&armour.body).ok_or(Rejection::Structure)?;
    match packets.first() {
        Some((SECRET_KEY | SECRET_SUBKEY, _)) => facts(&packets).ok_or(Rejection::Structure),
        Some((PUBLIC_KEY, _)) => Err(Rejection::Public),
        _ => Err(Rejection::Structure),
    }
}

/// The block is as exposed as its least protected key: an offline main key often comes as
/// a mere stub beside its subkeys.
fn facts(packets: &[(u8, &[u8])]) -> Option<Facts> {
    let keys = packets.iter().filter(|(kind, _)| matches!(*kind, SECRET_KEY | SECRET_SUBKEY));
    let protections: Option<Vec<Protection>> =
        keys.clone().map(|(_, body)| pgp_secret_key::protection(body)).collect();
    // The oldest counts: what is in it cannot be younger than that.
    let made = keys.clone().filter_map(|(_, body)| pgp_secret_key::created(body)).min();
    let user_id = packets.iter().find(|(kind, _)| *kind == USER_ID);
    Some(Facts {
        account: user_id.and_then(|(_, body)| public_text(body)),
        protection: protections?.into_iter().min(),
        issued: made.map(|at| own_start(at, "creation time")),
        ..Facts::default()
    })
}

/// Types and bodies of all packets.
fn packets(bytes: &[u8]) -> Option<Vec<(u8, &[u8])>> {
    let mut reader = Reader::new(bytes);
    let mut packets = Vec::new();
    while !reader.rest().is_empty() {
        packets.push(packet(&mut reader)?);
    }
    Some(packets)
}

/// A packet in either format. Partial and open lengths are for data, never for keys.
fn packet<'b>(reader: &mut Reader<'b>) -> Option<(u8, &'b [u8])> {
    let header = reader.byte()?;
    match header {
        0xC0.. => Some((header & 0x3F, new_body(reader)?)),
        0x80.. if header & 3 < 3 => Some((header >> 2 & 0xF, reader.prefixed(1 << (header & 3))?)),
        _ => None,
    }
}

fn new_body<'b>(reader: &mut Reader<'b>) -> Option<&'b [u8]> {
    match reader.byte()? {
        short @ 0..192 => reader.take(usize::from(short)),
        first @ 192..224 => {
            let second = usize::from(reader.byte()?);
            reader.take((usize::from(first) - 192) * 256 + second + 192)
        }
        255 => reader.prefixed(4),
        _ => None,
    }
}

/// The checksum of armour, RFC 9580 section 6.1.
fn crc24(bytes: &[u8]) -> u32 {
    const START: u32 = 0x00B7_04CE;
    const POLYNOMIAL: u32 = 0x0186_4CFB;
    let shift =
        |crc: u32, _: u8| if crc & 0x0080_0000 == 0 { crc << 1 } else { crc << 1 ^ POLYNOMIAL };
    let add = |crc: u32, byte: &u8| (0..8).fold(crc ^ u32::from(*byte) << 16, shift);
    bytes.iter().fold(START, add) & 0x00FF_FFFF
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forge::{self, pgp_packet};

    fn armoured(body: &[u8], sum: u32) -> String {
        let sum = data_encoding::BASE64.encode(&sum.to_be_bytes()[1..]);
        let end = format!("={sum}\n-----END");
        forge::armour(LABEL, body).replace("-----END", &end)
    }

    fn check(body: &[u8], expected: Result<Protection, Rejection>) {
        let facts = super::check(armoured(body, crc24(body)).as_bytes());
        let protection = facts.map(|facts| facts.protection);
        assert_eq!(protection, expected.map(Some), "{body:?}");
    }

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        assert_eq!(crc24(b""), 0x00B7_04CE);
        assert_eq!(crc24(b"123456789"), 0x0021_CF02);
    }

    #[test]
    fn a_block_is_as_exposed_as_its_least_protected_key() {
        let stub = pgp_packet(5, &forge::pgp_secret_key(b"\xFF\x09\x65\x00GNU\x01"));
        let plain = pgp_packet(7, &forge::pgp_secret_key(b"\x00"));
        let how = "smart card, or taken away".to_owned();
        check(&stub, Ok(Protection::Hardware { how }));
        check(&[stub, plain].concat(), Ok(Protection::Plaintext));
    }

    #[test]
    fn the_first_user_id_is_the_account() {
        let body = forge::pgp_key();
        let facts = super::check(forge::armour(LABEL, &body).as_bytes()).expect("a key");
        assert_eq!(facts.account.as_deref(), Some("Ana <ana@host.example>"));
        assert_eq!(facts.protection, Some(Protection::Plaintext));
        assert_eq!(facts.issued.map(|issued| issued.at.seconds), Some(0x6500_0000));
    }

    #[test]
    fn what_is_no_secret_key_is_refused() {
        let key = forge::pgp_secret_key(b"\x00");
        check(&pgp_packet(6, &key), Err(Rejection::Public));
        check(&pgp_packet(13, b"Ana"), Err(Rejection::Structure));
        check(&pgp_packet(5, &key[..4]), Err(Rejection::Structure));
        check(&pgp_packet(5, &key)[..20], Err(Rejection::Structure));
        check(b"\xC5\xE1ab", Err(Rejection::Structure));
        check(b"\x05", Err(Rejection::Structure));
        let body = pgp_packet(5, &key);
        let refused = super::check(armoured(&body, 1).as_bytes()).map(drop);
        assert_eq!(refused, Err(Rejection::Checksum));
    }

    #[test]
    fn packets_of_both_formats_and_all_lengths_are_walked() {
        let body = vec![7; 300];
        for header in
            [&b"\xC5\xC0\x6C"[..], b"\xC5\xFF\0\0\x01\x2C", b"\x95\x01\x2C", b"\x96\0\0\x01\x2C"]
        {
            let bytes = [header, &body].concat();
            assert_eq!(packets(&bytes), Some(vec![(5, &body[..])]), "{header:?}");
        }
    }
}
