//! What one place was judged by, component by component: kept only for the credentials that the
//! user wants to have explained. Decides nothing.

use std::fmt;
use std::path::PathBuf;

use crate::model::access::AccessFacts;
use crate::model::exposure::Truth;
use crate::model::finding::Finding;
use crate::model::path_pattern::is_within;
use crate::model::reason::Reason;

/// Which credentials are to be explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The one whose secret id starts with these digits.
    SecretId(String),
    /// Those in a file, or below a folder.
    Path(PathBuf),
}

impl Target {
    /// Whether a finding is meant.
    pub fn is(&self, finding: &Finding) -> bool {
        match self {
            Self::SecretId(digits) => {
                finding.identity.secret_id.to_string().starts_with(digits.as_str())
            }
            Self::Path(path) => {
                let location = &finding.location;
                let mut names = std::iter::once(&location.path).chain(&location.other_names);
                names.any(|name| is_within(name, path))
            }
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SecretId(digits) => f.write_str(digits),
            Self::Path(path) => write!(f, "{}", path.display()),
        }
    }
}

/// What one place was judged by.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The ways to it; not more than a reader can follow.
    pub facts: AccessFacts,
    /// Ways that are left out of `facts`.
    pub n_further_ways: usize,
    /// What stands on these ways for each user as whom code ran, or was supposed to.
    pub passages: Vec<Passage>,
}

/// What every component of every way says to one user.
#[derive(Clone, Debug)]
pub struct Passage {
    /// The user.
    pub uid: u32,
    /// For each way its components from `/` on, the file itself last.
    pub ways: Vec<Vec<(Truth, Reason)>>,
}
