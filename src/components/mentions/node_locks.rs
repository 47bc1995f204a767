//! Lock files of npm, yarn, pnpm and bun, all their versions that are text, and what these
//! keep in `node_modules` about the last install. JSON is read
//! entry by entry and never kept; the others line by line: a parser of all of YAML would
//! refuse what yarn writes.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::path::Path;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::components::mentions::naming::at_version;
use crate::components::mentions::{
    Listener, Malformed, Named, Needs, Page, Place, Witness, folder_above,
};
use crate::model::advisory::Ecosystem;

/// How to read a lock file of this family.
pub fn witness(path: &Path, name: &str) -> Option<Witness> {
    let read = match name {
        "package-lock.json" | "npm-shrinkwrap.json" | ".package-lock.json" => npm,
        "yarn.lock" => yarn,
        ".yarn-state.yml" => yarn_state,
        "pnpm-lock.yaml" => pnpm,
        "lock.yaml" if folder_above(path, 1) == ".pnpm" => pnpm,
        "bun.lock" => bun,
        "bun.lockb" => {
            let lock_file = Witness::lock_file(unread);
            return Some(Witness { needs: Needs::Name, ..lock_file });
        }
        _ => return None,
    };
    Some(Witness::lock_file(read))
}

/// bun's older lock file is a memory image that each version of bun lays out anew: nothing
/// is read of it, and that is told.
fn unread(_: &Page<'_>, _: &mut Listener<'_>) -> Result<(), Malformed> {
    Err(Malformed)
}

/// An entry of `packages` (version 2 and 3) or of `dependencies` (version 1).
#[derive(Deserialize)]
struct Locked {
    /// The real name of an alias.
    name: Option<String>,
    version: Option<String>,
    /// Version 1 nests; the parser's own bound of depth ends that.
    #[serde(default)]
    dependencies: BTreeMap<String, Dependency>,
}

/// What stands below `dependencies`: entries in version 1, ranges in version 2 and 3.
enum Dependency {
    Locked(Locked),
    Range,
}

impl<'de> Deserialize<'de> for Dependency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneDependency)
    }
}

/// Tells the two apart without keeping anything: serde's own way keeps all first.
struct OneDependency;

impl<'de> Visitor<'de> for OneDependency {
    type Value = Dependency;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an entry or a range")
    }

    fn visit_str<E>(self, _range: &str) -> Result<Dependency, E> {
        Ok(Dependency::Range)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Dependency, A::Error> {
        Locked::deserialize(MapAccessDeserializer::new(map)).map(Dependency::Locked)
    }
}

fn npm(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let is_section = |section: &str| matches!(section, "packages" | "dependencies");
    each_entry(page.bytes, &is_section, &mut |key, one: Dependency| {
        say(key, &one, listener);
    })
}

fn say(key: &str, dependency: &Dependency, listener: &mut Listener<'_>) {
    let Dependency::Locked(locked) = dependency else { return };
    let folder = key.rsplit_once("node_modules/").map_or(key, |(_, name)| name);
    let version = locked.version.as_deref().unwrap_or_default();
    let written = (locked.name.as_deref().unwrap_or(folder), version);
    let package = if version.starts_with("npm:") { at_version(version) } else { None };
    let named = Named::new(Ecosystem::Npm, package.unwrap_or(written));
    listener(Named { place: Place::Key(key), ..named });
    locked.dependencies.iter().for_each(|(key, nested)| say(key, nested, listener));
}

/// Blocks: `"name@range", "name@range":` and, indented, `version "1.2.3"` (yarn 1) or
/// `version: 1.2.3`.
fn yarn(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let text = page.text();
    let mut name = None;
    for (index, line) in text.lines().enumerate() {
        if !line.starts_with([' ', '#']) && !line.is_empty() {
            name = yarn_name(line);
        } else if let Some(version) = line.strip_prefix("  version")
            && let Some(name) = name
        {
            let version = version.trim_matches([':', ' ', '"']);
            listener(Named::new(Ecosystem::Npm, (name, version)).on(index));
        }
    }
    Ok(())
}

