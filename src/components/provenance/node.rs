//! Who requires whom below one project of Node: `package.json` of each package, resolved
//! as Node would: the nearest `node_modules` upwards. Does not judge ranges.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use crate::components::provenance::allowance::Allowance;
use crate::components::provenance::graph::Graph;
use crate::components::provenance::projects::{MANIFEST_BYTES_MAX, manifests};
use crate::model::component::Component;

/// Folders in a `node_modules` that hold the true copies, each beside links to what it needs.
const STORES: [&str; 3] = [".pnpm", ".store", ".bun"];

/// What a manifest asks for. Values are kept whatever they are, so that one odd entry
/// hides no other.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Manifest {
    dependencies: BTreeMap<String, Value>,
    #[serde(rename = "devDependencies")]
    dev: BTreeMap<String, Value>,
    #[serde(rename = "optionalDependencies")]
    optional: BTreeMap<String, Value>,
    #[serde(rename = "peerDependencies")]
    peer: BTreeMap<String, Value>,
}

impl Manifest {
    /// The manifest at a path, if it is one.
    pub fn at(path: &Path, allowance: &mut Allowance<'_>) -> Option<Self> {
        let bytes = allowance.read(path, MANIFEST_BYTES_MAX)?;
        serde_json::from_slice(&bytes).ok()
    }

    /// What an install of the package takes along.
    fn required(&self) -> impl Iterator<Item = &str> {
        [&self.dependencies, &self.optional, &self.peer]
            .into_iter()
            .flatten()
            .map(|(name, _)| &**name)
    }

    /// What its author works with, too.
    pub fn wanted(&self) -> impl Iterator<Item = &str> {
        self.required().chain(self.dev.keys().map(String::as_str))
    }
}

/// The packages below a root, and who requires whom.
pub fn graph<'c>(
    nodes: Vec<&'c Component>,
    root: &Path,
    allowance: &mut Allowance<'_>,
) -> Graph<'c> {
    let mut graph = Graph::new(nodes.clone());
    for (requirer, node) in nodes.iter().enumerate() {
        let Some(manifest) = Manifest::at(&node.path.join("package.json"), allowance) else {
            continue;
        };
        for name in manifest.required().filter(|name| is_name(name)) {
            if let Some(required) = resolved(&graph, &node.path, root, name, allowance) {
                graph.require(requirer, required, None);
            }
        }
    }
    let manifests = manifests(root, allowance);
    for path in &manifests {
        let folder = path.parent().unwrap_or(root);
        let Some(manifest) = Manifest::at(path, allowance) else { continue };
        for name in manifest.wanted().filter(|name| is_name(name)) {
            if let Some(wanted) = resolved(&graph, folder, root, name, allowance) {
                graph.ask_for(wanted);
            }
        }
    }
    // A global prefix has no manifest: what lies at its top was asked for by name.
    if manifests.is_empty() && root.ends_with("lib") {
        let top = root.join("node_modules");
        for (number, node) in nodes.iter().enumerate() {
            if node.path.strip_prefix(&top).is_ok_and(|rest| rest.iter().count() <= 2) {
                graph.ask_for(number);
            }
        }
    }
    graph
}

/// A name that leads nowhere else when it is joined to a path.
fn is_name(name: &str) -> bool {
    let n_parts = name.split('/').count();
    n_parts <= 2 && name.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// The copy that a package in a folder gets when it asks for a name.
fn resolved(
    graph: &Graph<'_>,
    folder: &Path,
    root: &Path,
    name: &str,
    allowance: &mut Allowance<'_>,
) -> Option<usize> {
    let above = folder.ancestors().take_while(|above| above.starts_with(root));
    let candidates = above.filter(|above| !above.ends_with("node_modules"));
    let candidates: Vec<PathBuf> =
        candidates.map(|above| above.join("node_modules").join(name)).collect();
    if let Some(found) = candidates.iter().find_map(|path| graph.at(path)) {
        return Some(found);
    }
    // With a store the true copy is behind a link; elsewhere a link is a package of the
    // project's own, and no use asking for.
    let has_store = |path: &&PathBuf| is_in_store(path) || is_in_store(folder) || folder == root;
    candidates.iter().filter(has_store).find_map(|path| graph.at(&allowance.resolve(path)?))
}

fn is_in_store(path: &Path) -> bool {
    path.iter().any(|name| STORES.iter().any(|store| name == *store))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_does_not_climb() {
        assert!(is_name("chalk") && is_name("@s/is"));
        for name in ["", "..", "../x", "@s/../x", "/etc", "a/b/c"] {
            assert!(!is_name(name), "{name}");
        }
    }
}
