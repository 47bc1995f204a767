//! What a login, a shell, a clock or a service manager runs. Every host has these, so what is
//! recorded is that they are there and when they changed; what stands in them is not read.

use std::path::Path;

use crate::components::startup::{Family, folder_above};
use crate::model::startup::StartupKind;

/// Recognises the files by their names and folders.
pub fn family(path: &Path, name: &str) -> Option<Family> {
    let kinds = [
        (StartupKind::Shell, is_shell as fn(&Path, &str) -> bool),
        (StartupKind::AuthorizedKeys, is_authorized_keys),
        (StartupKind::Unit, is_unit),
        (StartupKind::Autostart, is_autostart),
        (StartupKind::Cron, is_cron),
        (StartupKind::LaunchAgent, is_launch_agent),
    ];
    let fits = kinds.into_iter().find(|(_, is)| is(path, name));
    fits.map(|(kind, _)| Family::Presence(kind))
}

fn is_shell(path: &Path, name: &str) -> bool {
    const NAMES: &[&str] = &[
        ".bash_login",
        ".bash_logout",
        ".bash_profile",
        ".bashrc",
        ".cshrc",
        ".kshrc",
        ".login",
        ".pam_environment",
        ".profile",
        ".tcshrc",
        ".xinitrc",
        ".xprofile",
        ".xsessionrc",
        ".zlogin",
        ".zlogout",
        ".zprofile",
        ".zshenv",
        ".zshrc",
        "config.fish",
    ];
    const SYSTEM: &[&str] = &[
        "/etc/bash.bashrc",
        "/etc/bashrc",
        "/etc/environment",
        "/etc/ld.so.preload",
        "/etc/profile",
        "/etc/rc.local",
    ];
    let folder = folder_above(path, 1);
    NAMES.contains(&name)
        || path.to_str().is_some_and(|path| SYSTEM.contains(&path))
        || matches!(folder, ".bashrc.d" | "profile.d")
        || (folder == "conf.d" && folder_above(path, 2) == "fish")
        || (folder == ".ssh" && name == "rc")
        || (folder == "zsh" && folder_above(path, 2) == "etc")
}

fn is_authorized_keys(path: &Path, name: &str) -> bool {
    matches!(name, "authorized_keys" | "authorized_keys2") && folder_above(path, 1) == ".ssh"
}

/// A unit, or a drop-in that changes one.
fn is_unit(path: &Path, name: &str) -> bool {
    let kinds = [".service", ".timer", ".path", ".socket", ".conf"];
    let folders = || path.iter().zip(path.iter().skip(1));
    kinds.iter().any(|kind| name.ends_with(kind))
        && folders()
            .any(|(above, below)| above == "systemd" && (below == "user" || below == "system"))
}

fn is_autostart(path: &Path, name: &str) -> bool {
    match folder_above(path, 1) {
        "autostart" => name.ends_with(".desktop"),
        folder => folder == "autostart-scripts",
    }
}

fn is_cron(path: &Path, _name: &str) -> bool {
    let Some(folder) = path.parent().and_then(Path::to_str) else { return false };
    let is_etc = matches!(folder, "/etc") && path.ends_with("crontab");
    is_etc || folder.starts_with("/etc/cron.") || folder.starts_with("/var/spool/cron")
}

fn is_launch_agent(path: &Path, name: &str) -> bool {
    matches!(folder_above(path, 1), "LaunchAgents" | "LaunchDaemons") && name.ends_with(".plist")
}
