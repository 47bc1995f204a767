//! Packages that conda installed: `conda-meta/NAME-VERSION-BUILD.json` of an environment.
//! Only those that bring Python modules, since advisories of conda's own names are unknown
//! here; and none whose `dist-info` lies beside them, since that is a component itself.

use std::path::{Component as Part, Path, PathBuf};

use serde::Deserialize;

use crate::components::dated;
use crate::components::version::normal_name;
use crate::model::advisory::Ecosystem;
use crate::model::artifact::Artifact;
use crate::model::component::Component;
use crate::model::host::HostFiles;

#[derive(Deserialize)]
struct Record {
    name: String,
    version: String,
    #[serde(default)]
    files: Vec<PathBuf>,
}

/// Whether a path is such a record.
pub fn is_record(path: &Path) -> bool {
    let is_json = path.extension().is_some_and(|end| end == "json");
    is_json && path.parent().is_some_and(|folder| folder.ends_with("conda-meta"))
}

/// The package whose record an artifact is.
pub fn package(artifact: &Artifact, record: &[u8], files: &dyn HostFiles) -> Option<Component> {
    let prefix = artifact.path.parent()?.parent()?;
    let record: Record = serde_json::from_slice(record).ok()?;
    let modules = record.files.iter().find_map(|file| site_packages(file))?;
    let is_there = |file: &PathBuf| files.inode_no_follow(&prefix.join(file)).is_ok();
    if record.files.iter().any(|file| is_metadata(file) && is_there(file)) {
        return None;
    }
    Some(Component {
        environment: prefix.join(modules),
        name: normal_name(Ecosystem::PyPI, &record.name),
        version: record.version,
        ecosystem: Ecosystem::PyPI,
        path: artifact.path.clone(),
        installer: Some("conda".to_owned()),
        owner_uid: artifact.inode.uid,
        installed: dated(files, &artifact.path),
        copied: None,
    })
}

/// `lib/python3.12/site-packages` of a file in it; not of a path that climbs.
fn site_packages(file: &Path) -> Option<&Path> {
    let stays = file.components().all(|part| matches!(part, Part::Normal(_)));
    file.ancestors().skip(1).find(|above| stays && above.ends_with("site-packages"))
}

fn is_metadata(file: &Path) -> bool {
    let folder = file.parent().and_then(Path::file_name).and_then(|name| name.to_str());
    let is_dist_info =
        folder.is_some_and(|name| name.ends_with(".dist-info") || name.ends_with(".egg-info"));
    let is_headers = file.file_name().is_some_and(|name| name == "METADATA" || name == "PKG-INFO");
    site_packages(file).is_some() && is_dist_info && is_headers
}
