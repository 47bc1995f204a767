//! Extensions of VS Code and of the editors made from it: `package.json` directly in
//! `extensions/publisher.name-1.2.3`. Those that come with the editor have no version in the
//! name of their folder and are not looked at.

use std::path::Path;

use serde::Deserialize;

use crate::components::dated;
use crate::components::mentions::naming;
use crate::components::version::normal_name;
use crate::model::advisory::Ecosystem;
use crate::model::artifact::Artifact;
use crate::model::component::Component;
use crate::model::host::HostFiles;

#[derive(Deserialize)]
struct Manifest {
    publisher: String,
    name: String,
    version: String,
}

/// Whether a manifest is that of an installed extension.
pub fn is_extension(manifest: &Path) -> bool {
    let mut above = manifest.ancestors().skip(1).map(|folder| folder.file_name());
    let folder = above.next().flatten().and_then(|name| name.to_str());
    let is_extension = folder.and_then(naming::extension).is_some();
    is_extension && above.next().flatten().is_some_and(|name| name == "extensions")
}

/// The extension whose manifest an artifact is.
pub fn extension(artifact: &Artifact, manifest: &[u8], files: &dyn HostFiles) -> Option<Component> {
    let folder = artifact.path.parent()?;
    let manifest: Manifest = serde_json::from_slice(manifest).ok()?;
    Some(Component {
        environment: folder.parent()?.to_owned(),
        name: normal_name(Ecosystem::VsCode, &format!("{}.{}", manifest.publisher, manifest.name)),
        version: manifest.version,
        ecosystem: Ecosystem::VsCode,
        path: folder.to_owned(),
        installer: None,
        owner_uid: artifact.inode.uid,
        copied: None,
        // Each version gets a new folder; the files in it keep the times of their archive.
        installed: dated(files, folder),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_have_a_publisher_and_a_version_in_the_name_of_their_folder() {
        let is = |path: &str| is_extension(Path::new(path));
        assert!(is("/home/a/.vscode/extensions/nrwl.angular-console-18.95.0/package.json"));
        assert!(is("/home/a/.cursor/extensions/a.b-c-1.0.0-linux-x64/package.json"));
        assert!(!is("/usr/share/code/resources/app/extensions/git/package.json"));
        assert!(!is("/home/a/.vscode/extensions/a.b-1.0.0/out/package.json"));
    }
}
