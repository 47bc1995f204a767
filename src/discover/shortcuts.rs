//! Programs in the folders of `PATH` that lead into an environment elsewhere, by a link or by
//! their first line, and the users whom today's modes let run them.

use std::path::{Path, PathBuf};

use crate::discover::invocations::leads_to;
use crate::discover::settings::Settings;
use crate::model::artifact::Inode;
use crate::model::host::HostFiles;
use crate::model::launch::{Invocation, Shortcut};
use crate::model::path_pattern::is_within;
use crate::model::principal::Principal;

/// Folders of programs for everybody.
const SHARED: &[&str] = &["/usr/local/bin", "/usr/bin"];
/// Folders of one user's programs, below the home.
const OWN: &[&str] = &["bin", ".local/bin"];
/// What a distribution's own programs lead to.
const SYSTEM: &[&str] =
    &["/bin", "/etc/alternatives", "/sbin", "/usr/bin", "/usr/lib", "/usr/sbin", "/usr/share"];

/// All of them, by folder and name.
pub fn shortcuts(settings: &mut Settings<'_>) -> Vec<Shortcut> {
    let mut folders: Vec<PathBuf> = SHARED.iter().map(PathBuf::from).collect();
    for user in settings.users_with_homes() {
        folders.extend(OWN.iter().map(|folder| user.home.join(folder)));
    }
    let programs = settings.paths_of_all(&folders);
    let files = settings.files;
    let users = || settings.principals.users.iter().filter(|user| user.logs_in);
    let shortcut = |program: &PathBuf| {
        let programs = leads_to(files, program);
        let is_elsewhere = |path: &PathBuf| {
            path.is_absolute() && !SYSTEM.iter().any(|folder| is_within(path, Path::new(folder)))
        };
        if !programs.iter().skip(1).any(is_elsewhere) {
            return None;
        }
        let way = way(files, &programs)?;
        let uids = users().filter(|user| way.iter().all(|inode| may_pass(inode, user)));
        let uids = uids.map(|user| user.uid).collect();
        Some(Shortcut { invocation: Invocation { programs, ..Invocation::default() }, uids })
    };
    programs.iter().filter_map(shortcut).collect()
}

/// Everything that must be searched or run on the way; links themselves stop nobody.
fn way(files: &dyn HostFiles, programs: &[PathBuf]) -> Option<Vec<Inode>> {
    let mut paths: Vec<&Path> = programs
        .iter()
        .filter(|path| path.is_absolute())
        .flat_map(|path| path.ancestors())
        .collect();
    paths.sort_unstable();
    paths.dedup();
    let inodes = paths.into_iter().map(|path| files.inode_no_follow(path).ok());
    let inodes = inodes.collect::<Option<Vec<Inode>>>()?;
    Some(inodes.into_iter().filter(|one| one.is_regular() || one.is_directory()).collect())
}

fn may_pass(inode: &Inode, user: &Principal) -> bool {
    if user.uid == 0 { inode.permissions() & 0o111 != 0 } else { user.has_right(inode, 1) }
}
