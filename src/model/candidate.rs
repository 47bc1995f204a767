//! Bytes that a rule or a store pointed at, not yet believed.

use crate::model::location::Span;
use crate::model::protection::Protection;
use crate::model::rule::{KindIndex, RuleIndex};
use crate::model::secret::Secret;
use crate::model::store::StoreIndex;

/// Bytes that may be a secret, with what stood beside them.
#[derive(Clone, Debug)]
pub struct Candidate<'c> {
    /// What it would be.
    pub kind: KindIndex,
    /// The rule whose shape it has; `None` where only a store vouches for it.
    pub rule: Option<RuleIndex>,
    /// The store whose field it is; `None` where only a rule found it.
    pub store: Option<StoreIndex>,
    /// The name that the bytes are given to, where only that speaks for them.
    pub name: Option<&'c [u8]>,
    /// Whether the author of the rule says that this is none.
    pub is_excepted: bool,
    /// The bytes.
    pub secret: Secret<'c>,
    /// Where the bytes, or their encoded form, stand in the file.
    pub span: Span,
    /// Public facts that stood beside the secret.
    pub fields: Fields,
}

/// Public facts beside a secret, as written there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    /// Public name of the credential.
    pub key_id: Option<String>,
    /// Whose it is, or what it opens: profile, host, user.
    pub account: Option<String>,
    /// The server that takes it, as written: perhaps an address with more in it.
    pub server: Option<String>,
    /// When it was issued, as written.
    pub issued: Option<String>,
    /// When it expires, as written; or the certificate that says so.
    pub expires: Option<String>,
    /// How it rests, as its store says.
    pub protection: Option<Protection>,
}
