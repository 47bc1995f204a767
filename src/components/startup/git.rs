//! What git runs: hooks of a repository, and settings of a repository or a user that make
//! ordinary commands start a program. Neither comes with a clone. Follows no `include`.

use std::path::Path;

use crate::components::startup::{Family, Hit, Page, folder_above};
use crate::model::startup::StartupKind;

/// All names that git knows; it runs no other file of the folder.
const HOOKS: &[&str] = &[
    "applypatch-msg",
    "commit-msg",
    "fsmonitor-watchman",
    "p4-changelist",
    "p4-post-changelist",
    "p4-pre-submit",
    "p4-prepare-changelist",
    "post-applypatch",
    "post-checkout",
    "post-commit",
    "post-index-change",
    "post-merge",
    "post-receive",
    "post-rewrite",
    "post-update",
    "pre-applypatch",
    "pre-auto-gc",
    "pre-commit",
    "pre-merge-commit",
    "pre-push",
    "pre-rebase",
    "pre-receive",
    "prepare-commit-msg",
    "proc-receive",
    "push-to-checkout",
    "reference-transaction",
    "sendemail-validate",
    "update",
];

/// Recognises the files by their names and folders.
pub fn family(path: &Path, name: &str) -> Option<Family> {
    let folder = folder_above(path, 1);
    let is_setting = match name {
        ".gitconfig" => true,
        "config" => is_repository(path, 1) || (folder, folder_above(path, 2)) == ("git", ".config"),
        "config.worktree" => is_repository(path, 1),
        _ => false,
    };
    if is_setting {
        return Some(Family::Contents(settings));
    }
    let is_hook = folder == "hooks" && HOOKS.contains(&name) && is_repository(path, 2);
    is_hook.then_some(Family::Executable(StartupKind::GitHook))
}

/// Whether the folder so many levels above is a git folder: that of a work tree, of a
/// submodule or of a bare repository.
fn is_repository(path: &Path, n_levels: usize) -> bool {
    let Some(folder) = path.ancestors().nth(n_levels) else { return false };
    folder_above(path, n_levels).ends_with(".git")
        || folder
            .iter()
            .zip(folder.iter().skip(1))
            .any(|pair| pair.0 == ".git" && pair.1 == "modules")
}

fn settings(page: &Page<'_>) -> Option<Hit> {
    let text = String::from_utf8_lossy(page.bytes);
    let mut section = String::new();
    for (number, line) in (1_u64..).zip(text.lines()) {
        let mut line = line.trim();
        if let Some((head, rest)) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            section = head.split([' ', '\t', '.']).next().unwrap_or_default().to_lowercase();
            line = rest.trim();
        }
        if let Some((key, value)) = line.split_once('=')
            && starts_a_program(&section, &key.trim().to_lowercase(), value.trim())
        {
            return Some(Hit::at(StartupKind::GitSetting, number));
        }
    }
    None
}

/// Of the many settings that name a program those that nobody has to ask for. Large file
/// storage sets the same filter everywhere.
fn starts_a_program(section: &str, key: &str, value: &str) -> bool {
    let value = value.trim_matches('"');
    match (section, key) {
        ("core", "fsmonitor") => !matches!(value, "true" | "false" | "1" | "0" | "yes" | "no"),
        ("core", "hookspath" | "sshcommand" | "askpass" | "gitproxy" | "alternaterefscommand") => {
            true
        }
        ("filter", "clean" | "smudge" | "process") => !value.starts_with("git-lfs "),
        ("credential", "helper") => value.starts_with('!'),
        ("diff", "external" | "textconv" | "command") | ("merge", "driver") => true,
        _ => false,
    }
}
