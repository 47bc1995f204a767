//! Sets aside what entries name. A credential is set aside if each of its places is: a copy
//! elsewhere is still to be rotated.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::model::suppression::{Subject, Suppression};
use crate::model::time::Moment;
use crate::view::{
    Credential, HostPath, Location, Phase, Report, Status, Suppressed, UnusedSuppression,
};

/// The step of the rotation in which nothing is done.
const PHASE: &str = "suppressed";

/// Sets aside what the entries name, and says which of them named nothing.
pub fn apply(report: &mut Report, entries: &[Suppression]) {
    let at = Moment::parse(&report.run.started);
    let is_over = |entry: &Suppression| entry.expires.zip(at).is_some_and(|(end, at)| end <= at);
    let usable: Vec<&Suppression> = entries.iter().filter(|entry| !is_over(entry)).collect();
    let index = Index::new(&usable);
    let mut is_used = vec![false; usable.len()];
    for credential in &mut report.credentials {
        for position in 0..credential.locations.len() {
            let found = index.find(credential, &credential.locations[position]);
            for found in &found {
                is_used[*found] = true;
            }
            let location = &mut credential.locations[position];
            if let (None, Some(first)) = (&location.suppressed, found.first()) {
                location.suppressed = Some(suppressed(usable[*first]));
            }
        }
    }
    let unmatched = usable.iter().zip(is_used).filter(|(_, is_used)| !is_used);
    let is_random = report.run.key.origin == "random";
    let mut unused: Vec<UnusedSuppression> =
        unmatched.map(|(entry, _)| unused(entry, why(entry, is_random))).collect();
    let over = entries.iter().filter(|entry| is_over(entry));
    unused.extend(over.map(|entry| self::unused(entry, "expired")));
    unused.sort_by(|one, other| (&one.path, one.line).cmp(&(&other.path, other.line)));
    report.coverage.unused_suppressions.extend(unused);
    settle(report);
}

/// Sets aside what comments allow in the lines where it stands. The order follows when entries
/// are applied.
pub fn allow(report: &mut Report, lines: &BTreeSet<(PathBuf, u64)>) {
    let locations = report.credentials.iter_mut().flat_map(|one| &mut one.locations);
    for location in locations.filter(|one| one.containers.is_empty()) {
        let mut names = std::iter::once(&location.path).chain(&location.other_names);
        if names.any(|name| lines.contains(&(name.0.clone(), location.line))) {
            location.suppressed = Some(Suppressed {
                reason: format!("allow comment in line {}", location.line),
                expires: None,
                by: "comment".into(),
            });
        }
    }
}

/// Entries by what they are looked up by.
struct Index<'e> {
    at_path: BTreeMap<&'e Path, Vec<usize>>,
    anywhere: BTreeMap<&'e Subject, Vec<usize>>,
    entries: &'e [&'e Suppression],
}

impl<'e> Index<'e> {
    fn new(entries: &'e [&'e Suppression]) -> Self {
        let mut index = Self { at_path: BTreeMap::new(), anywhere: BTreeMap::new(), entries };
        for (number, entry) in entries.iter().enumerate() {
            match &entry.path {
                Some(path) => index.at_path.entry(path.as_path()).or_default().push(number),
                None => index.anywhere.entry(&entry.subject).or_default().push(number),
            }
        }
        index
    }

    /// Numbers of the entries that name a place of a credential, in their order.
    fn find(&self, credential: &Credential, location: &Location) -> Vec<usize> {
        let key_id = credential.key_id.clone().map(Subject::KeyId);
        let anywhere = key_id.and_then(|subject| self.anywhere.get(&subject));
        let names = std::iter::once(&location.path).chain(&location.other_names);
        let here = names.filter_map(|HostPath(name)| self.at_path.get(name.as_path()));
        let here = here
            .flatten()
            .filter(|number| is_about(&self.entries[**number].subject, credential, location));
        let mut found: Vec<usize> = anywhere.into_iter().flatten().chain(here).copied().collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn is_about(subject: &Subject, credential: &Credential, location: &Location) -> bool {
    match subject {
        Subject::SecretId(id) => *id == credential.secret_id,
        Subject::KeyId(key_id) => credential.key_id.as_ref() == Some(key_id),
        Subject::Kind(kind) => *kind == credential.kind,
        // A line of a file inside of a container is none of the file.
        Subject::Line(line) => *line == location.line && location.containers.is_empty(),
    }
}

fn suppressed(entry: &Suppression) -> Suppressed {
    Suppressed {
        reason: entry.reason.clone(),
        expires: entry.expires.map(|end| end.to_string()),
        by: entry.subject.as_str().into(),
    }
}

fn why(entry: &Suppression, is_random: bool) -> &'static str {
    if is_random && matches!(entry.subject, Subject::SecretId(_)) { "no-key" } else { "no-match" }
}

