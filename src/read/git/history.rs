//! What stood in a repository, and from which commit to which: commits newest first, the
//! files of their trees, and the stay of anything in them. All times are those that
//! committers claim.

use std::collections::{BTreeSet, BinaryHeap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::read::git::{Commit, Kind, ObjectId, Reference, Repository, Trouble, tree_entries};

/// Deeper folders are not looked into.
const DEPTH_MAX: usize = 24;

/// Trees of one repository that are looked into.
const TREES_MAX: usize = 400_000;

/// Folders that hold something wanted, in all their states.
const FOLDERS_MAX: usize = 100_000;

/// Wanted files in all states of all folders.
const FILES_MAX: usize = 500_000;

/// A folder's list of names.
const TREE_BYTES_MAX: u64 = 16 << 20;

/// Commits, newest first.
pub struct History {
    /// Each after all of its children that are known, as far as their clocks allow.
    pub commits: Vec<Commit>,
    /// Why it is not all there is.
    pub troubles: BTreeSet<Trouble>,
}

/// Up to so many commits that can be reached from some, the newest first.
pub fn history(
    repository: &mut Repository<'_>,
    starts: impl IntoIterator<Item = ObjectId>,
    n_commits_max: usize,
) -> History {
    let shallow: HashSet<ObjectId> = repository.shallow().into_iter().collect();
    let mut history = History { commits: Vec::new(), troubles: BTreeSet::new() };
    let mut seen: HashSet<ObjectId> = HashSet::new();
    let mut pending = BinaryHeap::new();
    let mut next: Vec<ObjectId> = starts.into_iter().collect();
    loop {
        for id in next.drain(..).filter(|id| seen.insert(*id)) {
            match repository.commit(id) {
                Ok(commit) => pending.push(ByTime(commit)),
                Err(trouble) => {
                    history.troubles.insert(trouble);
                }
            }
        }
        let Some(ByTime(commit)) = pending.pop() else { break };
        if history.commits.len() == n_commits_max {
            history.troubles.insert(Trouble::TooMany);
            break;
        }
        if !shallow.contains(&commit.id) {
            next.extend(&commit.parents);
        }
        seen.insert(commit.id);
        history.commits.push(commit);
    }
    // A tag leads to a commit that a branch may lead to as well.
    let mut known = HashSet::new();
    history.commits.retain(|commit| known.insert(commit.id));
    history
}

/// The latest commit is the greatest.
#[derive(PartialEq, Eq)]
struct ByTime(Commit);

impl Ord for ByTime {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.0.committed, self.0.id).cmp(&(other.0.committed, other.0.id))
    }
}

impl PartialOrd for ByTime {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// A folder of a tree, with what is wanted of it alone.
#[derive(Debug, Default)]
pub struct Folder {
    files: Vec<(String, ObjectId)>,
    folders: Vec<(String, ObjectId, Rc<Folder>)>,
}

impl Folder {
    /// What a path holds.
    pub fn blob(&self, path: &Path) -> Option<ObjectId> {
        let mut names = path.iter().map(|name| name.to_str());
        let last = names.next_back()??;
        let mut folder = self;
        for name in names {
            let name = name?;
            let below = folder.folders.iter().find(|(known, ..)| known == name);
            folder = below.map(|(.., below)| below)?;
        }
        folder.files.iter().find(|(known, _)| known == last).map(|(_, blob)| *blob)
    }

    /// Visits its files, but for those in folders that were visited in this state before;
    /// `false` if there are more than anybody wants to visit: a folder can hold itself
    /// many times over without taking room.
    #[must_use]
    pub fn visit_new(
        &self,
        visited: &mut Visited,
        visit: &mut dyn FnMut(PathBuf, ObjectId),
    ) -> bool {
        self.visit(Path::new(""), visited, visit);
        visited.len() < FOLDERS_MAX
    }

    fn visit(&self, at: &Path, visited: &mut Visited, visit: &mut dyn FnMut(PathBuf, ObjectId)) {
        self.files.iter().for_each(|(name, blob)| visit(at.join(name), *blob));
        for (name, tree, below) in &self.folders {
            let at = at.join(name);
            if visited.len() < FOLDERS_MAX && visited.insert((at.clone(), *tree)) {
                below.visit(&at, visited, visit);
            }
        }
    }
}

/// Folders that were visited, by path and state.
pub type Visited = HashSet<(PathBuf, ObjectId)>;

/// Finds files by their names in tree after tree. A folder that did not change is the
/// same tree, looked into once and kept once.
pub struct Finder<'f> {
    is_wanted: &'f dyn Fn(&Path) -> bool,
    /// By tree and by the folder's own name, on which it may depend what is wanted.
    known: HashMap<(ObjectId, String), Rc<Folder>>,
    n_files: usize,
    /// Why not every tree could be looked into.
    pub troubles: BTreeSet<Trouble>,
}

