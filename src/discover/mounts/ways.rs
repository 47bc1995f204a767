//! By which other paths the table of mounts leads to the same file: bind mounts, and merged
//! layers. A mount that lies under another one leads nowhere. Touches no file.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::discover::mounts::{Mount, MountKind, Mounts};
use crate::model::access::Ruler;

/// A place in a file system, whatever it is mounted as.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// Device of the file system.
    pub device: u64,
    /// Path from its own root.
    pub inner: PathBuf,
}

impl Mounts {
    /// Where a path leads to; `None` where the table does not say.
    pub fn spot(&self, path: &Path) -> Option<Spot> {
        let mount = self.on_the_way(path).pop()?;
        let below = path.strip_prefix(&mount.point).ok()?;
        Some(Spot { device: mount.device, inner: joined(&mount.root, below) })
    }

    /// Every path that leads to a spot.
    pub fn paths_to(&self, spot: &Spot) -> BTreeSet<PathBuf> {
        let mut found = BTreeSet::new();
        for above in spot.inner.ancestors() {
            let mounts = self.by_tree.get(&(spot.device, above.to_owned()));
            let Ok(below) = spot.inner.strip_prefix(above) else { continue };
            for mount in mounts.into_iter().flatten().map(|index| &self.mounts[*index]) {
                found.extend(self.visible(mount, below));
            }
        }
        found
    }

    /// Every path at which a merged mount shows what lies at a path of one of its layers.
    pub fn merged_paths_to(&self, path: &Path) -> BTreeSet<PathBuf> {
        let mut found = BTreeSet::new();
        for above in path.ancestors() {
            let mounts = self.by_layer.get(above);
            let Ok(below) = path.strip_prefix(above) else { continue };
            for mount in mounts.into_iter().flatten().map(|index| &self.mounts[*index]) {
                found.extend(self.visible(mount, below));
            }
        }
        found
    }

    /// Who decides on the way to a path, and from where on.
    pub fn ruler(&self, path: &Path) -> Ruler {
        let mut mounts = self.on_the_way(path).into_iter();
        let mut ruling =
            mounts.by_ref().map(|mount| &mount.ruler).filter(|it| **it != Ruler::Kernel);
        let Some(first) = ruling.next() else { return Ruler::Kernel };
        match (first, ruling.next()) {
            (Ruler::Mount { point, only_uid, .. }, Some(_)) => {
                let who = Some(format!("the mounts below {}", point.display()));
                Ruler::Mount { point: point.clone(), only_uid: *only_uid, who }
            }
            (ruler, _) => ruler.clone(),
        }
    }

    /// Whether a path may be asked about without waiting for a server that is gone.
    pub fn answers(&self, path: &Path) -> bool {
        self.on_the_way(path).iter().all(|mount| mount.kind != MountKind::Remote)
    }

    fn visible(&self, mount: &Mount, below: &Path) -> Option<PathBuf> {
        let path = joined(&mount.point, below);
        let top = self.on_the_way(&path).pop()?;
        (top.id == mount.id).then_some(path)
    }

    /// The mounts that are crossed from `/` to a path, as the kernel crosses them.
    fn on_the_way(&self, path: &Path) -> Vec<&Mount> {
        let mut crossed = Vec::new();
        let Some(mut current) = self.top.map(|index| &self.mounts[index]) else { return crossed };
        let mut folders: Vec<&Path> = path.ancestors().collect();
        while let Some(folder) = folders.pop() {
            // Mounts are laid over one another; a table that makes no sense may run in a ring.
            for _ in 0..self.mounts.len() {
                let laid_over = self.children.get(&current.id);
                let Some(next) = laid_over.and_then(|children| children.get(folder)) else { break };
                crossed.push(current);
                current = &self.mounts[*next];
            }
        }
        crossed.push(current);
        crossed
    }
}

