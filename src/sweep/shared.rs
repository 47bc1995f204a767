//! What the threads of a sweep share, and what they bring home. Decides only which files are
//! asked of packages; reads none.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::Ordering;

use crate::advisories::Library;
use crate::components::mentions::Needs;
use crate::components::{Catalogue, go, is_metadata, is_record, mentions, startup};
use crate::detect::engine::Engine;
use crate::detect::stores::Stores;
use crate::model::advisory::Ecosystem;
use crate::model::artifact::Artifact;
use crate::model::broker::References;
use crate::model::component::{Component, Mention, Removal, Sighting};
use crate::model::coverage::Coverage;
use crate::model::finding::Finding;
use crate::model::host::HostFiles;
use crate::model::inventory::Task;
use crate::model::rule::Confidence;
use crate::model::secret::SecretKey;
use crate::model::startup::StartupList;
use crate::read::git;
use crate::read::reader::ReadPolicy;
use crate::sweep::Watch;
use crate::sweep::committed::Committed;
use crate::sweep::links::Links;

/// What all workers share.
pub struct Shared<'s> {
    pub task: Task,
    pub engine: &'s Engine<'s>,
    pub stores: &'s Stores<'s>,
    pub catalogue: &'s Catalogue<'s>,
    pub library: &'s Library,
    pub files: &'s dyn HostFiles,
    pub policy: &'s ReadPolicy,
    pub key: &'s SecretKey,
    /// What is believed less does not count; `None` for what the kind of file says.
    pub confidence_min: Option<Confidence>,
    /// Whether comments may allow secrets.
    pub honors_allow: bool,
    /// Whether what packs other files is opened.
    pub opens_archives: bool,
    pub watch: &'s Watch,
    /// Inodes with several names that were met.
    pub links: Links,
    /// Held by the one worker that has a large file in memory.
    pub large: Mutex<()>,
    /// Where workers leave what they found when they are done.
    pub harvest: Mutex<Harvest>,
}

impl Shared<'_> {
    /// Whether a file may say something of packages, by its path alone.
    pub fn speaks_of_packages(&self, path: &Path) -> bool {
        is_metadata(path)
            || is_record(path)
            || mentions::is_mention(path)
            || startup::is_startup(path)
            || self.catalogue.names(path)
    }

    /// Whether an audit wants to meet a file, by its path alone.
    pub fn is_audited(&self, path: &Path) -> bool {
        self.speaks_of_packages(path) || go::lies_among_programs(path) || git::may_be_head(path)
    }

    /// Whether an audit needs the bytes of such a file; of the others the name tells, or
    /// their hash, which is taken apart.
    pub fn needs_bytes(&self, artifact: &Artifact) -> bool {
        let path = &artifact.path;
        go::is_among_programs(artifact)
            || is_metadata(path)
            || is_record(path)
            || startup::is_parsed(path)
            || mentions::needs(path).is_some_and(|needs| needs != Needs::Name)
    }

    /// Whether somebody wants the sweep to end; also asked within large files.
    pub fn is_interrupted(&self) -> bool {
        self.watch.interrupted.load(Ordering::Relaxed)
    }

    /// Whether an advisory names a package in a version, or at all; or another catalogue may
    /// name it: which versions of that, is asked after the walk.
    pub fn is_wanted(&self) -> impl Fn(Ecosystem, &str, Option<&str>) -> bool {
        |ecosystem, name, version| {
            let is_hit = match version {
                Some(version) => !self.catalogue.hits_of(ecosystem, name, version).is_empty(),
                None => self.catalogue.names_package(ecosystem, name),
            };
            is_hit || self.library.may_name(ecosystem, name)
        }
    }
}

/// What was found so far.
#[derive(Default)]
pub struct Harvest {
    pub findings: Vec<Finding>,
    /// Lines of files whose secrets a comment allows.
    pub allowed: BTreeSet<(PathBuf, u64)>,
    pub components: Vec<Component>,
    pub sightings: Vec<Sighting>,
    pub mentions: Vec<Mention>,
    pub removals: Vec<Removal>,
    /// `HEAD` files of work trees' repositories.
    pub repositories: Vec<Artifact>,
    /// What repositories say of files with findings.
    pub committed: Vec<Committed>,
    pub startup: StartupList,
    pub references: References,
    pub coverage: Coverage,
}
