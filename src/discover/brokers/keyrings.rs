//! Keyrings of desktop sessions: the daemons that run, by their names, and the files in which
//! they rest, encrypted. What was unlocked when is not known: nobody is asked.

use std::path::{Path, PathBuf};

use crate::discover::settings::Settings;
use crate::model::broker::{Broker, BrokerKind, Gives, Serves};
use crate::model::principal::Process;

/// Names of daemons, as far as the kernel keeps them, and what they are.
const DAEMONS: &[(&str, &str)] = &[
    ("gnome-keyring-d", "GNOME keyring"),
    ("keepassxc", "KeePassXC"),
    ("ksecretd", "KDE wallet"),
    ("kwalletd5", "KDE wallet"),
    ("kwalletd6", "KDE wallet"),
    ("oo7-daemon", "keyring of the desktop"),
];
/// Folders below a home, how the files in them end, and what they are.
const FOLDERS: &[(&str, &str, &str)] = &[
    (".local/share/keyrings", "keyring", "GNOME keyring"),
    (".local/share/kwalletd", "kwl", "KDE wallet"),
];
const OF_DAEMON: &str = "what is unlocked in it is given to any program of the user; what was \
                         unlocked is not known";
const OF_FILE: &str = "encrypted, and no daemon runs now; whether it was unlocked is not known";

/// All keyrings.
pub fn keyrings(settings: &mut Settings<'_>, processes: &[Process]) -> Vec<Broker> {
    let mut found: Vec<Broker> = processes.iter().filter_map(of_daemon).collect();
    for user in settings.users_with_homes() {
        for (folder, end, what) in FOLDERS {
            let serves = Serves::User(user.uid);
            // A daemon that runs says more.
            if found.iter().any(|one| one.serves == serves && one.what == *what) {
                continue;
            }
            let folder = user.home.join(folder);
            let files = settings.paths(&folder);
            found.extend(of_files(settings, &folder, &files, end).map(|broker| Broker {
                serves,
                what: (*what).into(),
                ..broker
            }));
        }
    }
    found
}

fn keyring(path: PathBuf, doubt: &str) -> Broker {
    Broker {
        kind: BrokerKind::Keyring,
        path,
        serves: Serves::Everybody,
        gives: Gives::Secret,
        what: String::new(),
        since: None,
        doubt: Some(doubt.to_owned()),
    }
}

fn of_daemon(process: &Process) -> Option<Broker> {
    let (_, what) = DAEMONS.iter().find(|(name, _)| *name == process.name)?;
    let path = format!("/proc/{}", process.pid).into();
    Some(Broker {
        serves: Serves::User(process.uid),
        what: (*what).into(),
        since: process.started,
        ..keyring(path, OF_DAEMON)
    })
}

/// One for all files of a folder, since the earliest of them.
fn of_files(
    settings: &Settings<'_>,
    folder: &Path,
    files: &[PathBuf],
    end: &str,
) -> Option<Broker> {
    let files = files.iter().filter(|path| path.extension().is_some_and(|it| it == end));
    let inodes = files.filter_map(|path| settings.files.inode_no_follow(path).ok());
    let since = inodes.map(|inode| inode.times.born.unwrap_or(inode.times.changed)).min()?;
    Some(Broker { since: Some(since), ..keyring(folder.to_owned(), OF_FILE) })
}
