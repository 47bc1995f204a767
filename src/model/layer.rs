//! Layers of container images and of containers: trees of other systems within this one's.
//! Told by the path alone; looks at no disk.

use std::path::Path;

/// The folder that is `/` to the layer which a path lies in: `overlay2/ID/diff` of Docker,
/// `storage/overlay/ID/diff` of Podman, `snapshots/N/fs` of containerd. Of layers within
/// layers the outermost.
pub fn layer_of(path: &Path) -> Option<&Path> {
    path.ancestors().filter(|folder| is_layer(folder)).last()
}

fn is_layer(folder: &Path) -> bool {
    let mut names =
        folder.ancestors().map(|above| above.file_name().and_then(|name| name.to_str()));
    let mut next = || names.next().flatten().unwrap_or_default();
    let (tree, _id, store, storage) = (next(), next(), next(), next());
    match tree {
        "diff" => store == "overlay2" || store == "overlay" && storage == "storage",
        "fs" => store == "snapshots" && storage.starts_with("io.containerd.snapshotter"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expected: Option<&str>) {
        assert_eq!(layer_of(Path::new(path)), expected.map(Path::new), "{path}");
    }

    #[test]
    fn layers_of_each_engine_are_known_by_their_place() {
        let docker = "/var/lib/docker/overlay2/0a/diff";
        check(&format!("{docker}/root/.npmrc"), Some(docker));
        check(&format!("{docker}/var/lib/docker/overlay2/0b/diff/x"), Some(docker));
        let podman = "/home/ana/.local/share/containers/storage/overlay/0a/diff";
        check(&format!("{podman}/etc"), Some(podman));
        let snapshot = "/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/7/fs";
        check(&format!("{snapshot}/etc"), Some(snapshot));
        check("/var/lib/docker/overlay2/0a/merged/etc", None);
        check("/home/ana/overlay/x/diff/y", None);
        check("/", None);
    }
}
