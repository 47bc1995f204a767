//! What became of each credential. Judges no exposure anew.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::expiry::{Basis as ExpiryBasis, Expiry};
use crate::model::time::Moment;
use crate::saved::compare::copies::copy_kind;
use crate::saved::compare::places::{Name, Now, Places};
use crate::saved::compare::reading::{Reading, names};
use crate::saved::compare::snapshot::Snapshot;
use crate::view::comparison::{Basis, Class, ComparedCredential, ComparedPlace, Fate, Successor};
use crate::view::{Credential, HostPath, Location, Word};

/// Every credential of the earlier report in its order, then the new ones.
pub fn compare_credentials(
    before: &Snapshot,
    after: &Snapshot,
    reading: &Reading,
    common_key: bool,
) -> Vec<ComparedCredential> {
    let bench = Bench {
        places: Places::new(before, after, common_key),
        reading,
        has_same_rules: before.side.rules_digest == after.side.rules_digest,
        after_started: Moment::parse(&after.side.started),
    };
    let mut compared: Vec<ComparedCredential> =
        before.credentials.iter().map(|one| bench.compared(one)).collect();
    if before.lists_credentials() {
        let successors: BTreeSet<String> = compared
            .iter()
            .flat_map(|one| one.replaced_by.iter().map(|one| one.secret_id.clone()))
            .collect();
        let came = after.credentials.iter().filter(|one| bench.is_new(one));
        let came = came.filter(|one| !successors.contains(&one.secret_id));
        compared.extend(came.map(|one| bench.new_one(one)));
    }
    compared
}

/// What credentials are compared on.
struct Bench<'r> {
    places: Places<'r>,
    reading: &'r Reading<'r>,
    has_same_rules: bool,
    after_started: Option<Moment>,
}

/// A credential with what was found of it.
struct Found<'r> {
    /// Where it is listed now.
    now: Vec<&'r Credential>,
    places: Vec<ComparedPlace>,
    replaced_by: BTreeSet<Successor>,
}

impl<'r> Bench<'r> {
    fn compared(&self, old: &'r Credential) -> ComparedCredential {
        let found = self.found(old);
        let has_ended = self.has_ended(old, &found);
        let class = self.class(old, &found.places, has_ended);
        let verdict_after = found.now.iter().filter_map(|one| one.verdict.clone()).min_by_key(rank);
        let is_out_of_reach = |verdict: &Option<Word>| verdict.as_deref() == Some("not-exposed");
        let is_suppressed = found.now.iter().any(|one| one.suppressed.is_some());
        let to_rotate = old.suppressed.is_none()
            && !is_suppressed
            && !(is_out_of_reach(&old.verdict)
                && (verdict_after.is_none() || is_out_of_reach(&verdict_after)));
        ComparedCredential {
            class,
            basis: self.basis(old),
            to_rotate,
            says: says(class, &found.places),
            verdict_before: old.verdict.clone(),
            verdict_after,
            replaced_by: found.replaced_by.into_iter().collect(),
            places: found.places,
            ..plain(old)
        }
    }

