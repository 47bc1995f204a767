//! How and under which circumstances a sweep was run, for its report.

use std::path::Path;

use crate::config::Config;
use crate::detect::engine::Engine;
use crate::discover::circumstances::{system, time_zone};
use crate::discover::mounts::Mounts;
use crate::discover::roots::Root;
use crate::model::host::HostFiles;
use crate::model::inventory::Run;
use crate::model::manifest::Manifest;
use crate::read::host_files::DiskFiles;

/// How a sweep was run.
pub fn run(
    config: &Config,
    engine: &Engine<'_>,
    files: &DiskFiles,
    roots: &[Root],
    mounts: &Mounts,
) -> Run {
    let is_live = config.root.is_live();
    let name_file = if is_live { "/proc/sys/kernel/hostname" } else { "/etc/hostname" };
    let name = files.read(Path::new(name_file), 4096).unwrap_or_default();
    Run {
        task: config.task,
        started: config.now,
        host: String::from_utf8_lossy(&name).trim().to_owned(),
        roots: roots.iter().map(|root| (root.path.clone(), root.why.clone())).collect(),
        image: (!is_live).then(|| config.root.folder().to_owned()),
        uid: config.uid,
        key_origin: config.key.origin,
        key_id: crate::vet::key_id(&config.key),
        rules_digest: engine.rules.digest.clone(),
        explained: config.explain.as_ref().map(ToString::to_string),
        manifest: manifest(config, files, roots, mounts),
    }
}

/// Mounts are told by the paths of this machine, those of an image too.
fn manifest(config: &Config, files: &DiskFiles, roots: &[Root], mounts: &Mounts) -> Manifest {
    let real = |root: &Root| config.root.to_real(&root.path).into_owned();
    Manifest {
        process: config.process.clone(),
        system: system(files),
        time_zone: time_zone(files),
        mounts: mounts.around(&roots.iter().map(real).collect::<Vec<_>>()),
    }
}
