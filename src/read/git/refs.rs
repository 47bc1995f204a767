//! Refs, and what reflogs say of the commits they named before. Follows symbolic refs of
//! `HEAD` alone, one step; reads no configuration.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::model::time::Moment;
use crate::read::git::files::Files;
use crate::read::git::object::signed_time;
use crate::read::git::{ObjectId, Trouble};

/// Refs and reflog entries of one repository that are looked at.
const REFS_MAX: usize = 50_000;

/// Folders below `refs/` lie no deeper than this.
const DEPTH_MAX: usize = 12;

/// A name of a commit or a tag.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// `refs/heads/main`, or `HEAD` where that names a commit itself.
    pub name: String,
    /// What it names.
    pub id: ObjectId,
}

/// That a work tree was moved to a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Move {
    /// When, by the clock of this host then.
    pub at: Moment,
    /// Where to.
    pub to: ObjectId,
    /// Where from: null where the work tree was made.
    pub from: ObjectId,
}

/// All that names commits.
#[derive(Debug, Default)]
pub struct Refs {
    /// What refs name now, by name.
    pub now: Vec<Reference>,
    /// The ref that the work tree stands on: a branch, or `HEAD` itself.
    pub head: Option<ObjectId>,
    /// What reflogs say that they named.
    pub before: BTreeSet<ObjectId>,
    /// For each work tree, when its `HEAD` went where, in that order.
    pub moves: Vec<Vec<Move>>,
    /// What could not be read.
    pub trouble: Option<Trouble>,
}

impl Refs {
    /// Refs that go on: branches, here and as they were on other hosts, and a `HEAD` that
    /// stands on none. Tags and stashes never move on.
    pub fn branches(&self) -> Vec<Reference> {
        let goes_on = |one: &&Reference| {
            let is_branch = ["refs/heads/", "refs/remotes/"].iter();
            one.name == "HEAD" || is_branch.into_iter().any(|start| one.name.starts_with(start))
        };
        self.now.iter().filter(goes_on).cloned().collect()
    }

    /// The first time that a work tree was moved to one of some commits.
    pub fn first_move(&self, commits: &HashSet<ObjectId>) -> Option<&Move> {
        self.moves.iter().flatten().filter(|one| commits.contains(&one.to)).min()
    }

    /// Whether they reach back to when the work tree was made: git drops the older ones.
    pub fn knows_all_moves(&self) -> bool {
        let first = self.moves.first().and_then(|moves| moves.first());
        first.is_some_and(|first| first.from.is_null())
    }
}

/// All that names commits in a repository.
pub fn refs(files: &Files<'_>) -> Refs {
    let mut reader = RefReader { files, now: BTreeMap::new(), refs: Refs::default() };
    reader.packed();
    reader.folder("refs", DEPTH_MAX, &mut |reader, name| reader.loose(name));
    reader.folder("logs/refs", DEPTH_MAX, &mut |reader, name| {
        reader.log(name);
    });
    reader.work_tree("");
    for name in files.names("worktrees").unwrap_or_default() {
        if let Some(name) = name.to_str() {
            reader.work_tree(&format!("worktrees/{name}/"));
        }
    }
    reader.refs.head = reader.head();
    let now = reader.now.into_iter().map(|(name, id)| Reference { name, id });
    Refs { now: now.collect(), ..reader.refs }
}

struct RefReader<'r> {
    files: &'r Files<'r>,
    now: BTreeMap<String, ObjectId>,
    refs: Refs,
}

impl RefReader<'_> {
    /// Whether there is room for one more.
    fn has_room(&mut self) -> bool {
        let has_room = self.now.len() + self.refs.before.len() < REFS_MAX;
        if !has_room {
            self.refs.trouble = Some(Trouble::TooMany);
        }
        has_room
    }

    fn name(&mut self, name: &str, text: &str) {
        let text = text.trim();
        match ObjectId::parse(text) {
            Some(id) if self.has_room() => {
                self.now.insert(name.to_owned(), id);
            }
            Some(_) => {}
            // A longer name is a SHA-256; anything else is a symbolic ref or damaged.
            None if text.len() == 64 => self.refs.trouble = Some(Trouble::Elsewhere),
            None => {}
        }
    }

    /// `ID refs/heads/main`, a line each; peeled tags stand below, behind a `^`.
    fn packed(&mut self) {
        let text = self.files.read("packed-refs").unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        for line in text.lines().filter(|line| !line.starts_with(['#', '^'])) {
            if let Some((id, name)) = line.split_once(' ') {
                self.name(name, id);
            }
        }
    }

    fn loose(&mut self, name: &str) {
        if let Ok(bytes) = self.files.read_up_to(name, 256) {
            self.name(name, &String::from_utf8_lossy(&bytes));
        }
    }

    fn folder(&mut self, name: &str, depth: usize, meet: &mut dyn FnMut(&mut Self, &str)) {
        let names = self.files.names(name).unwrap_or_default();
        for below in names.iter().filter_map(|below| below.to_str()) {
            let below = format!("{name}/{below}");
            match self.files.is_folder(&below) {
                true if depth > 0 => self.folder(&below, depth - 1, meet),
                true => self.refs.trouble = Some(Trouble::TooMany),
                false if self.has_room() => meet(self, &below),
                false => return,
            }
        }
    }

    /// `HEAD`, of the repository's own work tree or of a linked one, and where it was.
    fn work_tree(&mut self, folder: &str) {
        self.loose(&format!("{folder}HEAD"));
        self.loose(&format!("{folder}ORIG_HEAD"));
        let moves = self.log(&format!("{folder}logs/HEAD"));
        if !moves.is_empty() {
            self.refs.moves.push(moves);
        }
    }

    /// What the repository's own work tree stands on: `HEAD` names it, or a branch that does.
    fn head(&self) -> Option<ObjectId> {
        let text = self.files.read_up_to("HEAD", 4096).ok()?;
        let text = String::from_utf8_lossy(&text);
        let name = text.strip_prefix("ref: ").map_or("HEAD", str::trim);
        self.now.get(name).copied()
    }

    /// `OLD NEW Ana <ana@example> 1774348740 +0100`, a tab and why.
    fn log(&mut self, name: &str) -> Vec<Move> {
        let text = self.files.read(name).unwrap_or_default();
        let mut moves = Vec::new();
        for line in text.split(|byte| *byte == b'\n') {
            let who = line.split(|byte| *byte == b'\t').next().unwrap_or_default();
            let id =
                |from: usize| ObjectId::parse(std::str::from_utf8(who.get(from..from + 40)?).ok()?);
            let (Some(old), Some(new)) = (id(0), id(41)) else { continue };
            if !self.has_room() {
                break;
            }
            self.refs.before.extend([old, new].into_iter().filter(|id| !id.is_null()));
            moves.extend(signed_time(who).map(|at| Move { at, to: new, from: old }));
        }
        moves
    }
}