fn unused(entry: &Suppression, why: &'static str) -> UnusedSuppression {
    let path: PathBuf = entry.file.clone();
    let reason = entry.reason.clone();
    UnusedSuppression { path: HostPath(path), line: entry.line, reason, why: why.into() }
}

/// Moves what is set aside to the end of the order, and counts anew.
fn settle(report: &mut Report) {
    for credential in &mut report.credentials {
        credential.suppressed = whole(credential);
    }
    let n_suppressed = report.credentials.iter().filter(|one| one.suppressed.is_some()).count();
    report.summary.n_suppressed = n_suppressed;
    if n_suppressed > 0 && report.run.explained.is_none() {
        reorder(report);
    }
    report.summary.exit_code = exit_code(report);
}

/// Why a credential is set aside as a whole.
fn whole(credential: &Credential) -> Option<Suppressed> {
    let each = credential.locations.iter().map(|one| one.suppressed.as_ref());
    let each: Option<Vec<&Suppressed>> = each.collect();
    // What ends first ends it for the credential.
    let soonest = |one: &&&Suppressed| one.expires.clone().unwrap_or_else(|| "~".into());
    each?.iter().min_by_key(soonest).map(|one| (*one).clone())
}

/// The rest keeps its order; ranks and steps follow.
fn reorder(report: &mut Report) {
    let credentials = &mut report.credentials;
    credentials.sort_by_key(|one| one.suppressed.is_some());
    let mut new_ranks = BTreeMap::new();
    for (credential, rank) in credentials.iter_mut().zip(1..) {
        if credential.suppressed.is_some() {
            credential.phase = PHASE.into();
        } else {
            new_ranks.insert(credential.rank, rank);
        }
        credential.rank = rank;
    }
    for credential in credentials.iter_mut() {
        for earlier in &mut credential.after {
            let n_before = earlier.ranks.len();
            earlier.ranks =
                earlier.ranks.iter().filter_map(|rank| new_ranks.get(rank)).copied().collect();
            earlier.n_all -= (n_before - earlier.ranks.len()).min(earlier.n_all);
        }
        credential.after.retain(|earlier| !earlier.ranks.is_empty());
    }
    let phases = &mut report.plan.phases;
    phases.retain(|phase| phase.phase != PHASE);
    phases.push(Phase {
        phase: PHASE.into(),
        title: "SUPPRESSED".into(),
        why: "set aside by the files and comments that are named; they count as nothing to \
              rotate, and nobody checks that this is still right."
            .into(),
        first_rank: 1,
        n_credentials: 0,
    });
    for phase in phases.iter_mut() {
        let mut members = credentials.iter().filter(|one| one.phase == phase.phase);
        phase.first_rank = members.next().map_or(0, |one| one.rank);
        phase.n_credentials = members.count() + usize::from(phase.first_rank > 0);
    }
    phases.retain(|phase| phase.n_credentials > 0);
}

/// As the outcome of a sweep, with what is set aside left out.
fn exit_code(report: &Report) -> u8 {
    let is_left = report.credentials.iter().any(|one| one.suppressed.is_none());
    let is_unlisted = report.summary.n_credentials > report.credentials.len();
    match report.status {
        Status::Interrupted => 130,
        _ if is_left || is_unlisted || !report.infected_installs.is_empty() => 1,
        Status::Complete => 0,
        Status::Incomplete => 3,
    }
}
