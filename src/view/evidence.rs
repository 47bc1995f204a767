//! What an infected install was concluded from, as it leaves the process. Does not compute.

use crate::view::{Dated, HostPath, User, Word};

/// A file that an advisory names.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Sighting {
    /// Where.
    #[serde(flatten)]
    pub path: HostPath,
    /// `payload`, `persistence` or `staging`.
    pub role: Word,
    /// `strong` or `weak`.
    pub weight: Word,
    /// Whether its contents are known to be bad; `None` where that cannot be told.
    pub hash_known: Option<bool>,
    /// What a reader should know.
    pub note: String,
    /// Its owner.
    pub owner: User,
    /// When its inode was made, else last changed.
    pub appeared: String,
}

/// A lock file, a cache entry, a log or a history that speaks of a package.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Mention {
    /// What kind of file: `bundle`, `leftover`, `log`, `cache`, `history`, `lockfile`,
    /// `lockfile-history`.
    pub source: Word,
    /// Which file.
    #[serde(flatten)]
    pub path: HostPath,
    /// Name, normalised for its ecosystem.
    pub name: String,
    /// Version as written there.
    pub version: String,
    /// `PyPI` or `npm`.
    pub ecosystem: Word,
    /// When, as far as the file or its stamps say.
    pub at: Option<Dated>,
    /// When the file ceased to say so; `None` where it still does, or nothing tells.
    pub until: Option<Dated>,
    /// Owner of the file.
    pub owner: User,
    /// Which line of a lock file, from 1.
    pub line: Option<u64>,
}

/// A log or a history that says that a package was taken away.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Removal {
    /// Which file.
    #[serde(flatten)]
    pub path: HostPath,
    /// When.
    #[serde(flatten)]
    pub at: Dated,
    /// Owner of the file.
    pub owner: User,
}

/// How far back one kind of evidence of past installs reaches.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Reach {
    /// The kind: `npm logs`, `pip cache`.
    pub family: Word,
    /// Files that were read for it; of git, repositories.
    pub n_files: u64,
    /// Those with times in them; the others count with the stamp of their inode.
    pub n_dated: u64,
    /// The earliest moment that any of them gives.
    pub earliest: Option<String>,
    /// The latest.
    pub latest: Option<String>,
}

/// A user with whose authority the code ran.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Runner {
    /// Who.
    #[serde(flatten)]
    pub user: User,
    /// `observed`, `configured` or `possible`.
    pub certainty: Word,
    /// Why.
    pub evidence: String,
    /// What else says so, the surest first.
    pub further: Vec<String>,
    /// What it may do beyond the modes of files, the farthest reach first.
    pub authority: Vec<Authority>,
}

/// One way from a user's authority to more.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Authority {
    /// `everything`, `root-at-will`, `unknown`, `root-by-password` or `some-files`.
    pub reach: Word,
    /// `capability`, `group`, `sudo`, `doas` or `socket`.
    pub means: Word,
    /// How that is known.
    pub evidence: String,
}
