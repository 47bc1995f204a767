//! Installed packages, and those of them that an advisory names.

use std::path::PathBuf;

use crate::model::access::NamespaceId;
use crate::model::advisory::{AdvisoryIndex, Ecosystem, Role, Trigger, Weight};
use crate::model::authority::{Authority, Capabilities};
use crate::model::principal::{Certainty, Namespace};
use crate::model::provenance::Provenance;
use crate::model::time::{Bounds, Dated, DatedWindow, Moment, Window};

/// An installed package with a version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Component {
    /// What it is installed in: a `site-packages` or `node_modules`, the home of gems, a `vendor`,
    /// the folder of an editor's extensions, or the program that it was built into.
    pub environment: PathBuf,
    /// Name, normalised for its ecosystem.
    pub name: String,
    /// Version as the package writes it.
    pub version: String,
    /// Where it came from.
    pub ecosystem: Ecosystem,
    /// Its metadata on disk: the dist-info folder, or the package's folder.
    pub path: PathBuf,
    /// The program that says it installed it.
    pub installer: Option<String>,
    /// Owner of its metadata: who ran the installer.
    pub owner_uid: u32,
    /// When it was installed here: an inode that the installer made.
    pub installed: Option<Dated>,
    /// When the content of that inode was written, if that was before: then it was copied or
    /// restored here. Its owner can set this date.
    pub copied: Option<Dated>,
}

/// A package that is or was here without being an installed component: a line of a lock
/// file, a cache entry, a line of a log or a history.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mention {
    /// Where the package comes from.
    pub ecosystem: Ecosystem,
    /// Name, normalised for its ecosystem.
    pub name: String,
    /// Version as written.
    pub version: String,
    /// What kind of file says so.
    pub source: MentionSource,
    /// Which file.
    pub path: PathBuf,
    /// When, as far as the file itself or its stamps say.
    pub at: Option<Dated>,
    /// When the file ceased to say so; `None` where it still does, or nothing tells.
    pub until: Option<Dated>,
    /// Owner of the file.
    pub owner_uid: u32,
    /// Which line of a lock file, from 1, where that is known.
    pub line: Option<u64>,
}

/// What somebody took away, by a log or a history.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Removal {
    /// Where the package comes from.
    pub ecosystem: Ecosystem,
    /// Name, normalised for its ecosystem.
    pub name: String,
    /// Which version; `None` where nobody said.
    pub version: Option<String>,
    /// Which file says so.
    pub path: PathBuf,
    /// When, by the file itself.
    pub at: Dated,
    /// Owner of the file.
    pub owner_uid: u32,
}

/// What a mention proves, the most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MentionSource {
    /// An archive that runs as it lies, without an install.
    Bundle,
    /// What an uninstall left behind: it was installed.
    Leftover,
    /// An installer's log: it was installed then.
    Log,
    /// A package cache: it was downloaded.
    Cache,
    /// A command in a shell history: somebody asked for it.
    History,
    /// A lock file: an install of this project takes this version.
    Lockfile,
    /// A lock file as some commit has it: an install of this project took this version then.
    LockfileHistory,
}

impl MentionSource {
    /// Whether somebody asked an installer for it. A lock file asks nobody, and a cache may
    /// have been filled by something that never came to run it.
    pub const fn was_asked_for(self) -> bool {
        matches!(self, Self::Bundle | Self::Leftover | Self::Log | Self::History)
    }

    /// Whether it says what an install would take, and of no install.
    pub const fn is_lock_file(self) -> bool {
        matches!(self, Self::Lockfile | Self::LockfileHistory)
    }

    /// Whether it speaks for a project, and not for a user.
    pub const fn is_of_project(self) -> bool {
        matches!(self, Self::Bundle) || self.is_lock_file()
    }

    /// The word that reports use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bundle => "bundle",
            Self::Leftover => "leftover",
            Self::Log => "log",
            Self::Cache => "cache",
            Self::History => "history",
            Self::Lockfile => "lockfile",
            Self::LockfileHistory => "lockfile-history",
        }
    }
}

/// How an infected package is here, the surest first. Not to be installed now never means
/// that it was not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Presence {
    /// It is installed now.
    Installed,
    /// Its files were seen, and no package.
    Traces,
    /// It is not installed now, and this is the surest that speaks of it.
    Mentioned(MentionSource),
}

impl Presence {
    /// The word that reports use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Installed => "installed",
            Self::Traces => "traces",
            Self::Mentioned(source) => source.as_str(),
        }
    }
}

