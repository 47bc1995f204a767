//! Every code that a user can meet has its line in `docs/codes.md`, and no line is left of
//! a code that is gone.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use credreach::error::ProblemCode;
use regex::Regex;

use crate::bodies::functions;
use crate::complaint::{Complaint, none, text_of};
use crate::lexer::Kind;
use crate::source::{Source, pattern, sources};

const DOCUMENT: &str = "docs/codes.md";

/// A code and where the source writes it.
struct Written<'s> {
    code: &'s str,
    complaint: Complaint,
}

/// Codes are what a function called `code` of the ground returns, and the `area/what`
/// texts of the two modules that judge rules.
fn written(source: &Source) -> Vec<Written<'_>> {
    static MISTAKE: LazyLock<Regex> = LazyLock::new(|| pattern("^\"[a-z]+/[a-z0-9-]+\"$"));
    let stands_in = |doors: [&str; 2]| doors.iter().any(|door| source.is_behind(door));
    let (judges, names) = (stands_in(["proof.rs", "rules/"]), stands_in(["error.rs", "model/"]));
    let functions = functions(&source.code).into_iter().filter(|it| names && it.name == "code");
    let bodies: Vec<_> = functions.map(|it| it.range).collect();
    source
        .all_of(Kind::Text)
        .filter(|(offset, _)| !source.is_test(*offset))
        .filter(|(offset, text)| {
            let is_returned = bodies.iter().any(|body| body.contains(offset));
            is_returned || (judges && MISTAKE.is_match(text))
        })
        .map(|(offset, text)| {
            let code = text.trim_matches('"');
            let complaint = source.complaint(offset, format!("`{code}` has no line in {DOCUMENT}"));
            Written { code, complaint }
        })
        .collect()
}

/// The rows of all tables: code, line number, number of cells that say something.
fn explained(document: &str) -> Vec<(&str, usize, usize)> {
    let lines = document.lines().enumerate();
    lines
        .filter_map(|(index, line)| {
            let cells = line.strip_prefix("| `")?;
            let (code, cells) = cells.split_once('`')?;
            let n_cells = cells.split('|').filter(|cell| !cell.trim().is_empty()).count();
            Some((code, index + 1, n_cells))
        })
        .collect()
}

#[test]
fn every_code_is_explained_and_no_other() {
    let (sources, document) = (sources(), text_of(DOCUMENT));
    let explained = explained(&document);
    let known: BTreeSet<&str> = explained.iter().map(|(code, ..)| *code).collect();
    let written: Vec<Written<'_>> = sources.iter().flat_map(written).collect();
    let codes: BTreeSet<&str> = written.iter().map(|it| it.code).collect();
    let gone = explained.iter().filter(|(code, ..)| !codes.contains(code));
    let gone = gone.map(|(code, line, _)| {
        Complaint::new(DOCUMENT, *line, format!("nothing in src/ says `{code}`"))
    });
    let missing = written.into_iter().filter(|it| !known.contains(it.code));
    none(gone.chain(missing.map(|it| it.complaint)).collect());
}

#[test]
fn every_code_has_one_line_that_says_what_it_means_and_what_to_do() {
    let document = text_of(DOCUMENT);
    let mut seen = BTreeSet::new();
    let check = |(code, line, n_cells): (&str, usize, usize)| {
        let rule = match (seen.insert(code.to_owned()), n_cells) {
            (false, _) => "stands twice",
            (_, 2) => return None,
            _ => "needs what it means and what to do",
        };
        Some(Complaint::new(DOCUMENT, line, format!("`{code}` {rule}")))
    };
    none(explained(&document).into_iter().filter_map(check).collect());
}

#[test]
fn the_codes_of_problems_are_among_those_that_are_found() {
    let sources = sources();
    let found: BTreeSet<&str> = sources.iter().flat_map(written).map(|it| it.code).collect();
    for code in ProblemCode::ALL {
        assert!(found.contains(code.code()), "{}", code.code());
    }
}