impl<'f> Finder<'f> {
    /// `is_wanted` is asked with the names of a file and of the folder it lies in.
    pub fn new(is_wanted: &'f dyn Fn(&Path) -> bool) -> Self {
        Self { is_wanted, known: HashMap::new(), n_files: 0, troubles: BTreeSet::new() }
    }

    /// A tree, with its wanted files at any depth.
    pub fn folder(&mut self, repository: &mut Repository<'_>, tree: ObjectId) -> Rc<Folder> {
        self.below(repository, (tree, ""), DEPTH_MAX)
    }

    fn below(
        &mut self,
        repository: &mut Repository<'_>,
        (tree, name): (ObjectId, &str),
        depth: usize,
    ) -> Rc<Folder> {
        let key = (tree, name.to_owned());
        if let Some(known) = self.known.get(&key) {
            return Rc::clone(known);
        }
        if depth == 0 || self.known.len() == TREES_MAX {
            self.troubles.insert(Trouble::TooMany);
            return Rc::default();
        }
        // Should it hold itself, it holds nothing there.
        self.known.insert(key.clone(), Rc::default());
        let folder = match repository.object(tree, TREE_BYTES_MAX) {
            Ok(object) if object.kind == Kind::Tree => {
                Ok(self.of_entries(repository, (&object.bytes, name), depth))
            }
            Ok(_) => Err(Trouble::Broken),
            Err(trouble) => Err(trouble),
        };
        self.troubles.extend(folder.as_ref().err());
        let folder = Rc::new(folder.unwrap_or_default());
        self.known.insert(key, Rc::clone(&folder));
        folder
    }

    fn of_entries(
        &mut self,
        repository: &mut Repository<'_>,
        (tree, own_name): (&[u8], &str),
        depth: usize,
    ) -> Folder {
        let mut folder = Folder::default();
        for entry in tree_entries(tree) {
            let Ok(name) = std::str::from_utf8(entry.name) else { continue };
            match entry.kind {
                Some(Kind::Tree) => {
                    let below = self.below(repository, (entry.id, name), depth - 1);
                    if !below.files.is_empty() || !below.folders.is_empty() {
                        folder.folders.push((name.to_owned(), entry.id, below));
                    }
                }
                Some(Kind::Blob) if (self.is_wanted)(&Path::new(own_name).join(name)) => {
                    self.n_files += 1;
                    if self.n_files > FILES_MAX {
                        self.troubles.insert(Trouble::TooMany);
                        break;
                    }
                    folder.files.push((name.to_owned(), entry.id));
                }
                _ => {}
            }
        }
        folder
    }
}

/// From which commit to which something stood in a repository.
#[derive(Debug, PartialEq, Eq)]
pub struct Stay<'h> {
    /// The earliest commit that has it, by the committers' clocks.
    pub from: &'h Commit,
    /// The latest commit that took it out; `None` where no known commit did.
    pub until: Option<&'h Commit>,
    /// The refs whose commit has it.
    pub stands_on: Vec<&'h str>,
    /// The refs that lead back to the commit that brought it.
    pub came_on: Vec<&'h str>,
}

/// The stay of what some commits have; `None` if none has it.
pub fn stay<'h>(
    commits: &'h [Commit],
    having: &HashSet<ObjectId>,
    refs: &'h [Reference],
) -> Option<Stay<'h>> {
    let (with, without): (Vec<&Commit>, Vec<&Commit>) =
        commits.iter().partition(|commit| having.contains(&commit.id));
    let age = |commit: &&Commit| (commit.committed, commit.id);
    let from = with.into_iter().min_by_key(age)?;
    let takes_out = |commit: &&Commit| commit.parents.iter().any(|id| having.contains(id));
    let later = descendants(commits, from.id);
    let names = |ids: &HashSet<ObjectId>| {
        let named = refs.iter().filter(|one| ids.contains(&one.id));
        named.map(|one| one.name.as_str()).collect()
    };
    Some(Stay {
        from,
        until: without.into_iter().filter(takes_out).max_by_key(age),
        stands_on: names(having),
        came_on: names(&later),
    })
}

/// A commit and all that came after it.
fn descendants(commits: &[Commit], ancestor: ObjectId) -> HashSet<ObjectId> {
    let mut children: HashMap<ObjectId, Vec<ObjectId>> = HashMap::new();
    for commit in commits {
        commit.parents.iter().for_each(|id| children.entry(*id).or_default().push(commit.id));
    }
    let mut found = HashSet::from([ancestor]);
    let mut pending = vec![ancestor];
    while let Some(id) = pending.pop() {
        let fresh = children.get(&id).into_iter().flatten().filter(|child| found.insert(**child));
        pending.extend(fresh.copied());
    }
    found
}
