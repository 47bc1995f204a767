//! Lock files of Python projects. The TOML ones are read line by line, without a parser:
//! tools write them, and a line is enough to know a package. Ranges are not resolved: only
//! exact versions count.

use std::path::Path;

use serde::Deserialize;

use crate::components::mentions::naming::requirement;
use crate::components::mentions::node_locks::each_entry;
use crate::components::mentions::{
    Listener, Malformed, Named, Page, Place, Witness, folder_above, lies_in,
};
use crate::model::advisory::Ecosystem;

/// How to read a lock file of this family.
pub fn witness(path: &Path, name: &str) -> Option<Witness> {
    let read = match name {
        "poetry.lock" | "uv.lock" | "pdm.lock" | "pylock.toml" => toml_packages,
        "Pipfile.lock" => pipfile,
        "conda-lock.yml" => conda_lock,
        "environment.yml" | "environment.yaml" => conda_environment,
        _ if name.ends_with(".py.lock") => toml_packages,
        _ if name.starts_with("pylock.") && name.ends_with(".toml") => toml_packages,
        _ if is_requirements(path, name) => requirements,
        _ => return None,
    };
    Some(Witness::lock_file(read))
}

fn is_requirements(path: &Path, name: &str) -> bool {
    let Some(stem) = name.strip_suffix(".txt") else { return false };
    // Data of a package that is installed or unpacked: nobody installs from that.
    if lies_in(path, &["site-packages", "dist-packages", "archive-v0"]) {
        return false;
    }
    stem.contains("requirements")
        || stem.starts_with("constraints")
        || folder_above(path, 1) == "requirements"
}

/// `name==1.2.3 \` with hashes and comments on the lines below.
fn requirements(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let text = page.text();
    let lines = text.lines().map(str::trim).enumerate();
    for (index, line) in lines.filter(|(_, line)| !line.starts_with(['#', '-'])) {
        if let Some(package) = requirement(line) {
            listener(Named::new(Ecosystem::PyPI, package).on(index));
        }
    }
    Ok(())
}

fn toml_packages(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    each_package(&page.text(), &mut |index, package| {
        listener(Named::new(Ecosystem::PyPI, package).on(index));
    });
    Ok(())
}

/// `[[package]]` tables with a name and a version; `[[packages]]` in pylock.toml. cargo writes
/// the same. Told with the number of the line, from 0.
pub fn each_package(text: &str, say: &mut dyn FnMut(usize, (&str, &str))) {
    let (mut is_package, mut name, mut version) = (false, None, None);
    for (index, line) in text.lines().enumerate() {
        if line.starts_with('[') {
            is_package = matches!(line.trim_end(), "[[package]]" | "[[packages]]");
            (name, version) = (None, None);
        } else if is_package && let Some((key, value)) = line.split_once('=') {
            match key.trim_end() {
                "name" => name = quoted(value),
                "version" => version = quoted(value),
                _ => continue,
            }
            if let Some(package) = name.zip(version) {
                say(index, package);
            }
        }
    }
}

/// The text between the first two quotation marks.
fn quoted(value: &str) -> Option<&str> {
    let mut pieces = value.trim_start().split(['"', '\'']);
    pieces.next().filter(|before| before.is_empty())?;
    pieces.next()
}

#[derive(Deserialize)]
struct Pinned {
    version: Option<String>,
}

fn pipfile(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    each_entry(page.bytes, &|section| section != "_meta", &mut |name, pinned: Pinned| {
        let version = pinned.version.unwrap_or_default();
        let named = Named::new(Ecosystem::PyPI, (name, version.trim_start_matches('=')));
        listener(Named { place: Place::Key(name), ..named });
    })
}

/// `- name: six` and, below it, `version: 1.16.0`.
fn conda_lock(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let text = page.text();
    let mut name = None;
    for (index, line) in text.lines().enumerate() {
        if let Some(value) = line.trim_start().strip_prefix("- name:") {
            name = Some(bare(value));
        } else if let Some(version) = line.strip_prefix("  version:")
            && let Some(name) = name.take()
        {
            listener(Named::new(Ecosystem::PyPI, (name, bare(version))).on(index));
        }
    }
    Ok(())
}

/// `- six=1.16.0=py_0`, or `- six==1.16.0` below `- pip:`.
fn conda_environment(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let text = page.text();
    for (index, line) in text.lines().enumerate() {
        let Some(item) = line.trim_start().strip_prefix("- ") else { continue };
        let spec = bare(item);
        let spec = spec.rsplit_once("::").map_or(spec, |(_, spec)| spec);
        let of_conda = || {
            let (name, rest) = spec.split_once('=')?;
            Some((name, rest.split('=').next()?))
        };
        if let Some(package) = requirement(spec).or_else(of_conda) {
            listener(Named::new(Ecosystem::PyPI, package).on(index));
        }
    }
    Ok(())
}

/// A scalar without blanks and quotation marks.
fn bare(value: &str) -> &str {
    value.trim().trim_matches(['"', '\''])
}
