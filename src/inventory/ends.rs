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

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::model::artifact::{ArtifactKind, Inode};
    use crate::model::finding::Location;
    use crate::model::location::{Place, Span};
    use crate::model::rule::{Kind, KindIndex};
    use crate::model::secret::SecretId;
    use crate::model::time::{FileTimes, Moment};

    const ACCESS: usize = 0;
    const REFRESH: usize = 1;
    const FOR_EVER: usize = 2;
    const PUBLIC: usize = 3;
    const PLAIN: usize = 4;

    fn rules() -> RuleSet {
        let kind =
            |lifetime, renews, is_public| Kind { is_public, lifetime, renews, ..Kind::new("") };
        let kinds = vec![
            kind(Some(Lifetime::Seconds(3600)), false, false),
            kind(None, true, false),
            kind(Some(Lifetime::Unlimited), false, false),
            kind(Some(Lifetime::Seconds(60)), false, true),
            kind(None, false, false),
        ];
        RuleSet { kinds, ..RuleSet::default() }
    }

    /// A finding in a file that was last changed at 1000 seconds.
    fn finding(kind: usize, account: Option<&str>, key_id: Option<&str>) -> Finding {
        let at = Moment::new(1000, 0);
        let times = FileTimes { accessed: at, modified: at, changed: at, born: None };
        let inode = Inode {
            device: 1,
            number: 1,
            mode: 0o100_600,
            uid: 0,
            gid: 0,
            n_links: 1,
            size_bytes: 1,
            times,
        };
        Finding {
            identity: Identity {
                key_id: key_id.map(Into::into),
                account: account.map(Into::into),
                ..Identity::of(KindIndex(kind), SecretId([0; 16]))
            },
            location: Location {
                path: PathBuf::new(),
                kind: ArtifactKind::File,
                other_names: Vec::new(),
                place: Place { span: Span { start: 0, end: 1 }, line: 1, column: 1 },
                containers: Vec::new(),
                store: Some(StoreIndex(0)),
                variable: None,
                content: None,
                inode,
            },
        }
    }

    fn told(mut findings: Vec<Finding>) -> Vec<Identity> {
        tell_ends(&mut findings, &rules());
        findings.into_iter().map(|finding| finding.identity).collect()
    }

    fn by_lifetime(seconds: i64) -> Expiry {
        Expiry::At { moment: Moment::new(seconds, 0), basis: Basis::Lifetime }
    }

    #[test]
    fn a_lifetime_is_counted_from_the_change_time_of_the_file() {
        let told = told(vec![finding(ACCESS, None, None), finding(FOR_EVER, None, None)]);
        assert_eq!(told[0].expiry, by_lifetime(4600));
        assert_eq!(told[1].expiry, Expiry::Never { basis: Basis::Lifetime });
        assert!(told[0].had_ended(Moment::new(5000, 0)));
        assert!(!told[0].had_ended(Moment::new(4900, 0)), "clocks differ");
    }

    #[test]
    fn a_public_half_says_when_its_secret_ends() {
        let halves = [finding(PUBLIC, None, Some("ID1")), finding(PLAIN, None, Some("ID1"))];
        let other = finding(PLAIN, None, Some("ID2"));
        let told = told(halves.into_iter().chain([other]).collect());
        assert_eq!(told[1].expiry, by_lifetime(1060));
        assert_eq!(told[2].expiry, Expiry::Unknown);
    }

    #[test]
    fn an_expired_token_lives_on_beside_a_refresh_token() {
        let findings = vec![
            finding(ACCESS, Some("ana"), None),
            finding(ACCESS, Some("bob"), None),
            finding(REFRESH, Some("ana"), None),
        ];
        let told = told(findings);
        let now = Moment::new(1_000_000, 0);
        assert!(told[0].is_renewed(now) && !told[0].had_ended(now));
        assert!(!told[1].is_renewed(now) && told[1].had_ended(now), "another account");
        assert_eq!(told[2].renewal, None);
    }

    #[test]
    fn a_refresh_token_that_ended_too_renews_nothing() {
        let moment = Moment::new(2000, 0);
        let mut refresh = finding(REFRESH, None, None);
        refresh.identity.expiry = Expiry::At { moment, basis: Basis::Beside };
        let told = told(vec![finding(ACCESS, Some("ana"), None), refresh]);
        assert!(told[0].had_ended(Moment::new(1_000_000, 0)));
    }
}
