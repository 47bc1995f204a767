//! Layers of container images and of containers on this disk, each with the images and
//! containers that it is part of. Reads the lists of Docker, Podman and their kin; asks no
//! engine. The images of containerd stand in a database, which is not read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::model::container::short;
use crate::model::host::HostFiles;

/// More than this is no list of images or layers.
const LIST_BYTES_MAX: u64 = 64 << 20;
/// Room for the names of all layers that can lie below one.
const LINE_BYTES_MAX: u64 = 16 << 10;
/// With more layers than this, their folder is swept as one.
const LAYERS_MAX: usize = 2000;
/// So many images and containers of one layer are named.
const NAMES_MAX: usize = 2;
/// Names are cut here: whoever writes a longer one wants to see a report grow.
const NAME_SIGNS_MAX: usize = 128;

/// Where Docker keeps its data, but for what its configuration says.
const DOCKER: &str = "/var/lib/docker";
/// The same below a home, without root.
const DOCKER_IN_HOME: &str = ".local/share/docker";
/// Where Docker says, below its data, which layer is a container's own.
const DOCKER_MOUNTS: &str = "image/overlay2/layerdb/mounts";
const PODMAN: &str = "/var/lib/containers/storage";
const PODMAN_IN_HOME: &str = ".local/share/containers/storage";
/// containerd by itself, and as part of Kubernetes.
const CONTAINERD: &[&str] = &[
    "/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots",
    "/var/lib/rancher/k3s/agent/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots",
];

/// Who uses each layer, by the name of its folder.
type Users = BTreeMap<String, BTreeSet<String>>;

/// The trees of all layers, with the reason to sweep them.
pub fn layers(files: &dyn HostFiles, homes: &[PathBuf]) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for storage in docker_storages(files, homes) {
        let users = || docker_users(files, &storage);
        found.extend(trees(files, &storage.join("overlay2"), "diff", &users, "Docker"));
    }
    for storage in podman_storages(homes) {
        let users = || podman_users(files, &storage);
        found.extend(trees(files, &storage.join("overlay"), "diff", &users, "Podman"));
    }
    for snapshots in CONTAINERD {
        found.extend(trees(files, Path::new(snapshots), "fs", &Users::new, "containerd"));
    }
    found
}

/// Every place where Docker may keep its data.
pub fn docker_storages(files: &dyn HostFiles, homes: &[PathBuf]) -> BTreeSet<PathBuf> {
    let in_homes = homes.iter().map(|home| home.join(DOCKER_IN_HOME));
    [DOCKER.into(), docker_root(files)].into_iter().chain(in_homes).collect()
}

/// Every place where Podman may keep its data.
pub fn podman_storages(homes: &[PathBuf]) -> BTreeSet<PathBuf> {
    let in_homes = homes.iter().map(|home| home.join(PODMAN_IN_HOME));
    std::iter::once(PODMAN.into()).chain(in_homes).collect()
}

/// The trees in one folder of layers. One that is closed is told as itself.
fn trees(
    files: &dyn HostFiles,
    folder: &Path,
    tree: &str,
    users: &dyn Fn() -> Users,
    engine: &str,
) -> Vec<(PathBuf, String)> {
    let whole = || vec![(folder.to_owned(), format!("container layers of {engine}"))];
    let names = match files.names(folder) {
        Ok(names) => names,
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            return vec![(nearest(files, folder), format!("container layers of {engine}"))];
        }
        Err(_) => return Vec::new(),
    };
    if names.len() > LAYERS_MAX {
        return whole();
    }
    let users = if names.is_empty() { Users::new() } else { users() };
    let layer = |name: &std::ffi::OsString| {
        let path = folder.join(name).join(tree);
        let is_there = files.inode_no_follow(&path).is_ok_and(|inode| inode.is_directory());
        let user = users.get(name.to_string_lossy().as_ref());
        is_there.then(|| (path, why(user, engine)))
    };
    names.iter().filter_map(layer).collect()
}

