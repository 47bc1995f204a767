//! What lock files said once, and since when files with findings are as they are: joins the
//! histories of repositories with the readers of lock files and the findings. Reads work trees' repositories only (`.git` folders, and those of submodules
//! within them); a bare one has no place of which it speaks.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use crate::components::mentions::{is_lock_file, mentions};
use crate::error::{Problem, ProblemCode};
use crate::model::artifact::Artifact;
use crate::model::component::{Mention, MentionSource};
use crate::model::reach::{EvidenceFamily, Reach};
use crate::model::time::Dated;
use crate::read::git::history::{Finder, Folder, Stay, Visited, history, stay};
use crate::read::git::{Commit, Kind, Move, ObjectId, Refs, Repository, Trouble, work_tree};
use crate::sweep::committed::{Committed, Holders, Past, Tracked, holders};
use crate::sweep::locked;
use crate::sweep::shared::Shared;

/// Repositories that are open at once: each may hold its packs open and some of them in memory.
const AT_ONCE: usize = 4;

/// Bytes that are unpacked of one repository. Not a bound of time: two sweeps give the same.
const UNPACKED_BYTES_MAX: u64 = 1 << 30;

/// Commits of one repository that are looked into, the newest first.
const COMMITS_MAX: usize = 20_000;

/// Versions of lock files of one repository that are read.
const VERSIONS_MAX: usize = 5_000;

/// A bigger lock file of a history is not read.
const LOCK_FILE_BYTES_MAX: u64 = 32 << 20;

/// Names of refs that are told.
const REFS_TOLD_MAX: usize = 3;

/// Reads the histories of all repositories that were met into the harvest.
pub fn read_all(shared: &Shared<'_>) {
    locked(&shared.harvest).repositories.sort_by(|one, other| one.path.cmp(&other.path));
    let heads = locked(&shared.harvest).repositories.clone();
    let holders = holders(&locked(&shared.harvest).findings);
    for some in heads.chunks(AT_ONCE) {
        let tellings: Vec<Telling> =
            some.par_iter().map(|head| read(shared, head, &holders)).collect();
        let mut harvest = locked(&shared.harvest);
        for telling in tellings {
            harvest.mentions.extend(telling.mentions);
            harvest.committed.extend(telling.committed);
            harvest.coverage.problems.extend(telling.problems);
            if let Some(reach) = telling.reach {
                let reaches = &mut harvest.coverage.reaches;
                reaches.entry(EvidenceFamily::LockFileHistory).or_default().merge(reach);
            }
        }
    }
}

/// What one repository tells.
#[derive(Default)]
struct Telling {
    mentions: Vec<Mention>,
    committed: Vec<Committed>,
    reach: Option<Reach>,
    problems: Vec<Problem>,
}

fn read(shared: &Shared<'_>, head: &Artifact, holders: &Holders) -> Telling {
    let folder = head.path.parent().unwrap_or(&head.path);
    let problem = |code, why: &str| Telling {
        problems: vec![Problem::new(code, folder, why)],
        ..Telling::default()
    };
    let told = catch_unwind(AssertUnwindSafe(|| {
        let root = &shared.policy.root;
        match Repository::open(root, folder, UNPACKED_BYTES_MAX) {
            Ok(repository) => tell(shared, (head, holders), folder, repository),
            Err(error) => {
                let problems = vec![Problem::from_io(folder, &error)];
                Telling { problems, ..Telling::default() }
            }
        }
    }));
    told.unwrap_or_else(|_| problem(ProblemCode::Panicked, ""))
}

fn tell(
    shared: &Shared<'_>,
    (head, holders): (&Artifact, &Holders),
    folder: &Path,
    mut repository: Repository<'_>,
) -> Telling {
    let refs = repository.refs();
    let starts = refs.now.iter().map(|one| one.id).chain(refs.before.iter().copied());
    let history = history(&mut repository, starts, COMMITS_MAX);
    let mut troubles: BTreeSet<Trouble> = history.troubles;
    troubles.extend(refs.trouble.into_iter().chain(repository.troubles.iter().copied()));
    let work_tree = work_tree(folder).unwrap_or_else(|| folder.to_owned());
    let mut tracked = Tracked::new(holders, &work_tree);
    let is_wanted = |name: &Path| is_lock_file(name) || tracked.may_be(name);
    let mut finder = Finder::new(&is_wanted);
    let mut versions = Versions::new(shared, head, &work_tree);
    let mut trees: Vec<Rc<Folder>> = Vec::new();
    for commit in &history.commits {
        if shared.is_interrupted() {
            break;
        }
        let tree = finder.folder(&mut repository, commit.tree);
        versions.read(&mut repository, &tree);
        trees.push(tree);
    }
    troubles.extend(finder.troubles);
    troubles.extend(&versions.troubles);
    let commits = &history.commits[..trees.len()];
    let mentions = versions.mentions(commits, &trees, &refs);
    let past = Past { commits, trees: &trees, refs: &refs };
    let committed = tracked.committed(shared.files, &mut repository, &past);
    troubles.extend(tracked.troubles);
    let reach = (!versions.read.is_empty()).then(|| reach(commits));
    let problem =
        |trouble: Trouble| Problem::new(ProblemCode::GitHistory, folder, trouble.sentence());
    Telling { mentions, committed, reach, problems: troubles.into_iter().map(problem).collect() }
}

fn reach(commits: &[Commit]) -> Reach {
    let mut reach = Reach { n_files: 1, n_dated: 1, ..Reach::default() };
    commits.iter().for_each(|commit| reach.note(commit.committed));
    reach
}

