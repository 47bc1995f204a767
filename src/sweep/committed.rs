//! Files with findings whose content stands in the history of their repository: since when an
//! object with it lies on this disk, and since when a commit claims to have it. Compares whole
//! contents; which secrets other versions of a file held is not asked.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::model::artifact::{ArtifactKind, Inode};
use crate::model::finding::Finding;
use crate::model::host::HostFiles;
use crate::model::path_pattern::is_within;
use crate::model::secret::SecretId;
use crate::model::time::Dated;
use crate::read::git::history::Folder;
use crate::read::git::{Commit, Kind, ObjectId, Refs, Repository, Trouble};

/// Files with findings of one work tree that are looked for in its history.
const FILES_MAX: usize = 2_000;

/// Versions of one file that are compared, the newest first.
const VERSIONS_MAX: usize = 200;

/// A bigger file is not compared.
const FILE_BYTES_MAX: u64 = 4 << 20;

/// What a repository says of a file with findings that holds now what it held before.
pub struct Committed {
    /// What was found in the file.
    pub secrets: BTreeSet<SecretId>,
    /// Its owner.
    pub uid: u32,
    /// The file of the object: it holds what it held at its last change.
    pub object: Option<(PathBuf, Inode)>,
    /// Since when a commit has it, by a clock that anybody could set.
    pub commit: Option<Dated>,
}

/// Files with findings, by path.
pub type Holders = BTreeMap<PathBuf, Holder>;

/// A file with findings, as it was when it was read.
pub struct Holder {
    inode: Inode,
    secrets: BTreeSet<SecretId>,
}

pub fn holders(findings: &[Finding]) -> Holders {
    let mut holders = Holders::new();
    let files = findings.iter().filter(|finding| finding.location.kind == ArtifactKind::File);
    for Finding { identity, location } in files.filter(|one| is_compared(&one.location.inode)) {
        let new = || Holder { inode: location.inode, secrets: BTreeSet::new() };
        let holder = holders.entry(location.path.clone()).or_insert_with(new);
        holder.secrets.insert(identity.secret_id);
    }
    holders
}

fn is_compared(inode: &Inode) -> bool {
    inode.size_bytes <= FILE_BYTES_MAX
}

/// What is known of a repository's past, the commits and their trees in the same order.
pub struct Past<'p> {
    pub commits: &'p [Commit],
    pub trees: &'p [Rc<Folder>],
    pub refs: &'p Refs,
}

/// The files with findings of one work tree.
pub struct Tracked<'t> {
    work_tree: &'t Path,
    files: Vec<(&'t Path, &'t Holder)>,
    /// Their names, with that of the folder each lies in.
    names: HashSet<PathBuf>,
    /// Why it is not all there is.
    pub troubles: BTreeSet<Trouble>,
}

impl<'t> Tracked<'t> {
    /// Those of a work tree, without what lies in its repository.
    pub fn new(holders: &'t Holders, work_tree: &'t Path) -> Self {
        let repository = work_tree.join(".git");
        let mut files: Vec<_> = holders
            .range(work_tree.to_owned()..)
            .take_while(|(path, _)| path.starts_with(work_tree))
            .filter(|(path, _)| !is_within(path, &repository))
            .filter_map(|(path, holder)| Some((path.strip_prefix(work_tree).ok()?, holder)))
            .take(FILES_MAX + 1)
            .collect();
        let has_more = files.len() > FILES_MAX;
        files.truncate(FILES_MAX);
        let names = files.iter().map(|(path, _)| with_folder(path)).collect();
        Self {
            work_tree,
            files,
            names,
            troubles: has_more.then_some(Trouble::TooMany).into_iter().collect(),
        }
    }

    /// Whether a file may be one of them, by its name and that of its folder.
    pub fn may_be(&self, name: &Path) -> bool {
        self.names.contains(name)
    }

    /// What the past says of those that hold now what they held before.
    pub fn committed(
        &mut self,
        files: &dyn HostFiles,
        repository: &mut Repository<'_>,
        past: &Past<'_>,
    ) -> Vec<Committed> {
        let mut committed = Vec::new();
        for (path, holder) in std::mem::take(&mut self.files) {
            let versions = versions(path, past.trees);
            let at = self.work_tree.join(path);
            if versions.is_empty() || !is_unchanged(files, &at, &holder.inode) {
                continue;
            }
            let Ok(bytes) = files.read(&at, FILE_BYTES_MAX) else { continue };
            let is_same = |blob: &ObjectId| self.is_same(repository, *blob, &bytes);
            let same = versions.into_iter().find(is_same);
            // What was read may be another file by now than what was swept.
            let same = same.filter(|_| is_unchanged(files, &at, &holder.inode));
            committed.extend(same.map(|blob| Committed {
                secrets: holder.secrets.clone(),
                uid: holder.inode.uid,
                object: repository.file_of(blob),
                commit: said(&having(path, blob, past), past, self.work_tree),
            }));
        }
        committed
    }

    fn is_same(&mut self, repository: &mut Repository<'_>, blob: ObjectId, bytes: &[u8]) -> bool {
        match repository.object(blob, FILE_BYTES_MAX) {
            Ok(object) => object.kind == Kind::Blob && object.bytes == bytes,
            // It is bigger than any file that is compared.
            Err(Trouble::TooBig) => false,
            Err(trouble) => {
                self.troubles.insert(trouble);
                false
            }
        }
    }
}

/// `b/.env` of `a/b/.env`: what a tree and its own name tell.
fn with_folder(path: &Path) -> PathBuf {
    let n_above = path.iter().count().saturating_sub(2);
    path.iter().skip(n_above).collect()
}

/// The versions of a file, the newest first.
fn versions(path: &Path, trees: &[Rc<Folder>]) -> Vec<ObjectId> {
    let mut known = HashSet::new();
    let blobs = trees.iter().filter_map(|tree| tree.blob(path));
    blobs.filter(|blob| known.insert(*blob)).take(VERSIONS_MAX).collect()
}

/// Whether a file is the one that was swept; its access time may be ours.
fn is_unchanged(files: &dyn HostFiles, path: &Path, swept: &Inode) -> bool {
    files.inode_no_follow(path).is_ok_and(|now| {
        let same = |inode: &Inode| (inode.device, inode.number, inode.times.changed);
        same(&now) == same(swept)
    })
}

/// The commits that have a version of a file.
fn having(path: &Path, blob: ObjectId, past: &Past<'_>) -> HashSet<ObjectId> {
    let trees = past.commits.iter().zip(past.trees);
    let having = trees.filter(|(_, tree)| tree.blob(path) == Some(blob));
    having.map(|(commit, _)| commit.id).collect()
}

/// Since when a work tree is said to have what some commits have. A reflog that was not cut tells
/// more than a commit, which may have been made on another host and fetched much later.
fn said(having: &HashSet<ObjectId>, past: &Past<'_>, work_tree: &Path) -> Option<Dated> {
    if past.refs.knows_all_moves() {
        let evidence = format!("the reflog of {}", work_tree.display());
        return past.refs.first_move(having).map(|one| Dated { at: one.at, evidence });
    }
    let commits = past.commits.iter().filter(|commit| having.contains(&commit.id));
    let first = commits.min_by_key(|commit| (commit.committed, commit.id))?;
    let id = first.id.short();
    let evidence = format!("the committer's clock of commit {id}, and that it was made here");
    Some(Dated { at: first.committed, evidence })
}