/// The deepest folder on the way that can be looked at: it is the one that is closed.
fn nearest(files: &dyn HostFiles, folder: &Path) -> PathBuf {
    let mut above = folder.ancestors();
    let seen = above.find(|path| files.inode_no_follow(path).is_ok());
    seen.unwrap_or(folder).to_owned()
}

/// `layer of image nginx:1.25, container web and 3 more`
fn why(users: Option<&BTreeSet<String>>, engine: &str) -> String {
    let Some(users) = users else {
        return format!("container layer of {engine} that no image names");
    };
    let named: Vec<&str> = users.iter().take(NAMES_MAX).map(String::as_str).collect();
    let rest = match users.len().saturating_sub(NAMES_MAX) {
        0 => String::new(),
        n_more => format!(" and {n_more} more"),
    };
    format!("layer of {}{rest}", named.join(", "))
}

fn json<T: DeserializeOwned>(files: &dyn HostFiles, path: &Path) -> Option<T> {
    serde_json::from_slice(&files.read(path, LIST_BYTES_MAX).ok()?).ok()
}

/// The one line of a small file, without the name of its hash.
pub fn line(files: &dyn HostFiles, path: &Path) -> Option<String> {
    let bytes = files.read(path, LINE_BYTES_MAX).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let text = text.trim();
    Some(text.strip_prefix("sha256:").unwrap_or(text).to_owned())
}

fn strings(names: std::io::Result<Vec<std::ffi::OsString>>) -> Vec<String> {
    names.unwrap_or_default().into_iter().filter_map(|name| name.into_string().ok()).collect()
}

/// Where the configuration of Docker puts its data.
fn docker_root(files: &dyn HostFiles) -> PathBuf {
    #[derive(Deserialize)]
    struct Configuration {
        #[serde(rename = "data-root")]
        data_root: Option<PathBuf>,
    }
    let configuration: Option<Configuration> = json(files, Path::new("/etc/docker/daemon.json"));
    let root = configuration.and_then(|configuration| configuration.data_root);
    root.filter(|root| root.is_absolute()).unwrap_or_else(|| DOCKER.into())
}

/// Docker names an image by the hash of its configuration, which lists the contents of its
/// layers from the bottom. What lies where is found by contents and layer below.
fn docker_users(files: &dyn HostFiles, storage: &Path) -> Users {
    #[derive(Deserialize)]
    struct Image {
        rootfs: RootFs,
    }
    #[derive(Deserialize)]
    struct RootFs {
        #[serde(default)]
        diff_ids: Vec<String>,
    }
    let image_folder = storage.join("image/overlay2");
    let names = docker_names(files, &image_folder);
    let layers = docker_layers(files, &image_folder.join("layerdb/sha256"));
    let mut users = Users::new();
    let configurations = image_folder.join("imagedb/content/sha256");
    for id in strings(files.names(&configurations)) {
        let Some(image) = json::<Image>(files, &configurations.join(&id)) else { continue };
        let name = match names.get(&id) {
            Some(names) => label("image", &names.join(", ")),
            None => label("image", short(&id)),
        };
        let mut below = String::new();
        for contents in image.rootfs.diff_ids {
            let contents = contents.trim_start_matches("sha256:").to_owned();
            let Some((chain, folder)) = layers.get(&(below, contents)) else { break };
            users.entry(folder.clone()).or_default().insert(name.clone());
            below = chain.clone();
        }
    }
    add_docker_containers(files, storage, &mut users);
    users
}

/// The tags of each image, by its id.
fn docker_names(files: &dyn HostFiles, image_folder: &Path) -> BTreeMap<String, Vec<String>> {
    #[derive(Deserialize)]
    struct Tags {
        #[serde(rename = "Repositories")]
        repositories: BTreeMap<String, BTreeMap<String, String>>,
    }
    let tags: Option<Tags> = json(files, &image_folder.join("repositories.json"));
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, id) in tags.into_iter().flat_map(|tags| tags.repositories).flat_map(|(_, tags)| tags)
    {
        // A digest names the same image once more.
        if !name.contains('@') {
            names.entry(id.trim_start_matches("sha256:").to_owned()).or_default().push(name);
        }
    }
    names
}