    fn found(&self, old: &'r Credential) -> Found<'r> {
        let now = self.places.still(old);
        let mut found = Found { now, places: Vec::new(), replaced_by: BTreeSet::new() };
        let mut standing = Standing::new(&found.now);
        for location in &old.locations {
            let place = match standing.take(location) {
                Some(now) => place(Fate::StillThere, Some(location), Some(now)),
                None => self.left_place(old, location, &mut found),
            };
            found.places.push(place);
        }
        let new = standing.rest().map(|one| place(Fate::New, None, Some(one)));
        found.places.extend(new);
        found
    }

    /// A place where it stands no longer, as far as that is known.
    fn left_place(
        &self,
        old: &'r Credential,
        location: &'r Location,
        found: &mut Found<'r>,
    ) -> ComparedPlace {
        let is_known = !found.now.is_empty();
        let is_same = |new: &Credential| found.now.iter().any(|one| std::ptr::eq(*one, new));
        match self.places.now(old, location) {
            // Rows of one report are different secrets: where one is known to be the old one,
            // every other is another.
            Now::Unclear(_, now) if !is_known => place(Fate::Unclear, Some(location), Some(now)),
            Now::Other(new, now) | Now::Unclear(new, now) if !is_same(new) => {
                found.replaced_by.insert(successor(new));
                place(Fate::Replaced, Some(location), Some(now))
            }
            _ => self.empty_place(location),
        }
    }

    /// A place where nothing of the kind was found.
    fn empty_place(&self, location: &Location) -> ComparedPlace {
        let gap = self.reading.gap_of_credential(location);
        let gap = gap.or_else(|| {
            (!self.has_same_rules).then(|| "the sweeps had different rules".to_owned())
        });
        let fate = if gap.is_some() { Fate::NotRead } else { Fate::Gone };
        ComparedPlace { why: gap, ..place(fate, Some(location), None) }
    }

    fn class(&self, old: &Credential, places: &[ComparedPlace], has_ended: bool) -> Class {
        let has = |fate: Fate| places.iter().any(|place| place.fate == fate);
        let is_there = has(Fate::StillThere) || has(Fate::New);
        match () {
            () if is_there && has_ended => Class::Expired,
            () if is_there && has(Fate::Replaced) => Class::Partly,
            () if is_there => Class::StillThere,
            () if has_ended && (has(Fate::Unclear) || has(Fate::NotRead)) => Class::Expired,
            () if has(Fate::Unclear) => Class::CannotTell,
            () if has(Fate::NotRead) => Class::Unseen,
            () if has(Fate::Replaced) => Class::Rotated,
            () if self.may_have_moved(old) => Class::CannotTell,
            () => Class::Gone,
        }
    }

    /// What has no name in both reports may stand elsewhere now, and nobody would know it.
    fn may_have_moved(&self, old: &Credential) -> bool {
        self.basis(old) == Basis::Place && self.places.has_nameless_elsewhere(&old.kind)
    }

    fn basis(&self, credential: &Credential) -> Basis {
        match self.places.name(credential) {
            Some(Name::SecretId(_)) => Basis::SecretId,
            Some(Name::KeyId(..)) => Basis::KeyId,
            None => Basis::Place,
        }
    }

    fn has_ended(&self, old: &Credential, found: &Found) -> bool {
        let Some(at) = self.after_started else { return false };
        let ends = |one: &Credential| {
            let expiry = one.expiry.as_ref().filter(|expiry| !expiry.is_renewable)?;
            Moment::parse(expiry.at.as_deref()?)
        };
        let has_ended = |one: &Credential| {
            let basis = ExpiryBasis::Own;
            ends(one).is_some_and(|moment| Expiry::At { moment, basis }.had_passed(at))
        };
        if found.now.is_empty() {
            has_ended(old)
        } else {
            found.now.iter().all(|one| has_ended(one))
        }
    }

    fn is_new(&self, credential: &'r Credential) -> bool {
        match self.places.name(credential) {
            Some(name) => !self.places.was_there(name),
            None => {
                let mut locations = credential.locations.iter();
                !locations.any(|location| self.places.had_kind_at(credential, location))
            }
        }
    }

    fn new_one(&self, credential: &'r Credential) -> ComparedCredential {
        let places = credential.locations.iter().map(|one| place(Fate::New, None, Some(one)));
        let places: Vec<ComparedPlace> = places.collect();
        ComparedCredential {
            basis: self.basis(credential),
            says: says(Class::New, &places),
            to_rotate: credential.verdict.as_deref() != Some("not-exposed")
                && credential.suppressed.is_none(),
            verdict_after: credential.verdict.clone(),
            places,
            ..plain(credential)
        }
    }
}

/// What it is, with nothing said of what became of it.
fn plain(credential: &Credential) -> ComparedCredential {
    ComparedCredential {
        class: Class::New,
        basis: Basis::Place,
        to_rotate: true,
        says: String::new(),
        rank: credential.rank,
        secret_id: credential.secret_id.clone(),
        kind: credential.kind.clone(),
        title: credential.title.clone(),
        issuer: credential.issuer.clone(),
        key_id: credential.key_id.clone(),
        account: credential.account.clone(),
        expiry: credential.expiry.clone(),
        verdict_before: None,
        verdict_after: None,
        replaced_by: Vec::new(),
        places: Vec::new(),
    }
}

fn successor(credential: &Credential) -> Successor {
    Successor { secret_id: credential.secret_id.clone(), key_id: credential.key_id.clone() }
}

/// Where a credential stands now: each place is taken once, by any name of its file.
struct Standing<'r> {
    locations: Vec<Option<&'r Location>>,
    by_name: BTreeMap<(&'r HostPath, &'r [String]), Vec<usize>>,
}

