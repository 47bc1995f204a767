//! Installed packages, and those of them that an advisory names.

use std::path::PathBuf;

use crate::model::advisory::{AdvisoryIndex, Ecosystem, Role, Trigger, Weight};
use crate::model::principal::Certainty;
use crate::model::time::{Moment, Window};

/// An installed package with a version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Component {
    /// The `site-packages` or `node_modules` it lies in.
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
    /// When it was installed.
    pub installed: Option<Dated>,
}

/// A moment and what it was read from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dated {
    /// When.
    pub at: Moment,
    /// Which stamp of which file says so.
    pub evidence: String,
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
    /// Owner of the file.
    pub owner_uid: u32,
}

/// What a mention proves, the most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MentionSource {
    /// An installer's log: it was installed then.
    Log,
    /// A package cache: it was downloaded.
    Cache,
    /// A command in a shell history: somebody asked for it.
    History,
    /// A lock file: an install of this project takes this version.
    Lockfile,
}

impl MentionSource {
    /// The word that reports use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Cache => "cache",
            Self::History => "history",
            Self::Lockfile => "lockfile",
        }
    }
}

/// A component hit by an advisory, or what such a component left behind.
#[derive(Clone, Debug)]
pub struct InfectedInstall {
    /// Which incident.
    pub advisory: AdvisoryIndex,
    /// The package, unless only its traces were seen.
    pub component: Option<Component>,
    /// What makes the code run.
    pub triggers: Vec<Trigger>,
    /// Files of the incident that were seen.
    pub sightings: Vec<Sighting>,
    /// Who ran it, the surest first.
    pub runners: Vec<Runner>,
    /// From when to when it could run here.
    pub window: Window,
    /// Where the ends of the window come from.
    pub window_evidence: String,
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
}
