//! What was set aside, as it leaves the process. Does not compute.

use crate::view::{HostPath, Word};

/// Why a credential, or a place of it, is set aside.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Suppressed {
    /// What the entry gives as its reason.
    pub reason: String,
    /// When that ends; `None` for entries of other tools and comments, which have no end.
    pub expires: Option<String>,
    /// What it is bound to: `secret-id`, `key-id`, `kind`, `place` or `comment`.
    pub by: Word,
}

/// An entry that set nothing aside.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct UnusedSuppression {
    /// The file that has it, as it was named.
    #[serde(flatten)]
    pub path: HostPath,
    /// Its line there.
    pub line: u64,
    /// What it gives as its reason.
    pub reason: String,
    /// `expired`, `no-match` or `no-key`.
    pub why: Word,
}
