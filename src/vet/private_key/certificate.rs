//! X.509 certificates (RFC 5280) beside a private key: until when others accept the key, and
//! whose certificate it is. Its start proves nothing: the key may be older, and issuers date
//! back. Checks no signature, follows no chain.

use std::collections::BTreeMap;

use crate::model::expiry::{Basis, Expiry};
use crate::model::time::Moment;
use crate::vet::armour::Armour;
use crate::vet::base64;
use crate::vet::private_key::der::{Der, tag};
use crate::vet::private_key::pem;

const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
const LABEL: &str = "CERTIFICATE";

/// Longer ones are not issued; so much of a text is taken apart behind each `BEGIN`.
const TEXT_BYTES_MAX: usize = 16 << 10;
/// Bundles of authorities have more, and hold no key.
const N_CERTIFICATES_MAX: usize = 100;

/// RFC 5280, 4.1.2.5: written where there is no end.
const NO_END: &[u8] = b"99991231235959Z";
/// Optional in front of the serial number.
const VERSION: u8 = 0xA0;

/// What a certificate says of its key.
struct Certificate {
    end: Expiry,
    /// The fingerprint of its key, where that is one that ssh knows.
    key_id: Option<String>,
}

/// The end in a field that holds a certificate, or a chain that begins with it: in PEM, or in
/// base64 of PEM or DER. `None` if it is for another key than this one.
pub fn end_of_field(text: &[u8], key_id: Option<&str>) -> Option<Expiry> {
    let text = text.trim_ascii();
    let certificate = match Certificate::from_pem(text) {
        Some(certificate) => certificate,
        None => Certificate::from_bytes(&base64::decode(text)?)?,
    };
    let its_key = certificate.key_id.as_deref();
    let is_other = its_key.zip(key_id).is_some_and(|(its_key, key)| its_key != key);
    (!is_other).then_some(certificate.end)
}

/// The ends of all certificates of a text by the fingerprints of their keys; of several for one
/// key the latest.
pub fn ends(text: &[u8]) -> BTreeMap<String, Expiry> {
    let mut ends: BTreeMap<String, Expiry> = BTreeMap::new();
    let starts = text.windows(BEGIN.len()).enumerate().filter(|(_, start)| *start == BEGIN);
    for (start, _) in starts.take(N_CERTIFICATES_MAX) {
        let block = &text[start..text.len().min(start + TEXT_BYTES_MAX)];
        let Some(certificate) = Certificate::from_pem(block) else { continue };
        let Some(key_id) = certificate.key_id else { continue };
        let known = ends.entry(key_id).or_insert(certificate.end);
        *known = later(*known, certificate.end);
    }
    ends
}

fn later(one: Expiry, other: Expiry) -> Expiry {
    match (one, other) {
        (Expiry::At { moment, .. }, Expiry::At { moment: others, .. }) if moment >= others => one,
        (Expiry::Never { .. }, _) => one,
        _ => other,
    }
}

impl Certificate {
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Self::from_pem(bytes.trim_ascii()).or_else(|| Self::from_der(bytes))
    }

    fn from_pem(block: &[u8]) -> Option<Self> {
        let armour = Armour::parse(block).filter(|armour| armour.label == LABEL)?;
        Self::from_der(&armour.body)
    }

    fn from_der(bytes: &[u8]) -> Option<Self> {
        let mut signed = Der::new(bytes).sequence()?.sequence()?;
        let _version = signed.value(VERSION);
        let _serial = signed.value(tag::INTEGER)?;
        let (_algorithm, _issuer) = (signed.sequence()?, signed.sequence()?);
        let end = end(signed.sequence()?)?;
        let _subject = signed.sequence()?;
        Some(Self { end, key_id: signed.sequence().and_then(pem::public_fingerprint) })
    }
}

/// The second of two times.
fn end(mut validity: Der<'_>) -> Option<Expiry> {
    let _start = time(&mut validity)?;
    let end = time(&mut validity)?;
    let basis = Basis::Beside;
    if end == NO_END {
        return Some(Expiry::Never { basis });
    }
    Some(Expiry::At { moment: moment(&end)?, basis })
}

/// A time with four digits for its year.
fn time(validity: &mut Der<'_>) -> Option<Vec<u8>> {
    const UTC_TIME: u8 = 0x17;
    const GENERALIZED_TIME: u8 = 0x18;
    if let Some(time) = validity.value(GENERALIZED_TIME) {
        return Some(time.to_vec());
    }
    let time = validity.value(UTC_TIME)?;
    let century: &[u8] = if time.first()? < &b'5' { b"20" } else { b"19" };
    Some([century, time].concat())
}

