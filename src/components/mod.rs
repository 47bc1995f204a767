//! Installed packages and traces of known incidents, recognised while files go by,
//! then matched with the advisories. Executes nothing: a `.pth` file or a hook may be
//! the very thing that is looked for.

mod actions;
mod catalogue;
mod composer;
mod crates;
mod editors;
mod gems;
pub mod go;
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

use std::path::Path;

use crate::model::artifact::Artifact;
use crate::model::component::{Component, Dated};
use crate::model::host::HostFiles;

/// Most packages that are believed of one file: more than any project or program has.
const COMPONENTS_MAX: usize = 10_000;

/// All packages that a metadata file tells of; it gets all of the file.
type Read = fn(&Artifact, &[u8], &dyn HostFiles) -> Vec<Component>;

/// The packages that a metadata file belongs to or lists, if the artifact is one. `bytes` is
/// all of it.
pub fn components(artifact: &Artifact, bytes: &[u8], files: &dyn HostFiles) -> Vec<Component> {
    reader(&artifact.path).map_or_else(Vec::new, |read| read(artifact, bytes, files))
}

/// Whether a file belongs to an installed package's metadata: [`components`] or
/// [`Catalogue::record_claims`] may have something to say about it.
pub fn is_metadata(path: &Path) -> bool {
    reader(path).is_some() || path.file_name().is_some_and(|name| name == "RECORD")
}

/// How to read a metadata file. What lies unpacked in a cache is a mention, and no component.
fn reader(path: &Path) -> Option<Read> {
    let is_in = |folder: &str| path.parent().is_some_and(|parent| parent.ends_with(folder));
    let read: Read = match path.file_name()?.to_str()? {
        "METADATA" | "PKG-INFO" => |artifact, bytes, files| {
            python::distribution(artifact, bytes, files).into_iter().collect()
        },
        "package.json" if editors::is_extension(path) => |artifact, bytes, files| {
            editors::extension(artifact, bytes, files).into_iter().collect()
        },
        "package.json" => {
            |artifact, bytes, files| node::package(artifact, bytes, files).into_iter().collect()
        }
        ".crates.toml" => crates::programs,
        "modules.txt" if is_in("vendor") => go::vendored,
        "installed.json" if is_in("composer") => composer::packages,
        _ if gems::is_specification(path) => {
            |artifact, bytes, files| gems::gem(artifact, bytes, files).into_iter().collect()
        }
        _ if actions::is_action(path) => {
            |artifact, bytes, files| actions::action(artifact, bytes, files).into_iter().collect()
        }
        _ => return None,
    };
    (!mentions::is_mention(path)).then_some(read)
}

/// When the inode at a path was made, else when it last changed.
fn dated(files: &dyn HostFiles, path: &Path) -> Option<Dated> {
    let times = files.inode_no_follow(path).ok()?.times;
    let name = path.file_name()?.to_string_lossy();
    Some(match times.born {
        Some(born) => Dated { at: born, evidence: format!("birth of {name}") },
        None => Dated { at: times.changed, evidence: format!("last change of {name}") },
    })
}

#[cfg(test)]
mod tests;
