//! What one place was judged by, as it leaves the process. Does not compute.

use crate::view::{Group, HostPath, User, Word};

/// What one place was judged by.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Explanation {
    /// Every known way to it, that by which it was found first.
    pub ways: Vec<Way>,
    /// Ways that are left out.
    pub n_further_ways: usize,
    /// Further names (hard links) that the sweep did not meet.
    pub n_unmet_names: u64,
}

/// One path to a file.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Way {
    /// The path.
    #[serde(flatten)]
    pub path: HostPath,
    /// From `/` on, the file itself last.
    pub components: Vec<WayComponent>,
}

/// A folder on a way, or the file at its end.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct WayComponent {
    /// Its path.
    #[serde(flatten)]
    pub path: HostPath,
    /// What is known of it; `None` where it could not be looked at.
    pub inode: Option<WayInode>,
    /// What it says to each user as whom code ran, or was supposed to.
    pub answers: Vec<Answer>,
}

/// What decides who may pass a component.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct WayInode {
    /// Permission bits, octal: `0700`.
    pub mode: String,
    /// Its owner.
    pub owner: User,
    /// Its group.
    pub group: Group,
    /// `none`, `present`, or `unreadable`.
    pub access_list: Word,
    /// When anything about it last changed.
    pub changed: String,
    /// When it was made, where the file system records it.
    pub born: Option<String>,
}

/// What a component says to a user.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Answer {
    /// The user.
    #[serde(flatten)]
    pub user: User,
    /// `yes`, `likely`, `no` or `unknown`: whether it lets the user pass, today.
    pub passes: Word,
    /// Why.
    pub why: String,
}
