//! Published statements about bad versions.

use std::path::PathBuf;

use crate::model::harvest::Harvested;
use crate::model::path_pattern::PathPattern;
use crate::model::rule::{Confidence, KindIndex};
use crate::model::time::{Moment, Window};

/// Position of an [`Advisory`] in [`RuleSet::advisories`](crate::model::rule_set::RuleSet::advisories).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AdvisoryIndex(pub usize);

/// One incident.
#[derive(Clone, Debug)]
pub struct Advisory {
    /// Name and month: `litellm-2026-03`.
    pub id: String,
    /// One line.
    pub title: String,
    /// OSV, GHSA, CVE and other ids.
    pub ids: Vec<String>,
    /// Two or three sentences.
    pub summary: String,
    /// Whom sources name as behind it. For a reader only: attribution changes.
    pub actor: Option<String>,
    /// Where most of its packages come from.
    pub ecosystem: Ecosystem,
    /// Outer bound of all claims about when bad versions could be installed.
    pub window: Window,
    /// What each source says about the window, side by side.
    pub claims: Vec<Claim>,
    /// How well the facts are known.
    pub confidence: Confidence,
    /// Publishers and dates.
    pub sources: Vec<String>,
    /// What to do before any rotation, in this order.
    pub contain: Vec<String>,
    /// Bad packages.
    pub packages: Vec<BadPackage>,
    /// What punishes revocation, or does harm by itself: to be stopped first.
    pub watchers: Vec<Watcher>,
    /// Kinds that it, or those behind it, were seen to use.
    pub uses: Vec<KindIndex>,
    /// What it reads. Empty means that no source says.
    pub harvests: Vec<Harvested>,
    /// What it leaves behind.
    pub indicators: Vec<Indicator>,
    /// The file of another catalogue that says all this; `None` for our own advisories.
    /// Its `window` starts with the publication of the record, which is no bound: the bad
    /// versions are older than what was said of them.
    pub catalogue: Option<PathBuf>,
}

impl Advisory {
    /// One of which no more is known than its name and when it was.
    pub fn new(id: impl Into<String>, ecosystem: Ecosystem, window: Window) -> Self {
        Self {
            id: id.into(),
            title: String::new(),
            ids: Vec::new(),
            summary: String::new(),
            actor: None,
            ecosystem,
            window,
            claims: Vec::new(),
            confidence: Confidence::Low,
            sources: Vec::new(),
            contain: Vec::new(),
            packages: Vec::new(),
            watchers: Vec::new(),
            uses: Vec::new(),
            harvests: Vec::new(),
            indicators: Vec::new(),
            catalogue: None,
        }
    }

    /// Whether a copy of a package that was got at some time can be the bad one. Without a
    /// time it can.
    pub fn is_bad_at(&self, package: &BadPackage, at: Option<Moment>) -> bool {
        let is_inside = |at: Moment| (self.window.start..=self.window.end).contains(&at);
        !package.is_moved || at.is_none_or(is_inside)
    }
}

/// What other people's catalogues say of the packages of one host.
#[derive(Clone, Debug, Default)]
pub struct ForeignAdvisories {
    /// Incidents that our own advisories do not know. Their indices follow those of ours.
    pub advisories: Vec<Advisory>,
    /// What is further said of incidents that are known: these versions are theirs too.
    pub additions: Vec<(AdvisoryIndex, BadPackage)>,
}

/// What one source says about the window.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Who says so.
    pub source: String,
    /// The first moment, where the source gives one.
    pub start: Option<Moment>,
    /// The last moment, where the source gives one.
    pub end: Option<Moment>,
    /// What it says in words.
    pub note: String,
}

/// Something left running that answers a revoked token with harm.
#[derive(Clone, Debug)]
pub struct Watcher {
    /// How to recognise it, in words.
    pub sign: String,
    /// Where it lies.
    pub paths: Vec<PathPattern>,
    /// What it does, and when.
    pub does: String,
    /// What to do about it before anything is revoked, in this order.
    pub before_revoking: Vec<String>,
}

/// Where packages come from, by OSV's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ecosystem {
    /// Python packages.
    PyPI,
    /// JavaScript packages.
    Npm,
    /// Rust crates.
    Crates,
    /// Go modules.
    Go,
    /// Ruby gems.
    RubyGems,
    /// PHP packages, as Composer installs them.
    Packagist,
    /// Extensions of VS Code and its forks, whatever gallery they come from.
    VsCode,
    /// Actions of CI workflows, `owner/repository`.
    GithubActions,
}

impl Ecosystem {
    /// Every ecosystem.
    pub const ALL: [Self; 8] = [
        Self::PyPI,
        Self::Npm,
        Self::Crates,
        Self::Go,
        Self::RubyGems,
        Self::Packagist,
        Self::VsCode,
        Self::GithubActions,
    ];

