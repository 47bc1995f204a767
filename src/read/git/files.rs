//! Files of one repository, by their names within it. Follows no link, leaves the folder
//! never, and reads with bounds.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rustix::fs::Dir;

use crate::model::artifact::Inode;
use crate::model::host::HostRoot;
use crate::read::open::{open_no_links, regular_stat};

/// Refs, reflogs and lists up to this size are read.
const SIZE_BYTES_MAX: u64 = 32 << 20;

/// Names of one folder that are looked at.
const NAMES_MAX: usize = 100_000;

/// The files below a repository's folder.
pub struct Files<'r> {
    root: &'r HostRoot,
    folder: PathBuf,
}

impl<'r> Files<'r> {
    pub fn new(root: &'r HostRoot, folder: &Path) -> Self {
        Self { root, folder: folder.to_owned() }
    }

    /// A regular file and its size.
    pub fn open(&self, name: &str) -> io::Result<(File, u64)> {
        let file = open_no_links(&self.root.to_real(&self.folder.join(name)))?.file;
        let stat = regular_stat(&file)?;
        Ok((file, u64::try_from(stat.st_size).unwrap_or(0)))
    }

    /// What a regular file says of itself.
    pub fn inode(&self, name: &str) -> io::Result<Inode> {
        let (file, _) = self.open(name)?;
        file.metadata().map(|stat| Inode::from_stat(&stat))
    }

    /// Where a name stands on the host.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// All of a small file.
    pub fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        self.read_up_to(name, SIZE_BYTES_MAX)
    }

    pub fn read_up_to(&self, name: &str, size_bytes_max: u64) -> io::Result<Vec<u8>> {
        let (file, _) = self.open(name)?;
        let mut bytes = Vec::new();
        let n_read = file.take(size_bytes_max + 1).read_to_end(&mut bytes)?;
        if n_read as u64 > size_bytes_max {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(bytes)
    }

    /// Names in a folder, sorted.
    pub fn names(&self, name: &str) -> io::Result<Vec<OsString>> {
        use std::os::unix::ffi::OsStringExt;
        let folder = open_no_links(&self.root.to_real(&self.folder.join(name)))?.file;
        let entries = Dir::read_from(&folder)?.take(NAMES_MAX);
        let mut names = Vec::new();
        for entry in entries {
            let name = entry?.file_name().to_bytes().to_vec();
            if name != b"." && name != b".." {
                names.push(OsString::from_vec(name));
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    pub fn is_folder(&self, name: &str) -> bool {
        let stat = std::fs::symlink_metadata(self.root.to_real(&self.folder.join(name)));
        stat.is_ok_and(|stat| stat.is_dir())
    }

    pub fn exists(&self, name: &str) -> bool {
        std::fs::symlink_metadata(self.root.to_real(&self.folder.join(name))).is_ok()
    }
}

/// Reads on from a place in a file, without moving anybody else's.
pub struct From<'f> {
    pub file: &'f File,
    pub offset: u64,
}

impl Read for From<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_read = self.file.read_at(buffer, self.offset)?;
        self.offset += n_read as u64;
        Ok(n_read)
    }
}
