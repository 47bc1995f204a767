//! What a user sets aside: the files that say so, and what they do to a report. A credential
//! that is set aside stays in the report, and nothing is taken out of its coverage.

mod apply;
mod entries;
mod gitleaks;
mod known;

use std::fmt;

pub use apply::{allow, apply};
pub use entries::entries;
pub use gitleaks::positions;
pub use known::{Baseline, mark_known};

/// What is wrong with a file of entries. Quotes nothing of it: it may be the wrong file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Line, from 1; 0 where the mistake has none.
    pub line: u64,
    /// What is wrong.
    pub what: &'static str,
}

impl Mistake {
    const fn new(line: u64, what: &'static str) -> Self {
        Self { line, what }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(self.what),
            line => write!(f, "line {line}: {}", self.what),
        }
    }
}

/// The line, from 1, of an offset in a text.
fn line_of(text: &str, offset: usize) -> u64 {
    let before = text.as_bytes().get(..offset).unwrap_or_default();
    1 + before.iter().filter(|byte| **byte == b'\n').count() as u64
}
