//! The host as the columns see it: a door through which small, known files are
//! looked at. Who opens the door, and how safely, is decided in `read`.

use std::borrow::Cow;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use crate::model::artifact::Inode;

/// The folder that is `/` to the swept host: `/` itself, or a mounted image. Turns
/// names around; looks at no disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostRoot {
    folder: PathBuf,
}

impl HostRoot {
    /// The running host.
    pub fn live() -> Self {
        Self { folder: "/".into() }
    }

    /// A mounted image, by an absolute path without links in it.
    pub fn image(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Whether this is the running host: only it has processes and mounts.
    pub fn is_live(&self) -> bool {
        self.folder == Path::new("/")
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// From the path that the swept host sees to the one that this process opens.
    pub fn to_real<'p>(&self, host: &'p Path) -> Cow<'p, Path> {
        if self.is_live() {
            return Cow::Borrowed(host);
        }
        Cow::Owned(self.folder.join(host.strip_prefix("/").unwrap_or(host)))
    }

    /// And back; `None` for a path outside the root.
    pub fn to_host<'p>(&self, real: &'p Path) -> Option<Cow<'p, Path>> {
        if self.is_live() {
            return Some(Cow::Borrowed(real));
        }
        let below = real.strip_prefix(&self.folder).ok()?;
        Some(Cow::Owned(Path::new("/").join(below)))
    }
}

/// Small, known files of the swept host, by their path on that host. Links are
/// followed, but never out of the host's root.
pub trait HostFiles: Sync {
    /// The same path without links.
    fn resolve(&self, path: &Path) -> io::Result<PathBuf>;

    /// What `stat` says, after following links.
    fn inode(&self, path: &Path) -> io::Result<Inode>;

    /// What `lstat` says: of a link, the link itself.
    fn inode_no_follow(&self, path: &Path) -> io::Result<Inode>;

    /// The whole file; an error if it is no regular file or longer than `size_bytes_max`.
    fn read(&self, path: &Path, size_bytes_max: u64) -> io::Result<Vec<u8>>;

    /// The first bytes of a regular file, however long it is.
    fn beginning(&self, path: &Path, n_bytes: u64) -> io::Result<Vec<u8>>;

    /// Names in a directory, sorted.
    fn names(&self, path: &Path) -> io::Result<Vec<OsString>>;

    /// Where a symbolic link points, as written in it.
    fn link_target(&self, path: &Path) -> io::Result<PathBuf>;

    /// The attribute that holds a POSIX access list; of a link, the link's own.
    fn access_list(&self, path: &Path) -> io::Result<Option<Vec<u8>>>;

    /// Whether this process may list and search a folder.
    fn may_enter(&self, path: &Path) -> bool;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_an_image_are_those_of_its_own_root() {
        let root = HostRoot::image("/mnt/image".into());
        assert_eq!(root.to_real(Path::new("/etc/passwd")), Path::new("/mnt/image/etc/passwd"));
        assert_eq!(root.to_host(Path::new("/mnt/image/etc")).unwrap(), Path::new("/etc"));
        assert_eq!(root.to_host(Path::new("/mnt/image")).unwrap(), Path::new("/"));
        assert_eq!(root.to_host(Path::new("/mnt/imagine")), None);
    }

    #[test]
    fn paths_of_the_running_host_stay_as_they_are() {
        let root = HostRoot::live();
        assert_eq!(root.to_real(Path::new("/etc")), Path::new("/etc"));
        assert_eq!(root.to_host(Path::new("/etc")).unwrap(), Path::new("/etc"));
    }
}
