//! One door for each external crate: only the files that `Cargo.toml` names may name it.
//! Test code comes and goes as it likes.

use regex::Regex;

use crate::complaint::{Complaint, none, repository};
use crate::manifest::{Dependency, dependencies};
use crate::source::{Source, sources};

fn is_behind(path: &str, door: &str) -> bool {
    if door.ends_with('/') { path.starts_with(door) } else { path == door }
}

/// Where code names a crate; a module of the same name, declared in the file, hides it.
fn uses(dependency: &Dependency, source: &Source) -> Vec<usize> {
    let name = dependency.crate_name();
    if source.declared().contains(name.as_str()) {
        return Vec::new();
    }
    let pattern = format!(r"(?:^|[^\w:])(?:::)?({name})\s*::|\buse\s+(?:::)?{name}\b");
    let pattern = Regex::new(&pattern).expect("crate names are plain");
    source.occurrences(&pattern).into_iter().map(|range| range.start).collect()
}

fn library_uses(dependency: &Dependency, source: &Source) -> Vec<usize> {
    uses(dependency, source).into_iter().filter(|offset| !source.is_test(*offset)).collect()
}

#[test]
fn every_dependency_has_a_sentence_and_a_door() {
    let check = |it: &Dependency| {
        let rule = match (it.purpose.is_empty(), it.doors.is_empty()) {
            (true, _) => "no sentence above it says what it is for",
            (_, true) if !it.is_dev => "no `Door: path.` above it",
            _ => return None,
        };
        Some(it.complaint(format!("`{}`: {rule}", it.name)))
    };
    none(dependencies().iter().filter_map(check).collect());
}

#[test]
fn every_crate_is_named_behind_its_door_only() {
    let (dependencies, sources) = (dependencies(), sources());
    let check = |dependency: &Dependency, source: &Source| -> Vec<Complaint> {
        if dependency.doors.iter().any(|door| is_behind(&source.path, door)) {
            return Vec::new();
        }
        let doors = dependency.doors.join(", ");
        let rule = format!("names `{}`, whose door is {doors}", dependency.crate_name());
        let uses = library_uses(dependency, source).into_iter();
        uses.map(|offset| source.complaint(offset, rule.as_str())).collect()
    };
    let pairs = dependencies.iter().flat_map(|it| sources.iter().map(move |to| (it, to)));
    none(pairs.flat_map(|(dependency, source)| check(dependency, source)).collect());
}

#[test]
fn every_door_leads_somewhere_and_is_used() {
    let sources = sources();
    let check = |dependency: &Dependency| -> Vec<Complaint> {
        let is_used = |door: &&String| {
            let behind = sources.iter().filter(|source| is_behind(&source.path, door));
            behind.into_iter().any(|source| !library_uses(dependency, source).is_empty())
        };
        let idle = dependency.doors.iter().filter(|door| !is_used(door));
        idle.map(|door| {
            dependency.complaint(format!("`{}` is not used behind `{door}`", dependency.name))
        })
        .collect()
    };
    none(dependencies().iter().flat_map(check).collect());
}

#[test]
fn every_crate_of_the_tests_is_used_by_a_test() {
    let sources = sources();
    let others = ["tests", "benches"].map(|folder| text_below(folder)).concat();
    let is_used = |it: &Dependency| {
        others.contains(&it.crate_name()) || sources.iter().any(|to| !uses(it, to).is_empty())
    };
    let dependencies = dependencies();
    let idle = dependencies.iter().filter(|it| it.is_dev && !is_used(it));
    none(idle.map(|it| it.complaint(format!("`{}` is not used", it.name))).collect());
}

fn text_below(folder: &str) -> String {
    walkdir::WalkDir::new(repository().join(folder))
        .into_iter()
        .filter_map(|entry| std::fs::read_to_string(entry.ok()?.path()).ok())
        .collect()
}

#[test]
fn a_crate_is_told_from_a_module_of_its_name() {
    let check = |code: &str, expected: usize| {
        let dependency = Dependency::named("toml");
        let source = Source::new("a.rs".into(), code.into());
        assert_eq!(uses(&dependency, &source).len(), expected, "{code}");
    };
    check("use toml::Value; fn a() { toml::from_str(b) }", 2);
    check("let a = ::toml::from_str(\"toml::b\"); // toml::c", 1);
    check("use toml;", 1);
    check("use super::toml::Value; formats::toml::read()", 0);
    check("mod toml; fn a() { toml::read() }", 0);
    check("mytoml::a(); toml_edit::b(); toml.c()", 0);
}
