//! Users and services that run code.

use std::path::PathBuf;

use crate::model::access::NamespaceId;
use crate::model::artifact::Inode;
use crate::model::authority::Capabilities;
use crate::model::container::Enclosure;
use crate::model::launch::Invocation;
use crate::model::time::Moment;

/// A user of the swept host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// Numeric id.
    pub uid: u32,
    /// Name in the host's passwd.
    pub name: String,
    /// Home directory, as passwd has it.
    pub home: PathBuf,
    /// Primary and supplementary groups, sorted.
    pub gids: Vec<u32>,
    /// Whether a person or service logs in with it (its shell is a shell).
    pub logs_in: bool,
}

impl Principal {
    /// Whether the mode of an inode gives the user a right (4 read, 2 write, 1 search or run),
    /// by the first class that fits. Access lists and capabilities are not asked.
    pub fn has_right(&self, inode: &Inode, wanted: u32) -> bool {
        let shift = match inode {
            _ if inode.uid == self.uid => 6,
            _ if self.gids.contains(&inode.gid) => 3,
            _ => 0,
        };
        inode.permissions() >> shift & wanted == wanted
    }
}

/// All users of a host, sorted by uid; where one uid has several names, the first
/// of passwd comes first.
#[derive(Clone, Debug, Default)]
pub struct Principals {
    /// The users.
    pub users: Vec<Principal>,
    /// Further names of their ids.
    pub further_names: Vec<(String, u32)>,
    /// Group names by id, sorted by id.
    pub groups: Vec<(u32, String)>,
}

impl Principals {
    /// The user with an id.
    pub fn user(&self, uid: u32) -> Option<&Principal> {
        let first = self.users.partition_point(|user| user.uid < uid);
        self.users.get(first).filter(|user| user.uid == uid)
    }

    /// The home of each user, by uid.
    pub fn homes(&self) -> Vec<PathBuf> {
        self.users.iter().map(|user| user.home.clone()).collect()
    }

    /// A name for an id: `ana`, or `uid 1001` where passwd has none.
    pub fn user_name(&self, uid: u32) -> String {
        self.user(uid).map_or_else(|| format!("uid {uid}"), |user| user.name.clone())
    }

    /// A name for a group id: `docker`, or `gid 998`.
    pub fn group_name(&self, gid: u32) -> String {
        let found = self.groups.binary_search_by_key(&gid, |(id, _)| *id);
        found.map_or_else(|_| format!("gid {gid}"), |index| self.groups[index].1.clone())
    }

    /// The id of a user by name, or by a number in its place.
    pub fn uid(&self, name: &str) -> Option<u32> {
        let first = self.users.iter().find(|user| user.name == name).map(|user| user.uid);
        let further =
            || self.further_names.iter().find(|(one, _)| one == name).map(|(_, uid)| *uid);
        first.or_else(further).or_else(|| name.parse().ok())
    }

    /// The id of a group by name, or by a number in its place.
    pub fn gid(&self, name: &str) -> Option<u32> {
        let named = self.groups.iter().find(|(_, group)| group == name).map(|(gid, _)| *gid);
        named.or_else(|| name.parse().ok())
    }

    /// Groups of an id; none for a user that passwd does not know.
    pub fn gids(&self, uid: u32) -> &[u32] {
        self.user(uid).map_or(&[], |user| &user.gids)
    }
}

/// A mount namespace, and a process that lives in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Namespace {
    /// Which one.
    pub id: NamespaceId,
    /// A process by which it can be looked at.
    pub pid: u32,
}

/// A running process, as far as this user may look at it.
#[derive(Clone, Debug)]
pub struct Process {
    /// Process id.
    pub pid: u32,
    /// The name it gave itself, cut off by the kernel; may be a lie.
    pub name: String,
    /// Names of the variables asked for that it was started with.
    pub variables: Vec<String>,
    /// Effective user.
    pub uid: u32,
    /// Effective and supplementary groups.
    pub gids: Vec<u32>,
    /// What it may do beyond its user; none if it lives in a user namespace of its own.
    pub capabilities: Capabilities,
    /// The interpreter by the name it was called by, where what it executes shows only what
    /// that links to; the script it runs, and where.
    pub invocation: Invocation,
    /// Files of packages that it has mapped into memory, at most some hundred.
    pub mapped: Vec<PathBuf>,
    /// Its mount namespace, if that is not the sweep's.
    pub namespace: Option<Namespace>,
    /// The unit it belongs to.
    pub unit: Option<String>,
    /// What it is enclosed in: what it names may be another file here.
    pub enclosure: Option<Enclosure>,
    /// When it started.
    pub started: Option<Moment>,
}

/// How sure it is that a principal ran something, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// Seen: a running process, or an installer that had to run it.
    Observed,
    /// Nothing was seen, but it is that user's environment.
    Configured,
    /// Mode bits would have let them.
    Possible,
}

impl Certainty {
    /// The word that reports use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::Configured => "configured",
            Self::Possible => "possible",
        }
    }
}
