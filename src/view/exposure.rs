//! Verdicts, as they leave the process. Does not compute; sentences come as the model words
//! them.

use crate::view::{HostPath, User, Word};

/// The verdict on one place for one occasion and user.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Exposure {
    /// Index of the infected install; `None` for the question that was asked.
    pub install: Option<usize>,
    /// Whose authority the code had.
    #[serde(flatten)]
    pub user: User,
    /// `exposed`, `likely`, `unknown` or `not-exposed`.
    pub verdict: Word,
    /// `A` or `B`, with `not-exposed`.
    pub grade: Option<Word>,
    /// Why, in the order of the reasoning.
    pub reasons: Vec<Step>,
    /// What would change the verdict.
    pub counter: String,
    /// What stands beside it.
    pub flags: Vec<Flag>,
    /// Whether the campaign looks for it.
    #[serde(flatten)]
    pub aim: Aim,
}

/// One step of a reasoning.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Step {
    /// What it says.
    pub says: String,
    /// What it speaks for: `ran`, `for`, `doubt` or `against`.
    pub side: Word,
}

/// What stands beside a verdict.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Flag {
    /// Which flag.
    pub flag: Word,
    /// What it says.
    pub says: String,
}

/// Whether the campaign looks for it.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Aim {
    /// `targeted`, `everything`, `off-list` or `no-list`.
    pub aim: Word,
    /// How well that is known.
    pub aim_grade: Option<Word>,
    /// What the campaign's list calls it.
    pub aim_what: Option<String>,
}

/// What the user asked about code that nothing says ran here.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct WhatIf {
    /// As whom.
    pub users: Vec<User>,
    /// From when.
    pub start: String,
    /// Until when.
    pub end: String,
    /// Which campaign's list counts.
    pub campaign: Option<String>,
}

/// What gives out credentials without a file.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Broker {
    /// The host that it is on; only in a merged inventory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// What kind.
    pub kind: Word,
    /// The socket or file that shows it.
    #[serde(flatten)]
    pub path: HostPath,
    /// What it is.
    pub what: String,
    /// Whom it serves; `None` for any process.
    pub serves: Option<User>,
    /// `secret` or `use`.
    pub gives: Word,
    /// From when on it is known to have been there.
    pub since: Option<String>,
    /// The verdict for each occasion and user.
    pub exposures: Vec<Exposure>,
}

/// How far the host's own time can be trusted.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Clock {
    /// Stamps closer together than this prove no order, in seconds.
    pub doubt_seconds: i64,
    /// What speaks against it.
    pub doubts: Vec<String>,
}
