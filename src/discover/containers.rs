//! Containers of Docker and Podman on this disk: the file that each gets its variables from, and
//! the layers it is made of. Does not parse those files and leaves the logs beside them alone;
//! those of containerd go when it ends, and are not looked for.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::discover::layers::{
    docker_layer, docker_storages, line, podman_containers, podman_storages,
};
use crate::model::container::Container;
use crate::model::host::HostFiles;
use crate::model::path_pattern::is_within;

/// More layers below one are not looked up: overlayfs takes no more.
const LAYERS_MAX: usize = 500;

/// The settings of all containers, without links.
pub fn settings_of_containers(files: &dyn HostFiles, homes: &[PathBuf]) -> Vec<PathBuf> {
    let docker = docker_storages(files, homes).into_iter();
    let docker = docker.flat_map(|storage| of_docker(files, &storage));
    let podman = podman_storages(homes).into_iter();
    let podman = podman.flat_map(|storage| of_podman(files, &storage));
    // A home may be a link to another one.
    let each_once: BTreeSet<PathBuf> = docker.chain(podman).map(|(_id, path)| path).collect();
    each_once.into_iter().collect()
}

/// All containers whose settings lie within the scope, which is the whole host if it is empty.
pub fn containers(files: &dyn HostFiles, homes: &[PathBuf], scope: &[PathBuf]) -> Vec<Container> {
    let mut found = Vec::new();
    for storage in docker_storages(files, homes) {
        for (id, settings) in of_docker(files, &storage) {
            let own = docker_layer(files, &storage, &id);
            let layers = layers(files, &storage.join("overlay2"), own);
            found.push(Container { id, settings, layers });
        }
    }
    for storage in podman_storages(homes) {
        let mut own = podman_containers(files, &storage);
        for (id, settings) in of_podman(files, &storage) {
            let layers = layers(files, &storage.join("overlay"), own.remove(&id));
            found.push(Container { id, settings, layers });
        }
    }
    let is_in_scope = |path: &Path| scope.iter().any(|root| is_within(path, root));
    found.retain(|container| scope.is_empty() || is_in_scope(&container.settings));
    found.sort();
    found
}

fn of_docker(files: &dyn HostFiles, storage: &Path) -> Vec<(String, PathBuf)> {
    ids_with(files, &storage.join("containers"), "config.v2.json")
}

fn of_podman(files: &dyn HostFiles, storage: &Path) -> Vec<(String, PathBuf)> {
    ids_with(files, &storage.join("overlay-containers"), "userdata/config.json")
}

/// The entries of a folder that have such a file, which is no link.
fn ids_with(files: &dyn HostFiles, folder: &Path, file: &str) -> Vec<(String, PathBuf)> {
    let names = files.names(folder).unwrap_or_default().into_iter();
    let with_file = names.filter_map(|name| {
        let path = files.resolve(&folder.join(&name).join(file)).ok()?;
        let is_file = files.inode_no_follow(&path).is_ok_and(|inode| inode.is_regular());
        is_file.then_some((name.into_string().ok()?, path))
    });
    with_file.collect()
}

/// A layer's tree and those below it, which it lists by short links.
fn layers(files: &dyn HostFiles, folder: &Path, own: Option<String>) -> BTreeSet<PathBuf> {
    let Some(own) = own.map(|own| folder.join(own)) else { return BTreeSet::new() };
    let lower = line(files, &own.join("lower")).unwrap_or_default();
    let below = lower.split(':').take(LAYERS_MAX).map(|link| folder.join(link));
    let trees = std::iter::once(own.join("diff")).chain(below);
    trees.filter_map(|tree| files.resolve(&tree).ok()).collect()
}
