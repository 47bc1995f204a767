//! What the files of one user say of hosts, and which keys ssh would take there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::discover::openings::call::Call;
use crate::discover::openings::client_config::{
    ClientConfig, Route, Typed, absolute, private_half,
};
use crate::discover::openings::git_settings::{GitSettings, OwnedRepository};
use crate::discover::openings::histories::of_histories;
use crate::discover::openings::known_hosts::{KnownHost, Name, known_hosts};
use crate::discover::openings::ledger::Ledger;
use crate::discover::settings::Settings;
use crate::model::destination::Destination;
use crate::model::host::HostFiles;
use crate::model::opening::{Clue, ClueKind, How, KeyName};
use crate::model::principal::Principal;

/// Keys that ssh tries where none is named.
const DEFAULT_KEYS: [&str; 6] =
    ["id_dsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk", "id_rsa"];
/// Lists of hosts that a user's ssh has met; the last one is left over from hashing them.
const KNOWN_HOSTS: [&str; 3] = [".ssh/known_hosts", ".ssh/known_hosts2", ".ssh/known_hosts.old"];
/// More calls are not kept of one user and one source.
const CALLS_MAX: usize = 2_000;
/// More known hosts are not kept of one user: each is looked up in all settings.
const MET_MAX: usize = 10_000;

/// A host in a list of known ones.
pub struct Met {
    /// Its name, perhaps hashed.
    pub name: Name,
    /// Where it stands.
    pub clue: Clue,
}

/// What the files of one user say.
pub struct Trail<'u> {
    user: &'u Principal,
    config: ClientConfig<'u>,
    default_keys: Vec<KeyName>,
    /// What was named.
    pub calls: Vec<Call>,
    /// What was met.
    pub met: Vec<Met>,
    /// Whether more was named than is kept.
    is_cut: bool,
}

impl<'u> Trail<'u> {
    /// Reads the files of a user.
    pub fn read(
        settings: &mut Settings<'_>,
        user: &'u Principal,
        repositories: &[OwnedRepository],
    ) -> Self {
        let config = ClientConfig::read(settings, user);
        let keys = DEFAULT_KEYS.iter().map(|name| user.home.join(".ssh").join(name));
        let there = keys.filter(|key| settings.files.inode(key).is_ok());
        let default_keys = there.map(|key| file(&key, settings.files)).collect();
        let own = KNOWN_HOSTS.iter().map(|name| user.home.join(name));
        let lists: BTreeSet<PathBuf> = own.chain(config.known_hosts_files()).collect();
        let mut met: Vec<Met> = lists.iter().flat_map(|path| met_in(settings, path)).collect();
        let of_blocks = config.hosts().map(call_of_block).collect();
        let sources =
            [of_blocks, of_histories(settings, user), of_git(settings, user, repositories)];
        let sources = sources.map(each_once);
        let is_cut = met.len() > MET_MAX || sources.iter().any(|calls| calls.len() > CALLS_MAX);
        met.truncate(MET_MAX);
        let calls = sources.into_iter().flat_map(|calls| calls.into_iter().take(CALLS_MAX));
        let calls = calls.collect();
        Self { user, config, default_keys, calls, met, is_cut }
    }

    /// Where a destination as typed really leads.
    pub fn route(&self, typed: &Destination) -> Route {
        let Destination { host, user, port } = typed;
        self.config.route(&Typed { host, user: user.as_deref(), port: *port })
    }

    /// What each key opens. What was only met comes last, so that it supports what was named.
    pub fn entries(&self, files: &dyn HostFiles) -> Ledger {
        let mut ledger = Ledger::default();
        ledger.is_cut = self.is_cut;
        for call in &self.calls {
            let jumps = self.follow(call, How::Default, files, &mut ledger);
            for (destination, clue) in jumps {
                let hop = Call { destination, keys: Vec::new(), clue };
                self.follow(&hop, How::Default, files, &mut ledger);
            }
        }
        for Met { name, clue } in &self.met {
            let Name::Plain(host) = name else { continue };
            if !ledger.support(host, clue) {
                let call = Call { destination: host.clone(), keys: Vec::new(), clue: clue.clone() };
                self.follow(&call, How::Met, files, &mut ledger);
            }
        }
        ledger
    }

    /// Notes all keys for one call, and gives the hosts on the way.
    fn follow(
        &self,
        call: &Call,
        how: How,
        files: &dyn HostFiles,
        ledger: &mut Ledger,
    ) -> Vec<(Destination, Clue)> {
        let Route { destination, keys, has_own_keys, jumps } = self.route(&call.destination);
        for key in call.keys.iter().filter_map(|key| self.key_named(key, files)) {
            ledger.note(&key, &destination, How::Named, &[&call.clue]);
        }
        // Of a family of hosts no one was reached; it is told where a key is named for it.
        let is_family = destination.host.contains(['*', '?']);
        for key in keys.iter().filter(|key| !key.is_for_all || !is_family) {
            let how = if key.is_for_all { how } else { How::Named };
            ledger.note(&file(&key.path, files), &destination, how, &[&call.clue, &key.clue]);
        }
        let has_others = has_own_keys || !call.keys.is_empty() || is_family;
        for key in self.default_keys.iter().filter(|_| !has_others) {
            ledger.note(key, &destination, how, &[&call.clue]);
        }
        jumps
    }

    /// A key by what was typed for it.
    fn key_named(&self, typed: &str, files: &dyn HostFiles) -> Option<KeyName> {
        let is_anchored = typed.starts_with(['/', '~', '$']);
        let path = private_half(absolute(typed, self.user)?);
        if is_anchored {
            return Some(file(&path, files));
        }
        let ending = private_half(PathBuf::from(typed.trim_start_matches("./")));
        let is_plain = ending.components().all(|it| matches!(it, std::path::Component::Normal(_)));
        let below = files.resolve(&self.user.home).ok()?;
        is_plain.then_some(KeyName::Ending { below, ending })
    }
}

fn file(path: &Path, files: &dyn HostFiles) -> KeyName {
    KeyName::Path(files.resolve(path).unwrap_or_else(|_| path.to_owned()))
}

fn call_of_block((host, clue): (&str, &Clue)) -> Call {
    let destination = Destination { host: host.to_owned(), port: None, user: None };
    Call { destination, keys: Vec::new(), clue: clue.clone() }
}

fn of_git(
    settings: &mut Settings<'_>,
    user: &Principal,
    repositories: &[OwnedRepository],
) -> Vec<Call> {
    let own = GitSettings::of_user(settings, user);
    let mut calls = own.calls();
    for repository in repositories.iter().filter(|one| one.uid == user.uid) {
        calls.extend(own.of_repository(settings, &repository.folder).calls());
    }
    calls
}

/// Of calls that differ by their lines alone the first one.
fn each_once(mut calls: Vec<Call>) -> Vec<Call> {
    let mut seen: BTreeSet<Call> = BTreeSet::new();
    calls.retain(|call| {
        let clue = Clue { line: 0, ..call.clue.clone() };
        seen.insert(Call { clue, ..call.clone() })
    });
    calls
}

fn met_in(settings: &mut Settings<'_>, path: &Path) -> Vec<Met> {
    let text = settings.text(path).unwrap_or_default();
    let met = |KnownHost { name, line }: KnownHost| {
        let kind = match name {
            Name::Plain(_) => ClueKind::KnownHosts,
            Name::Hashed { .. } => ClueKind::HashedKnownHosts,
        };
        Met { name, clue: Clue { kind, path: path.to_owned(), line } }
    };
    known_hosts(&text).into_iter().map(met).collect()
}
