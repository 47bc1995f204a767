//! What one thread does with each thing the walk meets: read it, look at it, and keep the
//! harvest. A bug or a hostile file ends the work on one file, never the sweep.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;

use crate::components::go;
use crate::detect::engine::Window;
use crate::discover::walk::Met;
use crate::error::{Problem, ProblemCode};
use crate::model::artifact::{Artifact, ArtifactKind};
use crate::model::coverage::Skip;
use crate::model::inventory::Task;
use crate::read::git;
use crate::read::reader::{Contents, Reader, Reading};
use crate::sweep::locked;
use crate::sweep::look::Look;
use crate::sweep::shared::{Harvest, Shared};

/// One thread's reader, window and harvest.
pub struct Worker<'s> {
    shared: &'s Shared<'s>,
    reader: Reader<'s>,
    window: Window,
    pub harvest: Harvest,
}

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        let mine = std::mem::take(&mut self.harvest);
        let mut all = locked(&self.shared.harvest);
        all.findings.extend(mine.findings);
        all.allowed.extend(mine.allowed);
        all.components.extend(mine.components);
        all.sightings.extend(mine.sightings);
        all.mentions.extend(mine.mentions);
        all.removals.extend(mine.removals);
        all.repositories.extend(mine.repositories);
        all.startup.merge(mine.startup);
        all.references.merge(mine.references);
        all.coverage.merge(mine.coverage);
    }
}

impl<'s> Worker<'s> {
    /// A worker with empty hands.
    pub fn new(shared: &'s Shared<'s>) -> Self {
        let reader = Reader::new(shared.policy);
        Self { shared, reader, window: Window::default(), harvest: Harvest::default() }
    }

    /// Takes what the walk met.
    pub fn meet(&mut self, met: Met) {
        let coverage = &mut self.harvest.coverage;
        match met {
            Met::Folder => coverage.n_folders += 1,
            Met::Skipped(skip) => coverage.skip(skip),
            Met::Problem(problem) => coverage.problems.push(problem),
            Met::File(artifact) => self.look_at(&artifact),
        }
    }

    /// Looks at one artifact. A panic on the way is a problem of that artifact only.
    pub fn look_at(&mut self, artifact: &Artifact) {
        self.shared.watch.n_files.fetch_add(1, Ordering::Relaxed);
        if !self.is_to_be_read(artifact) {
            return self.harvest.coverage.skip(Skip::HardLink);
        }
        if git::is_head(&self.shared.policy.root, &artifact.path) {
            self.harvest.repositories.push(artifact.clone());
        }
        let n_findings = self.harvest.findings.len();
        if catch_unwind(AssertUnwindSafe(|| self.read(artifact))).is_err() {
            self.harvest.coverage.problems.push(Problem::new(
                ProblemCode::Panicked,
                &artifact.path,
                "",
            ));
        }
        let has_findings = self.harvest.findings.len() > n_findings;
        self.shared.links.done(&artifact.inode, has_findings);
    }

    /// An inode is read under its first name, and under every name that says more than
    /// its bytes do: a store, a package's metadata, a known trace.
    fn is_to_be_read(&self, artifact: &Artifact) -> bool {
        let is_new = self.shared.links.is_new(artifact);
        is_new
            || !self.shared.stores.at(&artifact.path).is_empty()
            || self.shared.speaks_of_packages(&artifact.path)
            || go::is_among_programs(artifact)
    }

    fn read(&mut self, artifact: &Artifact) {
        let Self { shared, reader, window, harvest } = self;
        if shared.task == Task::Audit && !shared.needs_bytes(artifact) {
            return Look::new(shared, artifact, window, harvest).in_part(None, false);
        }
        let reading = match reader.read(artifact) {
            Ok(reading) => reading,
            Err(problem) => return harvest.coverage.problems.push(problem),
        };
        let Reading { contents, keeps_access_time, problem } = reading;
        let coverage = &mut harvest.coverage;
        coverage.problems.extend(problem);
        coverage.n_access_times_touched += u64::from(!keeps_access_time);
        let mut look = Look::new(shared, artifact, window, harvest);
        let n_bytes = match contents {
            Contents::Whole(bytes) => look.whole(bytes),
            Contents::Mapped(mapping) => look.mapped(&mapping),
            Contents::Chunks(chunks) => look.chunks(chunks),
        };
        shared.watch.n_bytes.fetch_add(n_bytes, Ordering::Relaxed);
        let coverage = &mut harvest.coverage;
        coverage.n_bytes_read += n_bytes;
        match artifact.kind {
            ArtifactKind::File => coverage.n_files_read += 1,
            ArtifactKind::Environment => coverage.n_environments += 1,
            ArtifactKind::CommandLine(_) => coverage.n_command_lines += 1,
        }
    }
}
