//! The ways to a file and the folders on them, each looked at once: what exposure is judged by.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::model::access::{AccessFacts, ListFacts, PathFacts, Ruler, Way};
use crate::model::access_list::AccessList;
use crate::model::artifact::ArtifactKind;
use crate::model::finding::Location;
use crate::model::host::HostFiles;

/// Remembers every folder it was asked about.
pub struct Chains<'f> {
    files: &'f dyn HostFiles,
    folders: HashMap<PathBuf, Option<PathFacts>>,
}

impl<'f> Chains<'f> {
    /// Knows nothing yet.
    pub fn new(files: &'f dyn HostFiles) -> Self {
        Self { files, folders: HashMap::new() }
    }

    /// What is known of who may read a location, of which so many names were not met.
    pub fn of(&mut self, location: &Location, n_unmet_names: u64) -> AccessFacts {
        let is_file = location.kind == ArtifactKind::File;
        let names = std::iter::once(&location.path).chain(&location.other_names);
        let access_list =
            if is_file { self.access_list(&location.path) } else { ListFacts::Absent };
        AccessFacts {
            kind: location.kind,
            target: PathFacts { inode: location.inode, access_list },
            ways: names.map(|path| self.way(path, is_file)).collect(),
            n_unmet_names,
        }
    }

    fn way(&mut self, path: &Path, is_file: bool) -> Way {
        let mut folders: Vec<_> = match path.ancestors().skip(1) {
            // A process is reached by its number, not through folders.
            ancestors if is_file => {
                ancestors.map(|path| (path.to_owned(), self.folder(path))).collect()
            }
            _ => Vec::new(),
        };
        folders.reverse();
        Way { path: path.to_owned(), folders, ruler: Ruler::Kernel }
    }

    fn folder(&mut self, path: &Path) -> Option<PathFacts> {
        if let Some(known) = self.folders.get(path) {
            return known.clone();
        }
        let inode = self.files.inode_no_follow(path).ok();
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