/// Without the slash at the end that joining nothing would give.
fn joined(folder: &Path, below: &Path) -> PathBuf {
    if below.as_os_str().is_empty() { folder.to_owned() } else { folder.join(below) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[u8] = b"\
22 1 254:0 / / rw shared:1 - ext4 /dev/vda rw
23 22 254:1 / /home rw - ext4 /dev/vdb rw
24 22 254:1 /ana/shop /srv/shop rw - ext4 /dev/vdb rw
25 22 254:1 /ana /mnt/covered/ana rw - ext4 /dev/vdb rw
26 22 0:60 / /mnt/covered rw - tmpfs tmpfs rw
27 22 254:0 /etc/key /run/key ro - ext4 /dev/vda rw
28 22 0:61 / /view rw - overlay overlay rw,lowerdir=/low\\040er:/lower2,upperdir=/upper,workdir=/w
29 23 0:62 / /home/ana/cloud rw - fuse.sshfs host:/ rw,user_id=1000,group_id=1000
30 29 0:63 / /home/ana/cloud/nfs rw - nfs4 server:/ rw
";

    fn to(path: &str) -> Vec<String> {
        let mounts = Mounts::parse(TABLE);
        let spot = mounts.spot(Path::new(path)).unwrap();
        let mut found = mounts.paths_to(&spot);
        found.append(&mut mounts.merged_paths_to(Path::new(path)));
        found.into_iter().map(|path| path.to_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn a_bind_mount_is_another_way_to_what_lies_below_it() {
        assert_eq!(to("/home/ana/shop/.env"), ["/home/ana/shop/.env", "/srv/shop/.env"]);
        assert_eq!(to("/srv/shop/.env"), ["/home/ana/shop/.env", "/srv/shop/.env"]);
        assert_eq!(to("/home/bob/.env"), ["/home/bob/.env"]);
        assert_eq!(to("/etc/key"), ["/etc/key", "/run/key"]);
    }

    #[test]
    fn a_mount_that_another_one_covers_leads_nowhere() {
        assert_eq!(to("/home/ana/key"), ["/home/ana/key"]);
    }

    #[test]
    fn a_merged_mount_shows_what_lies_in_its_layers() {
        assert_eq!(to("/low er/key"), ["/low er/key", "/view/key"]);
        assert_eq!(to("/upper/a/key"), ["/upper/a/key", "/view/a/key"]);
    }

    #[test]
    fn the_first_mount_on_the_way_that_the_kernel_does_not_rule_decides() {
        let mounts = Mounts::parse(TABLE);
        let ruler = |path: &str| mounts.ruler(Path::new(path));
        assert_eq!(ruler("/home/ana/key"), Ruler::Kernel);
        let Ruler::Mount { point, only_uid, .. } = ruler("/home/ana/cloud/key") else { panic!() };
        assert_eq!((point, only_uid), ("/home/ana/cloud".into(), Some(1000)));
        let Ruler::Mount { who, .. } = ruler("/home/ana/cloud/nfs/key") else { panic!() };
        assert_eq!(who.unwrap(), "the mounts below /home/ana/cloud");
        assert!(mounts.answers(Path::new("/srv/shop")));
        assert!(!mounts.answers(Path::new("/home/ana/cloud/x")));
    }

    #[test]
    fn lines_that_make_no_sense_are_counted_and_lead_nowhere() {
        let ring = b"1 1 0:1 / / rw - ext4 x rw\n2 1 0:1 / /a rw - ext4 x rw\n\
            1 2 0:1 / /a rw - ext4 x rw\nx\n3 1 a:b / /b rw - ext4 x rw\n4 1 0:1 / - -\n";
        let mounts = Mounts::parse(ring);
        assert_eq!(
            mounts.unlisted.as_deref(),
            Some("3 lines of the table of mounts make no sense")
        );
        assert!(mounts.spot(Path::new("/a/b")).is_some());
        assert_eq!(Mounts::parse(b"").spot(Path::new("/a")), None);
    }
}
