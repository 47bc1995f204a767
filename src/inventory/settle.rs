//! Several rules and a store may claim the same bytes of one file: one finding each
//! secret is kept.

use crate::model::finding::Finding;

/// Joins findings of the same secret that overlap, and drops one that lies within a
/// larger one that is believed at least as much. Takes the findings of one file and
/// gives them back in the order of the file.
pub fn settle(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by_key(|finding| {
        let span = finding.location.place.span;
        (span.start, std::cmp::Reverse(span.end), finding.identity.confidence)
    });
    let mut settled: Vec<Finding> = Vec::new();
    let mut reached = 0;
    for finding in findings {
        let span = finding.location.place.span;
        // Most findings begin behind all that came before: no rival to look for.
        let rivals = if span.start < reached { settled.as_mut_slice() } else { &mut [] };
        let rival = rivals.iter_mut().rev().find(|kept| overlaps(kept, &finding));
        reached = reached.max(span.end);
        match rival {
            Some(kept) if kept.identity.secret_id == finding.identity.secret_id => {
                join(kept, finding)
            }
            Some(kept) if contains(kept, &finding) && believes(kept, &finding) => {}
            _ => settled.push(finding),
        }
    }
    settled
}

fn overlaps(one: &Finding, other: &Finding) -> bool {
    one.location.place.span.overlaps(other.location.place.span)
}

fn contains(outer: &Finding, inner: &Finding) -> bool {
    outer.location.place.span.end >= inner.location.place.span.end
}

fn believes(one: &Finding, other: &Finding) -> bool {
    one.identity.confidence <= other.identity.confidence
}

/// The more believed kind wins; public facts are taken from both.
fn join(kept: &mut Finding, other: Finding) {
    let other_location = other.location;
    let (mut better, worse) = if other.identity.confidence < kept.identity.confidence {
        (other.identity, kept.identity.clone())
    } else {
        (kept.identity.clone(), other.identity)
    };
    better.key_id = better.key_id.or(worse.key_id);
    better.account = better.account.or(worse.account);
    better.server = better.server.or(worse.server);
    better.expiry = better.expiry.or(worse.expiry);
    better.issued = better.issued.or(worse.issued);
    if better.hint.is_empty() {
        better.hint = worse.hint;
    }
    kept.identity = better;
    kept.location.store = kept.location.store.or(other_location.store);
}