/// `YYYYMMDDHHMMSSZ`, the only form that certificates may use.
fn moment(time: &[u8]) -> Option<Moment> {
    let digits = std::str::from_utf8(time.strip_suffix(b"Z")?).ok()?;
    let is_whole = digits.len() == 14 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let (date, clock) = is_whole.then(|| digits.split_at(8))?;
    Moment::parse(&format!("{date}T{clock}Z"))
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64;
    use proptest::prelude::*;

    use super::*;
    use crate::forge::{armour, certificate};

    const END: &str = "270324103900Z";

    fn shown(end: Option<Expiry>) -> Option<String> {
        end.map(|end| match end {
            Expiry::At { moment, basis: Basis::Beside } => moment.to_string(),
            other => format!("{other:?}"),
        })
    }

    fn check(end: &str, expected: Option<&str>) {
        let field = BASE64.encode(armour(LABEL, &certificate(1, end)).as_bytes());
        assert_eq!(shown(end_of_field(field.as_bytes(), None)).as_deref(), expected, "{end}");
    }

    #[test]
    fn the_end_is_the_second_time_in_either_form() {
        check(END, Some("2027-03-24T10:39:00Z"));
        check("20550324103900Z", Some("2055-03-24T10:39:00Z"));
        check("991231235959Z", Some("1999-12-31T23:59:59Z"));
        check("99991231235959Z", Some("Never { basis: Beside }"));
    }

    #[test]
    fn a_time_that_no_certificate_may_have_is_no_end() {
        for end in ["", "Z", "2703241039Z", "270324103900", "271324103900Z", "27032410390é"] {
            check(end, None);
        }
        check("+7032410390+Z", None);
        check("270324103900+0100", None);
    }

    #[test]
    fn a_field_may_hold_it_in_three_ways() {
        let der = certificate(1, END);
        let pem = armour(LABEL, &der);
        let chain = format!("{pem}{}", armour(LABEL, &certificate(2, "300101000000Z")));
        for field in [pem, chain, BASE64.encode(&der)] {
            let end = shown(end_of_field(field.as_bytes(), None));
            assert_eq!(end.as_deref(), Some("2027-03-24T10:39:00Z"));
        }
        for field in ["", "tomorrow", "2027-03-24T10:39:00Z", &armour("X509 CRL", &der)] {
            assert_eq!(end_of_field(field.as_bytes(), None), None, "{field}");
        }
    }

    #[test]
    fn a_certificate_for_another_key_says_nothing() {
        let field = armour(LABEL, &certificate(1, END));
        let key_of = |number| {
            let ends = ends(armour(LABEL, &certificate(number, END)).as_bytes());
            ends.into_keys().next().expect("an RSA key has a fingerprint")
        };
        assert!(end_of_field(field.as_bytes(), Some(&key_of(1))).is_some());
        assert_eq!(end_of_field(field.as_bytes(), Some(&key_of(2))), None);
    }

    #[test]
    fn of_several_certificates_for_one_key_the_latest_counts() {
        let all = [(1, END), (2, "300101000000Z"), (1, "280324103900Z"), (1, "260324103900Z")];
        let text: String = all
            .iter()
            .map(|(key, end)| armour(LABEL, &certificate(*key, end)) + "text\n")
            .collect();
        let ends: Vec<_> = ends(text.as_bytes()).into_values().map(Some).map(shown).collect();
        let expected = ["2028-03-24T10:39:00Z", "2030-01-01T00:00:00Z"];
        assert_eq!(ends.len(), expected.len());
        assert!(expected.iter().all(|end| ends.contains(&Some((*end).to_owned()))), "{ends:?}");
    }

    #[test]
    fn what_is_cut_short_is_none() {
        let whole = certificate(1, END);
        for end in 0..whole.len() {
            let certificate = Certificate::from_der(&whole[..end]);
            assert!(certificate.is_none(), "{end} bytes");
        }
    }

    #[test]
    fn many_beginnings_without_an_end_take_no_time() {
        let text = BEGIN.repeat(100_000);
        assert!(ends(&text).is_empty());
    }

    proptest! {
        #[test]
        fn no_damage_makes_it_panic(
            at in any::<prop::sample::Index>(),
            byte in any::<u8>(),
            noise in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let mut damaged = certificate(1, END);
            let at = at.index(damaged.len());
            damaged[at] = byte;
            for bytes in [damaged, noise] {
                let _ = Certificate::from_bytes(&bytes);
                let _ = end_of_field(&bytes, Some("SHA256:x"));
                let _ = ends(armour(LABEL, &bytes).as_bytes());
            }
        }
    }
}
