//! Inodes with several names: each is read once, and all its names are kept for as
//! long as it may hold a finding. Inodes with one name cost nothing here.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Mutex;

use crate::model::artifact::{Artifact, Inode};
use crate::model::finding::Finding;
use crate::sweep::locked;

/// All inodes with several names that were met, by device and number.
#[derive(Default)]
pub struct Links {
    states: Mutex<HashMap<(u64, u64), State>>,
}

enum State {
    /// It may hold something: the names met so far.
    Named(Vec<PathBuf>),
    /// It was read and holds nothing: its names do not matter, but how many were met.
    Clean(u64),
}

impl Links {
    /// Whether this is the first name under which an inode is met; always true for an
    /// inode with one name. Keeps the name.
    pub fn is_new(&self, artifact: &Artifact) -> bool {
        if artifact.inode.n_links < 2 {
            return true;
        }
        let mut states = locked(&self.states);
        match states.get_mut(&key(&artifact.inode)) {
            Some(State::Named(names)) => names.push(artifact.path.clone()),
            Some(State::Clean(n_names)) => *n_names += 1,
            None => {
                let names = State::Named(vec![artifact.path.clone()]);
                states.insert(key(&artifact.inode), names);
                return true;
            }
        }
        false
    }

    /// An inode was read. What holds nothing needs no names.
    pub fn done(&self, inode: &Inode, has_findings: bool) {
        if inode.n_links > 1 && !has_findings {
            let mut states = locked(&self.states);
            let n_names = states.get(&key(inode)).map_or(1, State::n_names);
            states.insert(key(inode), State::Clean(n_names));
        }
    }

    /// How many names an inode has that were not met.
    pub fn n_unmet(&self, inode: &Inode) -> u64 {
        let n_met = locked(&self.states).get(&key(inode)).map_or(1, State::n_names);
        inode.n_links.saturating_sub(n_met)
    }

    /// Gives every finding in a linked inode all its names, the first by order as its path.
    pub fn name_all(&self, findings: &mut [Finding]) {
        let states = locked(&self.states);
        for location in findings.iter_mut().map(|finding| &mut finding.location) {
            let Some(State::Named(names)) = states.get(&key(&location.inode)) else { continue };
            let mut names: Vec<PathBuf> = names.clone();
            names.push(location.path.clone());
            names.sort();
            names.dedup();
            location.path = names.remove(0);
            location.other_names = names;
        }
    }
}

impl State {
    fn n_names(&self) -> u64 {
        match self {
            Self::Named(names) => names.len() as u64,
            Self::Clean(n_names) => *n_names,
        }
    }
}

fn key(inode: &Inode) -> (u64, u64) {
    (inode.device, inode.number)
}
