//! Files and functions that fit into a head, and names that say something.

use crate::bodies::functions;
use crate::complaint::{Complaint, none, repository};
use crate::source::{Source, sources};

/// Lines of a file, without its tests.
const FILE_LINES_MAX: usize = 500;
/// Lines of a function, from `fn` to its closing brace.
const FUNCTION_LINES_MAX: usize = 70;
/// Names of files for what was not understood yet.
const EMPTY_NAMES: &[&str] = &["util", "utils", "helper", "helpers", "common", "misc"];

fn lines(text: &str) -> usize {
    text.lines().count()
}

#[test]
fn no_file_is_longer_than_500_lines_without_its_tests() {
    let check = |source: &Source| {
        let line_ends = source.text.match_indices('\n').map(|(offset, _)| offset);
        let outside = line_ends.filter(|offset| !source.is_test(*offset)).collect::<Vec<_>>();
        let n_lines = outside.len();
        let rule = format!("{n_lines} lines without its tests: at most {FILE_LINES_MAX}");
        outside.get(FILE_LINES_MAX).map(|offset| source.complaint(*offset, rule))
    };
    none(sources().iter().filter_map(check).collect());
}

#[test]
fn no_function_is_longer_than_70_lines() {
    let check = |source: &Source| -> Vec<Complaint> {
        let functions = functions(&source.code).into_iter();
        let sized = functions.map(|it| (lines(&source.code[it.range.clone()]), it));
        let long = sized.filter(|(n_lines, _)| *n_lines > FUNCTION_LINES_MAX);
        long.map(|(n_lines, it)| {
            let rule = format!("`{}` has {n_lines} lines: at most {FUNCTION_LINES_MAX}", it.name);
            source.complaint(it.range.start, rule)
        })
        .collect()
    };
    none(sources().iter().flat_map(check).collect());
}

#[test]
fn every_file_is_named_for_a_noun() {
    let check = |source: &Source| {
        let is_empty = source.module().iter().any(|name| EMPTY_NAMES.contains(name));
        is_empty.then(|| source.complaint(0, "this name says nothing: what is in the file?"))
    };
    none(sources().iter().filter_map(check).collect());
}

#[test]
fn every_file_starts_by_saying_what_it_is_for() {
    let sources = sources();
    let silent = sources.iter().filter(|source| !source.text.starts_with("//! "));
    none(silent.map(|source| source.complaint(0, "does not start with `//!`")).collect());
}

#[test]
fn every_part_of_the_page_is_short_says_what_it_is_for_and_is_in_it() {
    let folder = repository().join("src/report/html");
    let page = std::fs::read_to_string(repository().join("src/report/html.rs"));
    let page = page.expect("the writer of the page is UTF-8");
    let check = |entry: std::fs::DirEntry| -> Vec<Complaint> {
        let name = entry.file_name().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(entry.path()).expect("a part of the page is UTF-8");
        let is_code = name.ends_with(".js") || name.ends_with(".css");
        let rules = [
            (lines(&text) > FILE_LINES_MAX, "more lines than a file of Rust may have"),
            (is_code && !text.starts_with(['/']), "does not start by saying what it is for"),
            (!page.contains(&format!("\"html/{name}\"")), "is not in the page"),
        ];
        let broken = rules.into_iter().filter_map(|(is_broken, rule)| is_broken.then_some(rule));
        broken.map(|rule| Complaint::new(&format!("src/report/html/{name}"), 1, rule)).collect()
    };
    let entries = std::fs::read_dir(folder).expect("the parts of the page can be listed");
    none(entries.flat_map(|entry| check(entry.expect("they can be listed"))).collect());
}
