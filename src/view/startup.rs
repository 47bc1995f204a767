//! Startup code, as it leaves the process. Does not compute, and holds no line of a file.

use crate::view::{HostPath, User, Word};

/// A file with code that something starts unasked.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct StartupCode {
    /// The host that it is on; only in a merged inventory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Where.
    #[serde(flatten)]
    pub path: HostPath,
    /// What starts it, as a word.
    pub kind: Word,
    /// The same as a clause.
    pub what: Word,
    /// The first line that counts.
    pub line: Option<u64>,
    /// The file of the same package that it would run, where it names one and no more.
    pub runs: Option<String>,
    /// The package that lists it.
    pub package: Option<String>,
    /// Owner of the file.
    pub owner: User,
    /// When its inode was made, else last changed.
    pub appeared: String,
    /// When its inode last changed.
    pub changed: String,
    /// SHA-256 of the file in hexadecimal; only of what Python starts.
    pub sha256: Option<String>,
    /// What speaks for a look at it; none if it is ordinary.
    pub signs: Vec<StartupSign>,
}

/// What speaks for a look at a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct StartupSign {
    /// Which sign.
    pub sign: Word,
    /// Index of the infected install that it is about.
    pub install: Option<usize>,
}
