//! Python distributions: the dist-info and egg-info folders of a `site-packages`.
//! Layout: PyPA specifications "Recording installed projects" and "Core metadata".

use std::path::Path;

use crate::components::dated;
use crate::components::version::normal_name;
use crate::model::advisory::Ecosystem;
use crate::model::artifact::Artifact;
use crate::model::component::{Component, Dated};
use crate::model::host::HostFiles;

/// `INSTALLER` holds one word.
const INSTALLER_BYTES_MAX: u64 = 4096;

/// An install takes this long at most: a file older than its inode by more was copied.
const COPY_SECONDS_MIN: i64 = 600;

/// The distribution whose metadata an artifact is.
pub fn distribution(
    artifact: &Artifact,
    metadata: &[u8],
    files: &dyn HostFiles,
) -> Option<Component> {
    let folder = artifact.path.parent()?;
    let name = folder.file_name()?.to_str()?;
    if !name.ends_with(".dist-info") && !name.ends_with(".egg-info") {
        return None;
    }
    let headers = headers(metadata);
    let field = |name: &str| headers.lines().find_map(|line| line.strip_prefix(name));
    Some(Component {
        environment: folder.parent()?.to_owned(),
        name: normal_name(Ecosystem::PyPI, field("Name: ")?),
        version: field("Version: ")?.trim().to_owned(),
        ecosystem: Ecosystem::PyPI,
        path: folder.to_owned(),
        installer: installer(folder, files),
        owner_uid: files.inode_no_follow(folder).map_or(artifact.inode.uid, |inode| inode.uid),
        installed: installed(folder, files),
        copied: copied(folder, files),
    })
}

/// The headers, which end at the first empty line.
fn headers(metadata: &[u8]) -> String {
    let text = String::from_utf8_lossy(metadata);
    let end = text.find("\n\n").or_else(|| text.find("\r\n\r\n")).unwrap_or(text.len());
    text[..end].to_owned()
}

fn installer(folder: &Path, files: &dyn HostFiles) -> Option<String> {
    let bytes = files.read(&folder.join("INSTALLER"), INSTALLER_BYTES_MAX).ok()?;
    let text = String::from_utf8_lossy(&bytes).trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// The earliest of the stamps that an installer writes afresh. Not those of the modules
/// or of METADATA: uv links them from its cache, where they may have lain for weeks.
fn installed(folder: &Path, files: &dyn HostFiles) -> Option<Dated> {
    let fresh = ["RECORD", "INSTALLER", "REQUESTED", "direct_url.json"];
    let stamps = fresh.iter().filter_map(|name| dated(files, &folder.join(name)));
    // Of equal ones the first: the same words on every sweep.
    dated(files, folder).into_iter().chain(stamps).min_by_key(|dated| dated.at)
}

/// The last write of a list that every installer writes afresh, where its inode is younger.
/// Conda is none of those: it links what it unpacked.
fn copied(folder: &Path, files: &dyn HostFiles) -> Option<Dated> {
    if installer(folder, files).as_deref() == Some("conda") {
        return None;
    }
    let times = files.inode_no_follow(&folder.join("RECORD")).ok()?.times;
    let written = times.modified;
    let is_older = written.plus_seconds(COPY_SECONDS_MIN) < times.born?;
    is_older.then(|| Dated { at: written, evidence: "last write of RECORD".into() })
}
