//! What users may do beyond the modes of files: groups that amount to root, rules of sudo and
//! doas, control sockets. Asks no daemon, and connects to nothing.

use std::path::Path;

use crate::discover::doas::doas;
use crate::discover::settings::Settings;
use crate::discover::sudoers::sudo;
use crate::error::Problem;
use crate::model::authority::{Authorities, Authority, AuthorityMeans, Reach};
use crate::model::host::HostFiles;
use crate::model::principal::{Principal, Principals};

/// Groups whose members reach further, and why.
const GROUPS: &[(&str, Reach, &str)] = &[
    ("adm", Reach::SomeFiles, "logs"),
    ("disk", Reach::RootAtWill, "raw disks"),
    ("docker", Reach::RootAtWill, "containers with any file of the host"),
    ("incus", Reach::Unknown, "containers of its own"),
    ("incus-admin", Reach::RootAtWill, "containers with any file of the host"),
    ("kmem", Reach::RootAtWill, "the memory of the kernel"),
    ("libvirt", Reach::RootAtWill, "machines with any disk of the host"),
    ("lxd", Reach::RootAtWill, "containers with any file of the host"),
    ("shadow", Reach::SomeFiles, "hashes of passwords"),
    ("systemd-journal", Reach::SomeFiles, "logs"),
];
/// Sockets that make root of whoever may write to them.
const SOCKETS: &[&str] = &[
    "/run/containerd/containerd.sock",
    "/run/crio/crio.sock",
    "/run/docker.sock",
    "/run/podman/podman.sock",
    "/var/lib/incus/unix.socket",
    "/var/lib/lxd/unix.socket",
    "/var/snap/lxd/common/lxd/unix.socket",
];

/// What each user has beyond its own files. Root is left out: it has everything.
pub fn authorities(files: &dyn HostFiles, principals: &Principals) -> (Authorities, Vec<Problem>) {
    let mut settings = Settings::new(files, principals, &[]);
    let mut found = Authorities::default();
    for user in principals.users.iter().filter(|user| user.uid != 0) {
        let named = user.gids.iter().map(|gid| principals.group_name(*gid));
        let of_user = named.filter_map(|name| of_group(&name));
        of_user.for_each(|authority| found.add(user.uid, authority));
    }
    sockets(files, principals, &mut found);
    sudo(&mut settings, &mut found);
    doas(&mut settings, &mut found);
    (found, settings.problems)
}

fn of_group(name: &str) -> Option<Authority> {
    let (_, reach, why) = GROUPS.iter().find(|(group, ..)| *group == name)?;
    let evidence = format!("it is in the group {name} ({why})");
    Some(Authority { reach: *reach, means: AuthorityMeans::Group, evidence })
}

fn sockets(files: &dyn HostFiles, principals: &Principals, found: &mut Authorities) {
    for path in SOCKETS.iter().map(Path::new) {
        for user in principals.users.iter().filter(|user| user.uid != 0) {
            if !may_connect(files, user, path) {
                continue;
            }
            let evidence = format!("it may write to {}", path.display());
            let means = AuthorityMeans::Socket;
            found.add(user.uid, Authority { reach: Reach::RootAtWill, means, evidence });
        }
    }
}

/// To connect takes the right to write to the socket, and to search every folder before it.
fn may_connect(files: &dyn HostFiles, user: &Principal, path: &Path) -> bool {
    let Ok(path) = files.resolve(path) else { return false };
    let allows = |(path, wanted): (&Path, u32)| {
        files.inode_no_follow(path).is_ok_and(|inode| user.has_right(&inode, wanted))
    };
    let folders = path.ancestors().skip(1).map(|folder| (folder, 1));
    std::iter::once((path.as_path(), 2)).chain(folders).all(allows)
}
