//! UUIDs (RFC 9562): their form, version and variant. A UUID is random at best, so nothing
//! is learnt from it.

use crate::model::finding::Rejection;
use crate::vet::facts::{Checked, Facts};

const UUID_BYTES: usize = 36;
const HYPHENS: [usize; 4] = [8, 13, 18, 23];
const VERSION: usize = 14;
const VARIANT: usize = 19;

/// `uuid`: the secret is or ends in a UUID of a version and variant that exist.
pub fn check(secret: &[u8]) -> Checked {
    let uuid = secret.last_chunk::<UUID_BYTES>().ok_or(Rejection::Structure)?;
    let is_formed = uuid.iter().enumerate().all(|(position, byte)| {
        if HYPHENS.contains(&position) { *byte == b'-' } else { byte.is_ascii_hexdigit() }
    });
    let is_used = matches!(uuid[VERSION], b'1'..=b'8')
        && matches!(uuid[VARIANT].to_ascii_lowercase(), b'8' | b'9' | b'a' | b'b');
    (is_formed && is_used).then(Facts::default).ok_or(Rejection::Structure)
}

#[cfg(test)]
mod tests {

    fn check(text: &str, is_uuid: bool) {
        assert_eq!(super::check(text.as_bytes()).is_ok(), is_uuid, "{text}");
    }

    #[test]
    fn version_and_variant_must_exist() {
        check("3f2504e0-4f89-41d3-9a0c-0305e82c3301", true);
        check("key-3F2504E0-4F89-71D3-BA0C-0305E82C3301", true);
        check("3f2504e0-4f89-01d3-9a0c-0305e82c3301", false);
        check("3f2504e0-4f89-41d3-ca0c-0305e82c3301", false);
        check("3f2504e04f89-41d3-9a0c-0305e82c33010", false);
        check("3f2504e0", false);
        check("", false);
    }
}