/// By the layer below and by its own contents: the name of a layer, and that of its folder.
fn docker_layers(
    files: &dyn HostFiles,
    database: &Path,
) -> BTreeMap<(String, String), (String, String)> {
    let layer = |chain: String| {
        let entry = database.join(&chain);
        let below = line(files, &entry.join("parent")).unwrap_or_default();
        let contents = line(files, &entry.join("diff"))?;
        let folder = line(files, &entry.join("cache-id"))?;
        Some(((below, contents), (chain, folder)))
    };
    strings(files.names(database)).into_iter().filter_map(layer).collect()
}

/// The folder of a container's own layer.
pub fn docker_layer(files: &dyn HostFiles, storage: &Path, id: &str) -> Option<String> {
    line(files, &storage.join(DOCKER_MOUNTS).join(id).join("mount-id"))
}

/// What a container wrote lies in a layer of its own.
fn add_docker_containers(files: &dyn HostFiles, storage: &Path, users: &mut Users) {
    #[derive(Deserialize)]
    struct Container {
        #[serde(rename = "Name")]
        name: String,
    }
    for id in strings(files.names(&storage.join(DOCKER_MOUNTS))) {
        let Some(folder) = docker_layer(files, storage, &id) else { continue };
        let file = storage.join("containers").join(&id).join("config.v2.json");
        let container: Option<Container> = json(files, &file);
        let name = container.map_or_else(|| short(&id).to_owned(), |container| container.name);
        let name = label("container", name.trim_start_matches('/'));
        users.entry(folder).or_default().insert(name);
    }
}

/// An entry of Podman's lists of images, layers and containers, which look alike.
#[derive(Deserialize)]
struct Entry {
    id: String,
    #[serde(default)]
    names: Vec<String>,
    layer: Option<String>,
    parent: Option<String>,
}

/// Podman's lists say which layer is on top, and what lies below each.
fn podman_users(files: &dyn HostFiles, storage: &Path) -> Users {
    let layers = podman_list(files, storage, "layers").into_iter();
    let below: BTreeMap<String, Option<String>> =
        layers.map(|layer| (layer.id, layer.parent)).collect();
    let mut users = Users::new();
    for kind in ["image", "container"] {
        for entry in podman_list(files, storage, &format!("{kind}s")) {
            let name = match entry.names.as_slice() {
                [] => label(kind, short(&entry.id)),
                names => label(kind, &names.join(", ")),
            };
            let mut layer = entry.layer.filter(|top| !top.is_empty());
            // A layer that was told already ends a loop of parents.
            while let Some(id) = layer.take() {
                let is_new = users.entry(id.clone()).or_default().insert(name.clone());
                let parent = below.get(&id).cloned().flatten();
                layer = parent.filter(|parent| is_new && kind == "image" && !parent.is_empty());
            }
        }
    }
    users
}

/// The layers of containers, by their ids.
pub fn podman_containers(files: &dyn HostFiles, storage: &Path) -> BTreeMap<String, String> {
    let containers = podman_list(files, storage, "containers").into_iter();
    containers.filter_map(|one| Some((one.id, one.layer?))).collect()
}

fn podman_list(files: &dyn HostFiles, storage: &Path, what: &str) -> Vec<Entry> {
    let folder = storage.join(format!("overlay-{what}"));
    // What shall not outlive a restart stands in a list beside the other.
    let lists = [format!("{what}.json"), format!("volatile-{what}.json")];
    let lists = lists.iter().map(|name| json::<Vec<Entry>>(files, &folder.join(name)));
    lists.flatten().flatten().collect()
}

fn label(kind: &str, name: &str) -> String {
    format!("{kind} {}", name.chars().take(NAME_SIGNS_MAX).collect::<String>())
}
