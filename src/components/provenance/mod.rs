//! What brought each infected package here, and which lines to change. Asked after the
//! walk, for infected installs alone; reads small files beside them within an
//! [`Allowance`]. Resolves no version: who asks for which range is told, not judged.

mod allowance;
mod changes;
mod graph;
mod node;
mod origin;
mod projects;
mod python;
mod requirement_lines;
mod tools;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::components::provenance::allowance::Allowance;
use crate::components::provenance::graph::{Graph, Trees};
use crate::error::Problem;
use crate::model::advisory::Ecosystem;
use crate::model::component::{Component, InfectedInstall};
use crate::model::host::HostFiles;
use crate::model::provenance::Provenance;

/// Fills in the provenance of each install. What could not be looked into is returned.
pub fn explain(
    installs: &mut [InfectedInstall],
    components: &[Component],
    files: &dyn HostFiles,
) -> Vec<Problem> {
    let mut allowance = Allowance::new(files);
    let trees = Trees::new(components);
    let mut graphs: BTreeMap<(Ecosystem, PathBuf), Graph<'_>> = BTreeMap::new();
    for install in installs {
        let mut provenance = match &install.component {
            Some(component) => of_component(component, &trees, &mut graphs, &mut allowance),
            None => Provenance::default(),
        };
        // The environment of a tool is no project: the next run makes it anew.
        if provenance.tool.is_none() {
            provenance.changes = changes::changes(install, &mut allowance);
        }
        install.provenance = provenance;
    }
    allowance.into_problems()
}

fn of_component<'c>(
    component: &Component,
    trees: &Trees<'c>,
    graphs: &mut BTreeMap<(Ecosystem, PathBuf), Graph<'c>>,
    allowance: &mut Allowance<'_>,
) -> Provenance {
    let (Some(root), read): (_, fn(_, &Path, _) -> _) = (match component.ecosystem {
        Ecosystem::PyPI => (Some(component.environment.clone()), python::graph),
        Ecosystem::Npm => (projects::node_root(&component.path).map(Path::to_owned), node::graph),
        _ => return Provenance::default(),
    }) else {
        return Provenance::default();
    };
    let key = (component.ecosystem, root);
    let graph = graphs
        .entry(key.clone())
        .or_insert_with(|| read(trees.below(key.0, &key.1), &key.1, allowance));
    let (was_asked_for, requirers) = graph.requirers_of(component);
    let origin = origin::origin(component, &key.1, allowance);
    let tool = tools::tool(component, &key.1, &requirers, allowance);
    Provenance { was_asked_for, requirers, origin, tool, changes: Vec::new() }
}