/// A component hit by an advisory, or what such a component left behind.
#[derive(Clone, Debug)]
pub struct InfectedInstall {
    /// Which incident.
    pub advisory: AdvisoryIndex,
    /// The package, if it is installed now.
    pub component: Option<Component>,
    /// What else speaks of just this package in this version, the surest first.
    pub mentions: Vec<Mention>,
    /// What makes the code run.
    pub triggers: Vec<Trigger>,
    /// Files of the incident that were seen.
    pub sightings: Vec<Sighting>,
    /// Who ran it, the surest first.
    pub runners: Vec<Runner>,
    /// From when to when it can have run here at all: the outer bound.
    pub window: DatedWindow,
    /// From when to when it certainly was here, if anything proves that.
    pub certain: Option<DatedWindow>,
    /// What brought it here, and what to change.
    pub provenance: Provenance,
    /// When it was last taken away, where it is not installed now and something says so.
    pub removed: Option<Removal>,
    /// Further names of its files that the sweep did not meet: hard links of a cache or of
    /// another environment on the same file system.
    pub n_unmet_names: u64,
}

impl InfectedInstall {
    /// One of which no more is known than its incident.
    pub fn new(advisory: AdvisoryIndex) -> Self {
        let unset = Moment::new(0, 0);
        Self {
            advisory,
            component: None,
            mentions: Vec::new(),
            triggers: Vec::new(),
            sightings: Vec::new(),
            runners: Vec::new(),
            window: DatedWindow {
                window: Window { start: unset, end: unset },
                evidence: String::new(),
            },
            certain: None,
            provenance: Provenance::default(),
            removed: None,
            n_unmet_names: 0,
        }
    }

    /// Both windows, without their evidence.
    pub fn bounds(&self) -> Bounds {
        Bounds { outer: self.window.window, certain: self.certain.as_ref().map(|one| one.window) }
    }

    /// Files that an installer takes from the package as they are, and may link from a cache.
    pub fn metadata_files(&self) -> impl Iterator<Item = PathBuf> + '_ {
        let folders = self.component.iter().map(|component| &component.path);
        let installed =
            folders.flat_map(|folder| [folder.join("METADATA"), folder.join("package.json")]);
        let unpacked = self.mentions.iter().map(|mention| &mention.path);
        installed.chain(unpacked.filter(|path| path.ends_with("METADATA")).cloned())
    }

    /// Whether it can have run here. A lock file alone got nothing onto the host; a cache did.
    pub fn may_have_run(&self) -> bool {
        !matches!(self.presence(), Presence::Mentioned(source) if source.is_lock_file())
    }

    /// How the package is here.
    pub fn presence(&self) -> Presence {
        let surest = self.mentions.iter().map(|mention| mention.source).min();
        match (&self.component, surest) {
            (Some(_), _) => Presence::Installed,
            (None, Some(source)) => Presence::Mentioned(source),
            (None, None) => Presence::Traces,
        }
    }
}

/// A file that an advisory names, seen on this host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Which incident.
    pub advisory: AdvisoryIndex,
    /// Where.
    pub path: PathBuf,
    /// What it is for.
    pub role: Role,
    /// Whether the path alone proves anything.
    pub weight: Weight,
    /// Whether its contents are known to be bad; `None` if no hash is known for it
    /// or it could not be read.
    pub hash_is_known: Option<bool>,
    /// What a reader should know.
    pub note: String,
    /// Its owner.
    pub owner_uid: u32,
    /// When its inode was made, else last changed.
    pub appeared: Moment,
}

/// A principal with whose authority the code ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runner {
    /// Who.
    pub uid: u32,
    /// How sure that is.
    pub certainty: Certainty,
    /// Why.
    pub evidence: String,
    /// What else says so, the surest first.
    pub further: Vec<String>,
    /// Groups that some of it had beyond those of the user.
    pub gids: Vec<u32>,
    /// What it may do beyond the modes of files, the farthest reach first.
    pub authority: Vec<Authority>,
    /// Files whose contents it was given, whoever may read them.
    pub handed: Vec<Handed>,
    /// What keeps it from what its user may do elsewhere.
    pub confined: Confined,
}

/// What sets one process, or service, of a user apart from the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Confined {
    /// Its capabilities, if they are fewer than its user has: root has all of them.
    pub capabilities: Option<Capabilities>,
    /// Its mount namespace, if that is not the sweep's.
    pub namespace: Option<Namespace>,
}

/// A file whose contents something else reads and gives to the code: as variables, mostly.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Handed {
    /// The file.
    pub path: PathBuf,
    /// How sure it is that what it is given to ran the code.
    pub certainty: Certainty,
    /// Who gives it, as a clause.
    pub evidence: String,
}

impl Confined {
    /// What is too much to be told apart: nothing is known of what it may do.
    pub const UNSEEN: Self =
        Self { capabilities: None, namespace: Some(Namespace { id: NamespaceId(0), pid: 0 }) };
}

impl Runner {
    /// One of whom no more is known.
    pub fn new(uid: u32, certainty: Certainty, evidence: String) -> Self {
        let (further, gids) = (Vec::new(), Vec::new());
        let (authority, handed) = (Vec::new(), Vec::new());
        let confined = Confined::default();
        Self { uid, certainty, evidence, further, gids, authority, handed, confined }
    }
}
