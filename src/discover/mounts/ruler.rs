//! Who decides about reads on a mount, from its type and options alone. Asks no file system:
//! that may hang.

use std::path::Path;

use crate::model::access::Ruler;

/// File systems whose server decides, whatever the modes say.
const SERVED: &[&str] = &[
    "9p",
    "afs",
    "beegfs",
    "ceph",
    "cifs",
    "coda",
    "davfs",
    "glusterfs",
    "lustre",
    "nfs",
    "nfs4",
    "orangefs",
    "smb3",
    "smbfs",
];

/// Whether a type is that of a file system in user space.
pub fn is_fuse(kind: &str) -> bool {
    kind == "fuse" || kind == "fuseblk" || kind.starts_with("fuse.")
}

/// Who decides on a mount of this type with these options of its file system.
pub fn ruler(point: &Path, kind: &str, options: &str) -> Ruler {
    let point = point.to_owned();
    let at = point.display();
    if SERVED.contains(&kind) {
        let who = Some(format!("the server of the {kind} mount at {at}"));
        return Ruler::Mount { point, only_uid: None, who };
    }
    if !is_fuse(kind) {
        return Ruler::Kernel;
    }
    let has = |name: &str| options.split(',').any(|option| option == name);
    let user = options.split(',').find_map(|option| option.strip_prefix("user_id="));
    let only_uid = user.and_then(|uid| uid.parse().ok()).filter(|_| !has("allow_other"));
    let who = format!("the program behind the {kind} mount at {at}");
    match (only_uid, has("default_permissions")) {
        (None, true) => Ruler::Kernel,
        (only_uid, asks_kernel) => {
            Ruler::Mount { point, only_uid, who: (!asks_kernel).then_some(who) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: &str, options: &str, expected: Option<(Option<u32>, bool)>) {
        let found = match ruler(Path::new("/m"), kind, options) {
            Ruler::Kernel => None,
            Ruler::Mount { only_uid, who, .. } => Some((only_uid, who.is_some())),
        };
        assert_eq!(found, expected, "{kind} {options}");
    }

    #[test]
    fn a_mount_in_user_space_lets_its_user_in_unless_it_allows_others() {
        check("fuse.sshfs", "rw,user_id=1000,group_id=1000", Some((Some(1000), true)));
        check("fuse.x", "rw,user_id=1000,default_permissions", Some((Some(1000), false)));
        check("fuse", "rw,user_id=1000,allow_other", Some((None, true)));
        check("fuseblk", "rw,user_id=0,default_permissions,allow_other", None);
        check("fuse", "user_id=x", Some((None, true)));
    }

    #[test]
    fn servers_decide_for_themselves_and_local_file_systems_leave_it_to_the_kernel() {
        check("nfs4", "rw", Some((None, true)));
        check("9p", "rw", Some((None, true)));
        check("vfat", "rw,uid=1000,umask=0077", None);
        check("ext4", "", None);
    }
}
