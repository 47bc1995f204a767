//! A candidate that was believed. Holds no byte of the secret.

use std::path::PathBuf;

use crate::model::artifact::{ArtifactKind, Inode};
use crate::model::destination::Destination;
use crate::model::expiry::Expiry;
use crate::model::location::Place;
use crate::model::protection::Protection;
use crate::model::rule::{Confidence, KindIndex};
use crate::model::secret::SecretId;
use crate::model::store::StoreIndex;
use crate::model::time::{Dated, Moment};

/// A credential at one place.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What it is and what it says of itself.
    pub identity: Identity,
    /// Where it stands.
    pub location: Location,
}

/// What vetting learnt about a secret, without the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// What kind of credential.
    pub kind: KindIndex,
    /// Keyed hash of the secret.
    pub secret_id: SecretId,
    /// Public name of the credential: AWS key id, SSH fingerprint.
    pub key_id: Option<String>,
    /// Whose it is, or what it opens.
    pub account: Option<String>,
    /// The server that takes it, with the user where that is known.
    pub server: Option<Destination>,
    /// The vendor's fixed prefix, at most.
    pub hint: String,
    /// How much to believe it.
    pub confidence: Confidence,
    /// Plaintext or protected.
    pub protection: Protection,
    /// When it ends.
    pub expiry: Expiry,
    /// When the refresh token beside it ends, where one stands there: until then the grant
    /// lives on, whatever becomes of this token.
    pub renewal: Option<Expiry>,
    /// Before this moment it did not exist, by its own bytes or the fields beside it.
    pub issued: Option<Dated>,
}

impl Identity {
    /// A secret of which no more is known: plaintext, without an end.
    pub const fn of(kind: KindIndex, secret_id: SecretId) -> Self {
        Self {
            kind,
            secret_id,
            key_id: None,
            account: None,
            server: None,
            hint: String::new(),
            confidence: Confidence::High,
            protection: Protection::Plaintext,
            expiry: Expiry::Unknown,
            renewal: None,
            issued: None,
        }
    }

    /// Whether it had ended by itself, and nothing beside it could renew it.
    pub fn had_ended(&self, at: Moment) -> bool {
        self.expiry.had_passed(at) && !self.is_renewed(at)
    }

    /// Whether a refresh token that had not ended stands beside it.
    pub fn is_renewed(&self, at: Moment) -> bool {
        self.renewal.is_some_and(|renewal| !renewal.had_passed(at))
    }
}

/// Where a finding stands.
#[derive(Clone, Debug)]
pub struct Location {
    /// Path as the swept host sees it.
    pub path: PathBuf,
    /// What the path is.
    pub kind: ArtifactKind,
    /// Further names of the same inode (hard links) met in the sweep, sorted.
    pub other_names: Vec<PathBuf>,
    /// Span, line and column.
    pub place: Place,
    /// The variable that holds it, in the environment of a process. Never shown: a careless
    /// name may be a secret itself.
    pub variable: Option<String>,
    /// Containers from the outermost inwards; empty for a plain file.
    pub containers: Vec<String>,
    /// The store this file is, if any.
    pub store: Option<StoreIndex>,
    /// Owner, mode and times, as they were before the file was opened.
    pub inode: Inode,
    /// The bytes of the whole file; `None` until it was read to its end.
    pub content: Option<Content>,
}

/// The bytes of a file as they were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Content {
    /// Keyed hash of all of them.
    pub id: [u8; 32],
    /// How many there were.
    pub size_bytes: u64,
}

/// Why a candidate was turned down. The summary counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rejection {
    /// `<your-token>`, `xxxx`, a vendor's documentation example.
    Placeholder,
    /// `${VAR}`, `op://`, a template: the secret is elsewhere.
    Reference,
    /// Too little variety for what it claims to be.
    LowEntropy,
    /// The vendor's checksum does not hold.
    Checksum,
    /// The inner structure does not parse.
    Structure,
    /// Public material: a certificate, a public key.
    Public,
    /// Reads as words: a name, a label, a sentence.
    Words,
    /// Believed less than counts in such a file.
    LowConfidence,
    /// The file that the rule comes from says that this is none.
    Excepted,
}

impl Rejection {
    /// The word that reports use.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Placeholder => "placeholder",
            Self::Reference => "reference",
            Self::LowEntropy => "low-entropy",
            Self::Checksum => "checksum",
            Self::Structure => "structure",
            Self::Public => "public",
            Self::Words => "words",
            Self::LowConfidence => "low-confidence",
            Self::Excepted => "excepted",
        }
    }
}
