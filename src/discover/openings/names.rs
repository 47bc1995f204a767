//! Names of hosts that the files of a host speak of, whoever's they are: with them hashed names
//! are solved. A name that only a history has is believed once another file knows it.

use std::collections::BTreeSet;
use std::path::Path;

use crate::discover::openings::call::Call;
use crate::discover::openings::known_hosts::{Name, Solver, known_hosts};
use crate::discover::openings::trail::Trail;
use crate::discover::settings::Settings;
use crate::model::destination::{as_listed, is_evident, listed};
use crate::model::opening::ClueKind;

const HOSTS: &str = "/etc/hosts";
/// Names that whoever runs the host wrote down.
const KNOWN_HOSTS_OF_ALL: [&str; 2] = ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"];

/// Puts names in the place of hashes, and leaves out calls to what nothing knows as a host. Gives
/// the number of hashes that stay.
pub fn solve(settings: &mut Settings<'_>, trails: &mut [Trail<'_>]) -> u64 {
    let mut attested = attested(settings, trails);
    let mut names = attested.clone();
    for trail in trails.iter() {
        for call in &trail.calls {
            names.insert(as_listed(&call.destination));
            names.insert(as_listed(&trail.route(&call.destination).destination));
        }
    }
    let mut solver = Solver::new(&names);
    let mut n_unsolved = 0;
    for met in trails.iter_mut().flat_map(|trail| &mut trail.met) {
        let Name::Hashed { salt, hash } = &met.name else { continue };
        match solver.solve(salt, hash) {
            Some(host) => {
                attested.insert(host.host.clone());
                met.name = Name::Plain(host);
            }
            None => n_unsolved += 1,
        }
    }
    let is_believed = |call: &Call| {
        let host = &call.destination.host;
        call.clue.kind != ClueKind::History
            || is_evident(host)
            || attested.contains(&host.to_ascii_lowercase())
    };
    trails.iter_mut().for_each(|trail| trail.calls.retain(is_believed));
    n_unsolved
}

/// Names that others than histories have.
fn attested(settings: &mut Settings<'_>, trails: &[Trail<'_>]) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    for line in settings.text(Path::new(HOSTS)).unwrap_or_default().lines() {
        let said = line.split('#').next().unwrap_or_default().split_ascii_whitespace();
        names.extend(said.filter_map(listed).map(|one| as_listed(&one)));
    }
    let lists = KNOWN_HOSTS_OF_ALL.map(|path| settings.text(Path::new(path)).unwrap_or_default());
    let of_all = lists.iter().flat_map(|text| known_hosts(text)).map(|one| one.name);
    let of_users = trails.iter().flat_map(|trail| &trail.met).map(|one| one.name.clone());
    for name in of_all.chain(of_users) {
        if let Name::Plain(host) = name {
            names.insert(host.host.to_ascii_lowercase());
            names.insert(as_listed(&host));
        }
    }
    let calls = trails.iter().flat_map(|trail| &trail.calls);
    let written = calls.filter(|call| call.clue.kind == ClueKind::ClientConfig);
    names.extend(written.map(|call| call.destination.host.to_ascii_lowercase()));
    names
}
