//! What discovery hands on: a file in scope, with everything `stat` says about it
//! *before* it was opened. Nothing here touches the file.

use std::path::PathBuf;

use crate::model::time::{FileTimes, Moment};

/// What the kernel knows of a file or directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inode {
    /// Device of the file system.
    pub device: u64,
    /// Number within the file system.
    pub number: u64,
    /// File type and permission bits, as `st_mode`.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Names of this inode (hard links).
    pub n_links: u64,
    /// Apparent size.
    pub size_bytes: u64,
    /// The four times, taken before the file was opened.
    pub times: FileTimes,
}

impl Inode {
    /// From what the standard library's `stat` gives, birth time included where the
    /// file system has it.
    pub fn from_stat(stat: &std::fs::Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        let nanoseconds = |value: i64| u32::try_from(value).unwrap_or(0);
        let born = stat.created().ok().and_then(|created| {
            let since = created.duration_since(std::time::UNIX_EPOCH).ok()?;
            Some(Moment::new(i64::try_from(since.as_secs()).ok()?, since.subsec_nanos()))
        });
        Self {
            device: stat.dev(),
            number: stat.ino(),
            mode: stat.mode(),
            uid: stat.uid(),
            gid: stat.gid(),
            n_links: stat.nlink(),
            size_bytes: stat.len(),
            times: FileTimes {
                accessed: Moment::new(stat.atime(), nanoseconds(stat.atime_nsec())),
                modified: Moment::new(stat.mtime(), nanoseconds(stat.mtime_nsec())),
                changed: Moment::new(stat.ctime(), nanoseconds(stat.ctime_nsec())),
                born,
            },
        }
    }

    /// Permission bits alone, such as 0o644.
    pub const fn permissions(&self) -> u32 {
        self.mode & 0o7777
    }

    /// Whether this is a directory.
    pub const fn is_directory(&self) -> bool {
        self.mode & 0o170_000 == 0o040_000
    }

    /// Whether this is a socket.
    pub const fn is_socket(&self) -> bool {
        self.mode & 0o170_000 == 0o140_000
    }

    /// Whether this is a regular file: the only kind that is ever opened.
    pub const fn is_regular(&self) -> bool {
        self.mode & 0o170_000 == 0o100_000
    }
}

/// A file in scope.
#[derive(Clone, Debug)]
pub struct Artifact {
    /// Path as the swept host sees it (below `--root`, without that root).
    pub path: PathBuf,
    /// What `stat` said when it was discovered.
    pub inode: Inode,
    /// What kind of bytes to expect.
    pub kind: ArtifactKind,
}

/// What an artifact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArtifactKind {
    /// A regular file.
    File,
    /// `/proc/PID/environ`: the initial environment of a running process.
    Environment,
    /// `/proc/PID/cmdline`: the arguments of a running process.
    CommandLine(Visibility),
}

/// To whom the kernel shows the command lines of processes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Visibility {
    /// To every user.
    #[default]
    Everybody,
    /// To processes of the same user, and to members of a group (`hidepid`, `gid`).
    SameUser {
        /// The group, if one is let in.
        gid: Option<u32>,
    },
}
