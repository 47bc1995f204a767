//! Installed packages and traces of known incidents, recognised while files go by,
//! then matched with the advisories. Executes nothing: a `.pth` file or a hook may be
//! the very thing that is looked for.

mod catalogue;
mod installs;
mod lines;
pub mod mentions;
mod node;
mod past;
mod provenance;
mod python;
mod runners;
mod sites;
mod version;
mod windows;

pub use catalogue::Catalogue;
pub use installs::infected_installs;
pub use provenance::explain;
pub use runners::Surroundings;
pub use sites::projects;
pub use version::normal_name;

use crate::model::artifact::Artifact;
use crate::model::component::{Component, Dated};
use crate::model::host::HostFiles;

/// The package that a metadata file belongs to, if the artifact is one. `bytes` is all
/// of it. What lies unpacked in a cache is a mention, and no component.
pub fn component(artifact: &Artifact, bytes: &[u8], files: &dyn HostFiles) -> Option<Component> {
    if mentions::is_mention(&artifact.path) {
        return None;
    }
    match artifact.path.file_name()?.to_str()? {
        "METADATA" | "PKG-INFO" => python::distribution(artifact, bytes, files),
        "package.json" => node::package(artifact, bytes, files),
        _ => None,
    }
}

/// Whether a file belongs to an installed package's metadata: [`component`] or
/// [`Catalogue::record_claims`] may have something to say about it.
pub fn is_metadata(path: &std::path::Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    matches!(name, Some("METADATA" | "PKG-INFO" | "RECORD" | "package.json"))
}

/// When the inode at a path was made, else when it last changed.
fn dated(files: &dyn HostFiles, path: &std::path::Path) -> Option<Dated> {
    let times = files.inode_no_follow(path).ok()?.times;
    let name = path.file_name()?.to_string_lossy();
    Some(match times.born {
        Some(born) => Dated { at: born, evidence: format!("birth of {name}") },
        None => Dated { at: times.changed, evidence: format!("last change of {name}") },
    })
}
