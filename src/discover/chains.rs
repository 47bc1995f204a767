//! The folders on the way to a file, each looked at once: what exposure is judged by.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::model::artifact::ArtifactKind;
use crate::model::exposure::{AccessChain, PathFacts};
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
                has_access_list: is_file && self.files.has_access_list(&location.path),
            },
            kind: location.kind,
        }
    }

    fn folder(&mut self, path: &Path) -> Option<PathFacts> {
        if let Some(known) = self.folders.get(path) {
            return *known;
        }
        let facts = self
            .files
            .inode_no_follow(path)
            .ok()
            .map(|inode| PathFacts { inode, has_access_list: self.files.has_access_list(path) });
        self.folders.insert(path.to_owned(), facts);
        facts
    }
}
