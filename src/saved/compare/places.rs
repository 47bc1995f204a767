//! Which credential of the later report stands where one of the earlier stood. Pure bookkeeping:
//! what follows from it, `class.rs` says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::saved::compare::snapshot::Snapshot;
use crate::view::{Credential, Location};

/// By what a credential is known in both reports; `None` if by nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name<'r> {
    /// The keyed hash, where the key is the same.
    SecretId(&'r str),
    /// Kind, public name and account.
    KeyId(&'r str, &'r str, Option<&'r str>),
}

/// Where one kind of credential may stand. Lines move, so they are no part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Spot<'r> {
    path: &'r Path,
    containers: &'r [String],
    kind: &'r str,
}

/// A credential at one of its places.
#[derive(Clone, Copy)]
struct Standing<'r> {
    name: Option<Name<'r>>,
    credential: &'r Credential,
    location: &'r Location,
}

/// What stands at a place now, if the same credential does not.
#[derive(Clone, Copy)]
pub enum Now<'r> {
    /// Another one of that kind.
    Other(&'r Credential, &'r Location),
    /// One of that kind, and no name tells which.
    Unclear(&'r Credential, &'r Location),
    /// None of that kind.
    Nothing,
}

/// Both reports by name and by place.
pub struct Places<'r> {
    common_key: bool,
    names_before: BTreeSet<Name<'r>>,
    by_name_after: BTreeMap<Name<'r>, Vec<&'r Credential>>,
    before: BTreeMap<Spot<'r>, Vec<Standing<'r>>>,
    after: BTreeMap<Spot<'r>, Vec<Standing<'r>>>,
    /// Kinds that stand without a name at spots where the earlier report has none of them.
    nameless_elsewhere: BTreeSet<&'r str>,
}

impl<'r> Places<'r> {
    /// Sorts both reports.
    pub fn new(before: &'r Snapshot, after: &'r Snapshot, common_key: bool) -> Self {
        let names_before = before.credentials.iter().filter_map(|one| name(one, common_key));
        let mut by_name_after: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for credential in &after.credentials {
            if let Some(name) = name(credential, common_key) {
                by_name_after.entry(name).or_default().push(credential);
            }
        }
        let (old, new) = (spots(before, common_key), spots(after, common_key));
        let elsewhere = new.iter().filter(|(spot, standing)| {
            !old.contains_key(spot) && standing.iter().any(|one| one.name.is_none())
        });
        Self {
            common_key,
            names_before: names_before.collect(),
            by_name_after,
            nameless_elsewhere: elsewhere.map(|(spot, _)| spot.kind).collect(),
            before: old,
            after: new,
        }
    }

    /// By what a credential of either report is known in both.
    pub fn name<'c>(&self, credential: &'c Credential) -> Option<Name<'c>> {
        name(credential, self.common_key)
    }

    /// Whether the earlier report has a credential of this name.
    pub fn was_there(&self, name: Name) -> bool {
        self.names_before.contains(&name)
    }

    /// Whether a kind without a name stands at a spot where the earlier report has none of it.
    pub fn has_nameless_elsewhere(&self, kind: &str) -> bool {
        self.nameless_elsewhere.contains(kind)
    }

    /// Whether the earlier report has its kind at a place.
    pub fn had_kind_at(&self, credential: &'r Credential, location: &'r Location) -> bool {
        self.before.contains_key(&spot(credential, location))
    }

    /// What the later report lists for a credential of the earlier one: under its name, or
    /// because its file was not touched since.
    pub fn still(&self, credential: &'r Credential) -> Vec<&'r Credential> {
        let name = self.name(credential);
        let named = name.and_then(|name| self.by_name_after.get(&name)).cloned();
        if self.common_key {
            return named.unwrap_or_default();
        }
        let untouched = credential.locations.iter().filter_map(|location| {
            let new = self.after.get(&spot(credential, location))?;
            let may_be = |one: &&Standing| name.is_none() || one.name.is_none();
            new.iter().filter(may_be).find(|one| is_untouched(location, one.location))
        });
        named.unwrap_or_else(|| untouched.map(|one| one.credential).take(1).collect())
    }

    /// What stands at a place where a credential of the earlier report stands no longer.
    pub fn now(&self, credential: &'r Credential, location: &'r Location) -> Now<'r> {
        let spot = spot(credential, location);
        let old = self.before.get(&spot).map_or(&[][..], Vec::as_slice);
        let new = self.after.get(&spot).map_or(&[][..], Vec::as_slice);
        let nameless = new.iter().find(|one| one.name.is_none());
        let unclear = nameless.or(new.first().filter(|_| self.name(credential).is_none()));
        match (unclear, successor(old, new, location)) {
            (Some(one), _) => Now::Unclear(one.credential, one.location),
            (None, Some(one)) => Now::Other(one.credential, one.location),
            (None, None) => Now::Nothing,
        }
    }
}

fn name(credential: &Credential, common_key: bool) -> Option<Name<'_>> {
    if common_key {
        return Some(Name::SecretId(&credential.secret_id));
    }
    let key_id = credential.key_id.as_deref()?;
    Some(Name::KeyId(&credential.kind, key_id, credential.account.as_deref()))
}

fn spot<'r>(credential: &'r Credential, location: &'r Location) -> Spot<'r> {
    let Location { path, containers, .. } = location;
    Spot { path: &path.0, containers, kind: &credential.kind }
}

fn spots(report: &Snapshot, common_key: bool) -> BTreeMap<Spot<'_>, Vec<Standing<'_>>> {
    let mut spots: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for credential in &report.credentials {
        let name = name(credential, common_key);
        for location in &credential.locations {
            let standing = Standing { name, credential, location };
            spots.entry(spot(credential, location)).or_default().push(standing);
        }
    }
    for standing in spots.values_mut() {
        standing.sort_by_key(|one| (one.location.span.start, one.location.span.end));
    }
    spots
}

/// The kernel sets the change time at every write: same stamp, same bytes at the same place.
fn is_untouched(old: &Location, new: &Location) -> bool {
    let is_file = !old.path.0.starts_with("/proc");
    is_file
        && old.times.changed == new.times.changed
        && (old.span.start, old.span.end) == (new.span.start, new.span.end)
}

/// What came to a spot for one that went: of the same account and store; else in the order of
/// the file, if as many came as went.
fn successor<'s, 'r>(
    old: &'s [Standing<'r>],
    new: &'s [Standing<'r>],
    location: &Location,
) -> Option<&'s Standing<'r>> {
    let has = |list: &[Standing], name| list.iter().any(|one| one.name == name);
    let mut went: Vec<&Standing> = old.iter().filter(|one| !has(new, one.name)).collect();
    let mut came: Vec<&Standing> = new.iter().filter(|one| !has(old, one.name)).collect();
    let is_asked_for = |one: &Standing| std::ptr::eq(one.location, location);
    let mut index = 0;
    while let Some(one) = went.get(index) {
        match came.iter().position(|other| is_alike(one, other)) {
            Some(found) if is_asked_for(one) => return Some(came[found]),
            Some(found) => {
                came.remove(found);
                went.remove(index);
            }
            None => index += 1,
        }
    }
    let index = went.iter().position(|one| is_asked_for(one))?;
    (went.len() == came.len()).then(|| came[index])
}

fn is_alike(one: &Standing, other: &Standing) -> bool {
    one.credential.account == other.credential.account && one.location.store == other.location.store
}
