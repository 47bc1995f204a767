//! Joins components, traces and mentions into infected installs: what was here, and since
//! when. Who ran it is decided in `runners`. Pure; takes the host's facts as arguments.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::components::catalogue::Catalogue;
use crate::components::past::{join, lies_in_cache};
use crate::components::runners::{Surroundings, runners};
use crate::components::windows::set_windows;
use crate::model::advisory::{AdvisoryIndex, BadPackage, Trigger, Weight};
use crate::model::component::{Component, InfectedInstall, Mention, Presence, Sighting};
use crate::model::path_pattern::is_within;

/// All infected installs, sorted by advisory and place. Traces that count are given to
/// the install they lie in, else to one of the same owner, else to the first of their
/// advisory; traces without an install make one of their own, and so do mentions.
pub fn infected_installs(
    catalogue: &Catalogue<'_>,
    components: &[Component],
    mut sightings: Vec<Sighting>,
    mentions: Vec<Mention>,
    surroundings: &Surroundings<'_>,
) -> Vec<InfectedInstall> {
    sightings.sort_by(|one, other| (one.advisory, &one.path).cmp(&(other.advisory, &other.path)));
    let mut hits: Vec<(AdvisoryIndex, &Component, Vec<&BadPackage>)> = Vec::new();
    for component in components {
        let mut packages: BTreeMap<AdvisoryIndex, Vec<&BadPackage>> = BTreeMap::new();
        for (advisory, package) in catalogue.hits(component) {
            packages.entry(advisory).or_default().push(package);
        }
        hits.extend(packages.into_iter().map(|(advisory, bad)| (advisory, component, bad)));
    }
    hits.sort_by_key(|(advisory, component, _)| (*advisory, &component.path));
    let hit_advisories: BTreeSet<AdvisoryIndex> =
        hits.iter().map(|(index, ..)| *index).chain(mentioned(catalogue, &mentions)).collect();
    sightings.retain(|sighting| counts(sighting, &hit_advisories));
    let mut installs: Vec<InfectedInstall> = hits
        .into_iter()
        .map(|(index, component, packages)| install(index, component, &packages))
        .collect();
    join(catalogue, mentions, &mut installs);
    for sighting in sightings {
        let owner = owner_of(&installs, &sighting);
        match owner {
            Some(owner) => installs[owner].sightings.push(sighting),
            None => installs.push(trace(sighting)),
        }
    }
    for install in &mut installs {
        install.runners = runners(install, components, surroundings);
        set_windows(install, catalogue.advisory(install.advisory), surroundings.now);
    }
    installs.sort_by(|one, other| place(one).cmp(&place(other)));
    installs
}

/// A strong trace counts alone. A weak one counts beside an infected package, unless its
/// contents are known and these are others.
fn counts(sighting: &Sighting, hit_advisories: &BTreeSet<AdvisoryIndex>) -> bool {
    match sighting.weight {
        Weight::Strong => true,
        Weight::Weak => {
            sighting.hash_is_known.is_none() && hit_advisories.contains(&sighting.advisory)
        }
    }
}

/// Advisories of which more than a lock file speaks: a weak trace counts beside that.
fn mentioned(
    catalogue: &Catalogue<'_>,
    mentions: &[Mention],
) -> impl Iterator<Item = AdvisoryIndex> {
    let here = mentions.iter().filter(|one| !one.source.is_lock_file());
    let hits = here.flat_map(|one| catalogue.hits_of(one.ecosystem, &one.name, &one.version));
    hits.map(|(advisory, _)| advisory)
}

type InstallPlace<'i> = (AdvisoryIndex, Presence, Option<&'i Path>, Option<&'i Mention>);

fn place(install: &InfectedInstall) -> InstallPlace<'_> {
    let component = install.component.as_ref().map(|component| component.path.as_path());
    let trace = install.sightings.first().map(|sighting| sighting.path.as_path());
    (install.advisory, install.presence(), component.or(trace), install.mentions.first())
}

fn owner_of(installs: &[InfectedInstall], sighting: &Sighting) -> Option<usize> {
    let same = || installs.iter().enumerate().filter(|(_, one)| one.advisory == sighting.advisory);
    let component = |install: &InfectedInstall| install.component.clone();
    let inside = same().find(|(_, one)| {
        component(one).is_some_and(|component| is_within(&sighting.path, &component.environment))
    });
    let owned = || {
        same().find(|(_, one)| {
            component(one).is_some_and(|component| component.owner_uid == sighting.owner_uid)
        })
    };
    let cached = || same().find(|(_, one)| lies_in_cache(sighting, one));
    // What is merely mentioned takes no trace: a trace shows more than a mention does.
    let any = || same().find(|(_, one)| one.mentions.is_empty() || one.component.is_some());
    inside.or_else(cached).or_else(owned).or_else(any).map(|(index, _)| index)
}

fn install(
    advisory: AdvisoryIndex,
    component: &Component,
    packages: &[&BadPackage],
) -> InfectedInstall {
    let triggers: BTreeSet<Trigger> =
        packages.iter().flat_map(|package| package.triggers.iter().copied()).collect();
    InfectedInstall {
        component: Some(component.clone()),
        triggers: triggers.into_iter().collect(),
        ..InfectedInstall::new(advisory)
    }
}

fn trace(sighting: Sighting) -> InfectedInstall {
    InfectedInstall { sightings: vec![sighting.clone()], ..InfectedInstall::new(sighting.advisory) }
}