    /// OSV's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PyPI => "PyPI",
            Self::Npm => "npm",
            Self::Crates => "crates.io",
            Self::Go => "Go",
            Self::RubyGems => "RubyGems",
            Self::Packagist => "Packagist",
            Self::VsCode => "VSCode",
            Self::GithubActions => "GitHub Actions",
        }
    }

    /// The ecosystem that OSV or Bumblebee calls so, in any case; what follows a colon is a
    /// source within it (`VSCode:open-vsx`).
    pub fn named(text: &str) -> Option<Self> {
        let name = text.split(':').next().unwrap_or_default().trim();
        let is_it = |one: &Self| {
            [one.as_str(), one.bumblebee_name()]
                .iter()
                .any(|known| known.eq_ignore_ascii_case(name))
        };
        Self::ALL.into_iter().find(is_it)
    }

    /// Bumblebee's name, where it has one of its own.
    const fn bumblebee_name(self) -> &'static str {
        match self {
            Self::VsCode => "editor-extension",
            Self::Crates => "cargo",
            other => other.as_str(),
        }
    }
}

/// Bad versions of one package.
#[derive(Clone, Debug)]
pub struct BadPackage {
    /// Where it comes from.
    pub ecosystem: Ecosystem,
    /// Name, normalised for its ecosystem.
    pub name: String,
    /// Exact versions.
    pub versions: Vec<String>,
    /// Whether it never had a clean version: then any version is bad, listed or not.
    pub all_versions: bool,
    /// Whether good references (tags) were moved to bad code and back again: then a copy is bad
    /// only if it was got inside the window.
    pub is_moved: bool,
    /// Stretches of versions, beside the exact ones.
    pub ranges: Vec<VersionRange>,
    /// What makes the code run.
    pub triggers: Vec<Trigger>,
    /// The last clean version before.
    pub clean_before: Option<String>,
    /// The first clean version after.
    pub clean_after: Option<String>,
}

/// Stretches of bad versions, as what happens at which version. The order of the events
/// means nothing: versions have one of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionRange {
    /// What happens, at least one [`VersionEvent::Introduced`].
    pub events: Vec<VersionEvent>,
}

/// What happens at a version, by OSV's names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VersionEvent {
    /// Bad from this version on; `0` is before all versions.
    Introduced(String),
    /// Good again from this version on.
    Fixed(String),
    /// The last bad version: good after it.
    LastAffected(String),
    /// Nothing is said of this version and later ones.
    Limit(String),
}

/// What makes bad code run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trigger {
    /// Installing it.
    Install,
    /// Any start of the interpreter.
    InterpreterStart,
    /// Importing it.
    Import,
    /// Running its program.
    EntryPoint,
    /// Opening its folder in an editor.
    FolderOpen,
    /// Any start of the editor that has it as an extension.
    EditorStart,
    /// A run of a workflow that uses it.
    CiRun,
}

impl Trigger {
    /// Every trigger with the name advisories use for it.
    pub const ALL: [(&'static str, Self); 7] = [
        ("install", Self::Install),
        ("interpreter-start", Self::InterpreterStart),
        ("import", Self::Import),
        ("entry-point", Self::EntryPoint),
        ("folder-open", Self::FolderOpen),
        ("editor-start", Self::EditorStart),
        ("ci-run", Self::CiRun),
    ];

    /// As a clause: "runs ...".
    pub const fn clause(self) -> &'static str {
        match self {
            Self::Install => "when it is installed",
            Self::InterpreterStart => "at every start of the interpreter",
            Self::Import => "when it is imported",
            Self::EntryPoint => "when its program is run",
            Self::FolderOpen => "when its folder is opened in an editor",
            Self::EditorStart => "when an editor starts",
            Self::CiRun => "when a CI job uses it",
        }
    }
}

/// A file that an incident leaves behind.
#[derive(Clone, Debug)]
pub struct Indicator {
    /// Where.
    pub path: PathPattern,
    /// Known contents, lower-case hexadecimal.
    pub sha256: Vec<String>,
    /// What it is for.
    pub role: Role,
    /// Whether the path alone proves anything.
    pub weight: Weight,
    /// What a reader should know.
    pub note: String,
}

/// What a left-behind file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The bad code itself.
    Payload,
    /// What brings it back.
    Persistence,
    /// What was collected, before it was sent.
    Staging,
}

impl Role {
    /// Every role with the name advisories use for it.
    pub const ALL: [(&'static str, Self); 3] = [
        ("payload", Self::Payload),
        ("persistence", Self::Persistence),
        ("staging", Self::Staging),
    ];

    /// The word that reports use.
    pub const fn as_str(self) -> &'static str {
        Self::ALL[self as usize].0
    }
}

/// What the mere presence of a file proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// The path alone is telling.
    Strong,
    /// Only with a known hash, or beside another sign.
    Weak,
}

impl Weight {
    /// Every weight with the name advisories use for it.
    pub const ALL: [(&'static str, Self); 2] = [("strong", Self::Strong), ("weak", Self::Weak)];
}
