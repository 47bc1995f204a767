//! Sockets by their names, owners and times, and whether anything listens on them, by the
//! kernel's own table. Never connects.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::model::host::HostFiles;
use crate::model::time::Moment;

/// Where the kernel lists the sockets of our network namespace.
const TABLE: &str = "/proc/net/unix";
/// A longer table is not read.
const TABLE_BYTES_MAX: u64 = 16 << 20;
/// The flag of a socket that listens.
const LISTENS: &str = " 00010000 ";
/// More names of one folder are not looked at.
const NAMES_MAX: usize = 1000;
/// Where each user that is logged in has a folder named for its id.
const RUNTIME_FOLDERS: &str = "/run/user";

/// The sockets of a host.
pub struct Sockets<'h> {
    files: &'h dyn HostFiles,
    /// The paths on which something listens; `None` where there is no table.
    listening: Option<BTreeSet<PathBuf>>,
}

/// One socket.
pub struct Socket {
    /// Its path, without links.
    pub path: PathBuf,
    /// Whose it is.
    pub uid: u32,
    /// When it was made.
    pub since: Moment,
    /// What speaks against anything listening on it.
    pub doubt: Option<String>,
}

impl<'h> Sockets<'h> {
    /// Reads the table, if there is one.
    pub fn of(files: &'h dyn HostFiles) -> Self {
        let table = files.read(Path::new(TABLE), TABLE_BYTES_MAX).ok();
        let listening = table.map(|table| {
            let paths = listening(&table).into_iter();
            paths.map(|path| files.resolve(&path).unwrap_or(path)).collect()
        });
        Self { files, listening }
    }

    /// The socket at a path, through links; `None` if there is none.
    pub fn at(&self, path: &Path) -> Option<Socket> {
        let path = self.files.resolve(path).ok()?;
        let inode = self.files.inode_no_follow(&path).ok().filter(|inode| inode.is_socket())?;
        let since = inode.times.born.unwrap_or(inode.times.changed);
        let doubt = match &self.listening {
            None => Some("whether anything listened on it is not known"),
            Some(paths) if paths.contains(&path) => None,
            Some(_) => Some("nothing listens on it now, and since when is not known"),
        };
        Some(Socket { path, uid: inode.uid, since, doubt: doubt.map(str::to_owned) })
    }

    /// What a folder holds, if it can be listed. Those of other users are closed to all but root.
    pub fn below(&self, folder: &Path) -> Vec<PathBuf> {
        let names = self.files.names(folder).unwrap_or_default();
        names.iter().take(NAMES_MAX).map(|name| folder.join(name)).collect()
    }

    /// The folders for what users have while they are logged in.
    pub fn runtime_folders(&self) -> Vec<PathBuf> {
        self.below(Path::new(RUNTIME_FOLDERS))
    }
}

/// The paths of a table on which something listens. Before the path there are only numbers.
fn listening(table: &[u8]) -> Vec<PathBuf> {
    let lines = table.split(|byte| *byte == b'\n');
    let path = |line: &[u8]| {
        let start = line.iter().position(|byte| *byte == b'/')?;
        let listens = std::str::from_utf8(&line[..start]).is_ok_and(|it| it.contains(LISTENS));
        listens.then(|| PathBuf::from(OsStr::from_bytes(&line[start..])))
    };
    lines.filter_map(path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_listens_is_told_from_what_is_connected() {
        let table = b"Num       RefCount Protocol Flags    Type St Inode Path\n\
            0000: 00000002 00000000 00010000 0001 01 12345 /tmp/ssh-a b/agent.1\n\
            0000: 00000003 00000000 00000000 0001 03 12346 /tmp/ssh-c/agent.2\n\
            0000: 00000002 00000000 00010000 0001 01 12347 @abstract\n\xff\n";
        assert_eq!(listening(table), [Path::new("/tmp/ssh-a b/agent.1")]);
    }
}
