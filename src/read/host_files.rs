//! The door for small, known files: resolves links as the swept host would, inside
//! its root, and reads with the same care as everything else.

use std::ffi::OsString;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use crate::model::access_list::ATTRIBUTE;
use crate::model::artifact::Inode;
use crate::model::host::{HostFiles, HostRoot};
use crate::read::open;

/// The kernel keeps no longer attributes.
const ATTRIBUTE_BYTES_MAX: usize = 1 << 16;

/// More links than this in one path are a loop; the kernel says so too.
const LINKS_MAX: usize = 40;

/// [`HostFiles`] of a root folder on this machine.
pub struct DiskFiles {
    root: HostRoot,
}

impl DiskFiles {
    /// Files below a root.
    pub fn new(root: HostRoot) -> Self {
        Self { root }
    }

    fn real(&self, host: &Path) -> io::Result<PathBuf> {
        Ok(self.root.to_real(&self.resolve(host)?).into_owned())
    }
}

fn names_reversed(path: &Path) -> Vec<OsString> {
    let names = path.components().filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        _ => None,
    });
    names.rev().collect()
}

fn is_link(real: &Path) -> io::Result<bool> {
    Ok(std::fs::symlink_metadata(real)?.is_symlink())
}

fn lstat(real: &Path) -> io::Result<Inode> {
    std::fs::symlink_metadata(real).map(|stat| Inode::from_stat(&stat))
}

impl HostFiles for DiskFiles {
    /// Links are read here, one by one, so that an absolute one starts at the host's
    /// root and `..` stops there.
    fn resolve(&self, host: &Path) -> io::Result<PathBuf> {
        let mut resolved = PathBuf::from("/");
        let mut pending: Vec<OsString> = names_reversed(host);
        let mut n_links = 0;
        while let Some(name) = pending.pop() {
            if name == ".." {
                resolved.pop();
                continue;
            }
            let next = resolved.join(&name);
            if !is_link(&self.root.to_real(&next))? {
                resolved = next;
                continue;
            }
            n_links += 1;
            if n_links > LINKS_MAX {
                return Err(io::Error::other("too many symbolic links"));
            }
            let target = std::fs::read_link(self.root.to_real(&next))?;
            if target.is_absolute() {
                resolved = PathBuf::from("/");
            }
            pending.extend(names_reversed(&target));
        }
        Ok(resolved)
    }

    fn inode(&self, path: &Path) -> io::Result<Inode> {
        lstat(&self.real(path)?)
    }

    fn inode_no_follow(&self, path: &Path) -> io::Result<Inode> {
        lstat(&self.root.to_real(path))
    }

    fn read(&self, path: &Path, size_bytes_max: u64) -> io::Result<Vec<u8>> {
        let bytes = self.beginning(path, size_bytes_max.saturating_add(1))?;
        if bytes.len() as u64 > size_bytes_max {
            return Err(io::Error::other(format!("is longer than {size_bytes_max} bytes")));
        }
        Ok(bytes)
    }

    fn beginning(&self, path: &Path, n_bytes: u64) -> io::Result<Vec<u8>> {
        let opened = open::open_no_links(&self.real(path)?)?;
        open::regular_stat(&opened.file)?;
        let mut bytes = Vec::new();
        (&opened.file).take(n_bytes).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn names(&self, path: &Path) -> io::Result<Vec<OsString>> {
        let entries = std::fs::read_dir(self.real(path)?)?;
        let mut names =
            entries.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()?;
        names.sort_unstable();
        Ok(names)
    }

    fn link_target(&self, path: &Path) -> io::Result<PathBuf> {
        std::fs::read_link(self.root.to_real(path).as_ref())
    }

    fn access_list(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        use rustix::io::Errno;
        let real = self.root.to_real(path);
        let mut attribute = vec![0; ATTRIBUTE_BYTES_MAX];
        match rustix::fs::lgetxattr(real.as_ref(), ATTRIBUTE, &mut attribute) {
            Ok(n_bytes) => {
                attribute.truncate(n_bytes);
                Ok(Some(attribute))
            }
            // No list, or a file system that has none.
            Err(Errno::NODATA | Errno::NOTSUP) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn may_enter(&self, path: &Path) -> bool {
        use rustix::fs::{Access, AtFlags, CWD};
        let Ok(real) = self.real(path) else { return false };
        let access = Access::READ_OK | Access::EXEC_OK;
        rustix::fs::accessat(CWD, real, access, AtFlags::EACCESS).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn image() -> (tempfile::TempDir, DiskFiles) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("etc/real")).unwrap();
        std::fs::write(root.join("etc/real/passwd"), "ana").unwrap();
        (folder, DiskFiles::new(HostRoot::image(root)))
    }

    #[test]
    fn an_absolute_link_starts_at_the_root_of_the_image() {
        let (folder, files) = image();
        symlink("/etc/real/passwd", folder.path().join("etc/passwd")).unwrap();
        assert_eq!(files.resolve(Path::new("/etc/passwd")).unwrap(), Path::new("/etc/real/passwd"));
        assert_eq!(files.read(Path::new("/etc/passwd"), 10).unwrap(), b"ana");
    }

    #[test]
    fn dots_do_not_climb_out_of_the_image() {
        let (folder, files) = image();
        symlink("../../../../../../etc/real", folder.path().join("etc/up")).unwrap();
        assert_eq!(
            files.resolve(Path::new("/etc/up/passwd")).unwrap(),
            Path::new("/etc/real/passwd")
        );
        assert_eq!(files.resolve(Path::new("/../../etc")).unwrap(), Path::new("/etc"));
    }

    #[test]
    fn a_loop_of_links_is_an_error() {
        let (folder, files) = image();
        symlink("/etc/b", folder.path().join("etc/a")).unwrap();
        symlink("/etc/a", folder.path().join("etc/b")).unwrap();
        assert!(files.resolve(Path::new("/etc/a")).is_err());
    }

    #[test]
    fn a_file_above_the_bound_is_refused() {
        let (_folder, files) = image();
        assert!(files.read(Path::new("/etc/real/passwd"), 2).is_err());
    }

    #[test]
    fn a_pipe_is_refused_at_once() {
        let (folder, files) = image();
        let pipe = folder.path().join("etc/pipe");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &pipe,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR,
            0,
        )
        .unwrap();
        assert!(files.read(Path::new("/etc/pipe"), 10).is_err());
    }
}
