//! The files of `src/`, read once each and taken apart for the rules to look at.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use crate::bodies::test_items;
use crate::complaint::{Complaint, line_of, repository};
use crate::lexer::{Kind, Piece, code, pieces};

/// A pattern that a rule is made of.
pub fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap_or_else(|error| panic!("{error}"))
}

/// A file of `src/`.
pub struct Source {
    /// Below `src/`, with slashes.
    pub path: String,
    pub text: String,
    /// The text with literals and comments blanked out.
    pub code: String,
    pieces: Vec<Piece>,
    tests: Vec<Range<usize>>,
}

impl Source {
    /// Takes a text apart.
    pub fn new(path: String, text: String) -> Self {
        let pieces = pieces(&text);
        let code = code(&text, &pieces);
        let tests = test_items(&code);
        Self { path, text, code, pieces, tests }
    }

    /// Whether an offset lies below `#[cfg(test)]`.
    pub fn is_test(&self, offset: usize) -> bool {
        self.tests.iter().any(|range| range.contains(&offset))
    }

    /// String literals or comments, with their offsets.
    pub fn all_of(&self, kind: Kind) -> impl Iterator<Item = (usize, &str)> {
        let pieces = self.pieces.iter().filter(move |piece| piece.kind == kind);
        pieces.map(|piece| (piece.range.start, &self.text[piece.range.clone()]))
    }

    /// Where a pattern occurs in the code: of its first group, or of the whole.
    pub fn occurrences(&self, pattern: &Regex) -> Vec<Range<usize>> {
        let found = pattern.captures_iter(&self.code);
        found.map(|found| found.get(1).unwrap_or(found.get_match()).range()).collect()
    }

    /// The modules declared here with `mod NAME;`.
    pub fn declared(&self) -> BTreeSet<&str> {
        static DECLARATION: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bmod\s+(\w+)\s*;"));
        self.occurrences(&DECLARATION).into_iter().map(|range| &self.code[range]).collect()
    }

    /// Where in the tree of modules: `vet/mod.rs` is `["vet"]`, `lib.rs` is `[]`.
    pub fn module(&self) -> Vec<&str> {
        let stem = self.path.strip_suffix(".rs").expect("only .rs files are read");
        let mut names: Vec<&str> = stem.split('/').collect();
        if matches!(names.last(), Some(&("mod" | "lib" | "main"))) {
            names.pop();
        }
        names
    }

    /// Whether this is the other file, or one of the modules below it.
    pub fn is_at_or_below(&self, other: &Self) -> bool {
        self.module().starts_with(&other.module())
    }

    /// Whether this is the file, or stands in the folder, that a door names.
    pub fn is_behind(&self, door: &str) -> bool {
        if door.ends_with('/') { self.path.starts_with(door) } else { self.path == door }
    }

    /// A complaint about an offset of this file.
    pub fn complaint(&self, offset: usize, rule: impl Into<String>) -> Complaint {
        Complaint::new(&format!("src/{}", self.path), line_of(&self.text, offset), rule)
    }
}

/// Every file of `src/`, sorted by path.
pub fn sources() -> Vec<Source> {
    let root = repository().join("src");
    let mut sources: Vec<Source> = rust_files(&root)
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(root.join(&path)).expect("a source is UTF-8");
            Source::new(path, text)
        })
        .collect();
    assert!(sources.len() > 50, "src/ was not found");
    mark_test_files(&mut sources);
    sources
}

fn rust_files(root: &Path) -> Vec<String> {
    let files = walkdir::WalkDir::new(root).sort_by_file_name();
    files
        .into_iter()
        .map(|entry| entry.expect("src/ can be listed").into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| {
            let below = path.strip_prefix(root).expect("it was found there");
            below.to_str().expect("names are plain").replace('\\', "/")
        })
        .collect()
}

/// A file whose `mod` stands below `#[cfg(test)]` is test code from end to end.
fn mark_test_files(sources: &mut [Source]) {
    let declaration = pattern(r"#\[cfg\(test\)\]\s*mod\s+(\w+)\s*;");
    let below = |source: &Source, name: Range<usize>| {
        let module = source.module().into_iter().chain([&source.code[name]]);
        module.map(|name| format!("{name}/")).collect()
    };
    let test_modules: BTreeSet<String> = sources
        .iter()
        .flat_map(|it| it.occurrences(&declaration).into_iter().map(|name| below(it, name)))
        .collect();
    for source in sources {
        let path = format!("{}/", source.module().join("/"));
        if test_modules.iter().any(|module| path.starts_with(module)) {
            source.tests = std::iter::once(0..source.text.len()).collect();
        }
    }
}
