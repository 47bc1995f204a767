//! Which file systems may be entered, decided from mountinfo alone: asking a dead
//! network or FUSE mount anything at all would hang.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use crate::model::host::HostFiles;

/// More than this is no mount table.
const MOUNTINFO_BYTES_MAX: u64 = 16 << 20;

/// What kind of file system is mounted somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MountKind {
    /// Files of this machine.
    Local,
    /// proc, sys and their like: no files of people.
    Pseudo,
    /// A network or user-space file system: entering it may hang.
    Remote,
    /// The layers of a container seen as one, beside the layers themselves: to enter it
    /// would be to read them twice.
    Merged,
}

/// The mount table.
#[derive(Clone, Debug, Default)]
pub struct Mounts {
    kinds: HashMap<PathBuf, MountKind>,
    /// Devices of local file systems.
    pub local_devices: HashSet<u64>,
}

/// File systems that hold no files of people.
const PSEUDO: &[&str] = &[
    "proc",
    "sysfs",
    "devpts",
    "devtmpfs",
    "cgroup",
    "cgroup2",
    "securityfs",
    "debugfs",
    "tracefs",
    "bpf",
    "pstore",
    "efivarfs",
    "configfs",
    "mqueue",
    "hugetlbfs",
    "binfmt_misc",
    "rpc_pipefs",
    "nsfs",
    "fusectl",
    "selinuxfs",
    "autofs",
];

/// File systems whose answers come from elsewhere.
const REMOTE: &[&str] = &[
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "ceph",
    "glusterfs",
    "lustre",
    "afs",
    "ocfs2",
    "gfs2",
    "virtiofs",
    "beegfs",
    "orangefs",
    "davfs",
    "coda",
];

impl Mounts {
    /// The table of this process; empty where there is none (a dead image).
    pub fn of(files: &dyn HostFiles) -> Self {
        let table = files.read(Path::new("/proc/self/mountinfo"), MOUNTINFO_BYTES_MAX);
        Self::parse(&table.unwrap_or_default())
    }

    fn parse(table: &[u8]) -> Self {
        let mut mounts = Self::default();
        for (path, device, kind) in table.split(|byte| *byte == b'\n').filter_map(mount) {
            if kind == MountKind::Local {
                mounts.local_devices.insert(device);
            }
            // A later mount on the same place hides the earlier one.
            mounts.kinds.insert(path, kind);
        }
        mounts
    }

    /// What is mounted exactly at a path; `None` if nothing is.
    pub fn at(&self, real: &Path) -> Option<MountKind> {
        self.kinds.get(real).copied()
    }

    /// What a path lies on: the mount at it or at the nearest folder above.
    pub fn over(&self, real: &Path) -> MountKind {
        real.ancestors().find_map(|path| self.at(path)).unwrap_or(MountKind::Local)
    }
}

/// Mount point, device and kind of one line: `36 35 98:0 /root /point opts - type source super`.
fn mount(line: &[u8]) -> Option<(PathBuf, u64, MountKind)> {
    let mut words = line.split(|byte| *byte == b' ');
    let device = std::str::from_utf8(words.nth(2)?).ok()?;
    let (major, minor) = device.split_once(':')?;
    let device = rustix::fs::makedev(major.parse().ok()?, minor.parse().ok()?);
    let point = PathBuf::from(OsString::from_vec(unescape(words.nth(1)?)));
    let mut words = words.skip_while(|word| *word != b"-").skip(1);
    let kind = std::str::from_utf8(words.next()?).ok()?;
    let is_merged = match kind {
        "overlay" => is_beside(&point, words.nth(1).unwrap_or_default()),
        // Podman without root; its options do not tell.
        "fuse.fuse-overlayfs" => point.ends_with("merged"),
        _ => false,
    };
    Some((point, device, if is_merged { MountKind::Merged } else { kind_of(kind) }))
}

/// Whether the uppermost layer of an overlay lies beside the place where it is mounted, as
/// Docker and Podman have it: `ID/merged` and `ID/diff`.
fn is_beside(point: &Path, options: &[u8]) -> bool {
    let mut options = options.split(|byte| *byte == b',');
    let upper = options.find_map(|option| option.strip_prefix(b"upperdir="));
    let upper = upper.map(|path| PathBuf::from(OsString::from_vec(unescape(path))));
    upper.is_some_and(|upper| upper.parent().is_some() && upper.parent() == point.parent())
}

fn kind_of(name: &str) -> MountKind {
    if PSEUDO.contains(&name) {
        return MountKind::Pseudo;
    }
    // `fuseblk` is ntfs-3g on a local disk; every other fuse may hang as a network does.
    let is_fuse = name == "fuse" || name.starts_with("fuse.");
    if is_fuse || REMOTE.contains(&name) { MountKind::Remote } else { MountKind::Local }
}

/// `\040` and the like, as the kernel writes blanks.
fn unescape(word: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(word.len());
    let mut rest = word;
    while let Some((&first, tail)) = rest.split_first() {
        let octal = tail.get(..3).and_then(|digits| std::str::from_utf8(digits).ok());
        let octal = octal.and_then(|digits| u8::from_str_radix(digits, 8).ok());
        match octal.filter(|_| first == b'\\') {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[3..];
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[u8] = b"\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
23 22 0:21 / /proc rw,nosuid shared:5 - proc proc rw
40 22 0:50 / /home/ana/my\\040cloud rw,nosuid - fuse.sshfs host:/ rw
41 22 0:51 / /data rw - nfs4 server:/x rw
43 22 0:60 / /var/lib/docker/overlay2/0a/merged rw - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/X,upperdir=/var/lib/docker/overlay2/0a/diff,workdir=/x
44 22 0:61 / /mnt/live rw - overlay overlay rw,lowerdir=/a,upperdir=/b,workdir=/c
broken line
42 22 8:1 / /mnt/usb rw - fuseblk /dev/sda1 rw
";

    #[test]
    fn mounts_are_told_apart_by_the_table_alone() {
        let mounts = Mounts::parse(TABLE);
        assert_eq!(mounts.at(Path::new("/proc")), Some(MountKind::Pseudo));
        assert_eq!(mounts.at(Path::new("/home/ana/my cloud")), Some(MountKind::Remote));
        assert_eq!(mounts.at(Path::new("/home/ana")), None);
        assert_eq!(mounts.over(Path::new("/data/x/y")), MountKind::Remote);
        assert_eq!(mounts.over(Path::new("/home/ana/x")), MountKind::Local);
        assert_eq!(mounts.at(Path::new("/mnt/usb")), Some(MountKind::Local));
        assert!(mounts.local_devices.contains(&rustix::fs::makedev(254, 0)));
        assert_eq!(mounts.local_devices.len(), 3);
        let merged = Path::new("/var/lib/docker/overlay2/0a/merged");
        assert_eq!(mounts.at(merged), Some(MountKind::Merged));
        assert_eq!(mounts.at(Path::new("/mnt/live")), Some(MountKind::Local));
    }
}
