//! What keys open, from the inventory's nouns to the report's.

use crate::model::inventory::Inventory;
use crate::model::opening::{AuthorizedKey, Clue, Opening};
use crate::view::{self, HostPath};

/// One destination.
pub fn opening(opening: &Opening) -> view::Opening {
    let Opening { destination, how, clues } = opening;
    view::Opening {
        what: destination.to_string(),
        host: destination.host.clone(),
        port: destination.port,
        user: destination.user.clone(),
        how: how.as_str().into(),
        evidence: clues.iter().map(clue).collect(),
    }
}

fn clue(clue: &Clue) -> view::OpeningClue {
    view::OpeningClue {
        host: None,
        kind: clue.kind.as_str().into(),
        path: HostPath(clue.path.clone()),
        line: clue.line,
    }
}

/// Keys that accounts let in; none beside an explanation, for they are not what was asked for.
pub fn authorized_keys(inventory: &Inventory) -> Vec<view::AuthorizedKey> {
    let is_explained = inventory.run.explained.is_some();
    let keys = inventory.authorized_keys.iter().filter(|_| !is_explained);
    keys.map(authorized_key).collect()
}

fn authorized_key(key: &AuthorizedKey) -> view::AuthorizedKey {
    view::AuthorizedKey {
        host: None,
        user: key.user.clone(),
        fingerprint: key.fingerprint.clone(),
        limits: key.limits.clone(),
        comment: key.comment.clone(),
        path: HostPath(key.path.clone()),
        line: key.line,
    }
}
