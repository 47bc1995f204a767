//! JSON web tokens (RFC 7519), signed or encrypted (RFC 7516). Reads what they say of
//! themselves; signatures are not verified, for the key is elsewhere.

use serde_json::{Map, Value};

use crate::model::expiry::{Basis, Expiry};
use crate::model::finding::Rejection;
use crate::model::time::Moment;
use crate::vet::base64;
use crate::vet::facts::{Checked, Facts, own_end, own_start, public_text};

/// Later is not a time that anybody meant.
const SECONDS_MAX: f64 = 1e11;

/// `jwt`: header and payload are JSON objects and there is a signature; or five parts, the
/// header of an encrypted token first.
pub fn check(secret: &[u8]) -> Checked {
    let parts: Vec<&[u8]> = secret.splitn(6, |byte| *byte == b'.').collect();
    match parts[..] {
        [header, payload, signature] => signed(header, payload, signature),
        [header, _, initial, ciphertext, tag] => encrypted(header, [initial, ciphertext, tag]),
        _ => None,
    }
    .ok_or(Rejection::Structure)
}

fn signed(header: &[u8], payload: &[u8], signature: &[u8]) -> Option<Facts> {
    let header = object(header)?;
    let claims = object(payload)?;
    let algorithm = header.get("alg").map(|algorithm| algorithm.as_str());
    let is_header = ["alg", "typ", "enc"].iter().any(|name| header.contains_key(*name));
    let is_unsigned = matches!(algorithm, Some(Some("none"))) || signature.is_empty();
    if !is_header || is_unsigned || base64::decode(signature).is_none() {
        return None;
    }
    Some(Facts {
        key_id: claim(&claims, "jti").and_then(|id| public_text(id.as_bytes())),
        account: account(&claims),
        expiry: expiry(&claims),
        // Not `nbf`: a token may exist before it is accepted.
        issued: claims.get("iat").and_then(moment).map(|at| own_start(at, "field iat")),
        ..Facts::default()
    })
}

/// The payload is out of reach: only the shape is looked at.
fn encrypted(header: &[u8], parts: [&[u8]; 3]) -> Option<Facts> {
    let header = object(header)?;
    let is_whole =
        parts.iter().all(|part| base64::decode(part).is_some_and(|part| !part.is_empty()));
    (header.contains_key("enc") && is_whole).then(Facts::default)
}

fn object(part: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(&base64::decode(part)?).ok()
}

fn claim<'c>(claims: &'c Map<String, Value>, name: &str) -> Option<&'c str> {
    claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// `subject@issuer`, or what there is of it; of the issuer's URL only the host and path.
fn account(claims: &Map<String, Value>) -> Option<String> {
    let subject = ["email", "sub", "azp"].iter().find_map(|name| claim(claims, name));
    let issuer = claim(claims, "iss").map(|issuer| issuer.trim_start_matches("https://"));
    let text = match (subject, issuer) {
        (Some(subject), Some(issuer)) => format!("{subject}@{issuer}"),
        (subject, issuer) => subject.or(issuer)?.to_owned(),
    };
    public_text(text.as_bytes())
}

/// A token without an end is accepted for ever (RFC 7519, section 4.1.4); of one with an odd
/// end nothing is known.
fn expiry(claims: &Map<String, Value>) -> Option<Expiry> {
    match claims.get("exp") {
        Some(end) => moment(end).map(own_end),
        None => Some(Expiry::Never { basis: Basis::Own }),
    }
}

fn moment(claim: &Value) -> Option<Moment> {
    let seconds = claim.as_f64().filter(|seconds| (0.0..SECONDS_MAX).contains(seconds))?;
    Some(Moment::new(seconds as i64, 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forge;

    const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

    fn facts(header: &str, payload: &str, signature: &str) -> Checked {
        check(forge::jwt(header, payload, signature).as_bytes())
    }

    #[test]
    fn a_token_says_whose_it_is_and_when_it_ends() {
        let payload = r#"{"iss":"https://id.example","sub":"ana","jti":"t-1","iat":1774345140,"exp":1774348740.5}"#;
        let facts = facts(HEADER, payload, "c2ln").expect("a whole token");
        assert_eq!(facts.account.as_deref(), Some("ana@id.example"));
        assert_eq!(facts.key_id.as_deref(), Some("t-1"));
        assert_eq!(facts.expiry, Some(own_end(Moment::new(1_774_348_740, 0))));
        let issued = Some(own_start(Moment::new(1_774_345_140, 0), "field iat"));
        assert_eq!(facts.issued, issued);
    }

    #[test]
    fn a_token_without_an_end_never_ends() {
        let facts = facts(HEADER, r#"{"sub":"ana"}"#, "c2ln").expect("a whole token");
        assert_eq!(facts.expiry, Some(Expiry::Never { basis: Basis::Own }));
        assert_eq!(facts.issued, None);
    }

    #[test]
    fn odd_claims_are_left_out() {
        let payload = r#"{"sub":7,"iss":"","jti":["x"],"exp":"never"}"#;
        let facts = facts(HEADER, payload, "c2ln").expect("a whole token");
        assert_eq!((facts.account, facts.key_id, facts.expiry), (None, None, None));
        let claims = format!(r#"{{"sub":"{}","exp":1e300}}"#, "x".repeat(500));
        let facts = super::check(forge::jwt(HEADER, &claims, "c2ln").as_bytes());
        let facts = facts.expect("a whole token");
        assert_eq!(facts.account.map(|account| account.len()), Some(120));
        assert_eq!(facts.expiry, None);
    }

    #[test]
    fn an_unsigned_or_broken_token_is_refused() {
        for (header, payload, signature) in [
            (r#"{"alg":"none"}"#, "{}", ""),
            (r#"{"alg":"none"}"#, "{}", "c2ln"),
            (HEADER, "{}", ""),
            (HEADER, "{}", "!"),
            (HEADER, "[]", "c2ln"),
            (r#"{"a":1}"#, "{}", "c2ln"),
            ("{", "{}", "c2ln"),
        ] {
            let refused = facts(header, payload, signature).err();
            assert_eq!(refused, Some(Rejection::Structure), "{header}{payload}{signature}");
        }
    }

    #[test]
    fn an_encrypted_token_is_believed_by_its_shape() {
        let header = data_encoding::BASE64URL_NOPAD.encode(br#"{"alg":"dir","enc":"A256GCM"}"#);
        assert!(check(format!("{header}..aXY.Y3Q.dGFn").as_bytes()).is_ok());
        assert!(check(format!("{header}..aXY..dGFn").as_bytes()).is_err());
        assert!(check(format!("{header}..aXY.Y3Q.dGFn.x").as_bytes()).is_err());
    }

    #[test]
    fn deep_nesting_is_refused_and_not_followed() {
        let payload = format!("{{\"a\":{}}}", "[".repeat(10_000));
        assert!(facts(HEADER, &payload, "c2ln").is_err());
    }
}