impl<'r> Standing<'r> {
    fn new(now: &[&'r Credential]) -> Self {
        let locations: Vec<&Location> = now.iter().flat_map(|one| &one.locations).collect();
        let mut by_name: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (index, location) in locations.iter().enumerate() {
            for name in names(location) {
                let key = (name, location.containers.as_slice());
                by_name.entry(key).or_default().push(index);
            }
        }
        // The first one is taken from the end.
        by_name.values_mut().for_each(|indices| indices.reverse());
        Self { locations: locations.into_iter().map(Some).collect(), by_name }
    }

    /// The first place that is this file under any of its names, and was not taken.
    fn take(&mut self, old: &'r Location) -> Option<&'r Location> {
        for name in names(old) {
            let indices = self.by_name.get_mut(&(name, old.containers.as_slice()));
            let mut indices =
                indices.into_iter().flat_map(|list| std::iter::from_fn(|| list.pop()));
            if let Some(location) = indices.find_map(|index| self.locations[index].take()) {
                return Some(location);
            }
        }
        None
    }

    /// What nothing of the earlier report stands for.
    fn rest(self) -> impl Iterator<Item = &'r Location> {
        self.locations.into_iter().flatten()
    }
}

fn place(fate: Fate, before: Option<&Location>, after: Option<&Location>) -> ComparedPlace {
    let shown = before.or(after).expect("a place is in one of the reports");
    ComparedPlace {
        path: shown.path.clone(),
        containers: shown.containers.clone(),
        fate,
        why: None,
        copy: copy_kind(&shown.path.0),
        line_before: before.map(|one| one.line),
        line_after: after.map(|one| one.line),
        changed_before: before.map(|one| one.times.changed.clone()),
        changed_after: after.map(|one| one.times.changed.clone()),
    }
}

/// The worst verdict first.
fn rank(verdict: &Word) -> usize {
    let order = ["exposed", "likely", "unknown", "not-exposed"];
    order.iter().position(|one| one == verdict).unwrap_or(order.len())
}

/// What the class stands on.
fn says(class: Class, places: &[ComparedPlace]) -> String {
    let n = |fates: &[Fate]| places.iter().filter(|place| fates.contains(&place.fate)).count();
    let n_still = n(&[Fate::StillThere, Fate::New]);
    let n_copies = places.iter().filter(|place| is_forgotten_copy(place)).count();
    let copies = match n_copies {
        0 => String::new(),
        n => format!(", {n} of them a forgotten copy by its name"),
    };
    let at = |n: usize| if n == 1 { "1 place".to_owned() } else { format!("{n} places") };
    match class {
        Class::StillThere => match n(&[Fate::New]) {
            0 => format!("the same secret stands in {}{copies}", at(n_still)),
            n => format!("the same secret stands in {}, {n} of them new{copies}", at(n_still)),
        },
        Class::Partly => format!(
            "another secret stands in {}, and the old one is still in {}{copies}",
            at(n(&[Fate::Replaced])),
            at(n_still)
        ),
        Class::CannotTell => {
            "one of its kind stands there or elsewhere, and nothing tells whether it is the same"
                .into()
        }
        Class::Unseen => {
            let n_unread = n(&[Fate::NotRead]);
            format!("{} of {} not read again", n_unread, at(places.len()))
        }
        Class::Rotated => {
            "another secret stands in its place, and the old one was found nowhere".into()
        }
        Class::Gone => format!("{} read again, and found nowhere", at(places.len())),
        Class::Expired => "it has ended by itself".into(),
        Class::New => format!("the first report does not have it; it stands in {}", at(n_still)),
    }
}

fn is_forgotten_copy(place: &ComparedPlace) -> bool {
    place.copy.is_some() && matches!(place.fate, Fate::StillThere | Fate::New)
}
