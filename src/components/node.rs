//! Node.js packages: `package.json` files that lie in a `node_modules`, at any depth.

use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::components::dated;
use crate::components::version::normal_name;
use crate::error::{Problem, ProblemCode};
use crate::model::advisory::Ecosystem;
use crate::model::artifact::Artifact;
use crate::model::component::Component;
use crate::model::host::HostFiles;

#[derive(Deserialize)]
struct Manifest {
    name: String,
    version: String,
}

/// The package whose manifest an artifact is; a problem if it should be one and nobody can
/// read it.
pub fn package(
    artifact: &Artifact,
    manifest: &[u8],
    files: &dyn HostFiles,
) -> Result<Option<Component>, Problem> {
    let folder = artifact.path.parent().unwrap_or(Path::new("/"));
    let Some(environment) = environment(folder) else { return Ok(None) };
    let Some(manifest) = read(manifest) else {
        let is_json = serde_json::from_slice::<IgnoredAny>(manifest).is_ok();
        let problem = || Problem::new(ProblemCode::ComponentsMalformed, &artifact.path, "");
        return if is_json || manifest.is_empty() { Ok(None) } else { Err(problem()) };
    };
    Ok(Some(Component {
        environment: environment.to_owned(),
        name: normal_name(Ecosystem::Npm, &manifest.name),
        version: manifest.version,
        ecosystem: Ecosystem::Npm,
        path: folder.to_owned(),
        installer: None,
        owner_uid: artifact.inode.uid,
        installed: dated(files, folder),
        // What npm packs has dates of its own.
        copied: None,
    }))
}

/// What Node itself would read: it passes over a byte order mark and takes the last of two
/// fields of one name, so neither may hide a package.
fn read(manifest: &[u8]) -> Option<Manifest> {
    let json = manifest.strip_prefix(b"\xef\xbb\xbf").unwrap_or(manifest);
    serde_json::from_slice(json).ok().or_else(|| {
        let fields: Value = serde_json::from_slice(json).ok()?;
        let field = |name: &str| fields.get(name)?.as_str().map(str::to_owned);
        Some(Manifest { name: field("name")?, version: field("version")? })
    })
}

/// The `node_modules` that holds a package folder: `node_modules/name` or
/// `node_modules/@scope/name`.
pub fn environment(folder: &Path) -> Option<&Path> {
    let parent = folder.parent()?;
    let is_scope = parent.file_name()?.to_str().is_some_and(|name| name.starts_with('@'));
    let environment = if is_scope { parent.parent()? } else { parent };
    (environment.file_name()? == "node_modules").then_some(environment)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(folder: &str, expected: Option<&str>) {
        assert_eq!(environment(Path::new(folder)), expected.map(Path::new), "{folder}");
    }

    #[test]
    fn only_packages_directly_in_node_modules_are_installed_ones() {
        check("/srv/app/node_modules/chalk", Some("/srv/app/node_modules"));
        check("/srv/app/node_modules/@a/b", Some("/srv/app/node_modules"));
        check("/srv/node_modules/a/node_modules/b", Some("/srv/node_modules/a/node_modules"));
        check("/srv/app/node_modules/chalk/test/fixture", None);
        check("/srv/app", None);
    }

    #[test]
    fn a_manifest_is_read_as_node_reads_it() {
        let marked = "\u{feff}{\"name\": \"a\", \"version\": \"1.0.0\"}";
        assert_eq!(read(marked.as_bytes()).unwrap().version, "1.0.0");
        let twice = br#"{"name": "a", "version": "1.0.0", "version": "2.0.0"}"#;
        assert_eq!(read(twice).unwrap().version, "2.0.0");
        assert!(read(br#"{"name": "a"}"#).is_none() && read(b"{").is_none());
    }
}
