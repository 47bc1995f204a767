//! Mount namespaces in which processes see other files than the sweep, or the same ones by other
//! paths. Enters none of them: their tables of mounts are read, and their folders looked at
//! through `/proc`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::discover::mounts::Mounts;
use crate::model::access::NamespaceId;
use crate::model::host::HostFiles;
use crate::model::principal::Namespace;

/// More of them are not looked at.
const NAMESPACES_MAX: usize = 64;

/// One of them.
pub struct View {
    /// Its table.
    pub mounts: Mounts,
    /// The folder that is `/` in it.
    pub root: PathBuf,
}

/// The namespace that a process lives in, by its folder in `/proc`; `None` if it may not be
/// asked.
pub fn id_of(files: &dyn HostFiles, folder: &Path) -> Option<NamespaceId> {
    let target = files.link_target(&folder.join("ns/mnt")).ok()?;
    let number = target.to_str()?.strip_prefix("mnt:[")?.strip_suffix(']')?;
    number.parse().ok().map(NamespaceId)
}

/// What is known of those that are asked about. One whose process ended meanwhile is missing.
pub fn views(
    files: &dyn HostFiles,
    asked: impl Iterator<Item = Namespace>,
) -> BTreeMap<NamespaceId, View> {
    let mut views = BTreeMap::new();
    for Namespace { id, pid } in asked {
        let folder = PathBuf::from(format!("/proc/{pid}"));
        if views.len() >= NAMESPACES_MAX {
            break;
        }
        if views.contains_key(&id) || id_of(files, &folder) != Some(id) {
            continue;
        }
        let view = View { mounts: Mounts::of_process(files, &folder), root: folder.join("root") };
        views.insert(id, view);
    }
    views
}
