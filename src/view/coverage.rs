//! How far a look went, as it leaves the process. Does not compute.

use std::collections::BTreeMap;

use crate::view::{HostPath, Reach, UnusedSuppression, Word};

/// What was read and what was not.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Coverage {
    /// Whether everything in scope was read.
    pub complete: bool,
    /// Regular files read to their end.
    pub n_files_read: u64,
    /// Bytes of them.
    pub n_bytes_read: u64,
    /// Folders listed.
    pub n_folders: u64,
    /// Process environments read.
    pub n_process_environments: u64,
    /// Command lines of processes read.
    pub n_command_lines: u64,
    /// What was left alone on purpose, by reason.
    pub skipped: BTreeMap<Word, u64>,
    /// Candidates that were turned down, by reason.
    pub rejected: BTreeMap<Word, u64>,
    /// Files whose access time could not be kept.
    pub access_times_touched: u64,
    /// What was taken from other people's catalogues.
    pub catalogues: Vec<Catalogue>,
    /// How far back the evidence of past installs reaches, by kind.
    pub evidence: Vec<Reach>,
    /// Startup code of each kind, also what is not worth a line.
    pub startup_code: BTreeMap<Word, u64>,
    /// How much of it there was too much of to be looked at.
    pub n_startup_unjudged: u64,
    /// Hashed names of known hosts that fit no name found elsewhere.
    pub n_unsolved_hosts: u64,
    /// Security modules that may refuse a read that modes allow: not modelled.
    pub guards: Vec<String>,
    /// Entries that set nothing aside.
    pub unused_suppressions: Vec<UnusedSuppression>,
    /// What could not be looked into.
    pub problems: Problems,
}

/// What was taken from one catalogue of somebody else.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Catalogue {
    /// The file or folder that was named.
    #[serde(flatten)]
    pub path: HostPath,
    /// Records that packages were compared with.
    pub n_used: u64,
    /// Records with fields that nobody here knows.
    pub n_with_unknown_fields: u64,
    /// What was not taken, by reason.
    pub left_out: BTreeMap<Word, u64>,
}

/// What could not be looked into.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Problems {
    /// How many of each code.
    pub counts: BTreeMap<Word, u64>,
    /// The first ones of each code, by path.
    pub listed: Vec<Problem>,
    /// How many are counted and not listed.
    pub unlisted: u64,
}

/// One thing that could not be looked into.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Problem {
    /// The host that it is on; only in a merged inventory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// What kind of trouble; `docs/codes.md` explains each.
    pub code: Word,
    /// Where.
    #[serde(flatten)]
    pub path: HostPath,
    /// What happened, as a sentence.
    pub why: String,
}
