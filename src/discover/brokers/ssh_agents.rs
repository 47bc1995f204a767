//! Agents that hold unlocked SSH keys, by their sockets. Which keys one holds is not asked.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::discover::brokers::sockets::Sockets;
use crate::discover::processes::Running;
use crate::discover::settings::Settings;
use crate::model::broker::{Broker, BrokerKind, Gives, Serves};
use crate::model::principal::Process;

/// Where clients look for their agent.
pub const VARIABLE: &str = "SSH_AUTH_SOCK";

const AGENT: &str = "SSH agent";
const FORWARDED: &str = "SSH agent of another host, forwarded by sshd";

/// Below a home: sockets and what they are.
const OF_HOME: &[(&str, &str)] = &[
    (".1password/agent.sock", "SSH agent of 1Password"),
    (".bitwarden-ssh-agent.sock", "SSH agent of Bitwarden"),
    (".gnupg/S.gpg-agent.ssh", GPG),
];
const GPG: &str = "gpg-agent as SSH agent";
/// Below the folder for what a user has while it is logged in.
const OF_SESSION: &[(&str, &str)] = &[
    ("gcr/ssh", "SSH agent of the GNOME desktop"),
    ("gnupg/S.gpg-agent.ssh", GPG),
    ("keyring/ssh", "SSH agent of the GNOME keyring"),
    ("openssh_agent", AGENT),
    ("ssh-agent", AGENT),
    ("ssh-agent.sock", AGENT),
    ("ssh-agent.socket", AGENT),
    ("yubikey-agent/yubikey-agent.sock", "SSH agent for keys in a YubiKey"),
];
/// Sockets that something else opens, and that start the agent only when a client comes.
const ON_DEMAND: &[&str] = &["S.gpg-agent.ssh", "gcr/ssh", "openssh_agent", "ssh-agent.socket"];

/// All agents, by path.
pub fn ssh_agents(
    settings: &Settings<'_>,
    sockets: &Sockets<'_>,
    running: &Running,
) -> Vec<Broker> {
    let mut places = named_places(settings, sockets);
    places.extend(temporary(sockets, &running.processes));
    let named = running.variable_paths.iter().filter(|(name, _)| name == VARIABLE);
    places.extend(named.map(|(_, path)| (path.clone(), AGENT)));
    let mut found: BTreeMap<PathBuf, Broker> = BTreeMap::new();
    for (path, what) in places {
        let broker = broker(sockets, &path, what);
        broker.into_iter().for_each(|one| {
            found.entry(one.path.clone()).or_insert(one);
        });
    }
    found.into_values().collect()
}

fn broker(sockets: &Sockets<'_>, path: &Path, what: &str) -> Option<Broker> {
    let socket = sockets.at(path)?;
    let is_on_demand = ON_DEMAND.iter().any(|end| socket.path.ends_with(end));
    let on_demand = || Some("it is started on demand, and whether it ran is not known".to_owned());
    Some(Broker {
        kind: if what == FORWARDED { BrokerKind::ForwardedAgent } else { BrokerKind::SshAgent },
        path: socket.path,
        serves: Serves::User(socket.uid),
        gives: Gives::Use,
        what: what.to_owned(),
        since: Some(socket.since),
        doubt: socket.doubt.or_else(|| if is_on_demand { on_demand() } else { None }),
    })
}

fn named_places(settings: &Settings<'_>, sockets: &Sockets<'_>) -> Vec<(PathBuf, &'static str)> {
    let mut places = Vec::new();
    for home in settings.users_with_homes().iter().map(|user| &user.home) {
        places.extend(OF_HOME.iter().map(|(name, what)| (home.join(name), *what)));
        // OpenSSH 10.1 and later.
        places.extend(sockets.below(&home.join(".ssh/agent")).into_iter().map(|path| {
            let is_forwarded = path.to_string_lossy().contains(".sshd.");
            (path, if is_forwarded { FORWARDED } else { AGENT })
        }));
    }
    for folder in sockets.runtime_folders() {
        places.extend(OF_SESSION.iter().map(|(name, what)| (folder.join(name), *what)));
    }
    places
}

/// `/tmp/ssh-XXXX/agent.PID`, where OpenSSH had them until 10.0.
fn temporary(sockets: &Sockets<'_>, processes: &[Process]) -> Vec<(PathBuf, &'static str)> {
    let has_prefix = |path: &Path, prefix: &str| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(prefix))
    };
    let folders = sockets.below(Path::new("/tmp")).into_iter();
    let folders = folders.filter(|path| has_prefix(path, "ssh-"));
    let agents = folders.flat_map(|folder| sockets.below(&folder));
    agents
        .filter(|path| has_prefix(path, "agent."))
        .map(|path| {
            let is_forwarded = is_of_sshd(&path, processes);
            (path, if is_forwarded { FORWARDED } else { AGENT })
        })
        .collect()
}

/// Whether the number in the name is that of a process of sshd.
fn is_of_sshd(path: &Path, processes: &[Process]) -> bool {
    let pid = path.extension().and_then(|pid| pid.to_str()?.parse::<u32>().ok());
    let maker = processes.iter().find(|process| Some(process.pid) == pid);
    maker.is_some_and(|process| process.name.starts_with("sshd"))
}
