//! What decides who may read a file: its inode, and every known way to it. Facts only; they are
//! judged in `exposure`.

use std::collections::BTreeMap;
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
    /// The ways to it in mount namespaces that are not the sweep's, by namespace; none where it
    /// is not shown there.
    pub elsewhere: BTreeMap<NamespaceId, Vec<Way>>,
    /// Further names of it (hard links) that the sweep did not meet.
    pub n_unmet_names: u64,
    /// Why further mounts may lead to it, as a clause; `None` if the ways are all there are.
    pub unlisted_mounts: Option<String>,
}

/// A mount namespace, as the kernel numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NamespaceId(pub u64);

impl AccessFacts {
    /// The same file as a process of another mount namespace meets it: without any way if
    /// nobody knows of one.
    pub fn seen_from(&self, namespace: NamespaceId) -> Self {
        let ways = self.elsewhere.get(&namespace).cloned().unwrap_or_default();
        Self { ways, elsewhere: BTreeMap::new(), ..self.clone() }
    }

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
    /// The file as this way shows it, where that is not as it was found: a mount may map ids.
    pub target: Option<PathFacts>,
    /// Who decides on this way.
    pub ruler: Ruler,
}

/// Who decides about reads on a way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ruler {
    /// The kernel, by modes and access lists.
    Kernel,
    /// Above a mount the kernel; from there on by that mount's own law.
    Mount {
        /// Where it is mounted.
        point: PathBuf,
        /// The one user whom the kernel lets in: a user-space file system without `allow_other`.
        only_uid: Option<u32>,
        /// Somebody who decides in the kernel's place and whom nobody can ask, as the end of a
        /// sentence: `the server of the nfs4 mount at /data`.
        who: Option<String>,
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
