//! Rust: lock files, cargo's caches of what it downloaded, and what the compiler noted of its
//! builds. Crates out of git have no version of a registry and are not told.

use std::path::Path;

use crate::components::mentions::naming::before_version;
use crate::components::mentions::python_locks::each_package;
use crate::components::mentions::{Listener, Malformed, Named, Page, Witness, folder_above};
use crate::model::advisory::Ecosystem;
use crate::model::component::MentionSource;
use crate::model::reach::EvidenceFamily;

/// Where cargo unpacks crates, and where it checks out repositories: lock files in there are
/// those of other people.
const SOURCES: &[&str] = &["/registry/src/", "/git/checkouts/"];

/// How to read what cargo leaves.
pub fn witness(path: &Path, name: &str) -> Option<Witness> {
    match name {
        "Cargo.lock" if !is_of_others(path) => Some(Witness::lock_file(lock)),
        "Cargo.toml" if is_unpacked(path) => {
            Some(Witness::by_name(MentionSource::Cache, EvidenceFamily::CargoCache, unpacked))
        }
        _ if name.ends_with(".crate") => {
            Some(Witness::by_name(MentionSource::Cache, EvidenceFamily::CargoCache, archive))
        }
        _ if name.ends_with(".d") && is_build(path) => {
            Some(Witness::whole(MentionSource::Log, EvidenceFamily::CargoBuilds, built))
        }
        _ => None,
    }
}

fn is_of_others(path: &Path) -> bool {
    let path = path.to_string_lossy();
    SOURCES.iter().any(|folder| path.contains(folder))
}

/// `registry/src/INDEX/name-1.2.3/Cargo.toml`
fn is_unpacked(path: &Path) -> bool {
    folder_above(path, 3) == "src" && folder_above(path, 4) == "registry"
}

/// `target/debug/deps/name-HASH.d` and `target/debug/build/name-HASH/build_script_build-HASH.d`
fn is_build(path: &Path) -> bool {
    folder_above(path, 1) == "deps" || folder_above(path, 2) == "build"
}

fn lock(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    each_package(&page.text(), &mut |index, package| {
        listener(Named::new(Ecosystem::Crates, package).on(index));
    });
    Ok(())
}

fn archive(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    say(page.name().trim_end_matches(".crate"), listener);
    Ok(())
}

fn unpacked(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    say(folder_above(page.path, 1), listener);
    Ok(())
}

/// The compiler notes which files it read: `.../registry/src/INDEX/name-1.2.3/...`.
/// The first names the crate that was built; what a crate includes of others is no build.
fn built(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let text = page.text();
    let below = text.split_once("/registry/src/").and_then(|(_, rest)| rest.split_once('/'));
    if let Some(folder) = below.and_then(|(_index, rest)| rest.split('/').next()) {
        say(folder, listener);
    }
    Ok(())
}

/// `name-1.2.3`
fn say(stem: &str, listener: &mut Listener<'_>) {
    if let Some(package) = before_version(stem) {
        listener(Named::new(Ecosystem::Crates, package));
    }
}
