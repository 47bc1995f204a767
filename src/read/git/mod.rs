//! Repositories of git, read without git: refs, commits, trees and blobs, out of loose
//! objects and packs. Obeys no configuration, no hook, no alternate and no link; names that
//! lead elsewhere are refused. Knows nothing of what the files mean. Checks no hash: what
//! history says is its author's claim anyway. Reads SHA-1 repositories with loose or packed
//! refs, and packs with an index of version 2, which is what git has written since 2007.
//!
//! Own code over flate2, because the alternatives do more than is wanted: `git2` and `gix`
//! obey configuration, `gix-pack` maps packs by itself (a file that shrinks under its
//! mapping would end the process: see `read/map.rs`) and brings fifty crates. What is
//! needed of the formats is two varints, a table and a copy loop, each with its bounds.

mod delta;
mod files;
pub mod history;
mod object;
mod objects;
mod pack;
mod refs;

use std::io;
use std::path::{Path, PathBuf};

use crate::model::artifact::Inode;
use crate::model::host::HostRoot;
use crate::read::git::files::Files;
use crate::read::git::object::{loose, loose_name};
use crate::read::git::pack::Pack;
use crate::read::inflate;

pub use crate::read::git::object::{Commit, Kind, Object, ObjectId, tree_entries};
pub use crate::read::git::refs::{Move, Reference, Refs};

/// More packs than this are not opened: git itself repacks at 50.
const PACKS_MAX: usize = 64;

/// Whether a file may be the `HEAD` of a repository, by its name alone.
pub fn may_be_head(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "HEAD")
}

/// Whether a file is the `HEAD` of a work tree's repository.
pub fn is_head(root: &HostRoot, path: &Path) -> bool {
    may_be_head(path)
        && path
            .parent()
            .is_some_and(|folder| work_tree(folder).is_some() && Repository::is_at(root, folder))
}

/// Where a repository's files stand: beside `.git`, and for a submodule's
/// `.git/modules/NAME` at `NAME`, as git puts it there. `None` for a bare one.
pub fn work_tree(folder: &Path) -> Option<PathBuf> {
    if folder.ends_with(".git") {
        return folder.parent().map(Path::to_owned);
    }
    let modules = folder.ancestors().skip(1).find(|above| above.ends_with(".git/modules"))?;
    let name = folder.strip_prefix(modules).ok()?;
    Some(modules.parent()?.parent()?.join(name))
}

/// Why something of a repository could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trouble {
    /// No loose object and no pack has it.
    Missing,
    /// It is cut off, damaged, or of another kind than expected.
    Broken,
    /// It is bigger than was asked for.
    TooBig,
    /// So much of the repository was unpacked that it has to be enough.
    Exhausted,
    /// More packs, refs, commits, trees or files than are looked at.
    TooMany,
    /// It keeps objects or refs in other folders, or in a way that is not known here.
    Elsewhere,
}

impl Trouble {
    /// What it means for a history.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Missing => "some of its objects are not there",
            Self::Broken => "some of its objects are damaged",
            Self::TooBig => "some of its files are too big",
            Self::Exhausted => "it holds more than is unpacked of one repository",
            Self::TooMany => "it has more commits, trees, files, refs or packs than are looked at",
            Self::Elsewhere => "some of its objects or refs lie elsewhere or in an unknown form",
        }
    }
}

impl From<inflate::Trouble> for Trouble {
    fn from(trouble: inflate::Trouble) -> Self {
        match trouble {
            inflate::Trouble::Broken => Self::Broken,
            inflate::Trouble::TooBig => Self::TooBig,
        }
    }
}

/// What reading may cost in all.
#[derive(Debug)]
pub struct Budget {
    n_bytes: u64,
}

impl Budget {
    /// Once something did not fit, nothing does: the rest would only cost time.
    fn spend(&mut self, n_bytes: u64) -> Result<(), Trouble> {
        let left = self.n_bytes.checked_sub(n_bytes);
        self.n_bytes = left.unwrap_or(0);
        if self.n_bytes == 0 { Err(Trouble::Exhausted) } else { Ok(()) }
    }
}