/// All versions of the lock files of one repository, each read once.
struct Versions<'v> {
    shared: &'v Shared<'v>,
    head: &'v Artifact,
    work_tree: &'v Path,
    /// The bad versions that each version of a file names, by path and blob.
    read: HashMap<(PathBuf, ObjectId), Vec<Mention>>,
    visited: Visited,
    troubles: BTreeSet<Trouble>,
}

impl<'v> Versions<'v> {
    fn new(shared: &'v Shared<'v>, head: &'v Artifact, work_tree: &'v Path) -> Self {
        Self {
            shared,
            head,
            work_tree,
            read: HashMap::new(),
            visited: Visited::new(),
            troubles: BTreeSet::new(),
        }
    }

    /// Reads what of a tree was not read yet.
    fn read(&mut self, repository: &mut Repository<'_>, tree: &Folder) {
        let mut fresh = Vec::new();
        if !tree.visit_new(&mut self.visited, &mut |path, blob| fresh.push((path, blob))) {
            self.troubles.insert(Trouble::TooMany);
        }
        for file in fresh {
            if self.read.contains_key(&file) || !is_lock_file(&self.work_tree.join(&file.0)) {
                continue;
            }
            if self.read.len() == VERSIONS_MAX {
                self.troubles.insert(Trouble::TooMany);
                return;
            }
            let bad = self.bad(repository, &file.0, file.1);
            self.troubles.extend(bad.as_ref().err());
            self.read.insert(file, bad.unwrap_or_default());
        }
    }

    /// The bad versions that a version of a lock file names. One that cannot be parsed was a
    /// draft of its day, or a conflict: what it names before that counts.
    fn bad(
        &self,
        repository: &mut Repository<'_>,
        path: &Path,
        blob: ObjectId,
    ) -> Result<Vec<Mention>, Trouble> {
        let object = repository.object(blob, LOCK_FILE_BYTES_MAX)?;
        if object.kind != Kind::Blob {
            return Err(Trouble::Broken);
        }
        let artifact = Artifact { path: self.work_tree.join(path), ..self.head.clone() };
        Ok(mentions(&artifact, &object.bytes, &self.shared.is_wanted()).mentions)
    }

    /// One mention for each bad version of each path.
    fn mentions(&self, commits: &[Commit], trees: &[Rc<Folder>], refs: &Refs) -> Vec<Mention> {
        let bad = || self.read.iter().filter(|(_, bad)| !bad.is_empty());
        let paths: BTreeSet<&Path> = bad().map(|((path, _), _)| path.as_path()).collect();
        let mut having: BTreeMap<Named<'_>, HashSet<ObjectId>> = BTreeMap::new();
        for (commit, tree) in commits.iter().zip(trees) {
            for path in &paths {
                let blob = tree.blob(path).map(|blob| ((*path).to_owned(), blob));
                let named = blob.and_then(|file| self.read.get(&file)).into_iter().flatten();
                named.for_each(|one| {
                    having.entry(Named(one)).or_default().insert(commit.id);
                });
            }
        }
        let branches = refs.branches();
        let mention = |(Named(mention), having): (Named<'_>, HashSet<ObjectId>)| {
            let stay = stay(commits, &having, &branches)?;
            Some(dated(mention, &stay, refs, &having))
        };
        having.into_iter().filter_map(mention).collect()
    }
}

/// A mention by its path and package, whatever else it says.
struct Named<'m>(&'m Mention);

impl Named<'_> {
    fn key(&self) -> (&Path, &str, &str, crate::model::advisory::Ecosystem) {
        (&self.0.path, &self.0.name, &self.0.version, self.0.ecosystem)
    }
}

impl PartialEq for Named<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Named<'_> {}

impl PartialOrd for Named<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Named<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

/// A mention with its stay, in words: `commit 1a2b3c4 on main, by its committer's clock`.
fn dated(mention: &Mention, stay: &Stay<'_>, refs: &Refs, having: &HashSet<ObjectId>) -> Mention {
    let is_there = refs.head.is_some_and(|head| having.contains(&head));
    let mut evidence =
        format!("commit {}{}, by its committer's clock", stay.from.id.short(), on(&stay.came_on));
    if !stay.stands_on.is_empty() {
        evidence += &format!("; it still stands{}", on(&stay.stands_on));
    }
    if let Some(Move { at, .. }) = refs.first_move(having) {
        evidence += &format!("; a work tree of this host had it from {at} on, says the reflog");
    }
    let until = stay.until.filter(|_| !is_there).map(|commit| Dated {
        at: commit.committed,
        evidence: format!("commit {} took it out, by its committer's clock", commit.id.short()),
    });
    Mention {
        source: MentionSource::LockfileHistory,
        at: Some(Dated { at: stay.from.committed, evidence }),
        until,
        ..mention.clone()
    }
}

/// ` on main, origin/main and 3 more`
fn on(names: &[&str]) -> String {
    let short = |name: &&str| {
        let starts = ["refs/heads/", "refs/remotes/"];
        let short = starts.iter().find_map(|start| name.strip_prefix(start));
        short.unwrap_or(name).escape_debug().to_string()
    };
    let told: Vec<String> = names.iter().take(REFS_TOLD_MAX).map(short).collect();
    match names.len().checked_sub(told.len()) {
        _ if told.is_empty() => " of no branch".to_owned(),
        Some(n_more) if n_more > 0 => format!(" on {} and {n_more} more", told.join(", ")),
        _ => format!(" on {}", told.join(", ")),
    }
}
