//! The walk: every file below the roots, in parallel, hidden and ignored ones too.
//! The only door to the `ignore` crate, with all of its filters off. Follows no link,
//! enters no mount that the table does not call local, opens no file.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use ignore::{DirEntry, WalkBuilder, WalkState};

use crate::discover::mounts::{MountKind, Mounts};
use crate::error::{Problem, ProblemCode};
use crate::model::artifact::{Artifact, ArtifactKind, Inode};
use crate::model::coverage::Skip;
use crate::model::host::HostRoot;
use crate::model::path_pattern::PathPatterns;

/// What a walk needs to know.
pub struct Plan<'p> {
    /// Where the host's `/` is.
    pub root: &'p HostRoot,
    /// Where to start, as the host sees it; each without links and outside the others.
    pub starts: Vec<&'p Path>,
    /// What is mounted where.
    pub mounts: &'p Mounts,
    /// What the user wants left alone.
    pub excluded: &'p PathPatterns,
    /// Files that are of interest, by their paths alone; `None` for all.
    pub wanted: Option<&'p (dyn Fn(&Path) -> bool + Sync)>,
    /// Threads that list folders and visit files.
    pub n_threads: usize,
    /// Set when the walk shall end early.
    pub interrupted: &'p AtomicBool,
}

/// What a walk meets.
pub enum Met {
    /// A regular file.
    File(Artifact),
    /// A folder that is entered.
    Folder,
    /// Something left alone on purpose.
    Skipped(Skip),
    /// Something that could not be looked into.
    Problem(Problem),
}

/// Walks, calling one visitor a thread. Visitors are made and dropped by the walk.
pub fn walk<'p, V>(plan: &'p Plan<'p>, make_visitor: impl Fn() -> V + Sync)
where
    V: FnMut(Met) + Send + 'p,
{
    let Some((first, others)) = plan.starts.split_first() else { return };
    let mut builder = WalkBuilder::new(plan.root.to_real(first));
    others.iter().for_each(|start| {
        builder.add(plan.root.to_real(start));
    });
    builder.standard_filters(false).follow_links(false).threads(plan.n_threads);
    builder.build_parallel().run(|| {
        let mut visitor = make_visitor();
        Box::new(move |entry| {
            if plan.interrupted.load(Ordering::Relaxed) {
                return WalkState::Quit;
            }
            match entry {
                Ok(entry) => plan.visit(&entry, &mut visitor),
                Err(error) => {
                    visitor(Met::Problem(plan.problem(&error)));
                    WalkState::Continue
                }
            }
        })
    });
}

impl Plan<'_> {
    fn visit(&self, entry: &DirEntry, visitor: &mut impl FnMut(Met)) -> WalkState {
        let Some(path) = self.root.to_host(entry.path()) else { return WalkState::Skip };
        if self.excluded.matches(&path) {
            visitor(Met::Skipped(Skip::Excluded));
            return WalkState::Skip;
        }
        // The kind comes from the folder's own list: nothing is asked of a mount yet.
        let Some(kind) = entry.file_type() else { return WalkState::Skip };
        if kind.is_dir() {
            return self.enter(entry, &path, visitor);
        }
        if !kind.is_file() {
            visitor(Met::Skipped(if kind.is_symlink() { Skip::Link } else { Skip::Special }));
            return WalkState::Continue;
        }
        if self.wanted.is_some_and(|wanted| !wanted(&path)) {
            visitor(Met::Skipped(Skip::OtherSubject));
            return WalkState::Continue;
        }
        match entry.metadata() {
            Ok(stat) => {
                let inode = Inode::from_stat(&stat);
                visitor(match inode.size_bytes {
                    0 => Met::Skipped(Skip::Empty),
                    _ => Met::File(Artifact {
                        path: path.into_owned(),
                        inode,
                        kind: ArtifactKind::File,
                    }),
                });
            }
            Err(error) => visitor(Met::Problem(self.problem(&error))),
        }
        WalkState::Continue
    }

    /// Decides about a folder before anything is asked of it.
    fn enter(&self, entry: &DirEntry, path: &Path, visitor: &mut impl FnMut(Met)) -> WalkState {
        // A remote root that the user named is entered; one met on the way is not.
        let mount = self.mounts.at(entry.path()).filter(|_| entry.depth() > 0);
        match mount {
            Some(MountKind::Pseudo) => visitor(Met::Skipped(Skip::PseudoFileSystem)),
            Some(MountKind::Remote) => {
                visitor(Met::Problem(Problem::new(ProblemCode::RemoteFileSystem, path, "")));
            }
            Some(MountKind::Merged) => visitor(Met::Skipped(Skip::MergedLayers)),
            Some(MountKind::Local) | None => {
                visitor(Met::Folder);
                return WalkState::Continue;
            }
        }
        WalkState::Skip
    }

    fn problem(&self, error: &ignore::Error) -> Problem {
        let path = path_of(error).unwrap_or(Path::new("/"));
        let path = self.root.to_host(path).map_or_else(|| path.to_owned(), |p| p.into_owned());
        match error.io_error() {
            Some(io) => Problem::from_io(path, io),
            None => Problem::new(ProblemCode::InputOutput, path, error.to_string()),
        }
    }
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            path_of(err)
        }
        ignore::Error::Partial(errors) => errors.iter().find_map(path_of),
        ignore::Error::Loop { child, .. } => Some(child),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::sync::Mutex;

    use super::*;
    use crate::model::path_pattern::PathPattern;

    fn names(excluded: &[&str]) -> (Vec<String>, Vec<Skip>) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for path in ["home/ana/.ssh/id", "home/ana/.gitignore", "home/ana/skip/x", "etc/passwd"] {
            std::fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            std::fs::write(root.join(path), "*").unwrap();
        }
        std::fs::write(root.join("home/ana/empty"), "").unwrap();
        symlink("/etc", root.join("home/ana/out")).unwrap();
        symlink("..", root.join("home/ana/loop")).unwrap();
        let patterns: Vec<_> = excluded.iter().map(|p| PathPattern::new(p).unwrap()).collect();
        let excluded = PathPatterns::new(patterns.iter().map(|pattern| (pattern, 0)));
        let (files, skips) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
        let host = HostRoot::image(root);
        let plan = Plan {
            root: &host,
            starts: vec![Path::new("/home")],
            mounts: &Mounts::default(),
            excluded: &excluded,
            wanted: None,
            n_threads: 2,
            interrupted: &AtomicBool::new(false),
        };
        walk(&plan, || {
            |met| match met {
                Met::File(artifact) => {
                    files.lock().unwrap().push(artifact.path.display().to_string());
                }
                Met::Skipped(skip) => skips.lock().unwrap().push(skip),
                Met::Folder => {}
                Met::Problem(problem) => panic!("{problem}"),
            }
        });
        let (mut files, mut skips) = (files.into_inner().unwrap(), skips.into_inner().unwrap());
        files.sort();
        skips.sort();
        (files, skips)
    }

    #[test]
    fn hidden_and_ignored_files_are_met_and_links_are_not_followed() {
        let (files, skips) = names(&[]);
        assert_eq!(files, ["/home/ana/.gitignore", "/home/ana/.ssh/id", "/home/ana/skip/x"]);
        assert_eq!(skips, [Skip::Link, Skip::Link, Skip::Empty]);
    }

    #[test]
    fn what_the_user_excludes_is_left_alone() {
        let (files, skips) = names(&["**/skip", "/home/ana/.gitignore"]);
        assert_eq!(files, ["/home/ana/.ssh/id"]);
        assert_eq!(skips.iter().filter(|skip| **skip == Skip::Excluded).count(), 2);
    }
}
