//! Startup code: files that something runs unasked, recognised by their path and, where the
//! path alone does not tell, by their contents. Executes nothing, follows no import, and
//! quotes no line.

mod folders;
mod git;
mod json_keys;
mod judge;
mod node;
mod owners;
mod persistence;
mod python;

pub use judge::{Scene, survey};

use std::path::{Path, PathBuf};

use crate::model::artifact::Artifact;
use crate::model::host::HostFiles;
use crate::model::startup::{StartupCode, StartupKind, StartupList};

/// A file whose contents tell is read up to this size.
pub const SIZE_BYTES_MAX: u64 = 32 << 20;

/// Whether [`note`] may have something to say about a path.
pub fn is_startup(path: &Path) -> bool {
    family(path).is_some()
}

/// Whether that takes the contents of the file.
pub fn is_parsed(path: &Path) -> bool {
    matches!(family(path), Some(Family::Contents(_)))
}

/// Notes the startup code that an artifact holds. `bytes` is all of it, `None` if it is too
/// large for that: then only what its path tells is noted.
pub fn note(
    artifact: &Artifact,
    bytes: Option<&[u8]>,
    files: &dyn HostFiles,
    list: &mut StartupList,
) {
    let Some(family) = family(&artifact.path) else { return };
    let hit = match (family, bytes) {
        (Family::Presence(kind), _) => Some(Hit::file(kind)),
        (Family::Executable(kind), _) => {
            (artifact.inode.mode & 0o111 != 0).then_some(Hit::file(kind))
        }
        (Family::Contents(read), Some(bytes)) => read(&Page { path: &artifact.path, bytes, files }),
        (Family::Contents(_), None) => None,
    };
    match hit {
        Some(hit) if hit.is_common => list.count(hit.kind),
        Some(hit) => list.push(code(artifact, hit)),
        None => {}
    }
}

fn code(artifact: &Artifact, hit: Hit) -> StartupCode {
    let times = &artifact.inode.times;
    StartupCode {
        path: artifact.path.clone(),
        kind: hit.kind,
        line: hit.line,
        runs: hit.runs,
        owner_uid: artifact.inode.uid,
        appeared: times.born.unwrap_or(times.changed),
        changed: times.changed,
        sha256: hit.sha256,
    }
}

/// How one kind of file is recognised.
enum Family {
    /// It is there.
    Presence(StartupKind),
    /// It is there, and somebody may execute it.
    Executable(StartupKind),
    /// Its contents say so.
    Contents(fn(&Page<'_>) -> Option<Hit>),
}

/// Asked of every file: each family looks at the file's name first.
fn family(path: &Path) -> Option<Family> {
    let name = name_of(path);
    python::family(path, name)
        .or_else(|| node::family(path, name))
        .or_else(|| folders::family(path, name))
        .or_else(|| git::family(path, name))
        .or_else(|| persistence::family(path, name))
}

/// A file whose contents tell.
struct Page<'p> {
    path: &'p Path,
    bytes: &'p [u8],
    /// For a file beside it.
    files: &'p dyn HostFiles,
}

/// What a family found in a file.
struct Hit {
    kind: StartupKind,
    line: Option<u64>,
    runs: Option<PathBuf>,
    sha256: Option<String>,
    /// Known to be harmless by what it says: counted, and not kept.
    is_common: bool,
}

impl Hit {
    const fn file(kind: StartupKind) -> Self {
        Self { kind, line: None, runs: None, sha256: None, is_common: false }
    }

    fn at(kind: StartupKind, line: u64) -> Self {
        Self { line: Some(line), ..Self::file(kind) }
    }
}

/// The last name of a path; empty if there is none or it is not UTF-8.
fn name_of(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

/// The name of the folder so many levels above a file, from 1.
fn folder_above(path: &Path, n_levels: usize) -> &str {
    path.ancestors().nth(n_levels).map_or("", name_of)
}

#[cfg(test)]
mod tests;
