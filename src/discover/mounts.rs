//! What is mounted where: which file systems may be entered, who decides on them, by which other
//! paths they lead to the same file. Decided from mountinfo alone: asking a dead network or FUSE
//! mount anything at all would hang.

mod ruler;
mod ways;

pub use ways::Spot;

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use crate::discover::mounts::ruler::{is_fuse, ruler};
use crate::model::access::Ruler;
use crate::model::host::HostFiles;
use crate::model::manifest::MountFacts;
use crate::model::path_pattern::is_within;

/// More than this is no mount table.
const MOUNTINFO_BYTES_MAX: u64 = 16 << 20;
/// More mounts of the same folder are not followed: whoever is root in a namespace may make
/// very many.
const MOUNTS_OF_TREE_MAX: usize = 256;
/// So many are told of.
const AROUND_MAX: usize = 1000;

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

/// One line of the mount table.
#[derive(Clone, Debug)]
struct Mount {
    id: u64,
    parent: u64,
    device: u64,
    /// What of the file system it shows.
    root: PathBuf,
    /// Where it shows that.
    point: PathBuf,
    kind: MountKind,
    ruler: Ruler,
    facts: MountFacts,
    /// What an overlay is made of.
    layers: Vec<PathBuf>,
}

/// The mount table.
#[derive(Clone, Debug, Default)]
pub struct Mounts {
    mounts: Vec<Mount>,
    /// What is laid over `/` itself lies on this.
    top: Option<usize>,
    /// By the mount on which they lie, and where.
    children: HashMap<u64, HashMap<PathBuf, usize>>,
    by_tree: HashMap<(u64, PathBuf), Vec<usize>>,
    by_layer: HashMap<PathBuf, Vec<usize>>,
    kinds: HashMap<PathBuf, MountKind>,
    /// Devices of local file systems.
    pub local_devices: HashSet<u64>,
    has_too_many: bool,
    /// Why there may be more mounts than are known, as a clause.
    pub unlisted: Option<String>,
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
    /// The table of this process.
    pub fn of(files: &dyn HostFiles) -> Self {
        Self::of_process(files, Path::new("/proc/self"))
    }

    /// The table of a process, by its folder in `/proc`.
    pub fn of_process(files: &dyn HostFiles, folder: &Path) -> Self {
        match files.read(&folder.join("mountinfo"), MOUNTINFO_BYTES_MAX) {
            Ok(table) => Self::parse(&table),
            Err(_) => {
                let unlisted = Some("the table of mounts cannot be read".to_owned());
                Self { unlisted, ..Self::default() }
            }
        }
    }

    fn parse(table: &[u8]) -> Self {
        let lines = table.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let (mut mounts, mut n_broken) = (Self::default(), 0);
        for line in lines {
            match mount(line) {
                Some(mount) => mounts.add(mount),
                None => n_broken += 1,
            }
        }
        let ids: HashSet<u64> = mounts.mounts.iter().map(|mount| mount.id).collect();
        let is_top = |mount: &Mount| mount.parent == mount.id || !ids.contains(&mount.parent);
        let root = |mount: &Mount| mount.point == Path::new("/") && is_top(mount);
        mounts.top = mounts.mounts.iter().position(root);
        mounts.unlisted = match (n_broken, mounts.top) {
            (0, Some(_)) if mounts.has_too_many => {
                Some(format!("more than {MOUNTS_OF_TREE_MAX} mounts show one folder"))
            }
            (0, Some(_)) => None,
            (0, None) => Some("the table of mounts has no root".to_owned()),
            (n, _) => Some(format!("{n} lines of the table of mounts make no sense")),
        };
        mounts
    }

    fn add(&mut self, mount: Mount) {
        let index = self.mounts.len();
        if mount.kind == MountKind::Local {
            self.local_devices.insert(mount.device);
        }
        // A later mount on the same place hides the earlier one.
        self.kinds.insert(mount.point.clone(), mount.kind);
        if mount.parent != mount.id {
            self.children.entry(mount.parent).or_default().insert(mount.point.clone(), index);
        }
        let of_tree = self.by_tree.entry((mount.device, mount.root.clone())).or_default();
        if of_tree.len() < MOUNTS_OF_TREE_MAX {
            of_tree.push(index);
        } else {
            self.has_too_many = true;
        }
        for layer in &mount.layers {
            self.by_layer.entry(layer.clone()).or_default().push(index);
        }
        self.mounts.push(mount);
    }

