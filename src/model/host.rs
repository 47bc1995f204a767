//! The host as the columns see it: a door through which small, known files are
//! looked at. Who opens the door, and how safely, is decided in `read`.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use crate::model::artifact::Inode;

/// Small, known files of the swept host, by their path on that host. Links are
/// followed, but never out of the host's root.
pub trait HostFiles: Sync {
    /// What `stat` says, after following links.
    fn inode(&self, path: &Path) -> io::Result<Inode>;

    /// What `lstat` says: of a link, the link itself.
    fn inode_no_follow(&self, path: &Path) -> io::Result<Inode>;

    /// The whole file; an error if it is no regular file or longer than `size_bytes_max`.
    fn read(&self, path: &Path, size_bytes_max: u64) -> io::Result<Vec<u8>>;

    /// Names in a directory, sorted.
    fn names(&self, path: &Path) -> io::Result<Vec<OsString>>;

    /// Where a symbolic link points, as written in it.
    fn link_target(&self, path: &Path) -> io::Result<std::path::PathBuf>;
}
