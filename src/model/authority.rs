//! What lets a user read beyond the modes of files: capabilities, groups, sudo, sockets. Says
//! how far it reaches, and does not judge any file.

use std::collections::BTreeMap;

/// One way from a user's authority to more.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Authority {
    /// How far it reaches.
    pub reach: Reach,
    /// By what.
    pub means: AuthorityMeans,
    /// How that is known, as a clause.
    pub evidence: String,
}

/// How far an authority reaches, the farthest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// The kernel lets it read every file.
    Everything,
    /// One step makes it root, and nobody is asked for a password.
    RootAtWill,
    /// It may do some things as somebody else, or nobody could look: whether that leads to
    /// root is not known.
    Unknown,
    /// It becomes root by a password, which code may wait for.
    RootByPassword,
    /// Some files of the system more, by their group.
    SomeFiles,
}

impl Reach {
    /// As a clause: "the user ...".
    pub const fn clause(self) -> &'static str {
        match self {
            Self::Everything => "reads everything",
            Self::RootAtWill => "becomes root at will",
            Self::Unknown => "may do more, and how much is not known",
            Self::RootByPassword => "becomes root by a password, which code can wait for",
            Self::SomeFiles => "reads some files of the system",
        }
    }

    /// Every reach.
    pub const ALL: [Self; 5] =
        [Self::Everything, Self::RootAtWill, Self::Unknown, Self::RootByPassword, Self::SomeFiles];

    /// The word that reports use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Everything => "everything",
            Self::RootAtWill => "root-at-will",
            Self::Unknown => "unknown",
            Self::RootByPassword => "root-by-password",
            Self::SomeFiles => "some-files",
        }
    }
}

/// By what a user has more authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AuthorityMeans {
    /// A capability of the process.
    Capability,
    /// Membership of a group.
    Group,
    /// The rules of sudo.
    Sudo,
    /// The rules of doas.
    Doas,
    /// A control socket that it may write to.
    Socket,
}

impl AuthorityMeans {
    /// The word that reports use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Capability => "capability",
            Self::Group => "group",
            Self::Sudo => "sudo",
            Self::Doas => "doas",
            Self::Socket => "socket",
        }
    }
}

/// What each user of a host has beyond its own files, the farthest reach first.
#[derive(Clone, Debug, Default)]
pub struct Authorities(BTreeMap<u32, Vec<Authority>>);

impl Authorities {
    /// Adds one.
    pub fn add(&mut self, uid: u32, authority: Authority) {
        let of_user = self.0.entry(uid).or_default();
        if let Err(index) = of_user.binary_search(&authority) {
            of_user.insert(index, authority);
        }
    }

    /// Those of a user.
    pub fn of(&self, uid: u32) -> &[Authority] {
        self.0.get(&uid).map_or(&[], Vec::as_slice)
    }
}

/// Capabilities of a process, as the kernel's mask.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Capabilities(pub u64);

/// Those that reach further than a user: name, number, reach.
const TELLING: &[(&str, u32, Reach)] = &[
    ("CAP_DAC_OVERRIDE", 1, Reach::Everything),
    ("CAP_DAC_READ_SEARCH", 2, Reach::Everything),
    ("CAP_CHOWN", 0, Reach::RootAtWill),
    ("CAP_FOWNER", 3, Reach::RootAtWill),
    ("CAP_SETUID", 7, Reach::RootAtWill),
    ("CAP_SYS_MODULE", 16, Reach::RootAtWill),
    ("CAP_SYS_RAWIO", 17, Reach::RootAtWill),
    ("CAP_SYS_PTRACE", 19, Reach::RootAtWill),
    ("CAP_SYS_ADMIN", 21, Reach::RootAtWill),
    ("CAP_MKNOD", 27, Reach::RootAtWill),
    ("CAP_SETFCAP", 31, Reach::RootAtWill),
];

impl Capabilities {
    /// All of them, as root has them.
    pub const ALL: Self = Self(u64::MAX);

    /// The least with which the kernel lets their holder read every file.
    pub const READING: Self = Self(1 << 2);

    /// Whether the kernel lets their holder read every file: what counts is this, not to be
    /// user 0.
    pub const fn read_everything(self) -> bool {
        const DAC_OVERRIDE: u64 = 1 << 1;
        const DAC_READ_SEARCH: u64 = 1 << 2;
        self.0 & (DAC_OVERRIDE | DAC_READ_SEARCH) != 0
    }

    /// Whether their holder may look into every process.
    pub const fn enter_processes(self) -> bool {
        const SYS_PTRACE: u64 = 1 << 19;
        self.0 & SYS_PTRACE != 0
    }

    /// Whether their holder may take on any user.
    pub const fn become_anybody(self) -> bool {
        const SETUID: u64 = 1 << 7;
        self.0 & SETUID != 0
    }

    /// These, if root with no more than these may do less than root.
    pub fn limiting_root(self) -> Option<Self> {
        let telling = TELLING.iter().fold(0, |mask, (_, number, _)| mask | 1 << number);
        (self.0 & telling != telling).then_some(Self(self.0 & telling))
    }

    /// Those of a list of names, as a unit writes it.
    pub fn named(text: &str) -> Self {
        let words = text.split_ascii_whitespace();
        let known = words.filter_map(|word| TELLING.iter().find(|(name, ..)| *name == word));
        Self(known.fold(0, |mask, (_, number, _)| mask | 1 << number))
    }

    /// The farthest reaching one of them: holds in the user namespace of the host only.
    pub fn authority(self) -> Option<Authority> {
        let held = TELLING.iter().filter(|(_, number, _)| self.0 >> number & 1 == 1);
        let (name, _, reach) = held.min_by_key(|(_, _, reach)| *reach)?;
        let evidence = format!("holds {name}");
        Some(Authority { reach: *reach, means: AuthorityMeans::Capability, evidence })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(mask: Capabilities, expected: Option<(Reach, &str)>) {
        let found = mask.authority();
        assert_eq!(found.as_ref().map(|one| (one.reach, &*one.evidence)), expected);
    }

    #[test]
    fn the_farthest_reaching_capability_is_told() {
        check(Capabilities(0), None);
        check(Capabilities(1 << 10), None);
        check(Capabilities(1 << 7), Some((Reach::RootAtWill, "holds CAP_SETUID")));
        let both = Capabilities::named("CAP_SETUID CAP_DAC_READ_SEARCH CAP_OF_TOMORROW");
        check(both, Some((Reach::Everything, "holds CAP_DAC_READ_SEARCH")));
    }
}
