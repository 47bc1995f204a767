//! What decides who may read a file: its inode, and every known way to it. Facts only; they are
//! judged in `exposure`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::model::access_list::AccessList;
use crate::model::artifact::{ArtifactKind, Inode};

/// All that is known of who may read a file.
#[derive(Clone, Debug)]
pub struct AccessFacts {
    /// What kind of file.
    pub kind: ArtifactKind,
    /// The file itself, as it was before it was read.
    pub target: PathFacts,
    /// Every known way to it; the first is the one by which it was found.
    pub ways: Vec<Way>,
    /// Further names of it (hard links) that the sweep did not meet.
    pub n_unmet_names: u64,
}

impl AccessFacts {
    /// The path by which it was found.
    pub fn path(&self) -> &Path {
        self.ways.first().map_or(Path::new(""), |way| &way.path)
    }
}

/// One path to a file, without links.
#[derive(Clone, Debug)]
pub struct Way {
    /// The path.
    pub path: PathBuf,
    /// Folders from `/` downwards; `None` for one that could not be looked at.
    pub folders: Vec<(PathBuf, Option<PathFacts>)>,
    /// Who decides on this way.
    pub ruler: Ruler,
}

/// Who decides about reads on a way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ruler {
    /// The kernel, by modes and access lists.
    Kernel,
    /// The kernel, but it lets one user in only: a user-space file system without `allow_other`.
    KernelForOne {
        /// Who mounted it.
        uid: u32,
    },
    /// Somebody whom nobody can ask: a server, a program.
    Other {
        /// Who, as the end of a sentence: `the server of the nfs4 mount at /data`.
        who: String,
    },
}

/// Facts about one component of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathFacts {
    /// Owner, mode and times.
    pub inode: Inode,
    /// What stands beside its mode.
    pub access_list: ListFacts,
}

/// What is known of a POSIX access list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListFacts {
    /// There is none.
    Absent,
    /// There is one.
    Present(Arc<AccessList>),
    /// There may be one, and it cannot be read or understood.
    Unreadable,
}
