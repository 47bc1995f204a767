//! What a user sets aside, with a reason and an end. Knows no file format.

use std::path::PathBuf;

use crate::model::time::Moment;

/// One entry of a file that the user named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// Which credential.
    pub subject: Subject,
    /// At which place; `None` for every place, which only a public name may have.
    pub path: Option<PathBuf>,
    /// Why.
    pub reason: String,
    /// Until when; `None` for entries of other tools.
    pub expires: Option<Moment>,
    /// The file that has the entry.
    pub file: PathBuf,
    /// Its line there, from 1.
    pub line: u64,
}

/// By what an entry knows a credential.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The keyed hash of the secret.
    SecretId(String),
    /// Its public name.
    KeyId(String),
    /// Its kind.
    Kind(String),
    /// A line of the file, whatever stands there.
    Line(u64),
}

impl Subject {
    /// The word that reports use.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::SecretId(_) => "secret-id",
            Self::KeyId(_) => "key-id",
            Self::Kind(_) => "kind",
            Self::Line(_) => "place",
        }
    }
}
