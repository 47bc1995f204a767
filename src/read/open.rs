//! Opening one artifact safely. The checks here hold against a host that swaps files
//! for links, pipes and devices while it is being swept.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, OFlags, ResolveFlags, Stat};
use rustix::io::Errno;

/// Nothing is awaited (a pipe, a lease), nothing becomes our terminal, no last link
/// is followed.
const SAFE: OFlags = OFlags::RDONLY
    .union(OFlags::NOFOLLOW)
    .union(OFlags::NONBLOCK)
    .union(OFlags::CLOEXEC)
    .union(OFlags::NOCTTY);

/// A file that was opened, and whether opening it kept its access time.
pub struct Opened {
    /// Open for reading.
    pub file: File,
    /// Whether reading leaves the access time alone.
    pub keeps_access_time: bool,
}

/// Opens a path that holds no link in any component; one that does is refused with
/// `ELOOP`, so that a folder swapped for a link leads nowhere.
pub fn open_no_links(real: &Path) -> io::Result<Opened> {
    match open_with(real, SAFE | OFlags::NOATIME) {
        Ok(file) => Ok(Opened { file, keeps_access_time: true }),
        // Only the owner and root may ask the kernel to keep an access time.
        Err(Errno::PERM) => Ok(Opened { file: open_with(real, SAFE)?, keeps_access_time: false }),
        Err(error) => Err(error.into()),
    }
}

fn open_with(real: &Path, flags: OFlags) -> Result<File, Errno> {
    let resolve = ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    match rustix::fs::openat2(CWD, real, flags, Mode::empty(), resolve) {
        // Before Linux 5.6, and where a sandbox does not know the call.
        Err(Errno::NOSYS) => open_by_component(real, flags),
        result => result.map(File::from),
    }
}

/// The same promise without `openat2`: each folder is opened by itself, no link followed.
fn open_by_component(real: &Path, flags: OFlags) -> Result<File, Errno> {
    let folder_flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let mut folder = rustix::fs::openat(CWD, "/", folder_flags, Mode::empty())?;
    let mut names = real.components().skip(1).peekable();
    while let Some(name) = names.next() {
        let is_last = names.peek().is_none();
        let flags = if is_last { flags } else { folder_flags };
        folder = rustix::fs::openat(&folder, name.as_os_str(), flags, Mode::empty())?;
    }
    Ok(folder.into())
}

/// What an open file says of itself; a pipe or device that took a file's place is refused.
pub fn regular_stat(file: &File) -> io::Result<Stat> {
    let stat = rustix::fs::fstat(file)?;
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Ok(stat),
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "is no regular file any more")),
    }
}