    /// What is mounted exactly at a path; `None` if nothing is.
    pub fn at(&self, real: &Path) -> Option<MountKind> {
        self.kinds.get(real).copied()
    }

    /// What is mounted at, above and below some paths, sorted; file systems that hold no files of
    /// people are left out.
    pub fn around(&self, paths: &[PathBuf]) -> Vec<MountFacts> {
        let is_around = |mount: &&Mount| {
            mount.kind != MountKind::Pseudo
                && paths
                    .iter()
                    .any(|path| is_within(path, &mount.point) || is_within(&mount.point, path))
        };
        let mut around: Vec<MountFacts> =
            self.mounts.iter().filter(is_around).map(|mount| mount.facts.clone()).collect();
        around.sort();
        around.dedup();
        around.truncate(AROUND_MAX);
        around
    }

    /// What a path lies on: the mount at it or at the nearest folder above.
    pub fn over(&self, real: &Path) -> MountKind {
        real.ancestors().find_map(|path| self.at(path)).unwrap_or(MountKind::Local)
    }
}

/// One line: `36 35 98:0 /root /point opts - type source super`.
fn mount(line: &[u8]) -> Option<Mount> {
    let mut words = line.split(|byte| *byte == b' ');
    let id = number(words.next()?)?;
    let parent = number(words.next()?)?;
    let (major, minor) = std::str::from_utf8(words.next()?).ok()?.split_once(':')?;
    let device = rustix::fs::makedev(major.parse().ok()?, minor.parse().ok()?);
    let (root, point) = (path(words.next()?), path(words.next()?));
    let options_of_mount = String::from_utf8_lossy(words.next()?).into_owned();
    let mut words = words.skip_while(|word| *word != b"-").skip(1);
    let name = std::str::from_utf8(words.next()?).ok()?;
    let options = words.nth(1).unwrap_or_default();
    let layers = if name == "overlay" { layers(options) } else { Layers::default() };
    let is_merged = match name {
        "overlay" => layers.are_beside(&point),
        // Podman without root; its options do not tell.
        "fuse.fuse-overlayfs" => point.ends_with("merged"),
        _ => false,
    };
    let kind = if is_merged { MountKind::Merged } else { kind_of(name) };
    let ruler = ruler(&point, name, &String::from_utf8_lossy(options));
    let facts = MountFacts {
        point: point.clone(),
        file_system: name.to_owned(),
        options: options_of_mount,
    };
    Some(Mount { id, parent, device, root, point, kind, ruler, facts, layers: layers.all() })
}

fn number(word: &[u8]) -> Option<u64> {
    std::str::from_utf8(word).ok()?.parse().ok()
}

fn path(word: &[u8]) -> PathBuf {
    PathBuf::from(OsString::from_vec(unescape(word)))
}

/// What an overlay is made of.
#[derive(Default)]
struct Layers {
    upper: Option<PathBuf>,
    lower: Vec<PathBuf>,
}

fn layers(options: &[u8]) -> Layers {
    let mut layers = Layers::default();
    for option in options.split(|byte| *byte == b',') {
        if let Some(upper) = option.strip_prefix(b"upperdir=") {
            layers.upper = Some(path(upper));
        } else if let Some(lower) = option.strip_prefix(b"lowerdir=") {
            layers.lower.extend(lower.split(|byte| *byte == b':').map(path));
        } else if let Some(lower) = option.strip_prefix(b"lowerdir+=") {
            layers.lower.push(path(lower));
        }
    }
    layers
}

impl Layers {
    /// Whether the uppermost layer lies beside the place where all are mounted, as Docker and
    /// Podman have it: `ID/merged` and `ID/diff`.
    fn are_beside(&self, point: &Path) -> bool {
        let parent = self.upper.as_ref().and_then(|upper| upper.parent());
        parent.is_some() && parent == point.parent()
    }

    fn all(self) -> Vec<PathBuf> {
        self.upper.into_iter().chain(self.lower).filter(|path| path.is_absolute()).collect()
    }
}

fn kind_of(name: &str) -> MountKind {
    if PSEUDO.contains(&name) {
        return MountKind::Pseudo;
    }
    // `fuseblk` is ntfs-3g on a local disk; every other fuse may hang as a network does.
    let may_hang = is_fuse(name) && name != "fuseblk";
    if may_hang || REMOTE.contains(&name) { MountKind::Remote } else { MountKind::Local }
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
