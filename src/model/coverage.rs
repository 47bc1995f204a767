//! What was read and what was not. Nothing is skipped in silence.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::error::{Problem, ProblemCode};
use crate::model::reach::Reaches;

/// Most problems of one code that are listed by path; the rest are counted.
pub const LISTED_PER_CODE_MAX: usize = 1000;

/// Counts of one sweep, or of one worker's share of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Regular files read to their end.
    pub n_files_read: u64,
    /// Bytes of them.
    pub n_bytes_read: u64,
    /// Folders listed.
    pub n_folders: u64,
    /// Process environments read.
    pub n_environments: u64,
    /// Command lines of processes read.
    pub n_command_lines: u64,
    /// Files whose access time could not be kept.
    pub n_access_times_touched: u64,
    /// What was left alone on purpose, by reason.
    pub skipped: BTreeMap<Skip, u64>,
    /// Candidates that vetting turned down, by reason.
    pub rejected: BTreeMap<&'static str, u64>,
    /// What was taken from other people's catalogues, in the order in which they were named.
    pub catalogues: Vec<CatalogueTally>,
    /// How far back the evidence of past installs reaches.
    pub reaches: Reaches,
    /// What may refuse a read that modes allow, and is not modelled: security modules by name.
    pub guards: Vec<String>,
    /// Places that could not be looked into.
    pub problems: ProblemList,
    /// Whether the sweep was stopped before its end.
    pub interrupted: bool,
}

impl Coverage {
    /// Whether everything in scope was read.
    pub fn is_complete(&self) -> bool {
        self.problems.is_empty() && !self.interrupted
    }

    /// Counts one thing that was left alone on purpose.
    pub fn skip(&mut self, skip: Skip) {
        *self.skipped.entry(skip).or_default() += 1;
    }

    /// Adds another worker's share.
    pub fn merge(&mut self, other: Self) {
        self.n_files_read += other.n_files_read;
        self.n_bytes_read += other.n_bytes_read;
        self.n_folders += other.n_folders;
        self.n_environments += other.n_environments;
        self.n_command_lines += other.n_command_lines;
        self.n_access_times_touched += other.n_access_times_touched;
        for (skip, n) in other.skipped {
            *self.skipped.entry(skip).or_default() += n;
        }
        for (reason, n) in other.rejected {
            *self.rejected.entry(reason).or_default() += n;
        }
        self.catalogues.extend(other.catalogues);
        for (family, reach) in other.reaches {
            self.reaches.entry(family).or_default().merge(reach);
        }
        self.guards.extend(other.guards);
        self.problems.merge(other.problems);
        self.interrupted |= other.interrupted;
    }
}

/// Why something was left alone on purpose. None of these makes a sweep incomplete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Skip {
    /// A symbolic link: recorded, never followed.
    Link,
    /// A socket, pipe or device: never opened.
    Special,
    /// proc, sys and their like: they hold no files of people.
    PseudoFileSystem,
    /// Matched by `--exclude`.
    Excluded,
    /// An archive or a compressed file, with `--no-archives`: its bytes were read as they are.
    Packed,
    /// A further name of an inode that was read already.
    HardLink,
    /// An empty file.
    Empty,
    /// A file that says nothing of packages, in an audit.
    OtherSubject,
    /// The home of another user, or layers of containers, which this one may not enter.
    ClosedHome,
    /// The layers of a running container seen as one: they are swept one by one.
    MergedLayers,
}

impl Skip {
    /// The word that reports use.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Link => "symbolic-link",
            Self::Special => "special-file",
            Self::PseudoFileSystem => "pseudo-file-system",
            Self::Excluded => "excluded",
            Self::Packed => "archive",
            Self::HardLink => "hard-link",
            Self::Empty => "empty",
            Self::OtherSubject => "not-about-packages",
            Self::ClosedHome => "closed-home",
            Self::MergedLayers => "merged-layers",
        }
    }
}

/// What was taken from one catalogue of somebody else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CatalogueTally {
    /// The file or folder that was named.
    pub path: PathBuf,
    /// Records that sightings of packages are compared with.
    pub n_used: u64,
    /// Records that hold fields which nobody here knows.
    pub n_with_unknown_fields: u64,
    /// What was not taken, by reason.
    pub left_out: BTreeMap<LeftOut, u64>,
}

impl CatalogueTally {
    /// Counts one thing that was not taken.
    pub fn leave_out(&mut self, reason: LeftOut) {
        *self.left_out.entry(reason).or_default() += 1;
    }
}

/// Why something of a catalogue was not taken. None of these makes a sweep incomplete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LeftOut {
    /// A vulnerability: the package is not malicious.
    Vulnerability,
    /// The record was taken back by its publisher.
    Withdrawn,
    /// Its packages are of ecosystems that a sweep does not know.
    Ecosystem,
    /// It names neither versions nor comparable ranges.
    NoVersions,
    /// Another record of the same id came later.
    Replaced,
    /// An entry of an allow list.
    Allowed,
    /// A link or another file that is neither JSON nor a zip.
    NoRecord,
}

impl LeftOut {
    /// The word that reports use.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Vulnerability => "ordinary-vulnerability",
            Self::Withdrawn => "withdrawn",
            Self::Ecosystem => "other-ecosystem",
            Self::NoVersions => "no-versions",
            Self::Replaced => "replaced",
            Self::Allowed => "allow-list",
            Self::NoRecord => "no-record",
        }
    }
}

/// Problems, counted all and listed up to [`LISTED_PER_CODE_MAX`] of each code: the
/// first ones by path, so that the list does not depend on threads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProblemList {
    counts: BTreeMap<ProblemCode, u64>,
    listed: BTreeMap<ProblemCode, BTreeSet<Problem>>,
}

impl ProblemList {
    /// Adds one.
    pub fn push(&mut self, problem: Problem) {
        *self.counts.entry(problem.code).or_default() += 1;
        self.list(problem);
    }

    fn list(&mut self, problem: Problem) {
        let listed = self.listed.entry(problem.code).or_default();
        listed.insert(problem);
        if listed.len() > LISTED_PER_CODE_MAX {
            listed.pop_last();
        }
    }

    /// Adds another worker's list.
    pub fn merge(&mut self, other: Self) {
        for (code, n) in other.counts {
            *self.counts.entry(code).or_default() += n;
        }
        for problem in other.listed.into_values().flatten() {
            self.list(problem);
        }
    }

    /// Adds what there is.
    pub fn extend(&mut self, problems: impl IntoIterator<Item = Problem>) {
        problems.into_iter().for_each(|problem| self.push(problem));
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// How many there are of each code, in the order of the codes.
    pub fn counts(&self) -> impl Iterator<Item = (ProblemCode, u64)> + '_ {
        self.counts.iter().map(|(code, n)| (*code, *n))
    }

    /// The listed ones, by code and path.
    pub fn listed(&self) -> impl Iterator<Item = &Problem> {
        self.listed.values().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_bounded_and_does_not_depend_on_the_order() {
        let problem = |n: usize| Problem::new(ProblemCode::Vanished, format!("/{n:05}"), "");
        let n_problems = LISTED_PER_CODE_MAX + 50;
        let (mut forwards, mut backwards) = (ProblemList::default(), ProblemList::default());
        (0..n_problems).for_each(|n| forwards.push(problem(n)));
        (0..n_problems).rev().for_each(|n| backwards.push(problem(n)));
        assert_eq!(forwards, backwards);
        assert_eq!(forwards.listed().count(), LISTED_PER_CODE_MAX);
        assert_eq!(forwards.counts().next(), Some((ProblemCode::Vanished, n_problems as u64)));
    }
}
