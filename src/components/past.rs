//! What lock files, caches, logs and histories say of infected packages: evidence for an
//! install that is there, or an entry of its own for one that is not there now. Claims
//! of nobody that the code ran.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::components::catalogue::Catalogue;
use crate::components::version::is_same_version;
use crate::model::advisory::{AdvisoryIndex, Ecosystem, Role, Trigger};
use crate::model::component::{
    Component, InfectedInstall, Mention, MentionSource, Removal, Runner, Sighting,
};
use crate::model::layer::layer_of;
use crate::model::path_pattern::is_within;
use crate::model::principal::Certainty;
use crate::model::time::Dated;

/// What mentions of one package have in common: a lock file speaks for its project, the
/// others for their owner.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// In a layer of a container a user is somebody else.
    User(u32, Option<PathBuf>),
    Project(PathBuf),
}

type Key = (AdvisoryIndex, Ecosystem, String, String, Place);

/// Gives each mention of a bad version to the install that it speaks of. The others make
/// one entry a place.
pub fn join(
    catalogue: &Catalogue<'_>,
    mut mentions: Vec<Mention>,
    installs: &mut Vec<InfectedInstall>,
) {
    mentions.sort_by(|one, other| order(one).cmp(&order(other)));
    let mut gone: BTreeMap<Key, InfectedInstall> = BTreeMap::new();
    for mention in mentions {
        for (advisory, package) in catalogue.hits_in(&mention) {
            let there = installs.iter_mut().find(|install| speaks_of(&mention, advisory, install));
            let install = there.unwrap_or_else(|| {
                let Mention { ecosystem, name, version, .. } = mention.clone();
                let key = (advisory, ecosystem, name, version, place(&mention));
                gone.entry(key).or_insert_with(|| InfectedInstall::new(advisory))
            });
            if install.component.is_none() {
                add_triggers(install, &package.triggers);
            }
            if install.mentions.last() != Some(&mention) {
                install.mentions.push(mention.clone());
            }
        }
    }
    installs.extend(gone.into_values());
}

fn order(mention: &Mention) -> (MentionSource, &Path, &Mention) {
    (mention.source, &mention.path, mention)
}

fn add_triggers(install: &mut InfectedInstall, triggers: &[Trigger]) {
    install.triggers.extend(triggers);
    install.triggers.sort_unstable();
    install.triggers.dedup();
}

fn place(mention: &Mention) -> Place {
    if mention.source.is_of_project() {
        return Place::Project(project(mention).to_owned());
    }
    Place::User(mention.owner_uid, layer_of(&mention.path).map(Path::to_owned))
}

/// The folder that a lock file speaks for; all of Node keep a copy within `node_modules`.
fn project(lock_file: &Mention) -> &Path {
    let folder = lock_file.path.parent().unwrap_or(Path::new("/"));
    let folder = if folder.ends_with(".pnpm") { folder.parent().unwrap_or(folder) } else { folder };
    if folder.ends_with("node_modules") { folder.parent().unwrap_or(folder) } else { folder }
}

fn speaks_of(mention: &Mention, advisory: AdvisoryIndex, install: &InfectedInstall) -> bool {
    let is_its_place = |component: &Component| match place(mention) {
        Place::User(uid, layer) => {
            component.owner_uid == uid && layer_of(&component.path) == layer.as_deref()
        }
        Place::Project(folder) => is_within(&component.environment, &folder),
    };
    let is_same = |component: &Component| {
        component.ecosystem == mention.ecosystem
            && component.name == mention.name
            && is_same_version(mention.ecosystem, &component.version, &mention.version)
    };
    install.advisory == advisory
        && install.component.as_ref().is_some_and(|one| is_same(one) && is_its_place(one))
}

/// Whether a bad file lies beside the metadata of a package that is unpacked in a cache,
/// or half removed: then it is part of that.
pub fn lies_in_cache(sighting: &Sighting, install: &InfectedInstall) -> bool {
    let unpacked = install.mentions.iter().filter(|mention| {
        matches!(mention.source, MentionSource::Cache | MentionSource::Leftover)
            && mention.path.file_name().is_some_and(|name| name == "METADATA")
    });
    let mut folders = unpacked.filter_map(|mention| mention.path.ancestors().nth(2));
    sighting.role == Role::Payload
        && install.component.is_none()
        && folders.any(|folder| is_within(&sighting.path, folder))
}

/// Whoever asked an installer for it may have run it. What merely lies in a cache or stands
/// in a lock file was run by nobody, as far as that shows.
pub fn asked_for(install: &InfectedInstall) -> impl Iterator<Item = Runner> {
    let asked = install.mentions.iter().filter(|mention| mention.source.was_asked_for());
    asked.map(|mention| {
        let deed = match mention.source {
            MentionSource::Bundle => "has it in an archive that runs as it lies,",
            MentionSource::Leftover => "installed and removed it, which left",
            MentionSource::Log => "ran an installer that got it, says",
            _ => "asked for it, says",
        };
        let evidence = format!("this user {deed} {}", mention.path.display());
        Runner::new(mention.owner_uid, Certainty::Possible, evidence)
    })
}

/// The earliest time at which a mention speaks of an install; of one that is there, only
/// what an installer did counts: its lock file is no earlier install.
pub fn first_mention(install: &InfectedInstall) -> Option<Dated> {
    let is_there = install.component.is_some();
    let counts = |mention: &&Mention| !is_there || mention.source == MentionSource::Log;
    install.mentions.iter().filter(counts).filter_map(|mention| mention.at.clone()).min()
}

/// Gives what is not installed now the latest time at which its user took it away, after
/// anything that says it was got. Another copy may have stayed: the window is not closed.
pub fn note_removals(installs: &mut [InfectedInstall], removals: &[Removal]) {
    for install in installs.iter_mut().filter(|install| install.component.is_none()) {
        let ends =
            |removal: &&Removal| install.mentions.iter().any(|mention| is_end_of(removal, mention));
        let latest = removals.iter().filter(ends).max_by_key(|one| (&one.at, &one.path));
        install.removed = latest.cloned();
    }
}

fn is_end_of(removal: &Removal, mention: &Mention) -> bool {
    let version = removal.version.as_ref();
    !mention.source.is_of_project()
        && (removal.ecosystem, &removal.name) == (mention.ecosystem, &mention.name)
        && removal.owner_uid == mention.owner_uid
        && version.is_none_or(|one| is_same_version(mention.ecosystem, one, &mention.version))
        && mention.at.as_ref().is_none_or(|got| got.at <= removal.at.at)
}

#[cfg(test)]
pub mod tests;
