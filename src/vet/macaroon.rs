//! Upload tokens that are macaroons, version 2 of libmacaroons' binary format. Reads the
//! identifier and the caveats that PyPI documents (expiry and names of projects); the
//! signature cannot be verified without the issuer's key.

use serde_json::Value;

use crate::model::finding::Rejection;
use crate::model::time::Moment;
use crate::vet::base64;
use crate::vet::facts::{Checked, Facts, own_end, public_text};
use crate::vet::reader::Reader;

const VERSION: u8 = 2;
const SIGNATURE_BYTES: usize = 32;

/// Types of fields. A section ends with an end-of-section field.
const END: u8 = 0;
const LOCATION: u8 = 1;
const IDENTIFIER: u8 = 2;
const VERIFICATION_ID: u8 = 4;
const SIGNATURE: u8 = 6;

/// Numbers that PyPI begins its caveats with.
const CAVEAT_EXPIRY: u64 = 0;
const CAVEAT_PROJECTS: u64 = 1;

/// `pypi-macaroon`: what stands behind the first `-` is a whole macaroon.
pub fn check(secret: &[u8]) -> Checked {
    let start = secret.iter().position(|byte| *byte == b'-').ok_or(Rejection::Structure)?;
    let bytes = base64::decode(&secret[start + 1..]).ok_or(Rejection::Structure)?;
    facts(&mut Reader::new(&bytes)).ok_or(Rejection::Structure)
}

fn facts(reader: &mut Reader<'_>) -> Option<Facts> {
    if reader.byte()? != VERSION {
        return None;
    }
    let identifier = section(reader)??;
    let mut facts = Facts { key_id: uuid(identifier), ..Facts::default() };
    while let Some(caveat) = section(reader)? {
        facts = facts.or(caveat_facts(caveat));
    }
    let _signature = field(reader, SIGNATURE).filter(|bytes| bytes.len() == SIGNATURE_BYTES)?;
    Some(facts)
}

/// The identifier of a section; the inner `None` is an empty section, which ends the caveats.
fn section<'b>(reader: &mut Reader<'b>) -> Option<Option<&'b [u8]>> {
    if field(reader, END).is_some() {
        return Some(None);
    }
    let _location = field(reader, LOCATION);
    let identifier = field(reader, IDENTIFIER)?;
    let _verification_id = field(reader, VERIFICATION_ID);
    field(reader, END)?;
    Some(Some(identifier))
}

/// The content of the next field, if it is of this type; else nothing is read.
fn field<'b>(reader: &mut Reader<'b>, kind: u8) -> Option<&'b [u8]> {
    let mut ahead = Reader::new(reader.rest());
    if ahead.byte()? != kind {
        return None;
    }
    let n_bytes = if kind == END { 0 } else { length(&mut ahead)? };
    let content = ahead.take(n_bytes)?;
    *reader = ahead;
    Some(content)
}

/// Seven bits a byte, the lowest first. Three bytes reach two million, more than any token.
fn length(reader: &mut Reader<'_>) -> Option<usize> {
    let mut length = 0;
    for shift in [0, 7, 14] {
        let byte = reader.byte()?;
        length |= usize::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            return Some(length);
        }
    }
    None
}

/// The identifier is public if it is the number of a token, and nothing else.
fn uuid(identifier: &[u8]) -> Option<String> {
    let is_uuid_byte = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b'-';
    let is_uuid = identifier.len() == 36 && identifier.iter().all(is_uuid_byte);
    is_uuid.then(|| String::from_utf8_lossy(identifier).into_owned())
}

/// `[0, not after, not before]` or `[1, [names]]`.
fn caveat_facts(caveat: &[u8]) -> Facts {
    let parts: Vec<Value> = serde_json::from_slice(caveat).unwrap_or_default();
    match (parts.first().and_then(Value::as_u64), parts.get(1)) {
        (Some(CAVEAT_EXPIRY), Some(end)) => {
            let expiry = end.as_i64().map(|seconds| own_end(Moment::new(seconds, 0)));
            Facts { expiry, ..Facts::default() }
        }
        (Some(CAVEAT_PROJECTS), Some(Value::Array(names))) => {
            let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
            let account = public_text(format!("project {}", names.join(", ")).as_bytes());
            Facts { account, ..Facts::default() }
        }
        _ => Facts::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forge::pypi_token;

    const ID: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";

    fn check(identifier: &str, caveats: &[&str]) -> Facts {
        super::check(pypi_token(identifier, caveats).as_bytes()).expect("a whole macaroon")
    }

    #[test]
    fn a_macaroon_names_its_projects_and_its_end() {
        let facts = check(ID, &[r#"[1,["left","right"]]"#, "[0,1774348740,1774340000]"]);
        assert_eq!(facts.key_id.as_deref(), Some(ID));
        assert_eq!(facts.account.as_deref(), Some("project left, right"));
        assert_eq!(facts.expiry, Some(own_end(Moment::new(1_774_348_740, 0))));
    }

    #[test]
    fn unknown_caveats_and_identifiers_are_passed_over() {
        let facts = check("not public", &["{}", "[9]", "time < 2030", "[0,\"x\"]"]);
        assert_eq!((facts.key_id, facts.account, facts.expiry), (None, None, None));
    }

    #[test]
    fn a_macaroon_cut_short_is_refused() {
        let token = pypi_token(ID, &[]);
        for text in [&token[..token.len() - 8], "pypi-AgEI", "pypi", "", "pypi-!"] {
            assert_eq!(
                super::check(text.as_bytes()).map(drop),
                Err(Rejection::Structure),
                "{text}"
            );
        }
    }
}
