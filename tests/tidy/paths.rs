//! Every path that the docs and the comments name exists. A name in capitals, with a star
//! or beginning with `example` stands for any name: then its folder must exist.

use std::sync::LazyLock;

use regex::Regex;

use crate::complaint::{Complaint, line_of, none, repository, text_of};
use crate::floors::rooms;
use crate::lexer::Kind;
use crate::source::{Source, pattern, sources};

/// Paths named in a text, with their offsets: of the repository's folders, or of a file
/// in a room of `src/`. Those of other repositories are written `owner/name: path`.
fn named(text: &str) -> Vec<(usize, &str)> {
    static PATH: LazyLock<Regex> = LazyLock::new(|| {
        let rooms = rooms().collect::<Vec<_>>().join("|");
        let ours = r"(?:src|docs|tests|rules|benches)/[\w./*-]*";
        pattern(&format!(r"(?:^|[^\w/.~-])({ours}|(?:{rooms})/[\w./*-]+\.rs\b)"))
    });
    static FOREIGN: LazyLock<Regex> = LazyLock::new(|| pattern(r"[\w.-]+/[\w.-]+: $"));
    PATH.captures_iter(text)
        .map(|found| found.get(1).expect("the group is not optional"))
        .filter(|path| !FOREIGN.is_match(&text[..path.start()]))
        .map(|path| (path.start(), path.as_str().trim_end_matches('.')))
        .collect()
}

/// The path up to the first name that stands for any.
fn certain(path: &str) -> String {
    let is_any = |name: &&str| {
        let stem = name.split('.').next().unwrap_or_default();
        let is_shouted = stem.chars().all(|sign| !sign.is_lowercase()) && !stem.is_empty();
        name.contains('*') || name.starts_with("example") || is_shouted
    };
    path.split('/').take_while(|name| !is_any(name)).collect::<Vec<_>>().join("/")
}

fn exists(path: &str) -> bool {
    let path = certain(path);
    ["", "src"].iter().any(|base| repository().join(base).join(&path).exists())
}

fn missing(file: &str, text: &str, from_line: usize) -> Vec<Complaint> {
    let missing = named(text).into_iter().filter(|(_, path)| !exists(path));
    missing
        .map(|(offset, path)| {
            let line = from_line + line_of(text, offset) - 1;
            Complaint::new(file, line, format!("`{path}` does not exist"))
        })
        .collect()
}

#[test]
fn every_path_in_the_docs_exists() {
    let documents = walkdir::WalkDir::new(repository().join("docs")).sort_by_file_name();
    let documents = documents.into_iter().map(|entry| entry.expect("docs/ can be listed"));
    let documents = documents.filter(|it| it.path().extension().is_some_and(|it| it == "md"));
    let mut names: Vec<String> = documents
        .map(|it| it.path().strip_prefix(repository()).expect("it lies there").to_owned())
        .map(|path| path.to_str().expect("names are plain").to_owned())
        .collect();
    names.extend(repository().join("README.md").exists().then(|| "README.md".to_owned()));
    none(names.iter().flat_map(|name| missing(name, &text_of(name), 1)).collect());
}

#[test]
fn every_path_in_the_comments_exists() {
    let sources = sources();
    let comments = sources.iter().flat_map(|source| {
        source.all_of(Kind::Comment).map(move |(offset, text)| (source, offset, text))
    });
    let check = |(source, offset, text): (&Source, usize, &str)| {
        missing(&format!("src/{}", source.path), text, line_of(&source.text, offset))
    };
    none(comments.flat_map(check).collect());
}

#[test]
fn paths_are_found_in_prose() {
    let check = |text: &str, expected: &[&str]| {
        let found: Vec<&str> = named(text).into_iter().map(|(_, path)| path).collect();
        assert_eq!(found, expected, "{text}");
    };
    check("see `docs/rules.md`, src/lib.rs.", &["docs/rules.md", "src/lib.rs"]);
    check("only in read/map.rs and `vet/`", &["read/map.rs"]);
    check("/usr/src/linux ~/docs/a the code read/vanished a/tests/b", &[]);
    check("`ann/tool: src/a.rs` beside `src/b.rs`", &["src/b.rs"]);
    check("rules/stores/*.toml tests/cases/NAME/", &["rules/stores/*.toml", "tests/cases/NAME/"]);
    assert_eq!(certain("rules/stores/*.toml"), "rules/stores");
    assert_eq!(certain("rules/stores/STORE.toml"), "rules/stores");
    assert_eq!(certain("rules/stores/example_cli.toml"), "rules/stores");
    assert_eq!(certain("docs/report-schema.md"), "docs/report-schema.md");
}
