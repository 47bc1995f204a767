//! What is built into the program may be given away with it: every crate that is linked or
//! runs at build time has a licence of the list. Development dependencies are not shipped.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Licences that ask for no more than their text.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
    "bzip2-1.0.6",
];

/// Additions to a licence that only permit more.
const ALLOWED_ADDITIONS: &[&str] = &["LLVM-exception"];

/// Crates with another licence, and why that is no harm.
const EXCEPTIONS: &[(&str, &str, &str)] =
    &[("option-ext", "MPL-2.0", "comes with dirs; asks only that its own files stay open")];

/// Whether an SPDX expression can be met with allowed licences. `/` is the old `OR`.
fn is_allowed(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    any_of(&mut rest) == Some(true) && rest.is_empty()
}

/// `a OR b`; `None` for what is no expression.
fn any_of(rest: &mut &[&str]) -> Option<bool> {
    let mut allowed = all_of(rest)?;
    while skip(rest, "OR") {
        allowed |= all_of(rest)?;
    }
    Some(allowed)
}

/// `a AND b`, which binds tighter.
fn all_of(rest: &mut &[&str]) -> Option<bool> {
    let mut allowed = one(rest)?;
    while skip(rest, "AND") {
        allowed &= one(rest)?;
    }
    Some(allowed)
}

/// A name, a name `WITH` an addition, or a group.
fn one(rest: &mut &[&str]) -> Option<bool> {
    if skip(rest, "(") {
        let allowed = any_of(rest)?;
        return skip(rest, ")").then_some(allowed);
    }
    let name = word(rest)?;
    let is_plain = !skip(rest, "WITH") || ALLOWED_ADDITIONS.contains(&word(rest)?);
    Some(ALLOWED.contains(&name) && is_plain)
}

fn skip(rest: &mut &[&str], word: &str) -> bool {
    let is_next = rest.first() == Some(&word);
    *rest = &rest[usize::from(is_next)..];
    is_next
}

fn word<'w>(rest: &mut &[&'w str]) -> Option<&'w str> {
    let (first, others) = rest.split_first()?;
    *rest = others;
    Some(first)
}

/// What cargo knows of this package as it is built for Linux.
fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--locked", "--format-version", "1"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap_or_else(|error| panic!("cargo metadata cannot be run: {error}"));
    let why = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo metadata failed: {why}");
    serde_json::from_slice(&output.stdout).expect("cargo metadata writes JSON")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Ids of everything that is linked in or runs at build time, this package aside.
fn shipped(metadata: &Value) -> BTreeSet<&str> {
    let nodes = list(&metadata["resolve"]["nodes"]);
    let nodes: BTreeMap<&str, &Value> = nodes.iter().map(|it| (text(&it["id"]), it)).collect();
    let root = text(&metadata["resolve"]["root"]);
    let mut shipped = BTreeSet::new();
    let mut waiting = vec![root];
    while let Some(id) = waiting.pop() {
        let is_shipped = |it: &&Value| list(&it["dep_kinds"]).iter().any(|it| it["kind"] != "dev");
        for dependency in list(&nodes[id]["deps"]).iter().filter(is_shipped) {
            let id = text(&dependency["pkg"]);
            waiting.extend(shipped.insert(id).then_some(id));
        }
    }
    shipped
}

#[test]
fn every_crate_that_is_shipped_has_an_allowed_licence() {
    let metadata = metadata();
    let shipped = shipped(&metadata);
    assert!(shipped.len() > 30, "only {} crates were found", shipped.len());
    let packages = list(&metadata["packages"]).iter();
    let packages = packages.filter(|package| shipped.contains(text(&package["id"])));
    let offenders: Vec<String> = packages
        .map(|package| (text(&package["name"]), text(&package["license"])))
        .filter(|(name, licence)| !is_allowed(licence) && !is_exception(name, licence))
        .map(|(name, licence)| format!("{name}: {licence:?}"))
        .collect();
    assert!(offenders.is_empty(), "licences that are not on the list\n{}\n", offenders.join("\n"));
}

fn is_exception(name: &str, licence: &str) -> bool {
    EXCEPTIONS.iter().any(|(known, its, _)| (*known, *its) == (name, licence))
}

#[test]
fn every_exception_is_still_needed() {
    let metadata = metadata();
    let shipped = shipped(&metadata);
    for (name, licence, why) in EXCEPTIONS {
        let is_it = |it: &&Value| text(&it["name"]) == *name && text(&it["license"]) == *licence;
        let package = list(&metadata["packages"]).iter().find(is_it);
        let is_needed = package.is_some_and(|it| shipped.contains(text(&it["id"])));
        assert!(is_needed, "{name} is not shipped with {licence} any more ({why})");
    }
}

#[test]
fn expressions_are_read_as_spdx_means_them() {
    let check = |expression: &str, expected: bool| {
        assert_eq!(is_allowed(expression), expected, "{expression}");
    };
    check("MIT", true);
    check("GPL-3.0-only", false);
    check("GPL-3.0-only OR MIT", true);
    check("MIT/GPL-3.0-only", true);
    check("MIT AND GPL-3.0-only", false);
    check("(MIT OR GPL-3.0-only) AND Unicode-3.0", true);
    check("MIT OR GPL-3.0-only AND GPL-2.0-only", true);
    check("(MIT OR GPL-3.0-only) AND GPL-2.0-only", false);
    check("Apache-2.0 WITH LLVM-exception", true);
    check("Apache-2.0 WITH Other-exception", false);
    check("GPL-2.0-only WITH LLVM-exception OR MIT", true);
    for nonsense in ["", "MIT OR", "(MIT", "MIT)", "MIT MIT", "AND MIT"] {
        check(nonsense, false);
    }
}
