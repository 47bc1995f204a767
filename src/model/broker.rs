//! What gives out credentials, or uses them for others, when it is asked: agents, keyrings, the
//! metadata service of a cloud, programs that configurations name. No file needs to be read.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::model::artifact::Artifact;
use crate::model::exposure::Exposure;
use crate::model::time::Moment;

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Broker {
    /// What kind.
    pub kind: BrokerKind,
    /// The socket or file that shows it.
    pub path: PathBuf,
    /// Whom it serves.
    pub serves: Serves,
    /// What it gives.
    pub gives: Gives,
    /// What it is, for a reader.
    pub what: String,
    /// From when on it is known to have been there.
    pub since: Option<Moment>,
    /// What is not known of whether it had anything to give, as a clause.
    pub doubt: Option<String>,
}

/// What kind of broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BrokerKind {
    /// Holds unlocked SSH keys.
    SshAgent,
    /// Passes on to an agent of another host, from which somebody logged in.
    ForwardedAgent,
    /// Holds passphrases of OpenPGP keys.
    GpgAgent,
    /// Holds secrets of a desktop session.
    Keyring,
    /// Gives the credentials of the machine's or the container's role to any process.
    CloudRole,
    /// A program that a configuration names to get credentials from.
    Helper,
    /// A name under which a secret is kept elsewhere.
    Reference,
}

impl BrokerKind {
    /// The agent to which a key of this kind may be added, so that it can be used without its
    /// passphrase.
    pub fn agent_of(kind_id: &str) -> Option<Self> {
        match kind_id {
            "ssh-private-key"
            | "rsa-private-key"
            | "ec-private-key"
            | "dsa-private-key"
            | "private-key"
            | "encrypted-private-key" => Some(Self::SshAgent),
            "pgp-private-key" => Some(Self::GpgAgent),
            _ => None,
        }
    }

    /// The word that reports use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SshAgent => "ssh-agent",
            Self::ForwardedAgent => "forwarded-agent",
            Self::GpgAgent => "gpg-agent",
            Self::Keyring => "keyring",
            Self::CloudRole => "cloud-role",
            Self::Helper => "helper",
            Self::Reference => "reference",
        }
    }
}

/// Whom a broker serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Serves {
    /// Processes of one user, and root.
    User(u32),
    /// Any process of the host.
    Everybody,
}

/// What a broker gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gives {
    /// The secret itself.
    Secret,
    /// Only its use, as long as it answers.
    Use,
}

impl Gives {
    /// The word that reports use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Use => "use",
        }
    }
}

/// A broker with what was concluded about it.
#[derive(Clone, Debug)]
pub struct JudgedBroker {
    /// The broker.
    pub broker: Broker,
    /// Verdict for each occasion and user.
    pub exposures: Vec<Exposure>,
}

/// Files that name secrets which are kept elsewhere, with who keeps them. The names themselves
/// are not held.
#[derive(Clone, Debug, Default)]
pub struct References(BTreeMap<(PathBuf, &'static str), Broker>);

/// No more are kept: the first ones by path, so that what is kept does not depend on threads.
const REFERENCES_MAX: usize = 1000;

impl References {
    /// Notes that a file names a secret of a keeper.
    pub fn note(&mut self, artifact: &Artifact, keeper: &'static str) {
        const READ_BY_MORE: u32 = 0o044;
        let inode = &artifact.inode;
        let is_open = inode.permissions() & READ_BY_MORE != 0;
        self.keep(
            Broker {
                kind: BrokerKind::Reference,
                path: artifact.path.clone(),
                serves: if is_open { Serves::Everybody } else { Serves::User(inode.uid) },
                gives: Gives::Secret,
                what: format!("names of secrets in {keeper}"),
                since: Some(inode.times.changed),
                doubt: None,
            },
            keeper,
        );
    }

    /// Adds another worker's.
    pub fn merge(&mut self, other: Self) {
        other.0.into_iter().for_each(|((_, keeper), broker)| self.keep(broker, keeper));
    }

    /// All of them, by path.
    pub fn into_brokers(self) -> impl Iterator<Item = Broker> {
        self.0.into_values()
    }

    fn keep(&mut self, broker: Broker, keeper: &'static str) {
        self.0.insert((broker.path.clone(), keeper), broker);
        if self.0.len() > REFERENCES_MAX {
            self.0.pop_last();
        }
    }
}
