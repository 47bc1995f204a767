//! Could that code have read it, then? Answers have three values, and every
//! verdict carries its reasons.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::model::access_list::AccessList;
use crate::model::artifact::{ArtifactKind, Inode};
use crate::model::authority::Reach;
use crate::model::time::Moment;

/// What `stat` says about a file and every folder on the way to it.
#[derive(Clone, Debug)]
pub struct AccessChain {
    /// The file.
    pub path: PathBuf,
    /// Folders from `/` downwards; `None` for one that could not be looked at.
    pub folders: Vec<(PathBuf, Option<PathFacts>)>,
    /// The file itself, as it was before it was read.
    pub target: PathFacts,
    /// What kind of file.
    pub kind: ArtifactKind,
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

/// A three-valued truth. The order makes "and" the minimum and "or" the maximum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Truth {
    /// Shown to be false.
    No,
    /// The facts do not suffice.
    Unknown,
    /// Shown to be true.
    Yes,
}

/// What is concluded, the worst first. Never "safe".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// The code certainly ran, could read it, and it was there.
    Exposed,
    /// Nothing contradicts it, and one of the three is not certain.
    Likely,
    /// Needed facts are missing.
    Unknown,
    /// Shown that it could not be read, by today's modes or by unchanged ones.
    NotExposed,
}

impl Verdict {
    /// The word that reports use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exposed => "exposed",
            Self::Likely => "likely",
            Self::Unknown => "unknown",
            Self::NotExposed => "not-exposed",
        }
    }
}

/// The verdict on one place of one credential for one infected install and one user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposure {
    /// Position in the inventory's list of installs.
    pub install_index: usize,
    /// Whose authority the code had.
    pub uid: u32,
    /// What is concluded.
    pub verdict: Verdict,
    /// Why, in the order of the reasoning.
    pub reasons: Vec<Reason>,
}

/// One step of the reasoning. All its sentences stand in [`fmt::Display`] below.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the sentences say it")]
pub enum Reason {
    Ran { evidence: String },
    MayHaveRun { evidence: String },
    IsRoot,
    Reaches { reach: Reach, evidence: String },
    OwnsFile,
    OwnsFolder { path: PathBuf },
    ModeAllows { mode: u32 },
    ModeDenies { path: PathBuf, mode: u32, uid: u32 },
    ModeChangedInside { path: PathBuf, changed: Moment },
    AccessListAllows { path: PathBuf },
    AccessListDenies { path: PathBuf },
    AccessListUnreadable { path: PathBuf },
    OtherNames { n_links: u64 },
    FolderUnknown { path: PathBuf },
    UnchangedSince { changed: Moment },
    ChangedInside { changed: Moment },
    MadeAfter { born: Moment },
    ProcessOf { uid: u32 },
    ProcessOfOther { uid: u32 },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ran { evidence } => write!(f, "the code ran: {evidence}"),
            Self::MayHaveRun { evidence } => write!(f, "the code may have run: {evidence}"),
            Self::IsRoot => f.write_str("root reads everything"),
            Self::Reaches { reach, evidence } => {
                write!(f, "the user {}: {evidence}", reach.clause())
            }
            Self::OwnsFile => f.write_str("the user owns the file"),
            Self::OwnsFolder { path } => {
                write!(f, "the user owns the folder {} and can open it", path.display())
            }
            Self::ModeAllows { mode } => write!(f, "mode {mode:04o} lets the user read it"),
            Self::ModeDenies { path, mode, uid } => {
                write!(f, "{} has mode {mode:04o} and belongs to uid {uid}", path.display())
            }
            Self::ModeChangedInside { path, changed } => write!(
                f,
                "{} was last changed {changed}, inside the window: an earlier, wider mode \
                 cannot be excluded",
                path.display()
            ),
            Self::AccessListAllows { path } => {
                write!(f, "the access list of {} lets the user in", path.display())
            }
            Self::AccessListDenies { path } => {
                write!(f, "the access list of {} keeps the user out", path.display())
            }
            Self::AccessListUnreadable { path } => {
                write!(f, "{} has an access list that cannot be read", path.display())
            }
            Self::OtherNames { n_links } => {
                write!(f, "the file has {n_links} names; another one may be readable")
            }
            Self::FolderUnknown { path } => {
                write!(f, "{} could not be looked at", path.display())
            }
            Self::UnchangedSince { changed } => {
                write!(f, "unchanged since {changed}, before the window")
            }
            Self::ChangedInside { changed } => {
                write!(f, "last changed {changed}, inside the window: it was there from then on")
            }
            Self::MadeAfter { born } => write!(f, "made {born}, after the window"),
            Self::ProcessOf { uid } => write!(f, "a process of the same user (uid {uid})"),
            Self::ProcessOfOther { uid } => {
                write!(f, "a process of another user (uid {uid}), closed to this one")
            }
        }
    }
}
