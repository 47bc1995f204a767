//! What a merged inventory was made of, as it leaves the process. Does not compute.

use crate::view::{HostPath, Status, Word};

/// A report that was to go into a merged inventory.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct MergedReport {
    /// Its file.
    #[serde(flatten)]
    pub path: HostPath,
    /// `whole`; `in-part`: it broke, and what came before is in; `changed`: it is whole, and its
    /// chain says that it was edited; `not-read`; `duplicate`: another one says just the same.
    pub read: Word,
    /// Why, unless it is whole.
    pub why: Option<String>,
    /// The host that it is about; `None` where it could not be read so far.
    pub host: Option<String>,
    /// When its sweep started.
    pub started: Option<String>,
    /// Whether that sweep looked at everything.
    pub status: Option<Status>,
    /// Public name of its key, if that was a file.
    pub key_id: Option<String>,
    /// How many of its credentials are in.
    pub n_credentials: usize,
}
