//! Node.js packages: `package.json` files that lie in a `node_modules`, at any depth.

use std::path::Path;

use serde::Deserialize;

use crate::components::dated;
use crate::components::version::normal_name;
use crate::model::advisory::Ecosystem;
use crate::model::artifact::Artifact;
use crate::model::component::Component;
use crate::model::host::HostFiles;

#[derive(Deserialize)]
struct Manifest {
    name: String,
    version: String,
}

/// The package whose manifest an artifact is.
pub fn package(artifact: &Artifact, manifest: &[u8], files: &dyn HostFiles) -> Option<Component> {
    let folder = artifact.path.parent()?;
    let environment = environment(folder)?;
    let manifest: Manifest = serde_json::from_slice(manifest).ok()?;
    Some(Component {
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
    })
}

/// The `node_modules` that holds a package folder: `node_modules/name` or
/// `node_modules/@scope/name`.
fn environment(folder: &Path) -> Option<&Path> {
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
}
