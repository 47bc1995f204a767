//! What became of each infected install: one row for each package and version, or for the files
//! of an incident. Claims nothing about what it did.

use std::collections::BTreeMap;

use crate::saved::compare::reading::Reading;
use crate::saved::compare::snapshot::Snapshot;
use crate::view::comparison::{ComparedInstall, InstallClass, InstallPlace};
use crate::view::{HostPath, InfectedInstall};

/// Of which incident, which package and which version.
type Subject<'r> = (&'r str, Option<&'r str>, Option<&'r str>);

/// Every infected install of either report.
pub fn compare_installs(
    before: &Snapshot,
    after: &Snapshot,
    reading: &Reading,
) -> Vec<ComparedInstall> {
    let mut rows: BTreeMap<Subject, (Vec<InstallPlace>, Vec<InstallPlace>)> = BTreeMap::new();
    for install in &before.installs {
        rows.entry(subject(install)).or_default().0.extend(places(install));
    }
    for install in &after.installs {
        rows.entry(subject(install)).or_default().1.extend(places(install));
    }
    rows.into_iter()
        .map(|(subject, (before, after))| row(subject, before, after, reading))
        .collect()
}

fn row(
    (advisory, name, version): Subject,
    mut before: Vec<InstallPlace>,
    mut after: Vec<InstallPlace>,
    reading: &Reading,
) -> ComparedInstall {
    for places in [&mut before, &mut after] {
        places.sort();
        places.dedup();
    }
    let mut gaps = before.iter().filter(|place| runs(place));
    let gap = gaps.find_map(|place| reading.gap(&place.path.0));
    let class = match (before.iter().any(runs), after.iter().any(runs)) {
        (true, true) => InstallClass::StillThere,
        (true, false) if gap.is_some() => InstallClass::Unseen,
        (true, false) => InstallClass::Gone,
        (false, true) => InstallClass::New,
        (false, false) if before.is_empty() => InstallClass::New,
        (false, false) => InstallClass::Mentioned,
    };
    ComparedInstall {
        class,
        why: gap.filter(|_| class == InstallClass::Unseen),
        advisory: advisory.to_owned(),
        name: name.map(str::to_owned),
        version: version.map(str::to_owned),
        before,
        after,
    }
}

/// Whether something of it can run; the rest only speaks of it.
fn runs(place: &InstallPlace) -> bool {
    ["installed", "bundle", "traces"].contains(&place.presence.as_ref())
}

fn subject(install: &InfectedInstall) -> Subject<'_> {
    let packaged = install.package.as_ref().map(|one| (one.name.as_str(), one.version.as_str()));
    let mentioned = install.mentions.first().map(|one| (one.name.as_str(), one.version.as_str()));
    let known = packaged.or(mentioned);
    (&install.advisory, known.map(|(name, _)| name), known.map(|(_, version)| version))
}

fn places(install: &InfectedInstall) -> Vec<InstallPlace> {
    let place =
        |path: &HostPath| InstallPlace { path: path.clone(), presence: install.presence.clone() };
    match (&install.package, install.mentions.as_slice()) {
        (Some(package), _) => vec![place(&package.path)],
        (None, []) => install.sightings.iter().map(|one| place(&one.path)).collect(),
        (None, mentions) => mentions.iter().map(|one| place(&one.path)).collect(),
    }
}
