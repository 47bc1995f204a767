//! What to do, in which order and why, as it leaves the process. Does not compute.

use crate::view::{HostPath, Word};

/// What to do before any rotation, and the steps of the rotation.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Plan {
    /// Before any rotation, in this order.
    pub containment: Vec<Measure>,
    /// The steps of the rotation that anything stands in.
    pub phases: Vec<Phase>,
}

/// Something to be done, or left undone, before any rotation.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Measure {
    /// `watcher`, `isolate`, `campaign`, `preserve`, `persistence` or `never`.
    pub kind: Word,
    /// What to do, as a sentence.
    pub says: String,
    /// Why, where that is no matter of course.
    pub why: Option<String>,
    /// Which incident asks for it; `None` where each does.
    pub advisory: Option<String>,
    /// The first files of this host that it is about.
    pub paths: Vec<HostPath>,
    /// How many files there are.
    pub n_paths: usize,
}

/// A step of the rotation.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Phase {
    /// `stop-spread`, `take-back`, `rest`, `look-first` or `no-need`.
    pub phase: Word,
    /// Its heading.
    pub title: String,
    /// What that means.
    pub why: String,
    /// Rank of its first credential.
    pub first_rank: usize,
    /// How many credentials stand in it.
    pub n_credentials: usize,
}

/// Credentials that are rotated before another one, for the same reason.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Predecessors {
    /// Their ranks; the first ones.
    pub ranks: Vec<usize>,
    /// How many there are.
    pub n_all: usize,
    /// Why.
    pub why: String,
}

/// When a file that holds a credential was last changed.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct LastChanged {
    /// When.
    pub at: String,
    /// `before`, `during` or `after` the windows of the installs; `None` where there are none.
    pub against_window: Option<Word>,
}

/// How a credential is rotated. What is known of it is filled in; the rest stands in angle
/// brackets.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Rotation {
    /// `revoke` or `create`: what comes first.
    pub first: Word,
    /// The page or program in which it is done; may be empty.
    pub place: String,
    /// What to do, in order.
    pub steps: Vec<String>,
    /// Commands that do it, for another machine.
    pub commands: Vec<String>,
    /// Which log shows misuse, and what to look for in it.
    pub checks: Vec<String>,
    /// What stops working; may be empty.
    pub breaks: String,
}
