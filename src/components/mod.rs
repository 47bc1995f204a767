//! Installed packages and traces of known incidents, recognised while files go by,
//! then matched with the advisories. Executes nothing: a `.pth` file or a hook may be
//! the very thing that is looked for.

mod actions;
mod catalogue;
mod composer;
mod conda;
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
pub mod startup;
mod version;
mod windows;

pub use catalogue::{Catalogue, is_record};
pub use installs::infected_installs;
pub use past::note_removals;
pub use provenance::explain;
pub use runners::Surroundings;
pub use sites::projects;
pub use version::normal_name;

use std::path::Path;

use crate::error::Problem;
use crate::model::artifact::Artifact;
use crate::model::component::Component;
use crate::model::host::HostFiles;
use crate::model::time::Dated;

/// Most packages that are believed of one file: more than any project or program has.
const COMPONENTS_MAX: usize = 10_000;

/// What was found, or what is wrong with a file that should tell of a package.
type Found = Result<Vec<Component>, Problem>;

/// All packages that a metadata file tells of. It gets all of the file, or nothing where that
/// is too long: then only its path can tell.
type Read = fn(&Artifact, &[u8], &dyn HostFiles) -> Found;

/// The packages that a metadata file belongs to or lists, if the artifact is one. `bytes` is
/// all of it, or nothing where it is too long.
pub fn components(artifact: &Artifact, bytes: &[u8], files: &dyn HostFiles) -> Found {
    reader(&artifact.path).map_or_else(|| Ok(Vec::new()), |read| read(artifact, bytes, files))
}

/// Whether [`components`] may have something to say about a file.
pub fn is_metadata(path: &Path) -> bool {
    reader(path).is_some()
}

/// How to read a metadata file. What lies unpacked in a cache is a mention, and no component.
fn reader(path: &Path) -> Option<Read> {
    let is_in = |folder: &str| path.parent().is_some_and(|parent| parent.ends_with(folder));
    let read: Read = match path.file_name()?.to_str()? {
        "METADATA" | "PKG-INFO" => {
            |artifact, bytes, files| one(python::distribution(artifact, bytes, files))
        }
        "package.json" if editors::is_extension(path) => {
            |artifact, bytes, files| one(editors::extension(artifact, bytes, files))
        }
        "package.json" => |artifact, bytes, files| one(node::package(artifact, bytes, files)?),
        ".crates.toml" => |artifact, bytes, files| Ok(crates::programs(artifact, bytes, files)),
        "modules.txt" if is_in("vendor") => {
            |artifact, bytes, files| Ok(go::vendored(artifact, bytes, files))
        }
        "installed.json" if is_in("composer") => {
            |artifact, bytes, files| Ok(composer::packages(artifact, bytes, files))
        }
        name if name.ends_with(".egg-info") => {
            |artifact, bytes, files| one(python::distribution(artifact, bytes, files))
        }
        _ if conda::is_record(path) => {
            |artifact, bytes, files| one(conda::package(artifact, bytes, files))
        }
        _ if gems::is_specification(path) => {
            |artifact, bytes, files| one(gems::gem(artifact, bytes, files))
        }
        _ if actions::is_action(path) => {
            |artifact, bytes, files| one(actions::action(artifact, bytes, files))
        }
        _ => return None,
    };
    (!mentions::is_mention(path)).then_some(read)
}

fn one(found: Option<Component>) -> Found {
    Ok(found.into_iter().collect())
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
