//! gpg-agent, by its sockets, and how long it keeps a passphrase, by its settings. Whether it
//! keeps one now is not asked.

use std::path::PathBuf;

use crate::discover::brokers::sockets::Sockets;
use crate::discover::settings::Settings;
use crate::model::broker::{Broker, BrokerKind, Gives, Serves};

/// Seconds that a passphrase is kept after its last use, and in all, unless settings say so.
const DEFAULT_SECONDS: (u64, u64) = (600, 7200);

/// All agents.
pub fn gpg_agents(settings: &mut Settings<'_>, sockets: &Sockets<'_>) -> Vec<Broker> {
    let users = settings.users_with_homes();
    let of_homes = users.iter().map(|user| user.home.join(".gnupg"));
    let of_sessions = sockets.runtime_folders().into_iter().map(|folder| folder.join("gnupg"));
    let folders: Vec<PathBuf> = of_homes.chain(of_sessions).collect();
    let mut found = Vec::new();
    for folder in folders {
        // A home that was moved gets a folder `d.HASH` of its own.
        let further = sockets.below(&folder).into_iter();
        let further = further.filter(|path| {
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("d."))
        });
        for path in std::iter::once(folder.clone()).chain(further) {
            let Some(socket) = sockets.at(&path.join("S.gpg-agent")) else { continue };
            let (idle, in_all) = seconds_kept(settings, socket.uid);
            let doubt = format!(
                "whether it held a passphrase is not known; it keeps one for {idle} s after its \
                 last use, {in_all} s in all"
            );
            found.push(Broker {
                kind: BrokerKind::GpgAgent,
                path: socket.path,
                serves: Serves::User(socket.uid),
                gives: Gives::Use,
                what: "gpg-agent".into(),
                since: Some(socket.since),
                doubt: Some(doubt),
            });
        }
    }
    found
}

/// What the settings of a user say.
fn seconds_kept(settings: &mut Settings<'_>, uid: u32) -> (u64, u64) {
    let home = settings.principals.user(uid).map(|user| user.home.clone());
    let path = home.map(|home| home.join(".gnupg/gpg-agent.conf"));
    let text = path.and_then(|path| settings.text(&path)).unwrap_or_default();
    let of = |name: &str| {
        let values = text.lines().filter_map(|line| line.trim_start().strip_prefix(name));
        values.filter_map(|value| value.trim().parse().ok()).next_back()
    };
    let (idle, in_all) = DEFAULT_SECONDS;
    (of("default-cache-ttl ").unwrap_or(idle), of("max-cache-ttl ").unwrap_or(in_all))
}
