//! The ways to a file and the folders on them, each looked at once: what exposure is judged by.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::discover::mounts::Mounts;
use crate::discover::namespaces::{View, id_of};
use crate::model::access::{AccessFacts, ListFacts, NamespaceId, PathFacts, Ruler, Way};
use crate::model::access_list::AccessList;
use crate::model::artifact::{ArtifactKind, Inode};
use crate::model::finding::Location;
use crate::model::host::HostFiles;

/// More ways that mounts open to one file are not looked at.
const WAYS_MAX: usize = 16;

/// Remembers every folder it was asked about.
pub struct Chains<'f> {
    files: &'f dyn HostFiles,
    mounts: &'f Mounts,
    /// The mount namespaces that are not the sweep's.
    elsewhere: &'f BTreeMap<NamespaceId, View>,
    folders: HashMap<PathBuf, Option<PathFacts>>,
}

impl<'f> Chains<'f> {
    /// Knows nothing yet. The mounts of a dead image are none.
    pub fn new(
        files: &'f dyn HostFiles,
        mounts: &'f Mounts,
        elsewhere: &'f BTreeMap<NamespaceId, View>,
    ) -> Self {
        Self { files, mounts, elsewhere, folders: HashMap::new() }
    }

    /// What is known of who may read a location, of which so many names were not met.
    pub fn of(&mut self, location: &Location, n_unmet_names: u64) -> AccessFacts {
        match location.kind {
            ArtifactKind::File => self.of_file(location, n_unmet_names),
            ArtifactKind::Environment | ArtifactKind::CommandLine(_) => self.of_process(location),
        }
    }

    fn of_file(&mut self, location: &Location, n_unmet_names: u64) -> AccessFacts {
        let (mounts, elsewhere, root) = (self.mounts, self.elsewhere, Path::new("/"));
        let names = std::iter::once(&location.path).chain(&location.other_names);
        let names: Vec<&Path> = names.map(PathBuf::as_path).collect();
        let mut ways: Vec<Way> = names.iter().map(|path| self.way(root, mounts, path)).collect();
        let mut further = self.paths_in(mounts, &names);
        further.retain(|path| !names.contains(&path.as_path()));
        let too_many = || format!("there are {} of them", further.len());
        let unlisted_mounts = mounts.unlisted.clone();
        let unlisted_mounts = unlisted_mounts.or_else(|| (further.len() > WAYS_MAX).then(too_many));
        ways.extend(self.ways_by(root, mounts, &further));
        let elsewhere = elsewhere.iter().map(|(id, view)| {
            let paths = self.paths_in(&view.mounts, &names);
            (*id, self.ways_by(&view.root, &view.mounts, &paths))
        });
        let elsewhere = elsewhere.collect();
        let access_list = self.access_list(&location.path);
        AccessFacts {
            kind: location.kind,
            target: PathFacts { inode: location.inode, access_list },
            ways,
            elsewhere,
            n_unmet_names: n_unmet_names + n_met_twice(mounts, &names),
            unlisted_mounts,
        }
    }

    /// A process is reached by its number, not through folders, and by those only who see it.
    fn of_process(&self, location: &Location) -> AccessFacts {
        let path = &location.path;
        let way =
            Way { path: path.clone(), folders: Vec::new(), target: None, ruler: Ruler::Kernel };
        let process = path.parent().unwrap_or(path);
        let home = id_of(self.files, process);
        let elsewhere = home.filter(|id| self.elsewhere.contains_key(id));
        AccessFacts {
            kind: location.kind,
            target: PathFacts { inode: location.inode, access_list: ListFacts::Absent },
            elsewhere: elsewhere.into_iter().map(|id| (id, vec![way.clone()])).collect(),
            ways: vec![way],
            n_unmet_names: 0,
            unlisted_mounts: None,
        }
    }

    /// The paths by which a table of mounts leads to a file of these names.
    fn paths_in(&self, mounts: &Mounts, names: &[&Path]) -> BTreeSet<PathBuf> {
        let spots = names.iter().filter_map(|name| self.mounts.spot(name));
        let bound = spots.flat_map(|spot| mounts.paths_to(&spot));
        bound.chain(names.iter().flat_map(|name| mounts.merged_paths_to(name))).collect()
    }

    /// Ways by which a file was not found, as those name them whose `/` is at `root`.
    fn ways_by(&mut self, root: &Path, mounts: &Mounts, paths: &BTreeSet<PathBuf>) -> Vec<Way> {
        let mut ways = Vec::new();
        for path in paths.iter().take(WAYS_MAX) {
            let mut way = self.way(root, mounts, path);
            way.target = self.target(root, mounts, path);
            if way.target.is_none() {
                way.folders.push((path.clone(), None));
            }
            ways.push(way);
        }
        ways
    }

    fn way(&mut self, root: &Path, mounts: &Mounts, path: &Path) -> Way {
        let mut folders = Vec::new();
        for folder in path.ancestors().skip(1) {
            let facts = mounts.answers(folder).then(|| self.folder(&below(root, folder)));
            folders.push((folder.to_owned(), facts.flatten()));
        }
        folders.reverse();
        Way { path: path.to_owned(), folders, target: None, ruler: mounts.ruler(path) }
    }

    /// The file as a way shows it.
    fn target(&self, root: &Path, mounts: &Mounts, path: &Path) -> Option<PathFacts> {
        let real = below(root, path);
        let inode = mounts.answers(path).then(|| self.files.inode_no_follow(&real).ok())??;
        let access_list = self.access_list(&real);
        inode.is_regular().then_some(PathFacts { inode, access_list })
    }

    fn folder(&mut self, path: &Path) -> Option<PathFacts> {
        if let Some(known) = self.folders.get(path) {
            return known.clone();
        }
        let inode = self.files.inode_no_follow(path).ok().filter(Inode::is_directory);
        let facts = inode.map(|inode| PathFacts { inode, access_list: self.access_list(path) });
        self.folders.insert(path.to_owned(), facts.clone());
        facts
    }

    fn access_list(&self, path: &Path) -> ListFacts {
        match self.files.access_list(path) {
            Ok(None) => ListFacts::Absent,
            Ok(Some(attribute)) => AccessList::parse(&attribute)
                .map_or(ListFacts::Unreadable, |list| ListFacts::Present(Arc::new(list))),
            Err(_) => ListFacts::Unreadable,
        }
    }
}

/// Where the owner of a root folder finds what it names.
fn below(root: &Path, path: &Path) -> PathBuf {
    match path.strip_prefix("/") {
        // The dot makes the kernel follow the link of a process to its root.
        Ok(inner) if inner.as_os_str().is_empty() => root.join("."),
        Ok(inner) => root.join(inner),
        Err(_) => root.join(path),
    }
}

/// Names that are one name met by several mounts: they were counted as hard links.
fn n_met_twice(mounts: &Mounts, names: &[&Path]) -> u64 {
    let spots: Vec<_> = names.iter().filter_map(|name| mounts.spot(name)).collect();
    let n_each: BTreeSet<_> = spots.iter().collect();
    (spots.len() - n_each.len()) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_of_a_process_is_looked_at_and_not_its_link() {
        let check = |root: &str, path: &str, expected: &str| {
            assert_eq!(below(Path::new(root), Path::new(path)), Path::new(expected));
        };
        check("/proc/7/root", "/", "/proc/7/root/.");
        check("/proc/7/root", "/home/ana", "/proc/7/root/home/ana");
        check("/", "/home", "/home");
    }
}