fn yarn_name(header: &str) -> Option<&str> {
    let spec = header.split([',', ':']).next()?.trim_matches('"');
    let first = header.split(',').next()?.trim_end_matches(':').trim_matches('"');
    if let Some((_, real)) = first.split_once("@npm:")
        && let Some((name, _)) = at_version(real)
    {
        return Some(name);
    }
    at_version(spec).map(|(name, _)| name)
}

/// What yarn put into `node_modules`: `"name@npm:1.2.3":` at the start of a line.
fn yarn_state(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let text = page.text();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| line.starts_with('"')) {
        let locator = line.trim_matches(['"', ':']);
        if let Some((name, version)) = locator.split_once("@npm:") {
            listener(Named::new(Ecosystem::Npm, (name, version)).on(index));
        }
    }
    Ok(())
}

/// Keys of `packages:` and `snapshots:`: `/name/1.2.3:` (version 5), `/name@1.2.3(peer@1):`
/// (6) and `name@1.2.3:` (9).
fn pnpm(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let text = page.text();
    let mut is_section = false;
    for (index, line) in text.lines().enumerate() {
        if !line.starts_with(' ') && !line.is_empty() {
            is_section = line.starts_with("packages:") || line.starts_with("snapshots:");
        } else if is_section && let Some(package) = pnpm_key(line) {
            listener(Named::new(Ecosystem::Npm, package).on(index));
        }
    }
    Ok(())
}

fn pnpm_key(line: &str) -> Option<(&str, &str)> {
    let key = line.strip_prefix("  ").filter(|key| !key.starts_with(' '))?;
    let key = key.rsplit_once(':')?.0.trim_matches(['\'', '"']);
    let key = key.split('(').next()?;
    let Some(key) = key.strip_prefix('/') else { return at_version(key) };
    let is_scope = |name: &str| name.starts_with('@') && !name.contains('/');
    match key.rsplit_once('/').filter(|(name, _)| !is_scope(name)) {
        Some((name, version)) if version.starts_with(|first: char| first.is_ascii_digit()) => {
            Some((name, version.split('_').next()?))
        }
        _ => at_version(key),
    }
}

/// `"key": ["name@1.2.3", ...],`
fn bun(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let text = page.text();
    for (index, line) in text.lines().enumerate() {
        let spec = line.trim_start().split_once("\": [\"").map(|(_, rest)| rest.split('"').next());
        if let Some(package) = spec.flatten().and_then(at_version) {
            listener(Named::new(Ecosystem::Npm, package).on(index));
        }
    }
    Ok(())
}

/// Calls `say` for every entry of those objects of a JSON document that are wanted, and
/// keeps none of them.
pub fn each_entry<T: for<'de> Deserialize<'de>>(
    json: &[u8],
    is_wanted: &dyn Fn(&str) -> bool,
    say: &mut dyn FnMut(&str, T),
) -> Result<(), Malformed> {
    let mut document = serde_json::Deserializer::from_slice(json);
    let sections = Sections { is_wanted, say, entry: PhantomData };
    document.deserialize_map(sections).map_err(|_| Malformed)
}

/// The document: an object of objects.
struct Sections<'s, T> {
    is_wanted: &'s dyn Fn(&str) -> bool,
    say: &'s mut dyn FnMut(&str, T),
    entry: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Sections<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(section) = map.next_key::<String>()? {
            if (self.is_wanted)(&section) {
                map.next_value_seed(Entries { say: &mut *self.say, entry: PhantomData })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// One object of entries.
struct Entries<'s, T> {
    say: &'s mut dyn FnMut(&str, T),
    entry: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Entries<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            (self.say)(&name, map.next_value()?);
        }
        Ok(())
    }
}
