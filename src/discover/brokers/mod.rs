//! What gives out credentials without a file: agents, keyrings, roles of the cloud, programs
//! that settings name. Told by names, owners and times of sockets, by names of processes, and
//! by settings. Asks none of them anything, and connects to nothing.

mod cloud_roles;
mod credential_programs;
mod gpg_agents;
mod keyrings;
mod sockets;
mod ssh_agents;
mod tokens;

use std::path::PathBuf;

use crate::discover::processes::Running;
use crate::discover::settings::Settings;
use crate::error::Problem;
use crate::model::broker::Broker;
use crate::model::host::HostFiles;
use crate::model::principal::Principals;

use cloud_roles::cloud_roles;
use credential_programs::credential_programs;
use gpg_agents::gpg_agents;
use keyrings::keyrings;
use sockets::Sockets;
use ssh_agents::ssh_agents;
use tokens::tokens;

/// Variables of processes that tell of brokers.
pub fn variables<'v>() -> impl Iterator<Item = &'v str> {
    cloud_roles::VARIABLES.iter().map(|(name, _)| *name).chain([ssh_agents::VARIABLE])
}

/// All that are found. Settings are read within the scope only, which is the whole host
/// if it is empty.
pub fn brokers(
    files: &dyn HostFiles,
    principals: &Principals,
    running: &Running,
    scope: &[PathBuf],
) -> (Vec<Broker>, Vec<Problem>) {
    let mut settings = Settings::new(files, principals, scope);
    let sockets = Sockets::of(files);
    let mut found = ssh_agents(&settings, &sockets, running);
    found.extend(gpg_agents(&mut settings, &sockets));
    found.extend(keyrings(&mut settings, &running.processes));
    found.extend(cloud_roles(files, &running.processes));
    found.extend(credential_programs(&mut settings, &sockets));
    found.extend(tokens(&mut settings));
    (found, settings.problems)
}
