//! Findings to credentials: one row each however many places hold it, in the order in
//! which they should be rotated. Pure.

mod containment;
mod ends;
mod opens;
mod order;
mod settle;
mod ties;

pub use containment::containment;
pub use ends::tell_ends;
pub use order::Circumstances;
pub use settle::settle;

use std::collections::{BTreeMap, BTreeSet};

use crate::inventory::opens::tell_openings;
use crate::inventory::order::placed;
use crate::model::explanation::Explanation;
use crate::model::exposure::{Exposure, Occasion};
use crate::model::finding::{Finding, Identity, Location};
use crate::model::inventory::{Credential, CredentialPlace};
use crate::model::location::Span;
use crate::model::plan::Placing;
use crate::model::rule_set::RuleSet;
use crate::model::secret::SecretId;

/// A finding with what was concluded about it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What was found.
    pub finding: Finding,
    /// Verdict for each occasion and runner.
    pub exposures: Vec<Exposure>,
    /// Users other than root who may read it today.
    pub reader_uids: Vec<u32>,
    /// What it was judged by, where that is to be explained.
    pub explanation: Option<Explanation>,
}

/// All credentials, in rotation order.
pub fn credentials(judged: Vec<Judged>, circumstances: &Circumstances) -> Vec<Credential> {
    let rules = circumstances.rules;
    let mut by_secret: BTreeMap<SecretId, Vec<Judged>> = BTreeMap::new();
    for one in judged {
        by_secret.entry(one.finding.identity.secret_id).or_default().push(one);
    }
    let mut credentials: Vec<Credential> =
        by_secret.into_values().map(|places| credential(places, rules)).collect();
    fold_public_halves(&mut credentials, rules);
    tell_openings(&mut credentials, circumstances);
    placed(credentials, circumstances)
}

/// A key id that stands beside its secret is said there, and is no row of its own.
fn fold_public_halves(credentials: &mut Vec<Credential>, rules: &RuleSet) {
    let is_public = |one: &Credential| rules.kind(one.identity.kind).is_public;
    let whole = credentials.iter().filter(|one| !is_public(one));
    let key_ids: BTreeSet<String> = whole.filter_map(|one| one.identity.key_id.clone()).collect();
    let is_said = |one: &Credential| {
        one.identity.key_id.as_ref().is_some_and(|key_id| key_ids.contains(key_id))
    };
    credentials.retain(|one| !is_public(one) || !is_said(one));
}

/// One credential from all its findings.
fn credential(mut findings: Vec<Judged>, rules: &RuleSet) -> Credential {
    findings.sort_by(|one, other| key(&one.finding.location).cmp(&key(&other.finding.location)));
    let opens = opens::beside(findings.iter().map(|one| &one.finding));
    let identity = identity(findings.iter().map(|one| &one.finding.identity), rules);
    let places = places(findings);
    let exposures = || places.iter().flat_map(|place| &place.exposures);
    let worst = |is_asked: bool| {
        let of_kind = exposures().filter(|one| (one.occasion == Occasion::Asked) == is_asked);
        of_kind.map(|one| one.judgement.verdict).min()
    };
    let (verdict, asked) = (worst(false), worst(true));
    let readers: BTreeSet<u32> =
        places.iter().flat_map(|place| place.reader_uids.iter().copied()).collect();
    let reader_uids = readers.into_iter().collect();
    let placing = Placing::default();
    Credential { identity, verdict, asked, reader_uids, opens, placing, places }
}

fn key(location: &Location) -> (&std::path::Path, &[String], Span) {
    (&location.path, &location.containers, location.place.span)
}

/// The most believed of several identities, with what the others add to it.
fn identity<'i>(
    identities: impl Iterator<Item = &'i Identity> + Clone,
    rules: &RuleSet,
) -> Identity {
    let best = identities.clone().min_by_key(|one| {
        let kind = rules.kind(one.kind);
        (one.confidence, std::cmp::Reverse(kind.impact), &kind.id)
    });
    let mut identity = best.expect("a credential has at least one finding").clone();
    for other in identities {
        identity.key_id = identity.key_id.or_else(|| other.key_id.clone());
        identity.account = identity.account.or_else(|| other.account.clone());
        identity.protection = identity.protection.min(other.protection.clone());
        identity.expiry = identity.expiry.or(other.expiry);
        identity.renewal = identity.renewal.or(other.renewal);
        identity.issued = identity.issued.or_else(|| other.issued.clone());
    }
    identity
}

/// Places of one credential, those of one inode joined: hard links are one file.
fn places(findings: Vec<Judged>) -> Vec<CredentialPlace> {
    let mut places: Vec<CredentialPlace> = Vec::new();
    let mut linked: BTreeMap<(u64, u64, Vec<String>, Span), usize> = BTreeMap::new();
    for Judged { finding, exposures, reader_uids, explanation } in findings {
        let location = finding.location;
        let inode = &location.inode;
        let key = (inode.device, inode.number, location.containers.clone(), location.place.span);
        match linked.get(&key).filter(|_| inode.n_links > 1) {
            Some(index) => join(&mut places[*index], location, exposures, reader_uids),
            None => {
                linked.insert(key, places.len());
                places.push(CredentialPlace { location, exposures, reader_uids, explanation });
            }
        }
    }
    places
}

/// A further name of a place: whoever can read it under any name can read it.
fn join(
    place: &mut CredentialPlace,
    location: Location,
    exposures: Vec<Exposure>,
    readers: Vec<u32>,
) {
    let names = &mut place.location.other_names;
    names.push(location.path);
    names.extend(location.other_names);
    names.sort();
    names.dedup();
    names.retain(|name| *name != place.location.path);
    place.location.store = place.location.store.or(location.store);
    for (mine, other) in place.exposures.iter_mut().zip(exposures) {
        if other.judgement.verdict < mine.judgement.verdict {
            *mine = other;
        }
    }
    place.reader_uids.extend(readers);
    place.reader_uids.sort_unstable();
    place.reader_uids.dedup();
}
