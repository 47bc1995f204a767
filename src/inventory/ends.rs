//! When the credentials of one file end, where they do not say it themselves: by the life that
//! their issuer gives them, by their public halves, and whether a refresh token beside them
//! gets a new one. Pure.

use std::collections::BTreeMap;

use crate::model::expiry::{Basis, Expiry};
use crate::model::finding::{Finding, Identity};
use crate::model::rule::Lifetime;
use crate::model::rule_set::RuleSet;
use crate::model::store::StoreIndex;

/// Completes the ends of what was found in one file.
pub fn tell_ends(findings: &mut [Finding], rules: &RuleSet) {
    for finding in findings.iter_mut() {
        let end = by_lifetime(finding, rules);
        finding.identity.expiry = finding.identity.expiry.or(end);
    }
    take_from_public_halves(findings, rules);
    mark_renewed(findings, rules);
}

/// What the file holds was issued before its last change, and lives so long at most. Only the
/// change time is counted from: the owner can set the others.
fn by_lifetime(finding: &Finding, rules: &RuleSet) -> Expiry {
    let basis = Basis::Lifetime;
    match rules.kind(finding.identity.kind).lifetime {
        None => Expiry::Unknown,
        Some(Lifetime::Unlimited) => Expiry::Never { basis },
        Some(Lifetime::Seconds(seconds)) => {
            let moment = finding.location.inode.times.changed.plus_seconds(seconds);
            Expiry::At { moment, basis }
        }
    }
}

/// The key id of AWS says how long its secret lives, the secret does not.
fn take_from_public_halves(findings: &mut [Finding], rules: &RuleSet) {
    let is_public = |identity: &Identity| rules.kind(identity.kind).is_public;
    let halves = findings.iter().map(|finding| &finding.identity).filter(|one| is_public(one));
    let ends: BTreeMap<String, Expiry> =
        halves.filter_map(|half| Some((half.key_id.clone()?, half.expiry))).collect();
    for Finding { identity, .. } in findings {
        let end = identity.key_id.as_ref().and_then(|key_id| ends.get(key_id));
        identity.expiry = identity.expiry.or(end.copied().unwrap_or(Expiry::Unknown));
    }
}

/// Tokens that end, beside a refresh token of the same store and account.
fn mark_renewed(findings: &mut [Finding], rules: &RuleSet) {
    let renews = |identity: &Identity| rules.kind(identity.kind).renews;
    let refresh: Vec<(StoreIndex, Option<String>, Expiry)> = findings
        .iter()
        .filter(|finding| renews(&finding.identity))
        .filter_map(|finding| {
            let Identity { account, expiry, .. } = &finding.identity;
            Some((finding.location.store?, account.clone(), *expiry))
        })
        .collect();
    for Finding { identity, location } in findings {
        let is_renewed = !renews(identity) && matches!(identity.expiry, Expiry::At { .. });
        let goes_with = |account: &Option<String>| {
            identity.account.is_none() || account.is_none() || *account == identity.account
        };
        identity.renewal = refresh
            .iter()
            .find(|(store, account, _)| Some(*store) == location.store && goes_with(account))
            .filter(|_| is_renewed)
            .map(|(_, _, end)| *end);
    }
}
