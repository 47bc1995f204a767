//! VS Code and the editors made from it: their own list of extensions, with times; what is to
//! be removed at the next start; and packed extensions. Their databases and logs are not read.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::components::mentions::naming;
use crate::components::mentions::{Listener, Malformed, Named, Page, Witness, folder_above};
use crate::model::advisory::Ecosystem;
use crate::model::component::MentionSource;
use crate::model::reach::EvidenceFamily;
use crate::model::time::Moment;

/// How to read what an editor leaves.
pub fn witness(path: &Path, name: &str) -> Option<Witness> {
    let is_packed = || folder_above(path, 1) == "CachedExtensionVSIXs";
    match name {
        "extensions.json" if is_list(path) => {
            Some(Witness::whole(MentionSource::Log, EvidenceFamily::EditorLists, list))
        }
        ".obsolete" if folder_above(path, 1) == "extensions" => {
            Some(Witness::whole(MentionSource::Leftover, EvidenceFamily::EditorLists, obsolete))
        }
        _ if name.ends_with(".vsix") || is_packed() => {
            Some(Witness::by_name(MentionSource::Cache, EvidenceFamily::EditorLists, packed))
        }
        _ => None,
    }
}

/// `extensions/extensions.json`, and `profiles/ID/extensions.json`; what a project recommends
/// lies in `.vscode`.
fn is_list(path: &Path) -> bool {
    folder_above(path, 1) == "extensions" || folder_above(path, 2) == "profiles"
}

#[derive(Deserialize)]
struct Entry {
    identifier: Identifier,
    version: String,
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
struct Identifier {
    id: String,
}

#[derive(Deserialize)]
struct Metadata {
    /// Milliseconds.
    #[serde(rename = "installedTimestamp")]
    installed: Option<i64>,
}

fn list(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let entries: Vec<Entry> = serde_json::from_slice(page.bytes).map_err(|_| Malformed)?;
    for Entry { identifier, version, metadata } in &entries {
        let at = metadata.as_ref().and_then(|metadata| metadata.installed);
        let at = at.map(|time| Moment::new(time.div_euclid(1000), 0));
        let at = at.map(|at| (at, "time in the editor's list of extensions"));
        listener(Named { at, ..Named::new(Ecosystem::VsCode, (&identifier.id, version)) });
    }
    Ok(())
}

/// `{"publisher.name-1.2.3": true}`
fn obsolete(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let folders: BTreeMap<String, IgnoredAny> =
        serde_json::from_slice(page.bytes).map_err(|_| Malformed)?;
    folders.keys().for_each(|folder| say(folder, listener));
    Ok(())
}

fn packed(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    say(page.name().trim_end_matches(".vsix").trim_end_matches(".sigzip"), listener);
    Ok(())
}

fn say(folder: &str, listener: &mut Listener<'_>) {
    if let Some(package) = naming::extension(folder) {
        listener(Named::new(Ecosystem::VsCode, package));
    }
}
