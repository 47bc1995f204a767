//! Rows of one credential, put together: all places, the worst verdict, the surest identity.
//! Judges nothing anew.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::model::rule::Confidence;
use crate::saved::merge::order;
use crate::view::{Credential, Exposure, Location, Opening, Predecessors, ProtectionState, Word};

/// More places than this are counted, and not listed.
const LOCATIONS_MAX: usize = 100_000;

/// A credential of one report or of several.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Row {
    /// Without its places, and without ranks: those are another matter in each report.
    pub credential: Credential,
    /// Its places.
    pub places: Vec<Place>,
    /// What must be rotated before it.
    pub after: Vec<After>,
}

/// A place as one sweep found it.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Place {
    /// When that sweep started.
    pub started: String,
    /// The place, with its host.
    pub location: Location,
}

/// Secrets that are rotated before another one, for the same reason.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct After {
    /// Why.
    pub why: String,
    /// How many there are in the report that has the most.
    pub n_all: usize,
    /// Their ids.
    pub secret_ids: BTreeSet<String>,
}

impl Row {
    /// A row of a report about a host. `ids` are those of the rows before it, by rank.
    pub fn new(mut credential: Credential, host: &str, started: &str, ids: &[String]) -> Self {
        let clues = credential.opens.iter_mut().flat_map(|opening| &mut opening.evidence);
        clues.for_each(|clue| _ = clue.host.get_or_insert_with(|| host.to_owned()));
        let place = |mut location: Location| {
            location.host.get_or_insert_with(|| host.to_owned());
            Place { started: started.to_owned(), location }
        };
        let places = std::mem::take(&mut credential.locations).into_iter().map(place).collect();
        let after = std::mem::take(&mut credential.after);
        let after = after.into_iter().map(|one| After::of(one, ids)).collect();
        credential.rank = 0;
        Self { credential, places, after }
    }

    /// Indices of infected installs become those of the merged inventory.
    pub fn number_installs_from(&mut self, first: usize) {
        for place in &mut self.places {
            number_installs_from(&mut place.location.exposures, first);
        }
    }

    /// Several rows of one credential as one; the order in which they come decides nothing but
    /// which of equals is taken.
    pub fn joined(rows: Vec<Self>) -> Option<Self> {
        let mut joined = rows.into_iter().reduce(|mut joined, row| {
            joined.take(row);
            joined
        })?;
        joined.places = each_once(joined.places);
        joined.after.sort_by(|one, other| one.why.cmp(&other.why));
        Some(joined)
    }

    fn take(&mut self, other: Self) {
        self.places.extend(other.places);
        for after in other.after {
            match self.after.iter_mut().find(|mine| mine.why == after.why) {
                Some(mine) => mine.take(after),
                None => self.after.push(after),
            }
        }
        join(&mut self.credential, other.credential);
    }

    /// The credential of a merged inventory, still without its rank and what comes before it.
    pub fn settled(self) -> (Credential, Vec<After>) {
        let Self { mut credential, places, after } = self;
        let hosts: BTreeSet<&str> =
            places.iter().filter_map(|place| place.location.host.as_deref()).collect();
        credential.n_hosts = Some(hosts.len());
        credential
            .readers
            .sort_by(|one, other| (one.uid, &one.user).cmp(&(other.uid, &other.user)));
        credential.readers.dedup();
        let n_unlisted = places.len().saturating_sub(LOCATIONS_MAX);
        credential.n_unlisted_locations = (n_unlisted > 0).then_some(n_unlisted);
        let listed = places.into_iter().take(LOCATIONS_MAX);
        credential.locations = listed.map(|place| place.location).collect();
        (credential, after)
    }
}

impl After {
    fn of(predecessors: Predecessors, ids: &[String]) -> Self {
        let Predecessors { ranks, n_all, why } = predecessors;
        let secret_ids = ranks.iter().filter_map(|rank| ids.get(rank.checked_sub(1)?).cloned());
        Self { why, n_all, secret_ids: secret_ids.collect() }
    }

    fn take(&mut self, other: Self) {
        self.secret_ids.extend(other.secret_ids);
        self.n_all = self.n_all.max(other.n_all).max(self.secret_ids.len());
    }
}

