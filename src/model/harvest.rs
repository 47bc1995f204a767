//! What payloads read, as one shared vocabulary: an advisory names a group instead of
//! listing its paths anew. Does not say which incident reads what: advisories do.

use crate::model::path_pattern::PathPattern;
use crate::model::rule::KindIndex;

/// Position of a [`Harvest`] in [`RuleSet::harvests`](crate::model::rule_set::RuleSet::harvests).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HarvestIndex(pub usize);

/// One group of things that payloads read together.
#[derive(Clone, Debug)]
pub struct Harvest {
    /// Kebab-case name.
    pub id: String,
    /// What a briefing calls it.
    pub title: String,
    /// Files.
    pub paths: Vec<PathPattern>,
    /// Environment variables, `*` standing for any rest of a name.
    pub variables: Vec<String>,
    /// Credentials that it recognises by their shape, wherever they stand.
    pub kinds: Vec<KindIndex>,
    /// What is neither file nor variable, in words: memory, interfaces, commands.
    pub reach: Vec<String>,
    /// Remote control: whatever its user can reach.
    pub is_everything: bool,
}

/// That an incident reads a group, how well that is known, and how far it went.
#[derive(Clone, Debug)]
pub struct Harvested {
    /// The group.
    pub what: HarvestIndex,
    /// How well it is known.
    pub grade: Grade,
    /// How many folders deep the search went; `None` where no source says.
    pub depth_max: Option<u32>,
    /// Where it worked; empty means that no source says otherwise.
    pub platforms: Vec<Platform>,
    /// A further condition, in words.
    pub when: Option<String>,
}

/// How well it is known that an incident reads something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// It stands in the collector's code.
    ReadFromCode,
    /// A report on this incident names it.
    Reported,
    /// It is taken from the family, or from the product that a report names.
    Mapped,
}

impl Grade {
    /// Every grade, best first, with the name advisories use for it.
    pub const ALL: [(&'static str, Self); 3] = [
        ("read-from-code", Self::ReadFromCode),
        ("reported", Self::Reported),
        ("mapped", Self::Mapped),
    ];

    /// What it means, for a reader.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::ReadFromCode => "read from the collector's code",
            Self::Reported => "named by reports on this incident",
            Self::Mapped => "taken from its family, or from the product that a report names",
        }
    }
}

/// An operating system that a payload works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Platform {
    /// Linux, containers and WSL among it.
    Linux,
    /// macOS.
    MacOs,
    /// Windows.
    Windows,
}

impl Platform {
    /// Every platform with the name advisories use for it.
    pub const ALL: [(&'static str, Self); 3] =
        [("linux", Self::Linux), ("macos", Self::MacOs), ("windows", Self::Windows)];

    /// As its makers write it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Linux => "Linux",
            Self::MacOs => "macOS",
            Self::Windows => "Windows",
        }
    }
}
