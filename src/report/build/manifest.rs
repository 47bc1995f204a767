//! Puts the circumstances of a sweep, and the names of the files that it read, into the report's
//! own structs.

use crate::model::finding::Content;
use crate::model::manifest::{Manifest, MountFacts};
use crate::view;
use crate::view::HostPath;

/// Under which circumstances a sweep was made.
pub fn manifest(manifest: &Manifest) -> view::Manifest {
    let Manifest { process, system, time_zone, mounts } = manifest;
    view::Manifest {
        commit: process.commit.clone(),
        program_sha256: process.program_sha256.clone(),
        arguments: process.arguments.clone(),
        real_uid: process.uid,
        capabilities: process.capabilities.clone(),
        kernel: process.kernel.clone(),
        boot_id: process.boot_id.clone(),
        system: system.clone(),
        time_zone: time_zone.clone(),
        mounts: mounts.iter().map(mount).collect(),
    }
}

/// The bytes of a file as they were read.
pub fn content(bytes: &Content) -> view::Content {
    let id = bytes.id.iter().map(|byte| format!("{byte:02x}")).collect();
    view::Content { id, size_bytes: bytes.size_bytes }
}

fn mount(facts: &MountFacts) -> view::Mount {
    view::Mount {
        path: HostPath(facts.point.clone()),
        file_system: facts.file_system.clone(),
        options: facts.options.clone(),
    }
}
