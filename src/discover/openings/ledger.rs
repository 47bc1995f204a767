//! What was found, one entry for each key and destination, with all that speaks for it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::model::destination::Destination;
use crate::model::destination::as_listed;
use crate::model::opening::{Clue, ClueKind, How, KeyName, Opening};

/// More are not kept.
const ENTRIES_MAX: usize = 50_000;
/// More files that say the same are not kept.
const CLUES_MAX: usize = 8;

/// The entries.
#[derive(Default)]
pub struct Ledger {
    entries: BTreeMap<(KeyName, Destination), Entry>,
    by_host: BTreeMap<String, BTreeSet<(KeyName, Destination)>>,
    /// Whether there were more than are kept.
    pub is_cut: bool,
}

struct Entry {
    how: How,
    /// Of each file the first line.
    clues: BTreeMap<(ClueKind, PathBuf), u64>,
}

impl Entry {
    fn note(&mut self, clue: &Clue) {
        let file = (clue.kind, clue.path.clone());
        if self.clues.len() < CLUES_MAX || self.clues.contains_key(&file) {
            let line = self.clues.entry(file).or_insert(clue.line);
            *line = (*line).min(clue.line);
        }
    }
}

impl Ledger {
    /// Notes that a key opens something, and what says so.
    pub fn note(&mut self, key: &KeyName, to: &Destination, how: How, clues: &[&Clue]) {
        let at = (key.clone(), to.clone());
        if self.entries.len() >= ENTRIES_MAX && !self.entries.contains_key(&at) {
            self.is_cut = true;
            return;
        }
        self.by_host.entry(as_listed(to)).or_default().insert(at.clone());
        let new = || Entry { how, clues: BTreeMap::new() };
        let entry = self.entries.entry(at).or_insert_with(new);
        entry.how = entry.how.min(how);
        clues.iter().for_each(|clue| entry.note(clue));
    }

    /// Adds what else speaks for a host; whether anything leads there.
    pub fn support(&mut self, host: &Destination, clue: &Clue) -> bool {
        let Some(known) = self.by_host.get(&as_listed(host)) else { return false };
        for at in known {
            self.entries.get_mut(at).into_iter().for_each(|entry| entry.note(clue));
        }
        true
    }

    /// Adds another one.
    pub fn merge(&mut self, other: Self) {
        self.is_cut |= other.is_cut;
        for (key, Opening { destination, how, clues }) in other.close() {
            self.note(&key, &destination, how, &clues.iter().collect::<Vec<_>>());
        }
    }

    /// All entries, by key and destination.
    pub fn close(self) -> Vec<(KeyName, Opening)> {
        let opening = |((key, destination), entry): ((KeyName, Destination), Entry)| {
            let clues = entry.clues.into_iter();
            let clues = clues.map(|((kind, path), line)| Clue { kind, path, line }).collect();
            (key, Opening { destination, how: entry.how, clues })
        };
        self.entries.into_iter().map(opening).collect()
    }
}
