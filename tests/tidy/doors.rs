//! One door for each external crate: only the files that `Cargo.toml` names may name it.
//! Test code comes and goes as it likes.

use regex::Regex;

use crate::complaint::{Complaint, none, repository};
use crate::manifest::{Dependency, dependencies};
use crate::source::{Source, pattern, sources};

/// A crate as code names it.
struct Named {
    name: String,
    path: Regex,
}

impl Named {
    fn new(name: String) -> Self {
        let path = format!(r"(?:^|[^\w:])(?:::)?({name})\s*::|\buse\s+(?:::)?{name}\b");
        Self { path: pattern(&path), name }
    }

    /// Where a file names it; a module of the same name, declared in the file, hides it.
    fn uses(&self, source: &Source) -> Vec<usize> {
        if !source.code.contains(&self.name) || source.declared().contains(self.name.as_str()) {
            return Vec::new();
        }
        source.occurrences(&self.path).into_iter().map(|range| range.start).collect()
    }

    fn uses_outside_of_tests(&self, source: &Source) -> Vec<usize> {
        self.uses(source).into_iter().filter(|offset| !source.is_test(*offset)).collect()
    }
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
    let sources = sources();
    let check = |dependency: &Dependency| -> Vec<Complaint> {
        let named = Named::new(dependency.crate_name());
        let doors = &dependency.doors;
        let rule = format!("names `{}`, whose doors are: {}", named.name, doors.join(", "));
        let outside = sources.iter().filter(|it| !doors.iter().any(|door| it.is_behind(door)));
        let complaints = |source: &Source| -> Vec<Complaint> {
            let uses = named.uses_outside_of_tests(source).into_iter();
            uses.map(|offset| source.complaint(offset, rule.as_str())).collect()
        };
        outside.flat_map(complaints).collect()
    };
    none(dependencies().iter().flat_map(check).collect());
}

#[test]
fn every_door_leads_somewhere_and_is_used() {
    let sources = sources();
    let check = |dependency: &Dependency| -> Vec<Complaint> {
        let named = Named::new(dependency.crate_name());
        let is_used = |door: &&String| {
            let mut behind = sources.iter().filter(|source| source.is_behind(door));
            behind.any(|source| !named.uses_outside_of_tests(source).is_empty())
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
    let others = ["tests", "benches"].map(text_below).concat();
    let is_used = |it: &Dependency| {
        let named = Named::new(it.crate_name());
        others.contains(&named.name) || sources.iter().any(|to| !named.uses(to).is_empty())
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
        let source = Source::new("a.rs".into(), code.into());
        assert_eq!(Named::new("toml".into()).uses(&source).len(), expected, "{code}");
    };
    check("use toml::Value; fn a() { toml::from_str(b) }", 2);
    check("let a = ::toml::from_str(\"toml::b\"); // toml::c", 1);
    check("use toml;", 1);
    check("use super::toml::Value; formats::toml::read()", 0);
    check("mod toml; fn a() { toml::read() }", 0);
    check("mytoml::a(); toml_edit::b(); toml.c()", 0);
}
