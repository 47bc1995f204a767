//! Which package of an environment requires which, and who is above an infected one.
//! Packages may require each other in circles.

use std::collections::{HashMap, VecDeque};
use std::path::Path;

use crate::model::advisory::Ecosystem;
use crate::model::component::Component;
use crate::model::provenance::Requirer;

/// Nearer ones tell more; a package that a thousand others require needs no longer list.
const REQUIRERS_MAX: usize = 200;

/// Components by where they lie.
pub struct Trees<'c> {
    python: HashMap<&'c Path, Vec<&'c Component>>,
    /// Sorted by path, so that what lies in one folder lies together.
    node: Vec<&'c Component>,
}

impl<'c> Trees<'c> {
    /// Sorts components.
    pub fn new(components: &'c [Component]) -> Self {
        let mut python: HashMap<&Path, Vec<&Component>> = HashMap::new();
        let mut node: Vec<&Component> = Vec::new();
        for component in components {
            match component.ecosystem {
                Ecosystem::PyPI => {
                    python.entry(&component.environment).or_default().push(component);
                }
                Ecosystem::Npm => node.push(component),
                _ => {}
            }
        }
        node.sort_by_key(|component| &component.path);
        Self { python, node }
    }

    /// The components that one graph is made of.
    pub fn below(&self, ecosystem: Ecosystem, root: &Path) -> Vec<&'c Component> {
        if ecosystem == Ecosystem::PyPI {
            return self.python.get(root).cloned().unwrap_or_default();
        }
        let start = self.node.partition_point(|component| component.path.as_path() < root);
        let below = self.node[start..].iter();
        below.take_while(|component| component.path.starts_with(root)).copied().collect()
    }
}

/// The packages of one environment.
pub struct Graph<'c> {
    nodes: Vec<&'c Component>,
    by_path: HashMap<&'c Path, usize>,
    /// For each node those that require it, with the extra under which they do.
    requirers: Vec<Vec<(usize, Option<String>)>>,
    asked_for: Vec<bool>,
}

impl<'c> Graph<'c> {
    /// Packages of which nothing is known yet.
    pub fn new(nodes: Vec<&'c Component>) -> Self {
        Self {
            by_path: nodes.iter().enumerate().map(|(n, node)| (node.path.as_path(), n)).collect(),
            requirers: vec![Vec::new(); nodes.len()],
            asked_for: vec![false; nodes.len()],
            nodes,
        }
    }

    /// The package at a path.
    pub fn at(&self, path: &Path) -> Option<usize> {
        self.by_path.get(path).copied()
    }

    /// One package requires another one.
    pub fn require(&mut self, requirer: usize, required: usize, extra: Option<String>) {
        let known = &mut self.requirers[required];
        if requirer != required && known.last().is_none_or(|(last, _)| *last != requirer) {
            known.push((requirer, extra));
        }
    }

    /// Somebody asked for a package.
    pub fn ask_for(&mut self, node: usize) {
        self.asked_for[node] = true;
    }

    /// Whether somebody asked for a package, and who requires it: all that do so themselves,
    /// and of those further up the ones at which it ends.
    pub fn requirers_of(&self, component: &Component) -> (bool, Vec<Requirer>) {
        let Some(start) = self.at(&component.path) else { return (false, Vec::new()) };
        let mut found = Vec::new();
        let mut seen = vec![false; self.nodes.len()];
        seen[start] = true;
        let mut pending = VecDeque::from([(start, 0)]);
        while let Some((node, n_steps)) = pending.pop_front() {
            for (requirer, extra) in &self.requirers[node] {
                if std::mem::replace(&mut seen[*requirer], true) {
                    continue;
                }
                let is_end = self.asked_for[*requirer] || self.requirers[*requirer].is_empty();
                if n_steps == 0 || is_end {
                    found.push(self.requirer(*requirer, n_steps + 1, extra.clone()));
                }
                pending.push_back((*requirer, n_steps + 1));
            }
        }
        found.sort();
        found.truncate(REQUIRERS_MAX);
        (self.asked_for[start], found)
    }

    fn requirer(&self, node: usize, n_steps: usize, extra: Option<String>) -> Requirer {
        let Component { name, version, path, .. } = self.nodes[node];
        Requirer {
            n_steps,
            name: name.clone(),
            version: version.clone(),
            path: path.clone(),
            extra,
            was_asked_for: self.asked_for[node],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn component(name: &str) -> Component {
        Component {
            environment: "/site".into(),
            name: name.into(),
            version: "1".into(),
            ecosystem: Ecosystem::PyPI,
            path: format!("/site/{name}").into(),
            installer: None,
            owner_uid: 0,
            installed: None,
            copied: None,
        }
    }

    /// Nodes are numbered in the order of their names; 0 is the infected one.
    #[track_caller]
    fn check(edges: &[(usize, usize)], asked_for: &[usize], expected: &[(usize, &str)]) {
        let components = ["bad", "b", "c", "d"].map(component);
        let mut graph = Graph::new(components.iter().collect());
        for (requirer, required) in edges {
            graph.require(*requirer, *required, None);
        }
        asked_for.iter().for_each(|node| graph.ask_for(*node));
        let (_, found) = graph.requirers_of(&components[0]);
        let found: Vec<(usize, &str)> =
            found.iter().map(|one| (one.n_steps, one.name.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_nearest_and_those_at_the_end_are_told() {
        check(&[(1, 0), (2, 1), (3, 2)], &[], &[(1, "b"), (3, "d")]);
        check(&[(1, 0), (2, 1), (3, 2)], &[2], &[(1, "b"), (2, "c"), (3, "d")]);
        check(&[], &[0], &[]);
    }

    #[test]
    fn circles_end() {
        check(&[(1, 0), (2, 1), (1, 2), (0, 1), (0, 0)], &[], &[(1, "b")]);
    }
}
