//! What to do, in which order and why: measures before any rotation, and the place of each
//! credential in it.

use std::fmt;
use std::path::PathBuf;

use crate::model::advisory::AdvisoryIndex;
use crate::model::time::Moment;

/// A step of the rotation, the first first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// What can publish or push code: a worm spreads with it.
    StopSpread,
    /// What can make or reset others, or opens everything.
    TakeBack,
    /// All else.
    Rest,
    /// What is perhaps no credential.
    LookFirst,
    /// What the code could not have read.
    #[default]
    NoNeed,
}

impl Phase {
    /// Each with the word that reports use, its heading, and what it means.
    pub const ALL: [(&'static str, Self, &'static str, &'static str); 5] = [
        (
            "stop-spread",
            Self::StopSpread,
            "STOP THE SPREAD",
            "they can publish or push code: others are hit while they live.",
        ),
        (
            "take-back",
            Self::TakeBack,
            "TAKE BACK CONTROL",
            "they open everything or make new credentials: while they live, the rest is in vain.",
        ),
        ("rest", Self::Rest, "THEN THE REST", "each opens what it opens, and no more."),
        (
            "look-first",
            Self::LookFirst,
            "LOW CONFIDENCE",
            "perhaps no credentials at all. Look before you rotate.",
        ),
        ("no-need", Self::NoNeed, "NOT EXPOSED", "shown that the code could not read them."),
    ];

    /// The word that reports use.
    pub const fn as_str(self) -> &'static str {
        Self::ALL[self as usize].0
    }

    /// Its heading, and what that means.
    pub const fn heading(self) -> (&'static str, &'static str) {
        (Self::ALL[self as usize].2, Self::ALL[self as usize].3)
    }

    /// Whether it calls for a rotation.
    pub fn is_rotation(self) -> bool {
        self <= Self::Rest
    }
}

/// The place of a credential in the rotation; without more, at its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placing {
    /// Its step.
    pub phase: Phase,
    /// Why it stands there.
    pub grounds: Vec<Ground>,
    /// What must be rotated before it.
    pub after: Vec<Predecessors>,
    /// When the newest of its places was last changed; `None` without a place.
    pub last_changed: Option<LastChanged>,
}

/// Credentials that are rotated before another one, for the same reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Predecessors {
    /// Their positions in the order, from 0; the first ones.
    pub positions: Vec<usize>,
    /// How many there are.
    pub n_all: usize,
    /// Why.
    pub tie: Tie,
}

/// Why one credential is rotated before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tie {
    /// It gets new tokens of the other.
    Renews,
    /// It can make or reset the other.
    Mints,
}

impl fmt::Display for Tie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Renews => "it renews this one",
            Self::Mints => "whoever holds it can make this one anew",
        })
    }
}

/// Why a credential stands where it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ground {
    /// It publishes or pushes.
    Spreads,
    /// A campaign was seen to use its kind.
    #[allow(missing_docs, reason = "the sentence says it")]
    Used { campaign: String },
    /// It makes or resets others, of which so many were found.
    #[allow(missing_docs, reason = "the sentence says it")]
    Mints { n_found: usize },
    /// It opens a whole account or cluster.
    OpensAll,
    /// Something of an earlier step must wait for it.
    WaitedFor,
    /// It rests in so many places.
    #[allow(missing_docs, reason = "the sentence says it")]
    Copies { n_places: usize },
    /// It had ended when the sweep started.
    Ended,
    /// A file that holds it was changed after the code was gone.
    ChangedAfter,
}

impl fmt::Display for Ground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spreads => f.write_str("it can publish or push code"),
            Self::Used { campaign } => {
                write!(f, "{campaign} was seen to use such credentials")
            }
            Self::Mints { n_found: 0 } => f.write_str("whoever holds it can make new credentials"),
            Self::Mints { n_found: 1 } => {
                f.write_str("whoever holds it can make another one of this list anew")
            }
            Self::Mints { n_found } => {
                write!(f, "whoever holds it can make {n_found} others of this list anew")
            }
            Self::OpensAll => f.write_str("it opens a whole account or cluster"),
            Self::WaitedFor => f.write_str("one that cannot wait comes after it"),
            Self::Copies { n_places } => write!(f, "it rests in {n_places} places"),
            Self::Ended => {
                f.write_str("it has ended: look into its log, there is nothing to revoke")
            }
            Self::ChangedAfter => {
                f.write_str("a file that holds it was changed since: perhaps it is a new one")
            }
        }
    }
}

/// When something was last changed, and how that lies to the windows of the installs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastChanged {
    /// When.
    pub at: Moment,
    /// Before, inside or after the windows; `None` where there is none.
    pub side: Option<WindowSide>,
}

/// How a moment lies to a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowSide {
    /// Earlier than all of it.
    Before,
    /// Within it.
    During,
    /// Later than all of it.
    After,
}

impl WindowSide {
    /// The word that reports use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::During => "during",
            Self::After => "after",
        }
    }
}

/// Something to be done, or left undone, before any rotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// What kind.
    pub kind: MeasureKind,
    /// What to do, as a sentence.
    pub says: String,
    /// Why, where that is no matter of course.
    pub why: Option<String>,
    /// Which incident asks for it; `None` where each does.
    pub advisory: Option<AdvisoryIndex>,
    /// The files of this host that it is about.
    pub paths: Vec<PathBuf>,
}

/// What kind of measure, in the order in which they are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MeasureKind {
    /// Stops what answers a revoked token, or a cut line, with harm.
    Watcher,
    /// Keeps the host from what it can still do.
    Isolate,
    /// Keeps what proves it.
    Preserve,
    /// What the campaign's analysts say, in their order.
    Campaign,
    /// Takes away what brings it back.
    Persistence,
    /// A short cut that does harm.
    Never,
}

impl MeasureKind {
    /// The word that reports use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Watcher => "watcher",
            Self::Isolate => "isolate",
            Self::Preserve => "preserve",
            Self::Campaign => "campaign",
            Self::Persistence => "persistence",
            Self::Never => "never",
        }
    }
}
