//! What stands beside a verdict: what a thief who read the secret got by it.

use crate::exposure::case::Case;
use crate::model::finding::{Expiry, Protection};
use crate::model::reason::Flag;

/// The flags of a case.
pub fn flags(case: &Case<'_>) -> Vec<Flag> {
    let identity = case.secret.identity;
    let start = case.bounds.outer.start;
    let expired = match identity.expiry {
        Expiry::At(at) if at < start => Some(Flag::ExpiredBefore { at }),
        _ => None,
    };
    let protected = match &identity.protection {
        Protection::Encrypted { how } => Some(Flag::Protected { how: how.clone() }),
        _ => None,
    };
    expired.into_iter().chain(protected).collect()
}
