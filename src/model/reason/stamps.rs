//! What stamps show, and what they leave open.

use std::fmt;
use std::path::PathBuf;

use crate::model::reason::Side;
use crate::model::time::Moment;

/// What stamps say of a file, of its folders and of the secret in it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the sentences say it")]
pub enum Stamps {
    ModeChangedInside { path: PathBuf, changed: Moment },
    UnchangedSince { changed: Moment },
    ChangedInside { changed: Moment },
    IssuedAfter { issued: Moment, evidence: String },
    SeenBefore { at: Moment, evidence: String },
    MadeAfter { born: Moment },
    ModeChangedAfter { path: PathBuf, changed: Moment },
    OpenSince { path: PathBuf, changed: Moment },
    OtherThanEntries { path: PathBuf, changed: Moment },
    StampOdd { path: PathBuf, changed: Moment },
    ChangedAfter { changed: Moment },
    UnwrittenSince { modified: Moment },
    CopiedHere { modified: Moment, born: Moment },
    Replaced { born: Moment },
    SaidBefore { at: Moment, evidence: String },
}

impl Stamps {
    /// What it speaks for.
    pub const fn side(&self) -> Side {
        match self {
            Self::UnchangedSince { .. } | Self::SeenBefore { .. } => Side::For,
            Self::MadeAfter { .. } | Self::IssuedAfter { .. } => Side::Against,
            _ => Side::Doubt,
        }
    }
}

impl fmt::Display for Stamps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ModeChangedInside { path, changed } => write!(
                f,
                "the change time of {}, {changed}, lies inside the window, so an earlier chmod \
                 cannot be excluded",
                path.display()
            ),
            Self::UnchangedSince { changed } => {
                write!(f, "unchanged since {changed}, before the window")
            }
            Self::ChangedInside { changed } => {
                write!(f, "last changed {changed}, inside the window: it was there from then on")
            }
            Self::IssuedAfter { issued, evidence } => {
                write!(f, "issued {issued}, after the window, says {evidence}")
            }
            Self::SeenBefore { at, evidence } => {
                write!(f, "the same secret was here {at}, says {evidence}")
            }
            Self::MadeAfter { born } => {
                write!(f, "made {born}, after the window, in a folder that is as young")
            }
            Self::ModeChangedAfter { path, changed } => write!(
                f,
                "the change time of {}, {changed}, lies after the window, so an earlier chmod \
                 cannot be excluded",
                path.display()
            ),
            Self::OpenSince { path, changed } => write!(
                f,
                "{} was last changed {changed}: before, it may have been closed to the user",
                path.display()
            ),
            Self::OtherThanEntries { path, changed } => write!(
                f,
                "something other than the entries of {} was changed {changed}, after the window \
                 began: its mode may have been wider",
                path.display()
            ),
            Self::StampOdd { path, changed } => {
                write!(f, "{} was last changed {changed}, which cannot be", path.display())
            }
            Self::ChangedAfter { changed } => write!(
                f,
                "last changed {changed}, after the window: what it held before is not known"
            ),
            Self::UnwrittenSince { modified } => write!(
                f,
                "not written since {modified}, before the window, by a stamp that its owner can \
                 set"
            ),
            Self::CopiedHere { modified, born } => write!(
                f,
                "made {born}, with older contents ({modified}): copied, restored or unpacked, \
                 and perhaps here before"
            ),
            Self::Replaced { born } => write!(
                f,
                "made {born}, after the window, perhaps in place of an older file: most programs \
                 replace what they save"
            ),
            Self::SaidBefore { at, evidence } => {
                write!(f, "the same secret was here {at}, if one believes {evidence}")
            }
        }
    }
}
