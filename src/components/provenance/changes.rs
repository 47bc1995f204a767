//! The places to edit so that a package does not come back: lines of lock files that
//! mention it, and lines of requirement files of the same project that name it. Says what
//! stands there as a name and a version, and never the line itself.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::components::lines::line_of_entry;
use crate::components::provenance::allowance::Allowance;
use crate::components::provenance::projects::{
    MANIFEST_BYTES_MAX, folders, manifests, requirement_files,
};
use crate::components::provenance::requirement_lines::{lines_naming, range};
use crate::components::version::normal_name;
use crate::model::advisory::Ecosystem;
use crate::model::component::{InfectedInstall, Mention, MentionSource};
use crate::model::provenance::{Change, ChangeKind};

/// People write requirement files; a longer one is none.
const REQUIREMENTS_BYTES_MAX: u64 = 4 << 20;

/// More places of one install are not listed.
const CHANGES_MAX: usize = 1000;

/// The places that name the package of an install, in the order of their files.
pub fn changes(install: &InfectedInstall, allowance: &mut Allowance<'_>) -> Vec<Change> {
    let Some((ecosystem, name)) = package(install) else { return Vec::new() };
    let mut found = BTreeSet::new();
    for folder in folders(install, allowance) {
        match ecosystem {
            Ecosystem::PyPI => found.extend(in_requirements(&folder, name, allowance)),
            Ecosystem::Npm => found.extend(in_manifests(&folder, name, allowance)),
            _ => {}
        }
    }
    let is_required =
        |lock: &Change| found.iter().any(|one| (&one.path, one.line) == (&lock.path, lock.line));
    let locks: Vec<Change> =
        install.mentions.iter().filter_map(locked).filter(|lock| !is_required(lock)).collect();
    found.extend(locks);
    found.into_iter().take(CHANGES_MAX).collect()
}

fn package(install: &InfectedInstall) -> Option<(Ecosystem, &str)> {
    let installed = install.component.as_ref().map(|one| (one.ecosystem, one.name.as_str()));
    let mentioned = || install.mentions.first().map(|one| (one.ecosystem, one.name.as_str()));
    installed.or_else(mentioned)
}

fn locked(mention: &Mention) -> Option<Change> {
    // npm and its kin write their copies within `node_modules` anew from the other one.
    let is_copy = mention.path.iter().any(|name| name == "node_modules");
    (mention.source == MentionSource::Lockfile && !is_copy).then(|| Change {
        path: mention.path.clone(),
        line: mention.line,
        kind: ChangeKind::Lockfile,
        name: mention.name.clone(),
        version: Some(mention.version.clone()),
    })
}

fn in_requirements(folder: &Path, name: &str, allowance: &mut Allowance<'_>) -> Vec<Change> {
    let mut found = Vec::new();
    for (path, style) in requirement_files(folder, allowance) {
        let Some(text) = allowance.text(&path, REQUIREMENTS_BYTES_MAX) else { continue };
        let lines = lines_naming(&text, style, name).into_iter().take(CHANGES_MAX);
        found.extend(lines.map(|(line, version)| Change {
            path: path.clone(),
            line: Some(line),
            kind: ChangeKind::Requirement,
            name: name.to_owned(),
            version,
        }));
    }
    found
}

fn in_manifests(folder: &Path, name: &str, allowance: &mut Allowance<'_>) -> Vec<Change> {
    let mut found = Vec::new();
    for path in manifests(folder, allowance) {
        let Some(bytes) = allowance.read(&path, MANIFEST_BYTES_MAX) else { continue };
        let Ok(manifest) = serde_json::from_slice::<Value>(&bytes) else { continue };
        let mut entries = Vec::new();
        named_in(&manifest, name, &mut entries);
        found.extend(entries.into_iter().take(CHANGES_MAX).map(|(key, value)| Change {
            path: path.clone(),
            line: line_of_entry(&bytes, &key, &value),
            kind: ChangeKind::Requirement,
            name: name.to_owned(),
            version: range(value.rsplit_once('@').map_or(&*value, |(_, version)| version)),
        }));
    }
    found
}

/// Entries of a manifest that ask for a package, also under another name
/// (`"alias": "npm:name@1.2.3"`). The parser bounds how deep a manifest nests.
fn named_in(manifest: &Value, name: &str, found: &mut Vec<(String, String)>) {
    let sections = ["ependencies", "overrides", "resolutions"];
    let Value::Object(fields) = manifest else { return };
    for (section, value) in fields {
        if sections.iter().any(|end| section.ends_with(end)) {
            each_text(value, &mut |key, value| {
                let alias = value.strip_prefix("npm:").and_then(|spec| spec.rsplit_once('@'));
                let asked = alias.map_or(key, |(name, _)| name);
                if normal_name(Ecosystem::Npm, asked) == name {
                    found.push((key.to_owned(), value.to_owned()));
                }
            });
        } else if section == "pnpm" {
            named_in(value, name, found);
        }
    }
}

/// Texts of an object and of the objects in it, with their keys; the versions that
/// overrides put behind a name are taken off.
fn each_text(value: &Value, say: &mut dyn FnMut(&str, &str)) {
    let Value::Object(entries) = value else { return };
    for (key, value) in entries {
        match value {
            Value::String(text) => say(key, text),
            nested => each_text(nested, say),
        }
    }
}
