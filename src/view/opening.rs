//! What keys open, as it leaves the process. Does not compute.

use crate::view::{HostPath, Word};

/// One destination of a key.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Opening {
    /// As one would type it: `deploy@web1.example.org:2222`.
    pub what: String,
    /// Name or address, or a pattern of names.
    pub host: String,
    /// `None` for ssh's own.
    pub port: Option<u16>,
    /// `None` where nobody said.
    pub user: Option<String>,
    /// `lets-in`, `named`, `default` or `met`.
    pub how: Word,
    /// What says so.
    pub evidence: Vec<OpeningClue>,
}

/// A line that says so.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct OpeningClue {
    /// The host that it is on; only in a merged inventory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// What kind of file it stands in.
    pub kind: Word,
    /// The file.
    #[serde(flatten)]
    pub path: HostPath,
    /// The first such line of it, from 1.
    pub line: u64,
}

/// A public key that an account of the host lets in.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct AuthorizedKey {
    /// The host that it is on; only in a merged inventory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Name of the account.
    pub user: String,
    /// `SHA256:` and the hash of the key.
    pub fingerprint: String,
    /// What the line asks for besides the key.
    pub limits: Vec<String>,
    /// What the line calls the key, where that looks like a name.
    pub comment: Option<String>,
    /// The file.
    #[serde(flatten)]
    pub path: HostPath,
    /// The line, from 1.
    pub line: u64,
}
