//! Places that are forgotten when a secret is changed, told by their names alone. Claims
//! nothing about what is in them.

use std::path::Path;

use crate::view::comparison::CopyKind;

/// Ends of the names of what editors leave.
const EDITOR_ENDS: &[&str] = &[".swp", ".swo", ".swn", ".un~", ".kate-swp", ".tmp", ".autosave"];
/// Ends of the names of backups.
const BACKUP_ENDS: &[&str] = &[
    ".bak",
    ".backup",
    ".bck",
    ".old",
    ".orig",
    ".save",
    ".saved",
    ".copy",
    ".prev",
    ".rej",
    ".dpkg-old",
    ".dpkg-dist",
    ".rpmsave",
    ".rpmorig",
    ".ucf-old",
    "-",
];
/// Words in the names of folders that hold backups.
const BACKUP_FOLDERS: &[&str] = &[
    "backup",
    "backups",
    ".snapshot",
    ".snapshots",
    "snapshots",
    "timeshift",
    "Trash",
    ".Trash",
    "lost+found",
];
/// Beginnings and ends of the names of histories.
const HISTORIES: &[&str] = &["_history", ".history", "_hist", ".viminfo", ".lesshst", "history.db"];
/// Folders of version control.
const REPOSITORIES: &[&str] = &[".git", ".hg", ".svn"];

/// What kind of copy a path says it is.
pub fn copy_kind(path: &Path) -> Option<CopyKind> {
    let name = path.file_name()?.to_str()?;
    let folders = || path.parent().into_iter().flat_map(Path::components);
    let is_below = |names: &[&str]| {
        folders().any(|one| one.as_os_str().to_str().is_some_and(|name| names.contains(&name)))
    };
    let ends = |ends: &[&str]| ends.iter().any(|end| name.len() > end.len() && name.ends_with(end));
    if is_below(REPOSITORIES) {
        return Some(CopyKind::Repository);
    }
    if HISTORIES.iter().any(|end| name.ends_with(end)) || name == "fish_history" {
        return Some(CopyKind::History);
    }
    if ends(EDITOR_ENDS) || is_emacs(name) {
        return Some(CopyKind::Editor);
    }
    if is_rotated_log(name) {
        return Some(CopyKind::RotatedLog);
    }
    let is_backup = ends(BACKUP_ENDS) || ends(&["~"]) || is_below(BACKUP_FOLDERS);
    is_backup.then_some(CopyKind::Backup)
}

/// `#name#` and `.#name`.
fn is_emacs(name: &str) -> bool {
    (name.len() > 2 && name.starts_with('#') && name.ends_with('#')) || name.starts_with(".#")
}

/// `app.log.1`, `app.log.2.gz`, `app.log-20260324`, `syslog.1`.
fn is_rotated_log(name: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|one| one.is_ascii_digit());
    let packed = [".gz", ".xz", ".bz2", ".zst"].iter().find_map(|end| name.strip_suffix(end));
    let (stem, number) = packed.unwrap_or(name).rsplit_once(['.', '-']).unwrap_or_default();
    is_number(number) && is_log(stem)
}

fn is_log(stem: &str) -> bool {
    ["log", "syslog", "messages", "journal"].iter().any(|end| stem.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expected: Option<CopyKind>) {
        assert_eq!(copy_kind(Path::new(path)), expected, "{path}");
    }

    #[test]
    fn copies_are_told_by_their_names() {
        for path in ["/a/.env.bak", "/a/.env~", "/a/backups/.env", "/etc/shadow-", "/a/x.orig"] {
            check(path, Some(CopyKind::Backup));
        }
        for path in ["/a/.env.swp", "/a/#env#", "/a/.#env", "/a/.env.un~"] {
            check(path, Some(CopyKind::Editor));
        }
        for path in ["/a/.bash_history", "/a/.local/share/fish/fish_history", "/a/.viminfo"] {
            check(path, Some(CopyKind::History));
        }
        for path in ["/l/app.log.1", "/l/app.log.2.gz", "/l/app.log-20260324", "/l/syslog.1"] {
            check(path, Some(CopyKind::RotatedLog));
        }
        check("/a/.git/config", Some(CopyKind::Repository));
    }

    #[test]
    fn other_names_say_nothing() {
        for path in ["/a/.env", "/l/app.log", "/a/id_rsa", "/a/v-1.2", "/a/~", "/", "/a/.bak"] {
            check(path, None);
        }
    }
}
