//! Whether a report shows that a place was read: only then does it prove anything that nothing
//! was found there. Whatever is not known counts as not read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::model::path_pattern::is_within;
use crate::saved::compare::snapshot::Snapshot;
use crate::view::{HostPath, Location, Status};

/// Where environments and command lines of processes are.
const PROCESSES: &str = "/proc";

/// What a later report says of its own reading.
pub struct Reading<'r> {
    after: &'r Snapshot,
    /// Who ran the earlier sweep.
    uid_before: u32,
    /// Why nothing at all can be concluded from what it does not list.
    nothing: Option<String>,
    /// Every file of which it lists a credential.
    seen: BTreeSet<&'r Path>,
    /// For each code with more problems than are listed, the last listed path.
    listed_to: BTreeMap<&'r str, &'r Path>,
}

impl<'r> Reading<'r> {
    /// The reading of a report, for what an earlier one lists.
    pub fn new(before: &Snapshot, after: &'r Snapshot) -> Self {
        let nothing = match () {
            () if after.tail.status == Status::Interrupted => {
                Some("that sweep was stopped before its end".to_owned())
            }
            () => None,
        };
        let uid_before = before.head.run.uid;
        let locations = after.credentials.iter().flat_map(|credential| &credential.locations);
        let seen = locations.map(|location| location.path.0.as_path()).collect();
        Self { after, uid_before, nothing, seen, listed_to: listed_to(after) }
    }

    /// Why the file of a credential counts as not read; `None` if it was read.
    pub fn gap_of_credential(&self, location: &Location) -> Option<String> {
        let run = &self.after.head.run;
        if run.task != "sweep" {
            return Some("the later report is an audit, which looks for no credential".into());
        }
        if run.explained.is_some() {
            return Some("the later report lists only what was to be explained".into());
        }
        let path = &location.path.0;
        if is_within(path, Path::new(PROCESSES)) {
            return self.nothing.clone().or_else(|| self.gap_of_process(path));
        }
        self.gap(path).or_else(|| self.closed_home(location))
    }

    /// Why a path counts as not read; `None` if it was.
    pub fn gap(&self, path: &Path) -> Option<String> {
        if let Some(nothing) = &self.nothing {
            return Some(nothing.clone());
        }
        if !self.after.head.run.roots.iter().any(|root| is_within(path, &root.path.0)) {
            return Some("it lies outside of what the later sweep looked into".into());
        }
        self.excluded(path).or_else(|| self.problem(path))
    }

    /// A report counts what was excluded, and does not name it. A file of which it lists
    /// anything was read.
    fn excluded(&self, path: &Path) -> Option<String> {
        let n = self.after.tail.coverage.skipped.get("excluded").copied().unwrap_or(0);
        (n > 0 && !self.seen.contains(path)).then(|| {
            format!("the later sweep left {n} paths alone (--exclude) and does not name them")
        })
    }

    fn problem(&self, path: &Path) -> Option<String> {
        let of_reading = |code: &str| !code.starts_with("components/") && !code.starts_with("adv");
        let problems = &self.after.problems;
        let mut about = problems.iter().filter(|problem| is_within(path, &problem.path.0));
        if let Some(problem) = about.find(|problem| of_reading(&problem.code)) {
            return Some(format!("{}: {}", problem.code, problem.why));
        }
        let mut cut = self.listed_to.iter().filter(|(code, _)| of_reading(code));
        let is_beyond = cut.any(|(_, last)| path > *last);
        is_beyond.then(|| {
            let n = self.after.tail.coverage.problems.unlisted;
            format!("{n} problems of the later sweep are not listed, and it may be among them")
        })
    }

    /// Homes that could not be entered are counted and not named.
    fn closed_home(&self, location: &Location) -> Option<String> {
        let run = &self.after.head.run;
        let n = self.after.tail.coverage.skipped.get("closed-home").copied().unwrap_or(0);
        let roots = run.roots.iter().map(|root| &root.path.0);
        let root = roots.filter(|root| is_within(&location.path.0, root)).max()?;
        // Paths below a folder follow it in their order.
        let next = self.seen.range(root.as_path()..).next();
        let is_entered = next.is_some_and(|path| is_within(path, root));
        (n > 0 && location.owner.uid != run.uid && !is_entered)
            .then(|| format!("{n} homes were closed to who ran the later sweep"))
    }

    /// A process may have another number now, or be no more.
    fn gap_of_process(&self, path: &Path) -> Option<String> {
        let run = &self.after.head.run;
        let coverage = &self.after.tail.coverage;
        let n_read = match path.ends_with("cmdline") {
            true => coverage.n_command_lines,
            false => coverage.n_process_environments,
        };
        let is_same_view = run.uid == 0 || run.uid == self.uid_before;
        let is_hindered = self.after.problems.iter().any(|one| one.path.0.starts_with(PROCESSES));
        let is_read = run.image.is_none() && n_read > 0 && is_same_view && !is_hindered;
        (!is_read).then(|| "the later sweep did not look into every process".into())
    }
}

fn listed_to(after: &Snapshot) -> BTreeMap<&str, &Path> {
    let counts = &after.tail.coverage.problems.counts;
    let mut listed: BTreeMap<&str, (u64, &Path)> = BTreeMap::new();
    for problem in &after.problems {
        let entry = listed.entry(&problem.code).or_insert((0, &problem.path.0));
        entry.0 += 1;
        entry.1 = entry.1.max(problem.path.0.as_path());
    }
    let none: &Path = Path::new("");
    let cut = counts.iter().filter_map(|(code, n)| {
        let (n_listed, last) = listed.get(code.as_ref()).copied().unwrap_or((0, none));
        (n_listed < *n).then_some((code.as_ref(), last))
    });
    cut.collect()
}

/// All names of the file of a place.
pub fn names(location: &Location) -> impl Iterator<Item = &HostPath> {
    std::iter::once(&location.path).chain(&location.other_names)
}
