//! Which pieces of startup code are worth a look, and why: only now are the infected
//! installs known. Proves nothing: a sign is a reason to look, and no verdict.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::components::startup::owners::{Owner, owners};
use crate::model::component::InfectedInstall;
use crate::model::host::HostFiles;
use crate::model::path_pattern::is_within;
use crate::model::principal::Principals;
use crate::model::startup::{
    JudgedStartup, StartupCode, StartupKind, StartupList, StartupSign, StartupSurvey,
};

/// An install hook runs before the stamps are written that date its install, by so much at
/// most.
const INSTALL_SECONDS_MAX: i64 = 3600;

/// So many names of a package are looked at for a native source; a package with more is
/// believed to have one.
const NAMES_MAX: usize = 4096;

/// What else is known of the host.
pub struct Scene<'s> {
    /// Its infected installs.
    pub installs: &'s [InfectedInstall],
    /// Its users.
    pub principals: &'s Principals,
    /// Its files.
    pub files: &'s dyn HostFiles,
}

/// Judges what a walk noted. Files that an incident names are left to its install.
pub fn survey(list: StartupList, scene: &Scene<'_>) -> StartupSurvey {
    let (counts, n_unjudged) = (list.counts.clone(), list.n_unjudged);
    let sightings = scene.installs.iter().flat_map(|install| &install.sightings);
    let named: BTreeSet<&Path> = sightings.map(|sighting| sighting.path.as_path()).collect();
    let codes: Vec<StartupCode> =
        list.into_kept().filter(|code| !named.contains(code.path.as_path())).collect();
    let of_python: Vec<&StartupCode> = codes.iter().filter(|code| code.kind.is_python()).collect();
    let mut owners = owners(&of_python, scene.files);
    let mut judged: Vec<JudgedStartup> = codes
        .iter()
        .filter_map(|code| scene.judge(code, owners.remove(code.path.as_path())))
        .collect();
    // They come by kind and path, and stay so.
    judged.sort_by_key(|one| one.signs.is_empty());
    StartupSurvey { judged, counts, n_unjudged }
}

impl Scene<'_> {
    /// `None` if it is not worth a line.
    fn judge(&self, code: &StartupCode, owner: Option<Owner>) -> Option<JudgedStartup> {
        let mut signs = match &owner {
            Some(owner) => self.signs_of_owner(code, owner),
            None => self.signs_of_place(code),
        };
        // What a package lists as it is was written by an installer, and what lies in a
        // node_modules too: its time says no more than that of the package.
        let is_installed =
            code.kind.is_node() || matches!(owner, Some(Owner::Package { is_intact: true, .. }));
        if !is_installed {
            signs.extend(self.window_of(code));
        }
        signs.sort();
        if signs.is_empty() && !code.kind.is_rare() {
            return None;
        }
        let package = match owner {
            Some(Owner::Package { name, .. }) => Some(name),
            _ => None,
        };
        Some(JudgedStartup { code: self.checked(code), package, signs })
    }

    /// The file that it would run is told of only if it is one.
    fn checked(&self, code: &StartupCode) -> StartupCode {
        let mut code = code.clone();
        let (folder, files) = (code.path.parent().unwrap_or(Path::new("/")), self.files);
        let is_file = |runs: &PathBuf| {
            files.inode_no_follow(&folder.join(runs)).is_ok_and(|inode| inode.is_regular())
        };
        code.runs = code.runs.filter(is_file);
        code
    }

    fn signs_of_owner(&self, code: &StartupCode, owner: &Owner) -> Vec<StartupSign> {
        let install = |fits: &dyn Fn(&InfectedInstall) -> bool| self.installs.iter().position(fits);
        let mut signs = Vec::new();
        match owner {
            Owner::Package { metadata, is_intact, .. } => {
                let infected = install(&|one| {
                    one.component.as_ref().is_some_and(|component| component.path == *metadata)
                });
                signs.extend(infected.map(StartupSign::OfInfectedPackage));
                signs.extend((!is_intact).then_some(StartupSign::Altered));
                return signs;
            }
            Owner::Nobody => signs.push(StartupSign::NoOwner),
            Owner::Unknown => signs.push(StartupSign::OwnerUnknown),
        }
        let beside = install(&|one| {
            one.component
                .as_ref()
                .is_some_and(|component| is_within(&code.path, &component.environment))
        });
        signs.extend(beside.map(StartupSign::BesideInfected));
        signs
    }

    fn signs_of_place(&self, code: &StartupCode) -> Vec<StartupSign> {
        let folder = code.path.parent().unwrap_or(Path::new("/"));
        let users = &self.principals.users;
        let is_home = |folder: &Path| users.iter().any(|user| user.home == folder);
        let runs_on_open = match code.kind {
            StartupKind::FolderTask => true,
            // A user's own configuration did not come with a clone.
            StartupKind::AgentStart => !folder.parent().is_some_and(is_home),
            _ => false,
        };
        let mut signs: Vec<StartupSign> =
            runs_on_open.then_some(StartupSign::RunsOnOpen).into_iter().collect();
        if code.kind == StartupKind::GypCommand && !has_native_sources(folder, self.files) {
            signs.push(StartupSign::NoSources);
        }
        if code.kind.is_node() {
            let infected = self.installs.iter().position(|install| {
                install.component.as_ref().is_some_and(|component| component.path == folder)
            });
            signs.extend(infected.map(StartupSign::OfInfectedPackage));
        }
        signs
    }

    /// The first infected install in whose window it changed, if the code there ran as its
    /// owner or as root. Nobody ran what a lock file merely mentions.
    fn window_of(&self, code: &StartupCode) -> Option<StartupSign> {
        let may_have = |install: &InfectedInstall| {
            let mut uids = install.runners.iter().map(|runner| runner.uid);
            // The outer window may begin months before anything was here.
            let window = install.certain.as_ref().unwrap_or(&install.window).window;
            let start = window.start.plus_seconds(-INSTALL_SECONDS_MAX);
            (start..=window.end).contains(&code.changed)
                && uids.any(|uid| uid == 0 || uid == code.owner_uid)
        };
        self.installs.iter().position(may_have).map(StartupSign::ChangedInWindow)
    }
}

/// Whether a package holds anything that a compiler of C would take.
fn has_native_sources(package: &Path, files: &dyn HostFiles) -> bool {
    const SOURCES: &[&str] =
        &["c", "cc", "cpp", "cxx", "m", "mm", "s", "S", "asm", "rs", "f", "cu", "go", "swift"];
    let mut folders = vec![package.to_owned()];
    let mut n_names = 0;
    while let Some(folder) = folders.pop() {
        for name in files.names(&folder).unwrap_or_default() {
            n_names += 1;
            let path = folder.join(&name);
            let extension = path.extension().and_then(|extension| extension.to_str());
            if n_names > NAMES_MAX || extension.is_some_and(|one| SOURCES.contains(&one)) {
                return true;
            }
            let is_folder = || files.inode_no_follow(&path).is_ok_and(|inode| inode.is_directory());
            if name != "node_modules" && is_folder() {
                folders.push(path);
            }
        }
    }
    false
}