/// What one row adds to another. The surer one says what it is.
fn join(mine: &mut Credential, mut other: Credential) {
    if sureness(&other) < sureness(mine) {
        std::mem::swap(mine, &mut other);
    }
    mine.other_secret_ids.append(&mut other.other_secret_ids);
    if mine.secret_id != other.secret_id {
        mine.other_secret_ids.push(other.secret_id);
    }
    let first = mine.other_secret_ids.iter().min().filter(|id| **id < mine.secret_id).cloned();
    if let Some(first) = first {
        mine.other_secret_ids.push(std::mem::replace(&mut mine.secret_id, first));
    }
    mine.other_secret_ids.sort();
    mine.other_secret_ids.dedup();
    mine.other_secret_ids.retain(|id| *id != mine.secret_id);
    mine.key_id = mine.key_id.take().or(other.key_id);
    mine.account = mine.account.take().or(other.account);
    mine.expiry = mine.expiry.take().or(other.expiry);
    if state_rank(other.protection.state) < state_rank(mine.protection.state) {
        mine.protection = other.protection;
    }
    mine.verdict = worst(mine.verdict.take(), other.verdict);
    mine.asked = worst(mine.asked.take(), other.asked);
    mine.phase = order::first_phase(mine.phase.clone(), other.phase);
    // What one host set aside is not, where it lies on another one too.
    mine.suppressed = mine.suppressed.take().filter(|_| other.suppressed.is_some());
    mine.known = mine.known.map(|is_known| is_known && other.known == Some(true));
    mine.mints |= other.mints;
    mine.propagates |= other.propagates;
    mine.last_changed = match (mine.last_changed.take(), other.last_changed) {
        (Some(one), Some(two)) => Some(if two.at > one.at { two } else { one }),
        (one, two) => one.or(two),
    };
    for opening in other.opens {
        let is_known = |one: &&mut Opening| one.what == opening.what && one.how == opening.how;
        match mine.opens.iter_mut().find(is_known) {
            Some(known) => known.evidence.extend(opening.evidence),
            None => mine.opens.push(opening),
        }
    }
    mine.readers.append(&mut other.readers);
    for because in other.because {
        if !mine.because.contains(&because) {
            mine.because.push(because);
        }
    }
}

/// The smaller, the surer.
fn sureness(credential: &Credential) -> (usize, u8, &str, &str) {
    let names = [Confidence::High, Confidence::Medium, Confidence::Low].map(Confidence::as_str);
    let confidence = names.iter().position(|name| *name == credential.confidence);
    let confidence = confidence.unwrap_or(names.len());
    (confidence, u8::MAX - credential.impact, &credential.kind, &credential.secret_id)
}

const fn state_rank(state: ProtectionState) -> u8 {
    match state {
        ProtectionState::Plaintext => 0,
        ProtectionState::Weak => 1,
        ProtectionState::Encrypted => 2,
        ProtectionState::Hardware => 3,
        ProtectionState::Unknown => 4,
    }
}

/// The same for exposures.
pub fn number_installs_from(exposures: &mut [Exposure], first: usize) {
    let named = exposures.iter_mut().filter_map(|exposure| exposure.install.as_mut());
    named.for_each(|index| *index += first);
}

fn worst(one: Option<Word>, other: Option<Word>) -> Option<Word> {
    let rank = |word: &Word| order::verdict_rank(Some(word));
    one.into_iter().chain(other).min_by_key(rank)
}

/// Places by host, path and span. Of a place in two sweeps of its host, the later look is kept.
fn each_once(mut places: Vec<Place>) -> Vec<Place> {
    fn key(place: &Place) -> (&Option<String>, &std::path::Path, u64, u64, &[String]) {
        let Location { host, path, span, containers, .. } = &place.location;
        (host, &path.0, span.start, span.end, containers)
    }
    places.sort_by(|one, other| {
        (key(one), Reverse(&one.started)).cmp(&(key(other), Reverse(&other.started)))
    });
    places.dedup_by(|next, kept| key(next) == key(kept));
    places
}
