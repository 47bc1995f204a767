//! Secrets in the objects of repositories: what was committed once is still there for whoever
//! reads the folder, whatever the work tree says today. Each file of a commit is looked at as
//! a member of the pack that holds it.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use crate::detect::engine::Window;
use crate::error::{Problem, ProblemCode};
use crate::model::artifact::{Artifact, ArtifactKind};
use crate::read::containers::Member;
use crate::read::git::{Kind, ObjectId, Repository, Trouble, tree_entries};
use crate::sweep::locked;
use crate::sweep::look::Look;
use crate::sweep::shared::{Harvest, Shared};

/// Repositories that are open at once.
const AT_ONCE: usize = 4;
/// Bytes that are unpacked of one repository. Not a bound of time: two sweeps give the same.
const UNPACKED_BYTES_MAX: u64 = 4 << 30;
/// Bigger files of commits are not looked at.
const BLOB_BYTES_MAX: u64 = 16 << 20;
/// Names of files in trees that are remembered.
const NAMES_MAX: usize = 500_000;

/// Looks at the objects of all repositories that were met, into the harvest.
pub fn look_at_all(shared: &Shared<'_>) {
    let heads = locked(&shared.harvest).repositories.clone();
    for some in heads.chunks(AT_ONCE) {
        let harvests: Vec<Harvest> = some.par_iter().map(|head| look_at(shared, head)).collect();
        let mut all = locked(&shared.harvest);
        for mine in harvests {
            all.findings.extend(mine.findings);
            all.references.merge(mine.references);
            all.coverage.merge(mine.coverage);
        }
    }
}

fn look_at(shared: &Shared<'_>, head: &Artifact) -> Harvest {
    let mut harvest = Harvest::default();
    let folder = head.path.parent().unwrap_or(&head.path);
    let done = catch_unwind(AssertUnwindSafe(|| {
        match Repository::open(&shared.policy.root, folder, UNPACKED_BYTES_MAX) {
            Ok(repository) => objects(shared, folder, repository, &mut harvest),
            Err(error) => harvest.coverage.problems.push(Problem::from_io(folder, &error)),
        }
    }));
    if done.is_err() {
        harvest.coverage.problems.push(Problem::new(ProblemCode::Panicked, folder, ""));
    }
    harvest
}

fn objects(
    shared: &Shared<'_>,
    folder: &Path,
    mut repository: Repository<'_>,
    harvest: &mut Harvest,
) {
    let mut window = Window::default();
    let mut names: HashMap<ObjectId, String> = HashMap::new();
    let (troubles, n_too_big) =
        repository.each_object(BLOB_BYTES_MAX, &mut |holder, id, object| {
            match object.kind {
                // Trees lie before the files they name.
                Kind::Tree => remember(&object.bytes, &mut names),
                Kind::Blob => {
                    let artifact = Artifact {
                        path: holder.path.clone(),
                        kind: ArtifactKind::File,
                        inode: holder.inode,
                    };
                    let member = member(id, names.get(&id));
                    Look::new(shared, &artifact, &mut window, harvest)
                        .inside(&member, &object.bytes);
                }
                Kind::Commit | Kind::Tag => {}
            }
            !shared.is_interrupted()
        });
    let mut say = |why: &str| {
        let problem = Problem::new(ProblemCode::GitHistory, folder, why);
        harvest.coverage.problems.push(problem);
    };
    // What is amiss with the repository as a whole was told with its history.
    troubles.into_iter().filter(|it| *it == Trouble::Exhausted).for_each(|it| say(it.sentence()));
    if n_too_big > 0 {
        say(&format!("{n_too_big} objects over {} MiB were not looked at", BLOB_BYTES_MAX >> 20));
    }
}

fn remember(tree: &[u8], names: &mut HashMap<ObjectId, String>) {
    for entry in tree_entries(tree).filter(|entry| entry.kind == Some(Kind::Blob)) {
        if names.len() < NAMES_MAX {
            let name = || String::from_utf8_lossy(entry.name).into_owned();
            names.entry(entry.id).or_insert_with(name);
        }
    }
}

/// A file of a commit by its object, and by its own name where a tree said it.
fn member(id: ObjectId, name: Option<&String>) -> Member {
    let mut names = vec![id.short()];
    names.extend(name.cloned());
    let path = PathBuf::from("/").join(name.map_or("", String::as_str));
    Member { names, path }
}
