//! Could that code have read it, then? Answers may be that nobody knows, and every
//! verdict carries its reasons.

use crate::model::harvest::Grade;
use crate::model::reason::{Counter, Flag, Reason};

/// A three-valued truth, and between the last two what nothing speaks against. The order makes
/// "and" the minimum and "or" the maximum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Truth {
    /// Shown to be false.
    No,
    /// The facts do not suffice.
    Unknown,
    /// Nothing speaks against it, and it is not shown.
    Likely,
    /// Shown to be true.
    Yes,
}

/// What is concluded, the worst first. Never "safe".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// The code certainly ran, could read it, and it was there.
    Exposed,
    /// Nothing contradicts it, and one of the three is not certain.
    Likely,
    /// Needed facts are missing.
    Unknown,
    /// Shown that it could not be read, by today's modes or by unchanged ones.
    NotExposed,
}

impl Verdict {
    /// The word that reports use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exposed => "exposed",
            Self::Likely => "likely",
            Self::Unknown => "unknown",
            Self::NotExposed => "not-exposed",
        }
    }
}

/// How strongly "not exposed" is proven, the stronger first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Proof {
    /// Grade A: what denies it is unchanged since before the window, or the secret is younger.
    Unchanged,
    /// Grade B: it is denied today, and what denies it may have been changed since.
    ByToday,
}

impl Proof {
    /// The grade, as reports print it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unchanged => "A",
            Self::ByToday => "B",
        }
    }
}

/// Whether the campaign's own collector looks for what was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aim {
    /// It stands on the campaign's list.
    Targeted {
        /// How well that is known.
        grade: Grade,
        /// What the list calls it.
        what: String,
    },
    /// The campaign gives remote access: it reaches whatever can be reached.
    Everything {
        /// How well that is known.
        grade: Grade,
    },
    /// It is not on the known list.
    OffList,
    /// No list is known.
    NoList,
}

impl Aim {
    /// The word that reports use.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Targeted { .. } => "targeted",
            Self::Everything { .. } => "everything",
            Self::OffList => "off-list",
            Self::NoList => "no-list",
        }
    }
}

/// What code is judged: that of an infected install, or the one that was asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Occasion {
    /// Position in the inventory's list of installs.
    Install(usize),
    /// The user's own question: nothing says that it happened.
    Asked,
}

impl Occasion {
    /// The infected install, if it is one.
    pub const fn install_index(self) -> Option<usize> {
        match self {
            Self::Install(index) => Some(index),
            Self::Asked => None,
        }
    }
}

/// The verdict on one place of one credential for one occasion and one user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposure {
    /// Which code.
    pub occasion: Occasion,
    /// Whose authority the code had.
    pub uid: u32,
    /// What is concluded, and why.
    pub judgement: Judgement,
    /// Whether the campaign looks for it.
    pub aim: Aim,
}

/// A verdict with all that stands behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// What is concluded.
    pub verdict: Verdict,
    /// How strongly, where it is "not exposed".
    pub proof: Option<Proof>,
    /// Why, in the order of the reasoning.
    pub reasons: Vec<Reason>,
    /// What would change it.
    pub counter: Counter,
    /// What stands beside it and does not change it.
    pub flags: Vec<Flag>,
}
