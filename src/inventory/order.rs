//! What to rotate first. Every step of the order is one line of [`rank`], and equal
//! credentials are ordered by their place, never by chance.

use std::cmp::Reverse;
use std::path::PathBuf;

use crate::model::exposure::{Aim, Occasion, Verdict};
use crate::model::finding::Protection;
use crate::model::inventory::Credential;
use crate::model::location::Span;
use crate::model::reason::Flag;
use crate::model::rule::Confidence;
use crate::model::rule_set::RuleSet;
use crate::model::time::Moment;

/// Sorts by [`rank`].
pub fn sort(credentials: &mut [Credential], rules: &RuleSet, now: Moment) {
    credentials.sort_by_cached_key(|credential| rank(credential, rules, now));
}

/// The smaller, the sooner.
type Rank = (
    bool,
    Option<Verdict>,
    bool,
    Usability,
    bool,
    Reverse<u8>,
    Confidence,
    Reverse<usize>,
    String,
    Option<(PathBuf, Span)>,
);

fn rank(credential: &Credential, rules: &RuleSet, now: Moment) -> Rank {
    let identity = &credential.identity;
    let kind = rules.kind(identity.kind);
    let first = credential.places.first().map(|place| &place.location);
    (
        // Guesses come after everything that is known.
        identity.confidence == Confidence::Low,
        // A supposition counts only where nothing real does.
        credential.verdict.or(credential.asked),
        is_off_list(credential),
        usability(credential, now),
        // What can publish or push code feeds a worm.
        !kind.propagates,
        Reverse(kind.impact),
        identity.confidence,
        Reverse(credential.places.len()),
        kind.id.clone(),
        first.map(|location| (location.path.clone(), location.place.span)),
    )
}

/// Whether all that gives it its verdict is code that was written to look for other things.
fn is_off_list(credential: &Credential) -> bool {
    let exposures = credential.places.iter().flat_map(|place| &place.exposures);
    let verdict = credential.verdict.or(credential.asked);
    let is_supposed = credential.verdict.is_none();
    let mut deciding = exposures
        .filter(|one| (one.occasion == Occasion::Asked) == is_supposed)
        .filter(|one| Some(one.judgement.verdict) == verdict)
        .peekable();
    deciding.peek().is_some() && deciding.all(|one| one.aim == Aim::OffList)
}

/// How soon a thief could use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Usability {
    AtOnce,
    /// Its passphrase was not needed, if an agent held it.
    ThroughAgent,
    AfterGuessing,
    AfterDecrypting,
    Never,
}

fn usability(credential: &Credential, now: Moment) -> Usability {
    match &credential.identity.protection {
        _ if credential.identity.had_ended(now) => Usability::Never,
        Protection::Plaintext | Protection::Unknown => Usability::AtOnce,
        _ if is_usable_through_agent(credential) => Usability::ThroughAgent,
        Protection::Weak { .. } => Usability::AfterGuessing,
        Protection::Encrypted { .. } => Usability::AfterDecrypting,
        Protection::Hardware { .. } => Usability::Never,
    }
}

fn is_usable_through_agent(credential: &Credential) -> bool {
    let exposures = credential.places.iter().flat_map(|place| &place.exposures);
    let mut flags = exposures.flat_map(|exposure| &exposure.judgement.flags);
    flags.any(|flag| matches!(flag, Flag::UsableThrough { .. }))
}
