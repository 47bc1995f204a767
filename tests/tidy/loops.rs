//! No loops between the files of one room: who reads a file must be able to read first
//! what it builds on, to the end. A file may use what the file above it (`mod.rs`) says to
//! all of its folder, and a `pub use` only shows what another file holds: both are no
//! imports here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use crate::complaint::{Complaint, none};
use crate::source::{Source, pattern, sources};

/// Positions in the list of sources.
type Imports = BTreeMap<usize, BTreeSet<usize>>;

/// Paths that begin with `crate`, `self`, `super` or a declared module, up to the sign that
/// ends them; their groups are left for [`leaves`].
fn paths(source: &Source) -> Vec<&str> {
    static FIRST: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:^|[^\w:.$])(\w+)\s*::"));
    static SHOWN: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bpub[^;{}]*\buse\s[^;]*;"));
    let declared = source.declared();
    let shown = source.occurrences(&SHOWN);
    let is_import =
        |start: &usize| !source.is_test(*start) && !shown.iter().any(|range| range.contains(start));
    let is_ours =
        |name: &str| matches!(name, "crate" | "self" | "super") || declared.contains(name);
    let found = source.occurrences(&FIRST).into_iter();
    let found = found.filter(|range| is_ours(&source.code[range.clone()]));
    let found = found.map(|range| range.start).filter(is_import);
    found
        .map(|start| {
            let rest = &source.code[start..];
            &rest[..rest.find([';', '(', ')', '<', '>', '=', '!', '?']).unwrap_or(rest.len())]
        })
        .collect()
}

/// `a::{b, c::{d}}` as `a::b` and `a::c::d`.
fn leaves(path: &str) -> Vec<String> {
    let path: String = path.chars().filter(|sign| !sign.is_whitespace()).collect();
    let Some((head, group)) = path.split_once('{') else {
        let end = path.find([',', '}']).unwrap_or(path.len());
        return vec![path[..end].to_owned()];
    };
    if head.contains([',', '}']) {
        return leaves(&head[..head.find([',', '}']).unwrap_or(0)]);
    }
    members(group).iter().flat_map(|it| leaves(it)).map(|it| format!("{head}{it}")).collect()
}

/// The members of a group, up to the brace that closes it.
fn members(group: &str) -> Vec<String> {
    let mut members = vec![String::new()];
    let mut depth = 0;
    for sign in group.chars() {
        match sign {
            '}' if depth == 0 => break,
            ',' if depth == 0 => {
                members.push(String::new());
                continue;
            }
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        members.last_mut().expect("there is one from the start").push(sign);
    }
    members.retain(|member| !member.is_empty());
    members
}

/// The path of a leaf from the root of the crate on.
fn absolute(module: &[&str], leaf: &str) -> Vec<String> {
    let mut names: Vec<String> = module.iter().map(|name| (*name).to_owned()).collect();
    for name in leaf.split("::").filter(|name| !name.is_empty()) {
        match name {
            "crate" => names.clear(),
            "super" => drop(names.pop()),
            "self" => {}
            name => names.push(name.to_owned()),
        }
    }
    names
}

fn imports(sources: &[Source]) -> Imports {
    let modules: BTreeMap<Vec<String>, usize> = sources
        .iter()
        .enumerate()
        .filter(|(_, source)| !matches!(source.path.as_str(), "lib.rs" | "main.rs"))
        .map(|(index, source)| (absolute(&source.module(), ""), index))
        .collect();
    let file_of = |names: Vec<String>| {
        (1..=names.len()).rev().find_map(|length| modules.get(&names[..length]).copied())
    };
    let of_one = |(index, source): (usize, &Source)| {
        let leaves = paths(source).into_iter().flat_map(leaves);
        let files = leaves.filter_map(|leaf| file_of(absolute(&source.module(), &leaf)));
        (index, files.filter(|file| !source.is_at_or_below(&sources[*file])).collect())
    };
    sources.iter().enumerate().map(of_one).collect()
}

/// The shortest way from a file back to itself.
fn way_back(imports: &Imports, start: usize) -> Option<Vec<usize>> {
    let mut ways = vec![vec![start]];
    let mut seen = BTreeSet::new();
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            for next in &imports[way.last().expect("a way has a start")] {
                let way = [way.as_slice(), &[*next]].concat();
                if *next == start {
                    return Some(way);
                }
                if seen.insert(*next) {
                    longer.push(way);
                }
            }
        }
        ways = longer;
    }
    None
}

#[test]
fn no_imports_run_in_a_loop() {
    let sources = sources();
    let imports = imports(&sources);
    let mut told = BTreeSet::new();
    let mut complaints: Vec<Complaint> = Vec::new();
    for index in 0..sources.len() {
        let Some(way) = way_back(&imports, index) else { continue };
        if told.insert(way.iter().copied().collect::<BTreeSet<_>>()) {
            let names: Vec<&str> = way.iter().map(|it| sources[*it].path.as_str()).collect();
            let rule = format!("imports run in a loop: {}", names.join(" > "));
            complaints.push(sources[index].complaint(0, rule));
        }
    }
    none(complaints);
}

#[test]
fn paths_are_followed_to_their_leaves() {
    let check = |path: &str, expected: &[&str]| assert_eq!(leaves(path), expected, "{path}");
    check("crate::a::b", &["crate::a::b"]);
    check("crate::{b, c::{d, e},\n f}", &["crate::b", "crate::c::d", "crate::c::e", "crate::f"]);
    check("crate::a, x: {", &["crate::a"]);
    check("crate::a } else {", &["crate::a"]);
    assert_eq!(absolute(&["vet", "pem"], "super::der::Der"), ["vet", "der", "Der"]);
    assert_eq!(absolute(&["vet"], "crate::model"), ["model"]);
}
