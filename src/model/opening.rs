//! What a credential opens, as far as its own host says: what stands beside it, destinations that
//! users reach with a key, accounts of this host that let it in. Nobody was asked whether they
//! still do.

use std::path::PathBuf;

use crate::model::destination::Destination;

/// How it is known that a credential opens something, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// It stands beside the secret.
    Beside,
    /// An account of this host has its public half.
    LetsIn,
    /// A setting or a command names just this key for the destination.
    Named,
    /// The destination was named, and ssh tries this key wherever no other is named.
    Default,
    /// The user's ssh has met the host, and would try this key there.
    Met,
}

impl How {
    /// The word that reports use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Beside => "beside",
            Self::LetsIn => "lets-in",
            Self::Named => "named",
            Self::Default => "default",
            Self::Met => "met",
        }
    }
}

/// What kind of file says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClueKind {
    /// The file of the secret itself.
    Itself,
    /// Settings of the ssh client.
    ClientConfig,
    /// A shell's history.
    History,
    /// A remote of a git repository.
    GitRemote,
    /// A setting of git that names a key.
    GitSetting,
    /// A list of known hosts.
    KnownHosts,
    /// The same, where the name was hashed, and guessed from names found elsewhere.
    HashedKnownHosts,
    /// A list of keys that an account lets in.
    AuthorizedKeys,
}

impl ClueKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Itself,
        Self::ClientConfig,
        Self::History,
        Self::GitRemote,
        Self::GitSetting,
        Self::KnownHosts,
        Self::HashedKnownHosts,
        Self::AuthorizedKeys,
    ];

    /// What the line is, for a reader.
    pub const fn clause(self) -> &'static str {
        match self {
            Self::Itself => "named beside it",
            Self::ClientConfig => "ssh settings",
            Self::History => "shell history",
            Self::GitRemote => "git remote",
            Self::GitSetting => "git settings",
            Self::KnownHosts => "known host",
            Self::HashedKnownHosts => "known host, name hashed",
            Self::AuthorizedKeys => "lets it in",
        }
    }

    /// The word that reports use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Itself => "itself",
            Self::ClientConfig => "ssh-config",
            Self::History => "shell-history",
            Self::GitRemote => "git-remote",
            Self::GitSetting => "git-setting",
            Self::KnownHosts => "known-hosts",
            Self::HashedKnownHosts => "hashed-known-hosts",
            Self::AuthorizedKeys => "authorized-keys",
        }
    }
}

/// A line that says so.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Clue {
    /// What kind of file it stands in.
    pub kind: ClueKind,
    /// The file.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: u64,
}

/// One destination of a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Where it leads.
    pub destination: Destination,
    /// How that is known.
    pub how: How,
    /// What says so, sorted; of each file the first line.
    pub clues: Vec<Clue>,
}

/// How a key is named.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyName {
    /// By its file, without links.
    Path(PathBuf),
    /// By the end of its path, somewhere below a home: a command was typed in a folder that
    /// nothing tells.
    Ending {
        /// The home.
        below: PathBuf,
        /// The relative path.
        ending: PathBuf,
    },
}

/// A public key that an account of this host lets in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AuthorizedKey {
    /// Name of the account.
    pub user: String,
    /// `SHA256:` and the hash of the key.
    pub fingerprint: String,
    /// What the line asks for besides the key, for a reader: `from 10.0.0.0/8`.
    pub limits: Vec<String>,
    /// What the line calls the key, where that looks like a name.
    pub comment: Option<String>,
    /// The file.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: u64,
}

/// All that is known of a host.
#[derive(Clone, Debug, Default)]
pub struct Openings {
    /// Openings by the key's name, sorted.
    pub of_keys: Vec<(KeyName, Opening)>,
    /// Keys that accounts of this host let in, sorted.
    pub authorized: Vec<AuthorizedKey>,
    /// Hashed names of known hosts that no name found elsewhere fits.
    pub n_unsolved: u64,
}
