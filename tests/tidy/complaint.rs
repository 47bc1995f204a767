//! What tidy says: where, and which rule.

use std::fmt;
use std::path::Path;

/// One place that breaks one rule.
#[derive(Debug)]
pub struct Complaint {
    file: String,
    line: usize,
    rule: String,
}

impl Complaint {
    /// A complaint about a file below the root of the repository.
    pub fn new(file: &str, line: usize, rule: impl Into<String>) -> Self {
        Self { file: file.into(), line, rule: rule.into() }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.rule)
    }
}

/// Fails with all complaints, one a line.
#[track_caller]
pub fn none(complaints: Vec<Complaint>) {
    let lines: Vec<String> = complaints.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{} complaints\n{}\n", lines.len(), lines.join("\n"));
}

/// The root of the repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A text file of the repository.
#[track_caller]
pub fn text_of(path: &str) -> String {
    std::fs::read_to_string(repository().join(path))
        .unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The line of an offset, counted from 1.
pub fn line_of(text: &str, offset: usize) -> usize {
    1 + text.as_bytes()[..offset].iter().filter(|byte| **byte == b'\n').count()
}