/// A repository by its `.git` folder.
pub struct Repository<'r> {
    files: Files<'r>,
    packs: Vec<Pack>,
    budget: Budget,
    /// What is amiss with the repository as a whole.
    pub troubles: Vec<Trouble>,
}

impl<'r> Repository<'r> {
    /// Whether a folder is one.
    pub fn is_at(root: &HostRoot, folder: &Path) -> bool {
        let files = Files::new(root, folder);
        files.is_folder("objects") && files.is_folder("refs")
    }

    /// Opens the packs of a repository. So many bytes may be unpacked of it in all.
    pub fn open(root: &'r HostRoot, folder: &Path, n_bytes_max: u64) -> io::Result<Self> {
        let files = Files::new(root, folder);
        let mut troubles = Vec::new();
        let mut packs = Vec::new();
        let names = files.names("objects/pack").unwrap_or_default();
        let stems = names.iter().filter_map(|name| name.to_str()?.strip_suffix(".idx"));
        for stem in stems {
            if packs.len() == PACKS_MAX {
                troubles.push(Trouble::TooMany);
                break;
            }
            match Pack::open(&files, &format!("objects/pack/{stem}")) {
                Ok(pack) => packs.push(pack),
                Err(trouble) => troubles.push(trouble),
            }
        }
        let lies_elsewhere = files.exists("objects/info/alternates") || files.exists("reftable");
        troubles.extend(lies_elsewhere.then_some(Trouble::Elsewhere));
        Ok(Self { files, packs, budget: Budget { n_bytes: n_bytes_max }, troubles })
    }

    /// Its refs, and what its reflogs say of older ones.
    pub fn refs(&self) -> Refs {
        refs::refs(&self.files)
    }

    /// Commits whose parents were left out when it was cloned.
    pub fn shallow(&self) -> Vec<ObjectId> {
        let text = self.files.read("shallow").unwrap_or_default();
        String::from_utf8_lossy(&text).lines().filter_map(ObjectId::parse).collect()
    }

    /// An object of up to so many bytes.
    pub fn object(&mut self, id: ObjectId, size_bytes_max: u64) -> Result<Object, Trouble> {
        for index in 0..self.packs.len() {
            if let Some(offset) = self.packs[index].find(id)? {
                let object = self.packs[index].object(offset, size_bytes_max, &mut self.budget);
                // Neighbours lie in the same pack: it is asked first from now on.
                self.packs.swap(0, index);
                return object;
            }
        }
        loose(&self.files, id, size_bytes_max, &mut self.budget)
    }

    /// The file that [`Repository::object`] reads it from: a pack, or one of its own.
    pub fn file_of(&self, id: ObjectId) -> Option<(PathBuf, Inode)> {
        let pack = self.packs.iter().find(|pack| matches!(pack.find(id), Ok(Some(_))));
        let name = pack.map_or_else(|| loose_name(id), |pack| pack.name.clone());
        Some((self.files.path(&name), self.files.inode(&name).ok()?))
    }

    /// A commit; a tag leads to what it tags.
    pub fn commit(&mut self, id: ObjectId) -> Result<Commit, Trouble> {
        let mut id = id;
        for _ in 0..TAGS_MAX {
            let object = self.object(id, COMMIT_BYTES_MAX)?;
            match object.kind {
                Kind::Commit => return Commit::parse(id, &object.bytes).ok_or(Trouble::Broken),
                Kind::Tag => id = object.tagged().ok_or(Trouble::Broken)?,
                Kind::Tree | Kind::Blob => return Err(Trouble::Broken),
            }
        }
        Err(Trouble::Broken)
    }
}

/// Tags of tags of tags.
const TAGS_MAX: usize = 8;

/// A commit's message is for people.
const COMMIT_BYTES_MAX: u64 = 1 << 20;

#[cfg(test)]
mod tests;
