//! What can be wrong with a saved report. Quotes nothing of it.

use std::fmt;

/// Why a saved report cannot be read, or not to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the sentences of Display say it")]
pub enum Mistake {
    Unreadable(String),
    NoReport,
    Newer { major: u64 },
    CutOff { line: u64 },
    NoEnd,
    Several,
    Malformed { line: u64, column: usize },
    LineTooLong { line: u64 },
    StrayInstall,
    Miscounted { n_counted: usize, n_read: usize },
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => write!(f, "{}", why.escape_debug()),
            Self::NoReport => write!(f, "this is no JSON or NDJSON report of credreach"),
            Self::Newer { major } => write!(
                f,
                "its layout is version {major}, and this program knows version 1: take a newer one"
            ),
            Self::CutOff { line } => write!(f, "it is cut off in line {line}"),
            Self::NoEnd => write!(f, "it is cut off: its end, the summary, is missing"),
            Self::Several => write!(f, "it holds several reports one after the other"),
            Self::Malformed { line, column } => {
                write!(f, "line {line}, column {column} is not as a report has it")
            }
            Self::LineTooLong { line } => write!(f, "line {line} is longer than 256 MiB"),
            Self::StrayInstall => {
                write!(f, "it speaks of an infected install that it does not list: it was edited")
            }
            Self::Miscounted { n_counted, n_read } => write!(
                f,
                "it holds {n_read} credentials and its summary counts {n_counted}: it was edited \
                 or damaged"
            ),
        }
    }
}

impl std::error::Error for Mistake {}

/// What a reader should know of a report that was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// Its version, if it is a later one of the same layout: fields that it adds are left out.
    pub later_minor: Option<u64>,
    /// Records of names that nobody here knows.
    pub n_unknown_records: u64,
    /// The first line that is not what was written, by the chain.
    pub changed_line: Option<u64>,
}

/// What a version says: an error if its layout is another one.
pub fn later_minor(version: &str) -> Result<Option<u64>, Mistake> {
    const KNOWN_MINOR: u64 = 0;
    let (major, minor) = version.split_once('.').ok_or(Mistake::NoReport)?;
    let number = |text: &str| text.parse::<u64>().map_err(|_| Mistake::NoReport);
    match (number(major)?, number(minor)?) {
        (1, minor) => Ok((minor > KNOWN_MINOR).then_some(minor)),
        (major, _) => Err(Mistake::Newer { major }),
    }
}
