//! What a check learns about a secret, and what it may repeat of a text beside it.
//! Deliberately without `Debug`: the canonical form is the secret itself.

use crate::model::expiry::{Basis, Expiry};
use crate::model::finding::Rejection;
use crate::model::protection::Protection;
use crate::model::time::{Dated, Moment};

/// Longest public text that goes into a report.
const PUBLIC_CHARACTERS_MAX: usize = 120;

/// What a check learnt. `None` is "this check cannot tell".
#[derive(Default)]
pub struct Facts {
    /// Public name of the credential.
    pub key_id: Option<String>,
    /// Whose it is, or what it opens.
    pub account: Option<String>,
    /// How it rests.
    pub protection: Option<Protection>,
    /// When it ends.
    pub expiry: Option<Expiry>,
    /// Before when it did not exist, and what in it says so.
    pub issued: Option<Dated>,
    /// The secret inside the candidate, where it is not the candidate itself.
    pub canonical: Option<Vec<u8>>,
}

/// What every check gives.
pub type Checked = Result<Facts, Rejection>;

impl Facts {
    /// These facts, completed by those of a later check.
    pub fn or(self, later: Self) -> Self {
        Self {
            key_id: self.key_id.or(later.key_id),
            account: self.account.or(later.account),
            protection: self.protection.or(later.protection),
            expiry: self.expiry.or(later.expiry),
            issued: self.issued.or(later.issued),
            canonical: self.canonical.or(later.canonical),
        }
    }
}

/// An end that a secret itself says.
pub const fn own_end(moment: Moment) -> Expiry {
    Expiry::At { moment, basis: Basis::Own }
}

/// When a secret was made, by what stands in itself.
pub fn own_start(at: Moment, what: &str) -> Dated {
    Dated { at, evidence: format!("its own {what}") }
}

/// A name or comment from the input as a report may show it: one short line, without
/// control characters. `None` if nothing is left.
pub fn public_text(bytes: &[u8]) -> Option<String> {
    let bounded = &bytes[..bytes.len().min(4 * PUBLIC_CHARACTERS_MAX)];
    let text = String::from_utf8_lossy(bounded);
    let shown = text.trim().chars().filter(|character| !character.is_control());
    let shown: String = shown.take(PUBLIC_CHARACTERS_MAX).collect();
    (!shown.is_empty()).then_some(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_text_is_one_short_line() {
        assert_eq!(public_text(b" ana@build\x1b[2J\n").as_deref(), Some("ana@build[2J"));
        assert_eq!(public_text(b"\xFF").as_deref(), Some("\u{FFFD}"));
        assert_eq!(public_text(b" \n"), None);
        let long = public_text("é".repeat(500).as_bytes()).map(|text| text.chars().count());
        assert_eq!(long, Some(PUBLIC_CHARACTERS_MAX));
    }

    #[test]
    fn an_earlier_check_is_believed_before_a_later_one() {
        let named = |name: &str| Facts { key_id: Some(name.into()), ..Facts::default() };
        let merged = named("first").or(Facts { account: Some("ana".into()), ..named("second") });
        assert_eq!(merged.key_id.as_deref(), Some("first"));
        assert_eq!(merged.account.as_deref(), Some("ana"));
    }
}
