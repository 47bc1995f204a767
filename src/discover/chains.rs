//! The folders on the way to a file, each looked at once: what exposure is judged by.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::model::access_list::AccessList;
use crate::model::artifact::ArtifactKind;
use crate::model::exposure::{AccessChain, ListFacts, PathFacts};
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

    /// The chain to a location.
    pub fn of(&mut self, location: &Location) -> AccessChain {
        let is_file = location.kind == ArtifactKind::File;
        let mut folders: Vec<_> = match location.path.ancestors().skip(1) {
            // A process is reached by its number, not through folders.
            ancestors if is_file => {
                ancestors.map(|path| (path.to_owned(), self.folder(path))).collect()
            }
            _ => Vec::new(),
        };
        folders.reverse();
        AccessChain {
            path: location.path.clone(),
            folders,
            target: PathFacts {
                inode: location.inode,
                access_list: if is_file {
                    self.access_list(&location.path)
                } else {
                    ListFacts::Absent
                },
            },
            kind: location.kind,
        }
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
