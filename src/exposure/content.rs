//! Was the secret there, inside the window? Only the change time of a file is strong, for its
//! owner can set the others; what the secret says of itself is stronger still.

use crate::exposure::case::SecretFacts;
use crate::model::access::AccessFacts;
use crate::model::clock::Clock;
use crate::model::exposure::Truth;
use crate::model::reason::Reason;
use crate::model::time::{Bounds, Dated};

/// Whether it was there while the code was, and what decides it.
pub fn existed(
    bounds: Bounds,
    facts: &AccessFacts,
    secret: SecretFacts<'_>,
    clock: &Clock,
) -> (Truth, Reason) {
    let Bounds { outer, certain } = bounds;
    let end = outer.end.plus_seconds(clock.doubt_seconds);
    let times = &facts.target.inode.times;
    if let Some(issued) = secret.identity.issued.as_ref().filter(|issued| issued.at > end) {
        let Dated { at, evidence } = issued.clone();
        return (Truth::No, Reason::IssuedAfter { issued: at, evidence });
    }
    if let Some(born) = times.born.filter(|born| *born > end) {
        return (Truth::No, Reason::MadeAfter { born });
    }
    let changed = times.changed;
    let start = certain.map_or(outer.start, |certain| certain.start.max(outer.start));
    if changed.plus_seconds(clock.doubt_seconds) <= start {
        return (Truth::Yes, Reason::UnchangedSince { changed });
    }
    (Truth::Unknown, Reason::ChangedInside { changed })
}
