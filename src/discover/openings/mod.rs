//! What keys open, from the host itself: settings of ssh and git, lists of known hosts, shell
//! histories, lists of keys that accounts let in. Connects to nothing and runs nothing; of
//! what people typed only users, hosts, ports and paths of keys are kept.

mod authorized_keys;
mod call;
mod client_config;
mod commands;
mod git_settings;
mod histories;
mod known_hosts;
mod ledger;
mod names;
mod patterns;
#[cfg(test)]
mod tests;
mod trail;

use std::path::{Path, PathBuf};

use crate::discover::openings::authorized_keys::{Fingerprint, authorized_keys};
use crate::discover::openings::ledger::Ledger;
use crate::discover::openings::names::solve;
use crate::discover::openings::trail::Trail;
use crate::discover::settings::Settings;
use crate::error::{Problem, ProblemCode};
use crate::model::host::HostFiles;
use crate::model::opening::Openings;
use crate::model::principal::Principals;

pub use crate::discover::openings::git_settings::OwnedRepository;

/// Where openings are looked for.
pub struct Ground<'g> {
    /// The host's files.
    pub files: &'g dyn HostFiles,
    /// Its users.
    pub principals: &'g Principals,
    /// What to stay within; empty for the whole host.
    pub scope: &'g [PathBuf],
    /// Repositories that were met.
    pub repositories: &'g [OwnedRepository],
    /// Names a public key by its bytes.
    pub fingerprint: Fingerprint,
}

/// All that is found.
pub fn openings(ground: &Ground<'_>) -> (Openings, Vec<Problem>) {
    let mut settings = Settings::new(ground.files, ground.principals, ground.scope);
    let users = settings.users_with_homes().into_iter();
    let mut trails: Vec<Trail<'_>> =
        users.map(|user| Trail::read(&mut settings, user, ground.repositories)).collect();
    let n_unsolved = solve(&mut settings, &mut trails);
    let mut ledger = Ledger::default();
    trails.iter().for_each(|trail| ledger.merge(trail.entries(ground.files)));
    if ledger.is_cut {
        settings.unclear(Path::new("/"), "more destinations than are listed");
    }
    let authorized = authorized_keys(&mut settings, ground.fingerprint);
    let openings = Openings { of_keys: ledger.close(), authorized, n_unsolved };
    let problems = settings.problems.into_iter();
    let problems = problems.map(|it| Problem { code: ProblemCode::OpeningUnclear, ..it }).collect();
    (openings, problems)
}
