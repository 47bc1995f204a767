//! Where else a secret was before: in another file, or in an object or a commit of a repository.
//! Judges nothing.

use std::collections::BTreeMap;
use std::path::Path;

use crate::exposure::SecretFacts;
use crate::model::artifact::{ArtifactKind, Inode};
use crate::model::clock::Clock;
use crate::model::finding::Finding;
use crate::model::secret::SecretId;
use crate::model::time::{Dated, Moment};
use crate::sweep::committed::Committed;

/// Since when each secret is here at the latest, by its owner. Places of another owner say
/// nothing: who may read this place could not read that one.
pub struct Earlier {
    /// The file that holds it unchanged for the longest time: a backup, a swap file, another
    /// configuration, an object of git.
    proven: ByHolder,
    /// What commits claim.
    said: ByHolder,
}

type ByHolder = BTreeMap<(SecretId, u32), Dated>;

impl Earlier {
    /// From all places of a host.
    pub fn of(findings: &[Finding], committed: &[Committed], clock: &Clock) -> Self {
        Self { proven: proven(findings, committed, clock), said: said(committed, clock) }
    }

    /// What is known of the secret of a finding.
    pub fn facts<'f>(&'f self, finding: &'f Finding) -> SecretFacts<'f> {
        let identity = &finding.identity;
        let holder = (identity.secret_id, finding.location.inode.uid);
        let (seen, said) = (self.proven.get(&holder), self.said.get(&holder));
        SecretFacts { identity, seen, said }
    }
}

fn proven(findings: &[Finding], committed: &[Committed], clock: &Clock) -> ByHolder {
    let files = findings.iter().filter(|finding| finding.location.kind == ArtifactKind::File);
    let places = files.map(|Finding { identity, location }| {
        (identity.secret_id, location.path.as_path(), &location.inode)
    });
    let objects = committed.iter().flat_map(|one| {
        let of = |(path, inode)| one.secrets.iter().map(move |secret| (*secret, path, inode));
        one.object.iter().map(|(path, inode)| (path.as_path(), inode)).flat_map(of)
    });
    let mut earliest: BTreeMap<(SecretId, u32), (Moment, &Path)> = BTreeMap::new();
    for (secret, path, Inode { uid, times, .. }) in places.chain(objects) {
        if clock.is_odd(times.changed) {
            continue;
        }
        let here = (times.changed, path);
        let known = earliest.entry((secret, *uid)).or_insert(here);
        *known = here.min(*known);
    }
    let dated = |(at, path): (Moment, &Path)| Dated {
        at,
        evidence: format!("the change time of {}", path.display()),
    };
    earliest.into_iter().map(|(holder, place)| (holder, dated(place))).collect()
}

fn said(committed: &[Committed], clock: &Clock) -> ByHolder {
    let mut earliest = ByHolder::new();
    for Committed { secrets, uid, commit, .. } in committed {
        let Some(commit) = commit.as_ref().filter(|commit| !clock.is_odd(commit.at)) else {
            continue;
        };
        for secret in secrets {
            let known = earliest.entry((*secret, *uid)).or_insert_with(|| commit.clone());
            if (commit.at, &commit.evidence) < (known.at, &known.evidence) {
                known.clone_from(commit);
            }
        }
    }
    earliest
}
