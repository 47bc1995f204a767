//! PHP packages that Composer installed: its list `vendor/composer/installed.json`, of
//! Composer 1 and 2. Plug'ins outside of `vendor` are listed at their place in it.

use serde::Deserialize;

use crate::components::mentions::naming;
use crate::components::version::normal_name;
use crate::components::{COMPONENTS_MAX, dated};
use crate::model::advisory::Ecosystem;
use crate::model::artifact::Artifact;
use crate::model::component::Component;
use crate::model::host::HostFiles;

#[derive(Deserialize)]
#[serde(untagged)]
enum Installed {
    /// Composer 1.
    List(Vec<Package>),
    /// Composer 2.
    Object { packages: Vec<Package> },
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
}

/// The packages that an artifact lists.
pub fn packages(artifact: &Artifact, list: &[u8], files: &dyn HostFiles) -> Vec<Component> {
    let Some(vendor) = artifact.path.ancestors().nth(2) else { return Vec::new() };
    let packages = match serde_json::from_slice(list) {
        Ok(Installed::List(packages) | Installed::Object { packages }) => packages,
        Err(_) => return Vec::new(),
    };
    let packages = packages.into_iter().filter(|one| naming::is_name(&one.name));
    let component = |package: Package| {
        let folder = vendor.join(&package.name);
        Component {
            environment: vendor.to_owned(),
            name: normal_name(Ecosystem::Packagist, &package.name),
            version: package.version,
            ecosystem: Ecosystem::Packagist,
            installer: Some("composer".into()),
            owner_uid: artifact.inode.uid,
            copied: None,
            // The folder is made afresh; the files in it keep the times of their archive.
            installed: dated(files, &folder).or_else(|| dated(files, &artifact.path)),
            path: folder,
        }
    };
    packages.map(component).take(COMPONENTS_MAX).collect()
}
